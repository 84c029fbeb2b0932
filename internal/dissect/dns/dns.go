// Package dns reads unicast DNS: which names a host asks for, what it is told,
// and what a server says of its version.
package dns

import (
	"bytes"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const keyVersionBind = "dns.version_bind"

// Kinds of events, and the attribute that all have.
const (
	kindQuery  = "dns.query"
	kindAnswer = "dns.answer"
	attrName   = "name"
)

// maxListed is how many addresses or names of an answer an event lists.
const maxListed = 8

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{
		name: make([]byte, dns.MaxName), other: make([]byte, dns.MaxName), list: make([]byte, 0, dns.MaxName),
	}
	return dissect.Protocol{
		Name:         "dns",
		Over:         dissect.OverUDP | dissect.OverTCP,
		Ports:        []uint16{53},
		Spec:         "RFC 1035 §4; RFC 7766 (TCP); RFC 4892 (version.bind)",
		EveryMessage: true,
		Probe:        d.probe,
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

// dissector holds buffers for names, which are borrowed by whoever is told.
type dissector struct {
	name, other, list []byte
	attrs             dissect.Attrs
	known             dissect.Attrs // by whole messages
}

// frame reads the length before each message of a stream (RFC 7766 §8).
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	n := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if n < 17 { // a header and the shortest question
		return 0, dissect.ErrNotMine
	}
	return 2 + n, nil
}

// probe accepts messages with exactly one well-formed question. The transport
// is not known here: a stream's length prefix is tried as well.
func (d *dissector) probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	if n := r.U16(); n == r.Len() && d.begins(&r, fromClient) {
		return true
	}
	r = wire.NewReader(b)
	return d.begins(&r, fromClient)
}

func (d *dissector) begins(r *wire.Reader, fromClient bool) bool {
	h := dns.ReadHeader(r)
	if !plausible(&h) || h.Response() == fromClient || h.Questions != 1 || h.ID == 0 {
		return false
	}
	q := dns.ReadQuestion(r, d.name)
	return r.Err() == nil && len(q.Name) > 0 && plainName(q.Name) && q.Class <= dns.ClassCHAOS && q.Class > 0 &&
		(h.Records() > 0 || r.Len() == 0)
}

// plainName reports whether all octets of a name are those of names of hosts
// and services: the port 53 takes any, but without it they must look like one.
func plainName(name []byte) bool {
	for _, c := range name {
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
		if !plain {
			return false
		}
	}
	return true
}

// plausible reports whether a header can be one: RFC 1035 §4.1.1 with the
// opcodes assigned since, the reserved bit zero, and one question (RFC 9619).
func plausible(h *dns.Header) bool {
	op := h.Opcode()
	if h.Flags&0x0040 != 0 || op == 3 || op > 6 || h.Questions > 1 || h.Records() > 1000 {
		return false
	}
	if h.Response() {
		return true
	}
	return h.Questions == 1 && h.Rcode() == 0 && (op != 0 || h.Answers == 0)
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.UDP && d.again(r, m, out) {
		return heron.Verdict{}, nil
	}
	if m.Transport == heron.TCP {
		r.Skip(2)
		body := wire.NewReader(r.Rest()) // pointers count from the header
		r = &body
	}
	h := dns.ReadHeader(r)
	if r.Err() != nil || !plausible(&h) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	var q dns.Question
	if h.Questions == 1 {
		q = dns.ReadQuestion(r, d.name)
		if r.Err() != nil || !knownClass(q.Class) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		q.Name = dissect.AppendLower(q.Name[:0], q.Name) // resolvers mix case at random
	} else if h.Records() == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.Response() {
		return heron.Verdict{}, d.answer(r, &h, &q, m, out)
	}
	if h.Opcode() == 0 {
		d.query(&q, m, out)
	}
	return heron.Verdict{}, nil
}

func knownClass(c int) bool {
	return c == dns.ClassIN || c == dns.ClassCHAOS || c == 254 || c == 255
}

