// Package rsh reads the opening of remote commands of BSD, which cross the network
// in clear: that there is one. Names and commands are never told.
package rsh

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	maxName    = 64
	maxCommand = 2 << 10
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "rsh",
		Over:    dissect.OverTCP,
		Ports:   []uint16{514, 512},
		Spec:    "RFC 1258 and rshd(8), rexecd(8) of BSD",
		Dissect: read,
	}
}

// read takes the first message of a client: a port in digits, a name, another or a
// password, and a command, each ended by a zero. The server answers with a zero.
func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !m.FromClient {
		if first := r.Peek(1); m.Flow.Protocol == 0 || first[0] > 1 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{Consumed: 1, Done: true}, nil
	}
	if m.Flow.Protocol != 0 {
		return heron.Verdict{Consumed: r.Len()}, nil
	}
	const maxPort = 6 // with its zero
	size := r.Len()
	end := bytes.IndexByte(m.Payload[:min(size, maxPort)], 0)
	switch {
	case end < 0 && (size >= maxPort || !isPort(m.Payload)), end >= 0 && !isPort(m.Payload[:end]):
		return heron.Verdict{}, dissect.ErrNotMine
	case end < 0:
		return heron.Verdict{}, nil
	}
	r.Skip(end + 1)
	first, second, command := r.Until(0, maxName), r.Until(0, maxName), r.Until(0, maxCommand)
	if r.Err() != nil {
		if size > maxCommand {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{}, nil
	}
	if !wire.Printable(first) || !wire.Printable(second) || !wire.Printable(command) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	dissect.ClearLogin(out, "rsh")
	return heron.Verdict{Consumed: r.Offset()}, nil
}

func isPort(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
