package http

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
)

// wanted reports whether a body is worth waiting for: a page with a title, a
// description of a device, or the answer to a question for one.
func wanted(h *http1.Head, length int, a asked) bool {
	return h.Response() && length != 0 && h.Get("Content-Encoding") == nil &&
		(isHTML(h) || isXML(h) || a != askedOther && h.Status == 200)
}

func isHTML(h *http1.Head) bool {
	return bytes.HasPrefix(h.Get("Content-Type"), []byte("text/html"))
}

func isXML(h *http1.Head) bool {
	t := h.Get("Content-Type")
	return bytes.HasPrefix(t, []byte("text/xml")) || bytes.HasPrefix(t, []byte("application/xml")) ||
		bytes.HasPrefix(t, []byte("application/soap+xml"))
}

// page tells what a body says, once enough of it is there or no more will be, and
// reports whether it has done so.
func (d *dissector) page(h *http1.Head, body []byte, length int, full bool, m *heron.Message, out dissect.Emitter) bool {
	whole := full || len(body) >= length
	if h.Chunked() {
		body, whole = d.join(body, full)
	}
	start := bytes.TrimLeft(body, "\xef\xbb\xbf \t\r\n")
	switch {
	case len(start) == 0:
		return whole
	case isHTML(h) && !isDocument(start):
		return d.title(start, whole, m, out)
	case start[0] == '{' || start[0] == '[':
		return d.members(start, asked(m.Flow.Data[atAsked]), whole, m, out)
	case start[0] == '<':
		return d.document(start, whole, m, out)
	}
	return true // whatever it is, it is not for us
}

// isDocument reports whether a body is XML whatever its type says: some devices
// have one type for all.
func isDocument(b []byte) bool {
	return bytes.HasPrefix(b, []byte("<?xml")) && indexFold(b[:min(len(b), 512)], "<html") < 0
}

// join takes the framing of chunks off a body, and reports whether it is whole.
func (d *dissector) join(b []byte, full bool) ([]byte, bool) {
	d.body = d.body[:0]
	for {
		size, line, err := http1.ChunkSize(b)
		if err != nil || line == 0 {
			return d.body, full || err != nil
		}
		if size == 0 {
			return d.body, true
		}
		b = b[line:]
		d.body = append(d.body, b[:min(size, len(b))]...)
		if len(b) < size+len("\r\n") {
			return d.body, full
		}
		b = b[size+len("\r\n"):]
	}
}

// title tells the title of a page.
func (d *dissector) title(body []byte, whole bool, m *heron.Message, out dissect.Emitter) bool {
	const end = "</title>"
	at := indexFold(body, end)
	if at < 0 {
		return whole
	}
	d.text = cleanText(d.text[:0], element(body[:at+len(end)], "title"))
	out.Observe(m.Sender(), keyTitle, d.text)
	return true
}
