package lab

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// hartDevice is who answers command 0 (FieldComm Group HCF_SPEC-127 §6.1).
type hartDevice struct {
	manufacturer, kind uint16 // the second is the expanded device type
	revision, software byte
}

// HART-IP (HCF_SPEC-085 §10): a header of eight octets.
const (
	hartHead     = 8
	hartRequest  = 0
	hartInitiate = 0
	hartClose    = 1
	hartAlive    = 2
	hartPassed   = 3
)

// hartService opens and closes sessions and identifies the device. Whatever has no
// header of the protocol takes it down.
func hartService(d hartDevice) Service {
	return Service{
		Protocol: "hart_ip", Transport: heron.UDP, Port: 5094,
		Answer: func(h *Host, q Query) Reply {
			r := wire.NewReader(q.Bytes)
			version, kind, about := r.U8(), r.U8(), r.U8()
			r.Skip(1)
			number, n := r.Bytes(2), r.U16()
			if r.Err() != nil || version != 1 || kind != hartRequest || about > hartPassed || n != len(q.Bytes) {
				return Reply{Used: len(q.Bytes), Broken: true}
			}
			body := r.Rest()
			if about == hartPassed {
				body = d.frame(h, body)
			}
			out := append([]byte{1, 1, byte(about), 0}, number...)
			out = binary.BigEndian.AppendUint16(out, uint16(hartHead+len(body)))
			return Reply{Used: len(q.Bytes), Bytes: append(out, body...)}
		},
	}
}

// frame answers a frame of the data link (HCF_SPEC-081): command 0 with the identity, any
// other with response code 64, which instruments have for commands that they do not know.
func (d hartDevice) frame(h *Host, b []byte) []byte {
	const answer, primary, identify, notKnown = 6, 0x80, 0, 64
	r := wire.NewReader(b)
	r.Skip(2)
	command := r.U8()
	out := []byte{answer, primary, byte(command), 2, notKnown, 0}
	if command == identify {
		out = []byte{answer, primary, identify, 24, 0, 0, 254}
		out = binary.BigEndian.AppendUint16(out, d.kind)
		out = append(out, 5, 7, d.revision, d.software, 0x11, 0)
		out = append(out, h.MAC[3:]...)
		out = append(out, 5, 2, 0, 2, 0)
		out = binary.BigEndian.AppendUint16(out, d.manufacturer)
		out = binary.BigEndian.AppendUint16(out, d.manufacturer)
		out = append(out, 0x84)
	}
	sum := byte(0)
	for _, c := range out {
		sum ^= c
	}
	return append(out, sum)
}

// KNXnet/IP (ISO 22510:2019 §5): services, and what describes a device.
const (
	knxSearch      = 0x0201
	knxSearched    = 0x0202
	knxDescription = 0x0203
	knxDescribed   = 0x0204
	knxDevice      = 0x01
	knxFamilies    = 0x02
)

// knxService describes a router of the building's bus, and is found by a search.
func knxService(manufacturer uint16, name string) Service {
	s := datagrams("knxip", 3671, func(h *Host, b []byte) []byte {
		r := wire.NewReader(b)
		size, version, service, total := r.U8(), r.U8(), r.U16(), r.U16()
		if r.Err() != nil || size != 6 || version != 0x10 || total != len(b) {
			return nil
		}
		var body []byte
		switch service {
		case knxSearch: // where to talk to it comes first
			service = knxSearched
			body = append([]byte{8, 1}, h.Here.AsSlice()...)
			body = binary.BigEndian.AppendUint16(body, 3671)
		case knxDescription:
			service = knxDescribed
		default:
			return nil
		}
		body = append(body, knxDescribe(h, manufacturer, name)...)
		out := binary.BigEndian.AppendUint16([]byte{6, 0x10}, uint16(service))
		out = binary.BigEndian.AppendUint16(out, uint16(6+len(body)))
		return append(out, body...)
	})
	s.Groups = append(s.Groups, knxGroup.Addr())
	return s
}

// knxDescribe are the blocks of a device and of what it can do (§5.2.5).
func knxDescribe(h *Host, manufacturer uint16, name string) []byte {
	const twistedPair = 2
	b := []byte{54, knxDevice, twistedPair, 0, 0x11, 0, 0, 0} // 1.1.0, of no project
	b = binary.BigEndian.AppendUint16(b, manufacturer)
	b = append(b, h.MAC[2:]...) // the serial number
	b = append(b, knxGroup.Addr().AsSlice()...)
	b = append(b, h.MAC[:]...)
	b = append(b, padded(name, 30, 0)...)
	return append(b, 10, knxFamilies, 2, 1, 3, 1, 4, 1, 5, 1) // core, management, tunnelling, routing
}