// query states that the sender wants to contact a name.
func (d *dissector) query(q *dns.Question, m *heron.Message, out dissect.Emitter) {
	contact := false
	switch q.Type {
	case dns.TypeA, dns.TypeAAAA, dns.TypeCNAME, dns.TypeSRV, dns.TypeMX, dns.TypeHTTPS, dns.TypeANY:
		if q.Class == dns.ClassIN {
			out.Observe(m.Sender(), heron.KeyContact, q.Name)
			contact = true
		}
	}
	d.attrs.Begin(ofQuery)
	d.attrs.Number(q.Type)
	d.attrs.Text(q.Name)
	attrs := d.attrs.Known()
	if attrs == nil {
		attrs = d.attrs.Keep(map[string]string{attrName: string(q.Name), "type": typeName(q.Type)})
	}
	out.Act(kindQuery, attrs)
	if contact && attrs[attrName] == string(q.Name) {
		d.remember(ofQuery, m, attrs)
	}
}

// What attributes are about, for dissect.Attrs.
const (
	ofQuery = iota
	ofAnswer
)

// answer reports what a server said, the addresses and names of its answer
// section in one list.
func (d *dissector) answer(
	r *wire.Reader, h *dns.Header, q *dns.Question, m *heron.Message, out dissect.Emitter,
) error {
	d.list = d.list[:0]
	listed, told := 0, false
	for range h.Answers {
		rec := dns.ReadRecord(r, d.other)
		if r.Err() != nil {
			if h.Flags&dns.FlagTruncated != 0 {
				break
			}
			return r.Err()
		}
		if rec.Class == dns.ClassCHAOS && rec.Type == dns.TypeTXT && bytes.EqualFold(rec.Name, []byte("version.bind")) {
			text := rec.Strings()
			out.Observe(m.Sender(), keyVersionBind, dns.ReadString(&text))
			told = true
		}
		if listed < maxListed {
			listed += d.listRecord(&rec)
		}
	}
	if q.Name == nil || h.Opcode() != 0 {
		return nil
	}
	d.attrs.Begin(ofAnswer)
	d.attrs.Number(q.Type)
	d.attrs.Number(h.Rcode())
	d.attrs.Text(q.Name)
	d.attrs.Text(d.list)
	attrs := d.attrs.Known()
	if attrs == nil {
		attrs = d.attrs.Keep(map[string]string{
			attrName: string(q.Name), "type": typeName(q.Type), "rcode": rcodeName(h.Rcode()), "answers": string(d.list),
		})
	}
	out.Act(kindAnswer, attrs)
	if !told {
		d.remember(ofAnswer, m, attrs)
	}
	return nil
}

// listRecord adds an address or a name to the list, and returns how many.
func (d *dissector) listRecord(rec *dns.Record) int {
	before := len(d.list)
	if before > 0 {
		d.list = append(d.list, ' ')
	}
	start := len(d.list)
	switch rec.Type {
	case dns.TypeA, dns.TypeAAAA:
		if ip, ok := netip.AddrFromSlice(rec.Bytes()); ok {
			d.list = ip.AppendTo(d.list)
		}
	case dns.TypeCNAME, dns.TypePTR, dns.TypeNS:
		d.list = append(d.list, rec.Target(d.other)...)
	}
	if len(d.list) == start {
		d.list = d.list[:before]
		return 0
	}
	return 1
}

func typeName(t int) string {
	switch t {
	case dns.TypeA:
		return "A"
	case dns.TypeNS:
		return "NS"
	case dns.TypeCNAME:
		return "CNAME"
	case dns.TypeSOA:
		return "SOA"
	case dns.TypePTR:
		return "PTR"
	case dns.TypeMX:
		return "MX"
	case dns.TypeTXT:
		return "TXT"
	case dns.TypeAAAA:
		return "AAAA"
	case dns.TypeSRV:
		return "SRV"
	case dns.TypeHTTPS:
		return "HTTPS"
	case dns.TypeANY:
		return "ANY"
	}
	return "TYPE" + strconv.Itoa(t) // RFC 3597 §5
}

func rcodeName(c int) string {
	switch c {
	case 0:
		return "noerror"
	case 2:
		return "servfail"
	case 3:
		return "nxdomain"
	case 5:
		return "refused"
	}
	return "rcode" + strconv.Itoa(c)
}
