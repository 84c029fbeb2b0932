package eapol

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// The expanded EAP method of Wi-Fi Simple Configuration (§7.7.1).
const (
	vendorWFA = 0x00372a
	typeWSC   = 1
)

// Attributes of Wi-Fi Simple Configuration (§12, table 28) that tell what a device
// is.
const (
	attrDeviceName   = 0x1011
	attrManufacturer = 0x1021
	attrModelName    = 0x1023
	attrModelNumber  = 0x1024
	attrSerial       = 0x1042
	attrPrimaryType  = 0x1054
	opMessage        = 4 // WSC_MSG
	flagLength       = 2 // a length comes before the message
)

// setup reads the attributes of a message: each side describes itself in its
// first.
func (d *dissector) setup(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	op, flags := r.U8(), r.U8()
	if op != opMessage {
		return
	}
	if flags&flagLength != 0 {
		r.Skip(2)
	}
	for r.Len() >= 4 {
		kind := r.U16()
		value := r.Sub(r.U16())
		if r.Err() != nil {
			return
		}
		d.attribute(kind, &value, about, out)
	}
}

func (d *dissector) attribute(kind int, v *wire.Reader, about heron.Subject, out dissect.Emitter) {
	switch kind {
	case attrDeviceName:
		out.Observe(about, "wps.device_name", v.Rest())
	case attrManufacturer:
		out.Observe(about, "wps.manufacturer", v.Rest())
	case attrModelName:
		out.Observe(about, "wps.model_name", v.Rest())
	case attrModelNumber:
		out.Observe(about, "wps.model_number", v.Rest())
	case attrSerial:
		out.Observe(about, "wps.serial", v.Rest())
	case attrPrimaryType: // category, OUI, sub-category
		category := v.U16()
		v.Skip(4)
		sub := v.U16()
		if v.Err() == nil {
			out.Observe(about, "wps.device_type", d.text.Numbers('.', category, sub))
		}
	}
}
