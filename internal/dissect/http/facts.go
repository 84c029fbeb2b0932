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
	keyUPnP        = "upnp."
)

// maxPath bounds the paths that are told.
const maxPath = 128

// request tells what a client says of itself, and of whom it asks.
func (d *dissector) request(h *http1.Head, m *heron.Message, first bool, out dissect.Emitter) {
	about := m.Sender()
	fields := h.Fields()
	for name, value, ok := fields.Next(); ok; name, value, ok = fields.Next() {
		switch {
		case http1.Is(name, "User-Agent"):
			out.Observe(about, keyUserAgent, value)
		case http1.Is(name, "Host"):
			d.contact(about, value, out)
		case http1.Is(name, "Authorization"):
			login(h, value, out)
		}
	}
	if first {
		path, _, _ := bytes.Cut(h.Target, []byte("?"))
		if len(path) > 1 && len(path) <= maxPath {
			out.Observe(about, keyURI, path)
		}
	}
}

// contact tells the name that the client asked, unless it is an address.
func (d *dissector) contact(about heron.Subject, host []byte, out dissect.Emitter) {
	if i := bytes.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	if dissect.IsAddress(host) {
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
	path, _, _ := bytes.Cut(h.Target, []byte("?"))
	out.Event(heron.Event{Kind: "auth.cleartext", Attrs: map[string]string{
		"scheme": "basic", "path": string(path[:min(len(path), maxPath)]),
	}})
}

// response tells what a server says of itself.
func (d *dissector) response(h *http1.Head, m *heron.Message, first bool, out dissect.Emitter) {
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
		case http1.Is(name, "Location") && h.Status/100 == 3:
			target, _, _ := bytes.Cut(value, []byte("?"))
			out.Observe(about, keyLocation, target)
		case http1.Is(name, "Content-Type") && first:
			out.Observe(about, keyContentType, value)
		}
	}
}

// wanted reports whether a body is worth waiting for: a page with a title, or a
// device description.
func wanted(h *http1.Head, length int) bool {
	return h.Response() && length != 0 && h.Get("Content-Encoding") == nil && (isHTML(h) || isXML(h))
}

func isHTML(h *http1.Head) bool {
	return bytes.HasPrefix(h.Get("Content-Type"), []byte("text/html"))
}

func isXML(h *http1.Head) bool {
	t := h.Get("Content-Type")
	return bytes.HasPrefix(t, []byte("text/xml")) || bytes.HasPrefix(t, []byte("application/xml"))
}

// page tells what a body says, once enough of it is there, and reports whether
// it has done so.
func (d *dissector) page(
	h *http1.Head, body []byte, length int, m *heron.Message, out dissect.Emitter,
) bool {
	end := "</root>"
	if isHTML(h) {
		end = "</title>"
	}
	at := indexFold(body, end)
	if at < 0 {
		return len(body) >= length
	}
	body = body[:at+len(end)]
	if isHTML(h) {
		d.text = cleanText(d.text[:0], element(body, "title"))
		out.Observe(m.Sender(), keyTitle, d.text)
		return true
	}
	d.description(body, m, out)
	return true
}

// elements are the parts of a device description (UPnP Device Architecture 2.0
// §2.3) that tell what a device is, and the keys they have.
func elements() [10][2]string {
	return [...][2]string{
		{"deviceType", keyUPnP + "device_type"},
		{"friendlyName", keyUPnP + "friendly_name"},
		{"manufacturer", keyUPnP + "manufacturer"},
		{"manufacturerURL", keyUPnP + "manufacturer_url"},
		{"modelDescription", keyUPnP + "model_description"},
		{"modelName", keyUPnP + "model_name"},
		{"modelNumber", keyUPnP + "model_number"},
		{"serialNumber", keyUPnP + "serial_number"},
		{"firmwareVersion", keyUPnP + "firmware_version"},
		{"UDN", keyUPnP + "udn"},
	}
}

// description tells the root device of a UPnP device description; those nested
// in it come later in the text and are not its.
func (d *dissector) description(body []byte, m *heron.Message, out dissect.Emitter) {
	about := heron.Subject{Endpoint: m.Src}
	for _, e := range elements() {
		d.text = cleanText(d.text[:0], element(body, e[0]))
		out.Observe(about, e[1], d.text)
	}
}
