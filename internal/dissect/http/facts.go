package http

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
)

// Keys of the observations.
const (
	keyUserAgent   = "http.user_agent"
	keyURI         = "http.uri" // path of a flow's first request, without its query
	keyServer      = "http.server"
	keyTitle       = "http.title"
	keyAuth        = "http.www_authenticate"
	keyCookie      = "http.set_cookie" // names only
	keyContentType = "http.content_type"
	keyLocation    = "http.location"
	keyPoweredBy   = "http.powered_by"
	keyDIAL        = "http.application_url" // DIAL §5.4: where programs of a television are started
)

// maxPath bounds the paths that are told.
const maxPath = 128

// request tells what a client says of itself, and of whom it asks. What a proxy
// passes on is not what it says of itself.
func (d *dissector) request(h *http1.Head, m *heron.Message, first bool, out dissect.Emitter) {
	about := m.Sender()
	fields := h.Fields()
	for name, value, ok := fields.Next(); ok; name, value, ok = fields.Next() {
		switch {
		case http1.Is(name, "User-Agent"):
			if !h.Relayed() {
				out.Observe(about, keyUserAgent, value)
			}
		case http1.Is(name, "Host"):
			d.contact(about, value, out)
		case http1.Is(name, "Authorization"):
			login(h, value, out)
		case http1.Is(name, "Sec-WebSocket-Key"):
			asksWebSocket(h, m, out)
		}
	}
	if first {
		if path := http1.Path(h.Target); len(path) > 1 && len(path) <= maxPath {
			out.Observe(about, keyURI, path)
		}
	}
}

// contact tells the name that the client asked, unless it is an address.
func (d *dissector) contact(about heron.Subject, host []byte, out dissect.Emitter) {
	if host = http1.Host(host); dissect.IsAddress(host) {
		return
	}
	d.text = dissect.AppendLower(d.text[:0], host)
	out.Observe(about, heron.KeyContact, d.text)
}

// login reports credentials sent in the clear (RFC 7617), without them.
func login(h *http1.Head, value []byte, out dissect.Emitter) {
	scheme, _, ok := bytes.Cut(value, []byte(" "))
	if !ok || !http1.Is(scheme, "Basic") {
		return
	}
	path := http1.Path(h.Target)
	out.Event(heron.Event{Kind: heron.KeyClearLogin, Attrs: map[string]string{
		"scheme": "basic", "path": string(path[:min(len(path), maxPath)]),
	}})
}

// response tells what a server says of itself. What came through a proxy is of
// another.
func (d *dissector) response(h *http1.Head, m *heron.Message, first bool, out dissect.Emitter) {
	if passedOn(h, m) {
		return
	}
	about := m.Sender()
	fields := h.Fields()
	for name, value, ok := fields.Next(); ok; name, value, ok = fields.Next() {
		switch {
		case http1.Is(name, "Server"):
			out.Observe(about, keyServer, value)
		case http1.Is(name, "WWW-Authenticate"):
			d.text = http1.AppendChallenge(d.text[:0], value)
			out.Observe(about, keyAuth, d.text)
		case http1.Is(name, "Set-Cookie"):
			cookie, _, _ := bytes.Cut(value, []byte("="))
			out.Observe(about, keyCookie, cookie)
		case http1.Is(name, "X-Powered-By"):
			out.Observe(about, keyPoweredBy, value)
		case http1.Is(name, "Sec-WebSocket-Protocol"):
			out.Observe(about, keyWebSocket, value)
		case http1.Is(name, "Application-URL"):
			out.Observe(about, keyDIAL, value)
		case http1.Is(name, "Location") && h.Status/100 == 3:
			out.Observe(about, keyLocation, http1.Path(value))
		case http1.Is(name, "Content-Type") && first:
			out.Observe(about, keyContentType, value)
		}
	}
}

// passedOn reports whether an answer is of another than its sender: a proxy was
// asked for it, or says so (RFC 9112 §3.2.2, RFC 9110 §7.6.3).
func passedOn(h *http1.Head, m *heron.Message) bool {
	return m.Flow.Data[atProxy] != 0 || h.Relayed()
}
