package dissect

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// The expanded EAP method of Wi-Fi Simple Configuration (§7.7.1).
const (
	wpsVendor = 0x00372a
	wpsType   = 1
)

// Attributes of Wi-Fi Simple Configuration (§12, table 28) that tell what a device
// is.
const (
	wpsDeviceName   = 0x1011
	wpsManufacturer = 0x1021
	wpsModelName    = 0x1023
	wpsModelNumber  = 0x1024
	wpsSerial       = 0x1042
	wpsPrimaryType  = 0x1054
	wpsMessage      = 4 // WSC_MSG
	wpsHasLength    = 2 // a length comes before the message
)

// setup reads the attributes of a message: each side describes itself in its
// first.
func (t *EAPTeller) setup(r *wire.Reader, about heron.Subject, out Emitter) {
	op, flags := r.U8(), r.U8()
	if op != wpsMessage {
		return
	}
	if flags&wpsHasLength != 0 {
		r.Skip(2)
	}
	for r.Len() >= 4 {
		kind := r.U16()
		value := r.Sub(r.U16())
		if r.Err() != nil {
			return
		}
		t.attribute(kind, &value, about, out)
	}
}

func (t *EAPTeller) attribute(kind int, v *wire.Reader, about heron.Subject, out Emitter) {
	switch kind {
	case wpsDeviceName:
		out.Observe(about, "wps.device_name", v.Rest())
	case wpsManufacturer:
		out.Observe(about, "wps.manufacturer", v.Rest())
	case wpsModelName:
		out.Observe(about, "wps.model_name", v.Rest())
	case wpsModelNumber:
		out.Observe(about, "wps.model_number", v.Rest())
	case wpsSerial:
		out.Observe(about, "wps.serial", v.Rest())
	case wpsPrimaryType: // category, OUI, sub-category
		category := v.U16()
		v.Skip(4)
		sub := v.U16()
		if v.Err() == nil {
			out.Observe(about, "wps.device_type", t.text.Numbers('.', category, sub))
		}
	}
}
