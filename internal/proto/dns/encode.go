package dns

import (
	"encoding/binary"
	"net/netip"
)

// Message is a message to be written.
type Message struct {
	ID, Flags  int
	Questions  []Ask
	Answers    []RR
	Authority  []RR
	Additional []RR
}

// Ask is a question to be written.
type Ask struct {
	Name        string
	Type, Class int // Class 0 is ClassIN
}

// RR is a resource record to be written; A, AAAA, PTR, SRV, TXT and HINFO make them.
type RR struct {
	Name        string
	Type, Class int // Class 0 is ClassIN
	TTL         int // seconds
	Data        []byte
}

// A returns an address record for an IPv4 address, an AAAA record for an IPv6 one.
func A(name string, ttl int, ip netip.Addr) RR {
	rr := RR{Name: name, Type: TypeA, TTL: ttl, Data: ip.AsSlice()}
	if ip.Is6() {
		rr.Type = TypeAAAA
	}
	return rr
}

// PTR returns a pointer record.
func PTR(name string, ttl int, target string) RR {
	return RR{Name: name, Type: TypePTR, TTL: ttl, Data: AppendName(nil, target)}
}

// CNAME returns an alias record.
func CNAME(name string, ttl int, target string) RR {
	return RR{Name: name, Type: TypeCNAME, TTL: ttl, Data: AppendName(nil, target)}
}

// SRV returns a service record (RFC 2782) of priority and weight 0.
func SRV(name string, ttl, port int, host string) RR {
	data := binary.BigEndian.AppendUint16(make([]byte, 4), uint16(port))
	return RR{Name: name, Type: TypeSRV, TTL: ttl, Data: AppendName(data, host)}
}

// TXT returns a text record of these strings, each cut to 255 bytes; one of
// none holds the one empty string that RFC 6763 §6.1 asks for.
func TXT(name string, ttl int, text ...string) RR {
	rr := RR{Name: name, Type: TypeTXT, TTL: ttl, Data: appendStrings(nil, text)}
	if len(text) == 0 {
		rr.Data = []byte{0}
	}
	return rr
}

// HINFO returns a host information record.
func HINFO(name string, ttl int, cpu, os string) RR {
	return RR{Name: name, Type: TypeHINFO, TTL: ttl, Data: appendStrings(nil, []string{cpu, os})}
}

func appendStrings(b []byte, text []string) []byte {
	for _, s := range text {
		s = s[:min(len(s), 255)]
		b = append(append(b, byte(len(s))), s...)
	}
	return b
}

// Append adds the message to b in wire form, without compression.
func (m *Message) Append(b []byte) []byte {
	for _, n := range []int{
		m.ID, m.Flags, len(m.Questions), len(m.Answers), len(m.Authority), len(m.Additional),
	} {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	for _, q := range m.Questions {
		b = AppendName(b, q.Name)
		b = binary.BigEndian.AppendUint16(b, uint16(q.Type))
		b = binary.BigEndian.AppendUint16(b, classOr(q.Class))
	}
	for _, section := range [][]RR{m.Answers, m.Authority, m.Additional} {
		for i := range section {
			b = section[i].append(b)
		}
	}
	return b
}

func (rr *RR) append(b []byte) []byte {
	b = AppendName(b, rr.Name)
	b = binary.BigEndian.AppendUint16(b, uint16(rr.Type))
	b = binary.BigEndian.AppendUint16(b, classOr(rr.Class))
	b = binary.BigEndian.AppendUint32(b, uint32(rr.TTL))
	b = binary.BigEndian.AppendUint16(b, uint16(len(rr.Data)))
	return append(b, rr.Data...)
}

func classOr(c int) uint16 {
	if c == 0 {
		return ClassIN
	}
	return uint16(c)
}

// AppendName adds a name in wire form. A backslash escapes the byte after it;
// labels are cut to 63 bytes; a dot at the end changes nothing.
func AppendName(b []byte, name string) []byte {
	label := make([]byte, 0, 64)
	end := func() {
		if n := min(len(label), 63); n > 0 {
			b = append(append(b, byte(n)), label[:n]...)
		}
		label = label[:0]
	}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '.':
			end()
		case c == '\\' && i+1 < len(name):
			i++
			label = append(label, name[i])
		default:
			label = append(label, c)
		}
	}
	end()
	return append(b, 0)
}
