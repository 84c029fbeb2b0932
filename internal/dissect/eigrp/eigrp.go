// Package eigrp reads the headers and the greetings of EIGRP: which routers there
// are, and the software that they run.
package eigrp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keySystem  = "eigrp.as"       // number of the autonomous system
	keyOS      = "eigrp.software" // version of the router's system
	keyRelease = "eigrp.release"  // version of EIGRP
	keyAuth    = "eigrp.auth"     // none, md5, sha256
)

// ipProtocol is the number of the IP protocol.
const ipProtocol = 88

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "eigrp",
		Over:    dissect.OverIP,
		Ports:   []uint16{ipProtocol},
		Spec:    "RFC 7868 §6.6 (header), §6.7 (entries)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// Operation codes and entries (RFC 7868 §6.6, §6.7).
const (
	opHello     = 5
	lastOp      = 11
	typeAuth    = 0x0002
	typeVersion = 0x0004
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	version, op := r.U8(), r.U8()
	r.Skip(16) // checksum, flags, sequence, acknowledgement, virtual router
	system := r.U16()
	if r.Err() != nil || version != 2 || op == 0 || op > lastOp || !entries(*r) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keySystem, d.text.Number(system))
	auth := "none"
	for r.Len() > 0 {
		kind := r.U16()
		v := r.Sub(r.U16() - 4)
		switch kind {
		case typeAuth:
			auth = "md5"
			if v.U16() == 3 {
				auth = "sha256"
			}
		case typeVersion:
			out.Observe(about, keyOS, d.pair(&v))
			out.Observe(about, keyRelease, d.pair(&v))
		}
	}
	if op == opHello {
		out.ObserveString(about, keyAuth, auth)
	}
	return heron.Verdict{}, nil
}

// entries reports whether what follows the header is entries to the end.
func entries(r wire.Reader) bool {
	for r.Len() > 0 && r.Err() == nil {
		r.Skip(2)
		size := r.U16()
		if size < 4 {
			return false
		}
		r.Skip(size - 4)
	}
	return r.Err() == nil
}

// pair reads a version of two numbers.
func (d *dissector) pair(r *wire.Reader) []byte {
	major, minor := r.U8(), r.U8()
	if r.Err() != nil {
		return nil
	}
	return d.text.Numbers('.', major, minor)
}
