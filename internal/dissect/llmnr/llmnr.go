// Package llmnr reads link-local multicast name resolution: which names Windows
// machines look for on the link, and which they answer to.
package llmnr

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyQuery = "llmnr.query" // a name that the sender looks for
	keyName  = "llmnr.name"  // a name that the sender answers to
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{name: make([]byte, dns.MaxName), other: make([]byte, dns.MaxName)}
	return dissect.Protocol{
		Name:         "llmnr",
		Over:         dissect.OverUDP,
		Ports:        []uint16{5355},
		Spec:         "RFC 4795",
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	name, other []byte
}

// dissect reads a query or an answer, each with exactly one question (RFC 4795
// §2.1.1). Reverse names tell nothing.
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h := dns.ReadHeader(r)
	if r.Err() != nil || h.Opcode() != 0 || h.Flags&0x00f0 != 0 || h.Questions != 1 ||
		!h.Response() && h.Answers+h.Authority > 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	q := dns.ReadQuestion(r, d.name)
	if r.Err() != nil || q.Class != dns.ClassIN || len(q.Name) == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	if !h.Response() {
		if q.Type != dns.TypePTR {
			out.Observe(about, keyQuery, q.Name)
		}
		return heron.Verdict{}, nil
	}
	for range h.Answers {
		rec := dns.ReadRecord(r, d.other)
		if err := r.Err(); err != nil {
			return heron.Verdict{}, err
		}
		if rec.Type == dns.TypeA || rec.Type == dns.TypeAAAA {
			out.Observe(about, keyName, rec.Name)
			out.Observe(about, heron.KeyHostname, rec.Name)
		}
	}
	return heron.Verdict{}, nil
}
