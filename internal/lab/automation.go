package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/heron-iot/heron/internal/wire"
)

// Controllers that tell who they are to whoever asks.

// cipIdentity is the identity object of a device (The CIP Networks Library, volume 1 §5A-2).
type cipIdentity struct {
	vendor, kind, product uint16
	major, minor          byte
	name                  string
}

// Commands of EtherNet/IP, the size of its header, and what is said of a command that
// there is none of (The CIP Networks Library, volume 2 §2-3).
const (
	enipNop           = 0x00
	enipListServices  = 0x04
	enipListIdentity  = 0x63
	enipRegister      = 0x65
	enipUnregister    = 0x66
	enipHead          = 24
	enipInvalid       = 1
	enipPort          = 44818
	cipIdentityItem   = 0x0c
	cipServicesItem   = 0x100
	cipOwnedByProgram = 3 // state: operational
)

// services are the two over which it is asked.
func (c cipIdentity) services() []Service {
	return []Service{
		datagrams("enip", enipPort, func(h *Host, b []byte) []byte {
			if n, err := enipSize(b); err != nil || n != len(b) {
				return nil
			}
			out, _ := c.answer(h, nil, b)
			return out
		}),
		messages("enip", enipPort, enipSize, c.answer),
	}
}

func enipSize(b []byte) (int, error) {
	r := wire.NewReader(b)
	command, n := r.U16LE(), r.U16LE()
	switch {
	case r.Err() != nil:
		return 0, nil
	case command > enipUnregister && command != 0x6f && command != 0x70 || n > 4096:
		return 0, errStray
	}
	return enipHead + n, nil
}

// answer reads one encapsulated command.
func (c cipIdentity) answer(h *Host, _ *Session, b []byte) ([]byte, bool) {
	r := wire.NewReader(b)
	command := r.U16LE()
	r.Skip(2)
	session, status, data := r.U32LE(), 0, []byte(nil)
	r.Skip(4)
	context := r.Bytes(8)
	switch command {
	case enipNop, enipUnregister:
		return nil, command == enipNop
	case enipListIdentity:
		data = enipItem(cipIdentityItem, c.identity(h))
	case enipListServices:
		data = enipItem(cipServicesItem, append([]byte{1, 0, 0x20, 1}, "Communications\x00\x00"...))
	case enipRegister:
		session, data = int(h.MAC[5])+1, []byte{1, 0, 0, 0}
	default:
		status = enipInvalid
	}
	out := binary.LittleEndian.AppendUint16(nil, uint16(command))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(data)))
	out = binary.LittleEndian.AppendUint32(out, uint32(session))
	out = binary.LittleEndian.AppendUint32(out, uint32(status))
	out = append(append(out, context...), 0, 0, 0, 0)
	return append(out, data...), true
}

// enipItem is a list of one item.
func enipItem(kind uint16, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{1, 0}, kind)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

