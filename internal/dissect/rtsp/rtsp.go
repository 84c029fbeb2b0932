// Package rtsp reads the Real Time Streaming Protocol, by which cameras are
// watched: what servers and clients say of themselves, until the pictures come.
package rtsp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
	"github.com/heron-iot/heron/internal/proto/sdp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyServer    = "rtsp.server"
	keyUserAgent = "rtsp.user_agent"
	keyAuth      = "rtsp.www_authenticate" // scheme and realm
	keyURI       = "rtsp.uri"              // path that a client plays, without its query
	keySession   = "rtsp.session_name"     // s= of a session description
	keyTool      = "rtsp.tool"             // program that made the session description
)

const (
	version  = "RTSP/1."
	maxPath  = 128
	maxBody  = 8 << 10
	maxHeads = 32
)

// atHeads is the place in heron.FlowScratch.Data of how many heads were read.
const atHeads = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "rtsp",
		Over:    dissect.OverTCP,
		Ports:   []uint16{554, 8554, 10554},
		Spec:    "RFC 2326; RFC 7826; RFC 8866 (session description)",
		Probe:   probe,
		Dissect: d.dissect,
	}
}

func probe(b []byte, fromClient bool) bool {
	line, _, whole := bytes.Cut(b, []byte("\n"))
	if !fromClient {
		return bytes.HasPrefix(b, []byte(version))
	}
	return whole && bytes.Contains(line, []byte(" "+version))
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	if bytes.HasPrefix(b, []byte("$")) && m.Flow.Data[atHeads] > 0 {
		return heron.Verdict{Consumed: len(b), Done: true}, nil // pictures (RFC 2326 §10.12)
	}
	h, n, err := http1.Parse(b, version)
	if err != nil || n > 0 && h.Response() == m.FromClient && h.Response() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	body := max(h.Length(), 0)
	if n == 0 || n+body > len(b) && body <= maxBody {
		return heron.Verdict{Done: len(b) >= dissect.StreamPrefix}, nil
	}
	if h.Response() {
		d.response(&h, b[n:min(n+body, len(b))], m, out)
	} else {
		d.request(&h, m, out)
	}
	m.Flow.Data[atHeads]++
	return heron.Verdict{Consumed: n + body, Done: m.Flow.Data[atHeads] >= maxHeads}, nil
}

func (d *dissector) request(h *http1.Head, m *heron.Message, out dissect.Emitter) {
	out.Observe(m.Sender(), keyUserAgent, h.Get("User-Agent"))
	if scheme, _, ok := bytes.Cut(h.Get("Authorization"), []byte(" ")); ok && http1.Is(scheme, "Basic") {
		dissect.ClearLogin(out, "basic")
	}
	if string(h.Method) != "DESCRIBE" {
		return
	}
	_, rest, _ := bytes.Cut(h.Target, []byte("://"))
	if i := bytes.IndexByte(rest, '/'); i >= 0 {
		path, _, _ := bytes.Cut(rest[i:], []byte("?"))
		if len(path) <= maxPath && !bytes.ContainsAny(path, "@&=") { // some cameras want the password there
			out.Observe(m.Sender(), keyURI, path)
		}
	}
}

func (d *dissector) response(h *http1.Head, body []byte, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	out.Observe(about, keyServer, h.Get("Server"))
	if value := h.Get("WWW-Authenticate"); len(value) > 0 {
		d.text = http1.AppendChallenge(d.text[:0], value)
		out.Observe(about, keyAuth, d.text)
	}
	session := sdp.Read(body)
	out.Observe(about, keySession, session.Name)
	out.Observe(about, keyTool, session.Tool)
}
