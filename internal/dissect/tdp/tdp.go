// Package tdp reads TP-Link's discovery protocol, by which Tapo and newer Kasa devices
// and access points say what they are: JSON behind a header.
package tdp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations: those that older devices of the maker have, too.
const (
	keyModel    = "tplink.model"
	keyType     = "tplink.type"
	keyHardware = "tplink.hw_ver"
	keyFirmware = "tplink.sw_ver"
	keyDevice   = "tplink.device_id"
	keyMAC      = "tplink.mac"
)

const (
	headerSize = 16
	version    = 2
	maxBody    = 8 << 10
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "tdp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{20002},
		Spec:    "TP-Link Discovery Protocol, as its public descriptions have it; RFC 8259 (JSON)",
		Probe:   func(b []byte, _ bool) bool { r := wire.NewReader(b); return isMessage(&r) && r.Len() > 0 },
		Starts:  []byte{version},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text []byte
}

// isMessage reads the header: a version, a kind, an operation, the length of what
// follows, flags, a zero, a serial number and a checksum.
func isMessage(r *wire.Reader) bool {
	whole := r.Len()
	v, kind := r.U8(), r.U8()
	operation, size := r.U16(), r.U16()
	r.Skip(1)
	zero := r.U8()
	r.Skip(8)
	if r.Err() != nil || v != version || kind > 1 || operation == 0 || operation > 0xff || zero != 0 {
		return false
	}
	if size > maxBody || size != whole-headerSize {
		return false
	}
	first := r.Peek(1)
	return first == nil || first[0] == '{'
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !isMessage(r) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	s := jsonscan.New(r.Rest())
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Depth != 2 || v.Kind != jsonscan.String || string(v.Parent) != "result" {
			continue
		}
		if key := keyOf(v.Key); key != "" {
			d.text = jsonscan.Append(d.text[:0], v.Raw)
			out.Observe(heron.Subject{Endpoint: m.Src}, key, d.text)
		}
	}
	return heron.Verdict{Done: !m.FromClient}, nil
}

func keyOf(member []byte) string {
	switch string(member) {
	case "device_model":
		return keyModel
	case "device_type":
		return keyType
	case "hw_ver", "hardware_version":
		return keyHardware
	case "firmware_version":
		return keyFirmware
	case "device_id":
		return keyDevice
	case "mac":
		return keyMAC
	}
	return ""
}
