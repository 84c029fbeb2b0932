// Package rsync reads the greeting of rsync daemons: that there is one, its
// version, and whether it wants a login. Modules and files are never told.
package rsync

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "rsync.version"        // of a server's protocol
	keyClient  = "rsync.client_version" // of a client's
	keyAuth    = "rsync.auth"           // of a server: required, or none for what was asked
)

const (
	prefix   = "@RSYNCD: "
	maxLine  = 512
	maxLines = 40
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "rsync",
		Over:    dissect.OverTCP,
		Ports:   []uint16{873},
		Spec:    "rsync documentation, rsyncd protocol (csprotocol.txt)",
		Starts:  []byte("@"),
		Probe:   func(b []byte, _ bool) bool { return bytes.HasPrefix(b, []byte(prefix)) },
		Dissect: read,
	}
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	text, n, err := line.Next(b, maxLine)
	data := &m.Flow.Data
	switch known := m.Flow.Protocol != 0; {
	case !known && !wire.CanBegin(b, prefix):
		return heron.Verdict{}, dissect.ErrNotMine
	case err != nil && known:
		return heron.Verdict{Done: true}, nil
	case err != nil:
		return heron.Verdict{}, dissect.ErrNotMine
	case n == 0:
		return heron.Verdict{}, nil
	}
	data[0]++
	done := data[0] >= maxLines
	rest, found := bytes.CutPrefix(text, []byte(prefix))
	word, _ := line.Word(rest)
	switch {
	case !found:
	case m.FromClient:
		out.Observe(m.Sender(), keyClient, word)
	case bytes.HasPrefix(word, []byte("AUTHREQD")):
		out.ObserveString(m.Sender(), keyAuth, "required")
	case bytes.Equal(word, []byte("OK")):
		if data[1] == 0 {
			out.ObserveString(m.Sender(), keyAuth, "none")
		}
		done = true
	case bytes.Equal(word, []byte("EXIT")):
		done = true
	default:
		out.Observe(m.Sender(), keyVersion, word)
	}
	if found && !m.FromClient && bytes.HasPrefix(word, []byte("AUTHREQD")) {
		data[1] = 1
	}
	if data[1] == 1 && bytes.HasPrefix(text, []byte("@ERROR")) && !m.FromClient {
		dissect.LoginFailed(out, "rsync", "")
	}
	return heron.Verdict{Consumed: n, Done: done}, nil
}
