// Package irc reads the opening of Internet Relay Chat, by which infected machines
// are often led: which server, and that somebody joins a channel. Names and
// messages are never told.
package irc

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyServer  = "irc.server"  // what a server calls itself
	keyVersion = "irc.version" // its program
)

const (
	maxLine  = 1 << 10 // with tags of IRCv3, more than RFC 1459 allows
	maxLines = 40
)

// Places in heron.FlowScratch.Data.
const (
	atLines  = 0
	atJoined = 1
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "irc",
		Over:    dissect.OverTCP,
		Ports:   []uint16{6667, 6666, 6668, 6669, 7000},
		Spec:    "RFC 1459; RFC 2812",
		Starts:  []byte("NUC:"),
		Probe:   probe,
		Dissect: read,
	}
}

// probe takes the first line of a client or a server, in the form that only they
// have.
func probe(b []byte, fromClient bool) bool {
	text, n, err := line.Next(b, maxLine)
	return err == nil && n > 0 && begins(text, fromClient)
}

func begins(text []byte, fromClient bool) bool {
	word, rest := line.Word(text)
	if fromClient {
		switch string(word) {
		case "NICK":
			return len(rest) > 0 && len(rest) < 64 && !bytes.ContainsAny(rest, " /")
		case "USER":
			return bytes.Count(rest, []byte(" ")) >= 3
		case "CAP":
			return bytes.HasPrefix(rest, []byte("LS")) || bytes.HasPrefix(rest, []byte("REQ"))
		}
		return false
	}
	second, _ := line.Word(rest)
	return len(word) > 1 && word[0] == ':' && (string(second) == "NOTICE" || string(second) == "001" || string(second) == "020" || string(second) == "CAP")
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	text, n, err := line.Next(r.Rest(), maxLine)
	data := &m.Flow.Data
	switch {
	case err != nil && m.Flow.Protocol == 0:
		return heron.Verdict{}, dissect.ErrNotMine
	case err != nil:
		return heron.Verdict{Done: true}, nil // colours are control characters
	case n == 0:
		return heron.Verdict{}, nil
	case m.Flow.Protocol == 0 && !begins(text, m.FromClient):
		return heron.Verdict{}, dissect.ErrNotMine
	}
	word, rest := line.Word(text)
	switch {
	case m.FromClient && string(word) == "PASS":
		dissect.ClearLogin(out, "irc")
	case m.FromClient && string(word) == "JOIN" && data[atJoined] == 0:
		data[atJoined] = 1
		out.Event(heron.Event{Kind: "irc.join"})
	case !m.FromClient:
		server(word, rest, m, out)
	}
	data[atLines]++
	return heron.Verdict{Consumed: n, Done: data[atLines] >= maxLines}, nil
}

// server tells a server's name, and its program (RFC 2812 §5.1, RPL_MYINFO).
func server(prefix, rest []byte, m *heron.Message, out dissect.Emitter) {
	const welcome, myInfo = "001", "004"
	code, rest := line.Word(rest)
	switch string(code) {
	case welcome:
		out.Observe(m.Sender(), keyServer, bytes.TrimPrefix(prefix, []byte(":")))
	case myInfo:
		_, rest = line.Word(rest) // whom it is told
		_, rest = line.Word(rest) // the server's name
		version, _ := line.Word(rest)
		out.Observe(m.Sender(), keyVersion, version)
	}
}
