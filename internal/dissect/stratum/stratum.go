// Package stratum reads the protocol by which machines mine coins for a pool: that
// one does, and with which program. Wallets are never told.
package stratum

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

const keyAgent = "stratum.agent" // of a client: its program

const (
	maxLine  = 4 << 10
	maxLines = 10
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "stratum",
		Over:    dissect.OverTCP,
		Ports:   []uint16{3333, 4444, 14444},
		Spec:    "Stratum mining protocol (slush0); Monero stratum (xmrig)",
		Starts:  []byte("{"),
		Probe:   probe,
		Dissect: read,
	}
}

// probe takes a request of JSON-RPC whose method is one of mining.
func probe(b []byte, fromClient bool) bool {
	text, n, err := line.Next(b, maxLine)
	return fromClient && err == nil && n > 0 && method(text) != ""
}

// method returns what a request of mining asks for, "" when it is none.
func method(b []byte) string {
	if len(b) == 0 || b[0] != '{' || !bytes.Contains(b, []byte(`"method"`)) {
		return ""
	}
	for _, known := range [...]string{"mining.subscribe", "mining.authorize", "mining.submit", "eth_submitLogin", "eth_getWork"} {
		if bytes.Contains(b, []byte(`"`+known+`"`)) {
			return known
		}
	}
	if bytes.Contains(b, []byte(`"login"`)) && bytes.Contains(b, []byte(`"agent"`)) && bytes.Contains(b, []byte(`"pass"`)) {
		return "login"
	}
	return ""
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	data := &m.Flow.Data
	text, n, err := line.Next(b, maxLine)
	if err != nil || b[0] != '{' {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if n == 0 {
		return heron.Verdict{}, nil
	}
	what := method(text)
	if m.Flow.Protocol == 0 && (what == "" || !m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if m.FromClient && what != "" {
		out.Observe(m.Sender(), keyAgent, agent(text, what))
		if data[0] == 0 {
			out.Event(heron.Event{Kind: "stratum.mining", Attrs: map[string]string{"method": what}})
		}
	}
	data[0]++
	return heron.Verdict{Consumed: n, Done: data[0] >= maxLines}, nil
}

// agent returns the name of a client's program: the first parameter of a
// subscription, or a field of its own.
func agent(b []byte, what string) []byte {
	mark := `"agent"`
	if what == "mining.subscribe" {
		mark = `"params"`
	} else if what != "login" {
		return nil
	}
	_, rest, found := bytes.Cut(b, []byte(mark))
	rest = bytes.TrimLeft(rest, ": [")
	if !found || len(rest) == 0 || rest[0] != '"' {
		return nil
	}
	value, _, _ := bytes.Cut(rest[1:], []byte(`"`))
	return value
}
