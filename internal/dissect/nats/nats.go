// Package nats reads the greeting of NATS servers and what a client calls itself.
// Subjects, messages and passwords are never told.
package nats

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "nats.version"
	keyName    = "nats.server_name"
	keyAuth    = "nats.auth" // of a server: required or none
	keyClient  = "nats.client"
	keyLibrary = "nats.library" // language and version
)

const (
	maxLine  = 8 << 10
	maxLines = 12
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "nats",
		Over:    dissect.OverTCP,
		Ports:   []uint16{4222},
		Spec:    "NATS documentation, Client Protocol",
		Starts:  []byte("I"),
		Probe:   func(b []byte, fromClient bool) bool { return !fromClient && bytes.HasPrefix(b, []byte("INFO {\"")) },
		Dissect: d.dissect,
	}
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const info, connect = "INFO {", "CONNECT {"
	b := r.Rest()
	data := &m.Flow.Data
	begin := info
	if m.FromClient {
		begin = connect
	}
	if m.Flow.Protocol == 0 && !wire.CanBegin(b, begin) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	text, n, err := line.Next(b, maxLine)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine // TLS may follow the greeting
	}
	if n == 0 {
		return heron.Verdict{}, nil
	}
	data[0]++
	done := data[0] >= maxLines
	word, object := line.Word(text)
	switch {
	case !m.FromClient && line.Is(word, "INFO"):
		d.server(object, m, out)
	case m.FromClient && line.Is(word, "CONNECT"):
		d.client(object, m, out)
	case !m.FromClient && line.HasPrefix(text, "-ERR 'Authorization Violation'"):
		dissect.LoginFailed(out, "nats", "")
		done = true
	case m.FromClient && line.IsOneOf(word, "PUB", "HPUB"):
		done = true // what follows is a message
	}
	return heron.Verdict{Consumed: n, Done: done}, nil
}

func (d *dissector) server(b []byte, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	out.Observe(about, keyVersion, jsonscan.Find(b, "version"))
	out.Observe(about, keyName, jsonscan.Find(b, "server_name"))
	if bytes.Contains(b, []byte(`"auth_required":true`)) {
		out.ObserveString(about, keyAuth, "required")
	} else {
		out.ObserveString(about, keyAuth, "none")
	}
}

func (d *dissector) client(b []byte, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	out.Observe(about, keyClient, jsonscan.Find(b, "name"))
	if language := jsonscan.Find(b, "lang"); len(language) > 0 {
		d.text = append(append(d.text[:0], language...), ' ')
		d.text = append(d.text, jsonscan.Find(b, "version")...)
		out.Observe(about, keyLibrary, d.text)
	}
	if has(b, `"pass":"`) || has(b, `"auth_token":"`) {
		dissect.ClearLogin(out, "nats")
	}
}

// has reports whether a field of text is there and not empty, whatever is in it.
func has(b []byte, name string) bool {
	_, rest, found := bytes.Cut(b, []byte(name))
	return found && !bytes.HasPrefix(rest, []byte(`"`))
}
