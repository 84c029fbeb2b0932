// Package nbns reads the NetBIOS name service: the names that Windows machines,
// printers and file servers claim, and those they look for.
package nbns

import (
	"encoding/hex"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/proto/nbns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations. A name is written with its suffix, as NAS<20>.
const (
	keyName  = "nbns.name"  // the sender's own
	keyGroup = "nbns.group" // a workgroup or domain that the sender is in
	keyQuery = "nbns.query" // a name that the sender looks for
	keyMAC   = "nbns.mac"   // that the sender gives for itself
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{name: make([]byte, dns.MaxName), plain: make([]byte, 0, 16)}
	return dissect.Protocol{
		Name:         "nbns",
		Over:         dissect.OverUDP,
		Ports:        []uint16{137},
		Spec:         "RFC 1001; RFC 1002 §4.2",
		EveryMessage: true,
		Probe:        d.probe,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	name, plain, text []byte
}

// probe accepts a query or registration of one well-formed name.
func (d *dissector) probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	h := dns.ReadHeader(&r)
	if !plausible(&h) {
		return false
	}
	name := dns.ReadName(&r, d.name)
	_, _, ok := nbns.DecodeName(name, d.plain)
	return ok && r.Err() == nil
}

// plausible reports whether a header can be one (RFC 1002 §4.2.1.1): one question
// or, in an answer, none.
func plausible(h *dns.Header) bool {
	switch h.Opcode() {
	case nbns.OpQuery, nbns.OpRegistration, nbns.OpRelease, 7, nbns.OpRefresh, 9:
	default:
		return false
	}
	if h.Response() {
		return h.Questions == 0 && h.Records() <= 4
	}
	return h.Questions == 1 && h.Answers == 0 && h.Records() <= 1
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h := dns.ReadHeader(r)
	if r.Err() != nil || !plausible(&h) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	if h.Response() {
		return heron.Verdict{}, d.answer(r, &h, about, out)
	}
	q := dns.ReadQuestion(r, d.name)
	name, suffix, ok := nbns.DecodeName(q.Name, d.plain)
	if r.Err() != nil || !ok || q.Type != dns.TypeNB && q.Type != dns.TypeNBSTAT {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.Opcode() == nbns.OpQuery {
		if string(name) != "*" {
			out.Observe(about, keyQuery, d.written(name, suffix))
		}
		return heron.Verdict{}, nil
	}
	if h.Opcode() == nbns.OpRelease || h.Additional == 0 {
		return heron.Verdict{}, nil
	}
	rec := dns.ReadRecord(r, d.name)
	if err := r.Err(); err != nil {
		return heron.Verdict{}, err
	}
	group, _ := nbns.Owner(rec.Bytes())
	d.claim(about, name, suffix, group, out)
	return heron.Verdict{}, nil
}

// answer reads what a node says of itself. A name that a server answers for
// another is that one's address, not the sender's name.
func (d *dissector) answer(r *wire.Reader, h *dns.Header, about heron.Subject, out dissect.Emitter) error {
	for range h.Answers {
		rec := dns.ReadRecord(r, d.name)
		if r.Err() != nil {
			return dissect.ErrNotMine
		}
		name, suffix, ok := nbns.DecodeName(rec.Name, d.plain)
		switch {
		case !ok:
			return dissect.ErrNotMine
		case rec.Type == dns.TypeNBSTAT:
			mac, err := nbns.ReadStatus(rec.Bytes(), func(name []byte, suffix int, group bool) {
				d.claim(about, name, suffix, group, out)
			})
			if err != nil {
				return err
			}
			d.text = dissect.AppendMAC(d.text[:0], mac[:])
			out.Observe(about, keyMAC, d.text)
		case rec.Type == dns.TypeNB && h.Rcode() == 0:
			group, ip := nbns.Owner(rec.Bytes())
			if ip == about.IP && ip != (netip.Addr{}) {
				d.claim(about, name, suffix, group, out)
			}
		}
	}
	return nil
}

// claim tells a name that the subject has.
func (d *dissector) claim(about heron.Subject, name []byte, suffix int, group bool, out dissect.Emitter) {
	if len(name) == 0 || string(name) == "\x01\x02__MSBROWSE__\x02" {
		return
	}
	if group {
		out.Observe(about, keyGroup, d.written(name, suffix))
		return
	}
	out.Observe(about, keyName, d.written(name, suffix))
	if suffix == nbns.SuffixWorkstation || suffix == nbns.SuffixFileServer {
		out.Observe(about, heron.KeyHostname, name)
	}
}

// written returns a name with its suffix in angle brackets.
func (d *dissector) written(name []byte, suffix int) []byte {
	d.text = append(append(d.text[:0], name...), '<')
	d.text = hex.AppendEncode(d.text, []byte{byte(suffix)})
	d.text = append(d.text, '>')
	return d.text
}
