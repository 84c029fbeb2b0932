package lab

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/heron-iot/heron"
)

// What makers' own tools search with.

// moxaService answers the search for serial device servers (Moxa NPort, as observed): its
// model's number, its addresses.
func moxaService(model uint16) Service {
	return datagrams("moxa", 4800, func(h *Host, b []byte) []byte {
		if !bytes.Equal(b, []byte{1, 0, 0, 8, 0, 0, 0, 0}) {
			return nil
		}
		out := binary.BigEndian.AppendUint16([]byte{0x81, 0, 0, 0x18, 0, 0, 0, 0}, model)
		out = binary.BigEndian.AppendUint16(append(out, 0, 0x80), model)
		return append(append(out, h.MAC[:]...), h.Here.AsSlice()...)
	})
}

// lantronixService answers the query of the firmware's version (Lantronix 900-215, UDS-10
// User Guide, chapter 8); other queries it leaves.
func lantronixService(kind string) Service {
	return datagrams("lantronix", 30718, func(h *Host, b []byte) []byte {
		if !bytes.Equal(b, []byte{0, 0, 0, 0xf6}) {
			return nil
		}
		out := append([]byte{0, 0, 0, 0xf7, 0, 0x10, 0, 0}, kind...)
		return append(append(out, make([]byte, 14)...), h.MAC[:]...)
	})
}

// crestronService answers the search of the maker's toolbox (as observed): its name, and
// what it is in one line.
func crestronService(about string) Service {
	const nameSize = 256
	return datagrams("crestron", 41794, func(h *Host, b []byte) []byte {
		if !bytes.HasPrefix(b, []byte{0x14, 0, 0, 0, 1, 4, 0, 3, 0, 0}) {
			return nil
		}
		out := append([]byte{0x15, 0, 0, 0, 1, 4, 0, 3, 0, 0}, padded(h.hostname(), nameSize, 0)...)
		return append(out, h.fill(about)+"\x00"...)
	})
}

// bjnpService is Canon's protocol (BJNP, as its public descriptions have it): it is
// found, and tells its device ID (IEEE 1284-2000 §7.6).
func bjnpService(id string) Service {
	const discover, identity, head = 0x01, 0x30, 16
	return datagrams("bjnp", 8611, func(h *Host, b []byte) []byte {
		if len(b) < head || !bytes.HasPrefix(b, []byte("BJNP\x01")) {
			return nil
		}
		var body []byte
		switch text := h.fill(id); b[5] {
		case discover:
			body = append([]byte{0, 1, 8, 0, 6, 4}, h.MAC[:]...)
			body = append(body, h.Here.AsSlice()...)
		case identity:
			body = append(binary.BigEndian.AppendUint16(nil, uint16(len(text)+2)), text...)
		default:
			return nil
		}
		out := append([]byte("BJNP\x81"), b[5:12]...)
		return append(binary.BigEndian.AppendUint32(out, uint32(len(body))), body...)
	})
}

// dhipService answers the search for cameras (Dahua DHIP, as observed): a header with the
// length of the text that follows, twice.
func dhipService(class, model string) Service {
	const begin, headSize = "\x20\x00\x00\x00DHIP", 32
	return datagrams("dhip", 37810, func(h *Host, b []byte) []byte {
		if len(b) < headSize || !bytes.HasPrefix(b, []byte(begin)) || !bytes.Contains(b, []byte("DHDiscover.search")) {
			return nil
		}
		text := h.fill(`{"mac":"{mac}","method":"client.notifyDevInfo","params":{"deviceInfo":{"DeviceClass":"` + class + `","DeviceType":"` + model +
			`","HttpPort":80,"MachineName":"{SHORT}","SerialNo":"{sn}","Vendor":"Dahua","Version":"{fw}"}}}`)
		out := append([]byte(begin), make([]byte, 8)...)
		for range 2 {
			out = binary.LittleEndian.AppendUint64(out, uint64(len(text)))
		}
		return append(out, text...)
	})
}

// receiverService is a receiver's remote control over the network (Onkyo, ISCP over
// Ethernet): who it is by UDP, and by TCP whether it is on.
func receiverService(model, region string) []Service {
	const head = 16
	message := func(s string) []byte {
		s += "\x1a\r\n"
		b := append([]byte("ISCP"), 0, 0, 0, head)
		return append(append(binary.BigEndian.AppendUint32(b, uint32(len(s))), 1, 0, 0, 0), s...)
	}
	size := func(b []byte) (int, error) {
		switch {
		case len(b) >= 4 && !bytes.HasPrefix(b, []byte("ISCP")):
			return 0, errStray
		case len(b) < head:
			return 0, nil
		}
		return head + int(min(binary.BigEndian.Uint32(b[8:]), maxHead)), nil
	}
	return []Service{
		datagrams("eiscp", 60128, func(h *Host, b []byte) []byte {
			if n, err := size(b); err != nil || n != len(b) || !bytes.Contains(b, []byte("ECNQSTN")) {
				return nil
			}
			return message("!1ECN" + model + "/60128/" + region + "/" + strings.ToUpper(h.Serial))
		}),
		messages("eiscp", 60128, size, func(_ *Host, _ *Session, b []byte) ([]byte, bool) {
			if bytes.Contains(b, []byte("!1PWRQSTN")) {
				return message("!1PWR01"), true
			}
			return nil, true
		}),
	}
}

// coapService lists its resources (RFC 7252 §5, RFC 6690 §4), and has no others that
// anybody may read.
func coapService(links string) Service {
	const request, content, unauthorized = "\xbb.well-known\x04core", 0x45, 0x81
	return Service{
		Protocol: "coap", Transport: heron.UDP, Port: 5683,
		Answer: func(_ *Host, q Query) Reply {
			b := q.Bytes
			if len(b) < 4 || b[0]>>6 != 1 || int(b[0]&15) > len(b)-4 || b[0]&15 > 8 || b[1] == 0 || b[1] > 4 {
				return Reply{Used: len(b)}
			}
			token := b[4 : 4+int(b[0]&15)]
			out := append([]byte{0x60 | b[0]&15, unauthorized, b[2], b[3]}, token...)
			if bytes.Contains(b, []byte(request)) {
				out[1] = content
				out = append(append(out, 0xc1, 40, 0xff), links...) // application/link-format
			}
			return Reply{Used: len(b), Bytes: out}
		},
	}
}