// identity is what List Identity tells (volume 2 §2-4.2).
func (c cipIdentity) identity(h *Host) []byte {
	b := []byte{1, 0, 0, 2}
	b = binary.BigEndian.AppendUint16(b, enipPort)
	b = append(append(b, h.Here.AsSlice()...), make([]byte, 8)...)
	for _, n := range []uint16{c.vendor, c.kind, c.product} {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	b = append(b, c.major, c.minor, 0x60, 0)
	b = append(b, h.MAC[2:]...) // the serial number
	b = append(append(b, byte(len(c.name))), c.name...)
	return append(b, cipOwnedByProgram)
}

// finsService answers the controller's data over UDP (Omron W342 §5-3-18); of anything
// else it says that there is no such command.
func finsService(model, version string) Service {
	const head, command, response = 10, 0x80, 0xc0
	return datagrams("fins", 9600, func(h *Host, b []byte) []byte {
		if len(b) < head+2 || b[0] != command {
			return nil
		}
		node := h.Here.As4()[3]
		out := []byte{response, 0, 2, b[6], b[7], b[8], b[3], node, b[5], b[9], b[10], b[11]}
		if b[10] != 5 || b[11] != 1 {
			return append(out, 4, 1)
		}
		out = append(out, 0, 0)
		out = append(out, padded(model, 20, 0)...)
		out = append(out, padded(version, 20, 0)...)
		return append(out, make([]byte, 40+12)...) // for the system's use; areas
	})
}

// padded is a text in a field of n octets.
func padded(s string, n int, with byte) []byte {
	b := []byte(s)[:min(len(s), n)]
	for len(b) < n {
		b = append(b, with)
	}
	return b
}

// melsecService answers the name of the type (Mitsubishi SH-080008 chapter 5, frame 3E in
// binary code); other commands are none that this controller knows.
func melsecService(port uint16, model string, code uint16) Service {
	const head, request, unknownCommand = 9, 0x5000, 0xc059
	size := func(b []byte) (int, error) {
		r := wire.NewReader(b)
		sub := r.U16()
		r.Skip(5)
		n := r.U16LE()
		switch {
		case r.Err() != nil:
			return 0, nil
		case sub != request || n < 6 || n > 2048:
			return 0, errStray
		}
		return head + n, nil
	}
	return messages("melsec", port, size, func(_ *Host, _ *Session, b []byte) ([]byte, bool) {
		r := wire.NewReader(b)
		r.Skip(2)
		route := r.Bytes(5)
		r.Skip(4)
		command := r.U16LE()
		result, data := uint16(0), binary.LittleEndian.AppendUint16(padded(model, 16, ' '), code)
		if command != 0x0101 {
			result, data = unknownCommand, append(append([]byte{}, route...), b[11:15]...)
		}
		out := append([]byte{0xd0, 0}, route...)
		out = binary.LittleEndian.AppendUint16(out, uint16(2+len(data)))
		return append(binary.LittleEndian.AppendUint16(out, result), data...), true
	})
}

// twincatService answers the search for TwinCAT systems (Beckhoff Information System:
// TwinCAT, broadcast search); a datagram that is none takes the old ones down.
func twincatService(build uint16) Service {
	const magic, search, found = 0x71146603, 1, 0x80000001
	const nameItem, systemItem, versionItem = 5, 4, 3
	s := datagrams("ads", 48899, func(h *Host, _ []byte) []byte {
		b := binary.LittleEndian.AppendUint32(nil, magic)
		b = binary.LittleEndian.AppendUint32(b, 0)
		b = binary.LittleEndian.AppendUint32(b, found)
		b = append(b, 5, h.MAC[3], h.MAC[4], h.MAC[5], 1, 1) // its address in AMS
		b = binary.LittleEndian.AppendUint16(b, 10000)
		b = binary.LittleEndian.AppendUint32(b, 3)
		b = appendTwinCAT(b, nameItem, []byte(h.hostname()+"\x00"))
		system := make([]byte, 276) // OSVERSIONINFO
		for i, n := range []uint32{276, 10, 0, 18362, 2} {
			binary.LittleEndian.PutUint32(system[4*i:], n)
		}
		b = appendTwinCAT(b, systemItem, system)
		return appendTwinCAT(b, versionItem, []byte{3, 1, byte(build), byte(build >> 8)})
	})
	answer := s.Answer
	s.Answer = func(h *Host, q Query) Reply {
		r := wire.NewReader(q.Bytes)
		first := r.U32LE()
		r.Skip(4)
		service := r.U32LE()
		r.Skip(8)
		items := r.U32LE()
		if r.Err() != nil || first != magic || service != search || items != 0 || r.Len() > 0 {
			return Reply{Used: len(q.Bytes), Broken: true}
		}
		return answer(h, q)
	}
	return s
}

func appendTwinCAT(b []byte, kind uint16, data []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, kind)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(data))), data...)
}

// gaugeService is a tank gauge (Veeder-Root 576013-635, Serial Interface Manual §7): it
// reports its software, and says of other functions that it does not know them. What
// comes before the mark that begins a command it does not look at.
func gaugeService(station, version, software string) Service {
	const begin, end, function, refused = "\x01", "\x03", "I90200", "9999FF1B"
	size := func(b []byte) (int, error) {
		at := bytes.Index(b, []byte(begin))
		switch whole := at + len(begin) + len(function); {
		case at < 0:
			return len(b), nil
		case len(b) < whole:
			return 0, nil
		default:
			return whole, nil
		}
	}
	return messages("atg", 10001, size, func(_ *Host, _ *Session, b []byte) ([]byte, bool) {
		_, command, ok := bytes.Cut(b, []byte(begin))
		if !ok {
			return nil, true
		}
		if string(command) != function {
			return []byte("\x01" + refused + end), true
		}
		return fmt.Appendf(nil, "\x01\r\n%s\r\nJAN  5, 2026  8:00 AM\r\n\r\n    %s\r\n\r\nSOFTWARE REVISION LEVEL\r\nVERSION %s\r\nSOFTWARE# %s\r\nCREATED - 11.09.03.10.46\r\n%s",
			function, station, version, software, end), true
	})
}
