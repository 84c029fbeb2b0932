// Package cotp recognises ISO transport over TCP that carries nothing that Heron
// reads: neither S7 nor MMS. It only names it, and tells the access points.
package cotp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/wire"
)

const keyCalled = "cotp.called" // access point that a client connects to, as text

// Protocol returns the dissector. It has no Probe: what looks like ISO transport
// on other ports is RDP, as a rule.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name: "cotp", Over: dissect.OverTCP, Ports: []uint16{102},
		Spec: "RFC 1006; ITU-T X.224 §13", Frame: frame, Dissect: run,
	}
}

// frame returns the length of a message when it belongs to nobody else.
func frame(b []byte) (int, error) {
	n, payload, err := cotp.Span(b)
	if err != nil || n > 0 && n <= len(b) && others(payload) {
		return 0, dissect.ErrNotMine
	}
	if n == 0 && payload == nil {
		return refused(b), nil
	}
	return n, nil
}

// refused returns the length of the packets of a connection that came to nothing: it
// is asked for again, or broken off. Of one that is open the first data tell whose it
// is.
func refused(b []byte) int {
	r := wire.NewReader(b)
	for n := 0; r.Len() > 0; n++ {
		size, err := cotp.Size(r.Peek(min(r.Len(), 4)))
		if err != nil || size == 0 || size > r.Len() {
			return 0
		}
		p, err := cotp.Read(&r)
		switch {
		case err != nil:
			return 0
		case p.Kind == cotp.DisconnectRequest, p.Kind == cotp.ConnectRequest && n > 0:
			return r.Offset()
		}
	}
	return 0
}

// others reports whether a payload begins like what other dissectors read.
func others(b []byte) bool {
	r := wire.NewReader(b)
	first, second := r.U8(), r.U8()
	switch {
	case first == 0x32: // S7, whose messages have ten octets at least
		return len(b) >= 10 && (second >= 1 && second <= 3 || second == 7)
	case first == 0x72: // S7 of newer controllers
		return len(b) >= 4
	case first >= 0xa0 && first <= 0xad, first == 0x8b, first == 0x8c: // MMS
		return true
	case first == cotp.Transfer:
		return second == 0
	case first >= cotp.Finish && first <= cotp.Accept, first == cotp.Abort: // a session
		return true
	}
	return false
}

func run(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	p, err := cotp.Read(r)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if p.Kind == cotp.ConnectRequest && m.FromClient && wire.Printable(p.Called) {
		out.Observe(m.Sender(), keyCalled, p.Called)
	}
	return heron.Verdict{Done: !m.FromClient}, nil
}
