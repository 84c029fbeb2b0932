// Package rlogin reads the opening of remote logins of BSD, which cross the network
// in clear: that there is one, and the terminal. Names are never told.
package rlogin

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

const keyTerminal = "rlogin.terminal" // of a client: kind and speed

const maxName = 64

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "rlogin",
		Over:    dissect.OverTCP,
		Ports:   []uint16{513},
		Spec:    "RFC 1282",
		Dissect: read,
	}
}

// read takes the first message of a client: a zero, two names, and the terminal
// with its speed, each ended by a zero. The server answers with a zero.
func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !m.FromClient {
		if first := r.Peek(1); m.Flow.Protocol == 0 || first[0] != 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{Consumed: 1, Done: true}, nil
	}
	if m.Flow.Protocol != 0 {
		return heron.Verdict{Consumed: r.Len()}, nil
	}
	zero := r.U8()
	if zero != 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	size := r.Len()
	local, remote, terminal := r.Until(0, maxName), r.Until(0, maxName), r.Until(0, maxName)
	if r.Err() != nil {
		if size > 3*maxName {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{}, nil
	}
	if !wire.Printable(local) || !wire.Printable(remote) || !wire.Printable(terminal) || r.Len() > 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.Observe(m.Sender(), keyTerminal, terminal)
	dissect.ClearLogin(out, "rlogin")
	return heron.Verdict{Consumed: r.Offset()}, nil
}
