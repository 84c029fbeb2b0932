// Package ubnt reads the discovery protocol of Ubiquiti's devices: model, firmware,
// name and addresses, to whoever asks.
package ubnt

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyMAC      = "ubnt.mac"
	keyAddress  = "ubnt.address"
	keyFirmware = "ubnt.firmware"
	keyHostname = "ubnt.hostname"
	keyProduct  = "ubnt.product"
	keyESSID    = "ubnt.essid"
	keyModel    = "ubnt.model"
	keyVersion  = "ubnt.version"
	keySearch   = "ubnt.search" // "yes": it looks for such devices
)

// Types of the entries.
const (
	typeMAC      = 0x01
	typeMACIP    = 0x02
	typeFirmware = 0x03
	typeHostname = 0x0b
	typeProduct  = 0x0c
	typeESSID    = 0x0d
	typeModel    = 0x14
	typeModel2   = 0x15
	typeVersion2 = 0x16
	lastType     = 0x40
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "ubnt",
		Over:         dissect.OverUDP,
		Ports:        []uint16{10001},
		Spec:         "Ubiquiti device discovery, versions 1 and 2, as its public descriptions have it",
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// dissect reads version, command and length, and entries that fill it.
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	version, command, size := r.U8(), r.U8(), r.U16()
	if r.Err() != nil || version < 1 || version > 2 || command > 0x0b || size != r.Len() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	if size == 0 {
		out.ObserveString(about, keySearch, "yes")
		return heron.Verdict{}, nil
	}
	if !whole(*r) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	for r.Len() > 0 {
		kind := r.U8()
		v := r.Sub(r.U16())
		d.tell(about, kind, &v, out)
	}
	return heron.Verdict{}, nil
}

func whole(r wire.Reader) bool {
	for r.Len() > 0 && r.Err() == nil {
		if r.U8() > lastType {
			return false
		}
		r.Skip(r.U16())
	}
	return r.Err() == nil
}

func (d *dissector) tell(about heron.Subject, kind int, v *wire.Reader, out dissect.Emitter) {
	switch kind {
	case typeMAC:
		out.Observe(about, keyMAC, d.text.MAC(v.Rest()))
	case typeMACIP:
		v.Skip(6)
		if ip, ok := netip.AddrFromSlice(v.Bytes(4)); ok {
			out.Observe(about, keyAddress, d.text.Address(ip))
		}
	case typeHostname:
		name := v.Rest()
		out.Observe(about, keyHostname, name)
		out.Observe(about, heron.KeyHostname, name)
	default:
		if key := textKey(kind); key != "" {
			out.Observe(about, key, v.Rest())
		}
	}
}

func textKey(kind int) string {
	switch kind {
	case typeFirmware:
		return keyFirmware
	case typeProduct:
		return keyProduct
	case typeESSID:
		return keyESSID
	case typeModel, typeModel2:
		return keyModel
	case typeVersion2:
		return keyVersion
	}
	return ""
}
