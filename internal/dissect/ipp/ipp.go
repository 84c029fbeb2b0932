// Package ipp reads the Internet Printing Protocol: what a printer says of itself
// in answer to questions about its attributes. Jobs, their names and who sent
// them are never told. All else on its port is left to HTTP.
package ipp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyServer = "ipp.server"     // Server of a printer's answer
	keyAgent  = "ipp.user_agent" // User-Agent of a client
	prefix    = "ipp."           // and the attribute of a printer
)

// Limits on what is looked at.
const (
	maxHead       = 4 << 10
	maxBody       = 10 << 10
	maxAttributes = 400
	maxName       = 40
	maxMessages   = 24 // of a connection
)

// Places in heron.FlowScratch.Data.
const (
	atMessages = 0
	atDocument = 1 // what the client sends is a document, until the printer answers
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{attributes: dissect.KeyMaker{Prefix: prefix}}
	return dissect.Protocol{
		Within:  []string{"http"},
		Name:    "ipp",
		Over:    dissect.OverTCP,
		Ports:   []uint16{631},
		Spec:    "RFC 8010; RFC 8011; PWG 5100.13 (device id), 5100.22",
		Starts:  []byte("P"),
		Probe:   func(b []byte, fromClient bool) bool { _, _, ok := request(b); return fromClient && ok },
		Dissect: d.dissect,
	}
}

// request reads the head of a request to print or to tell about printing.
func request(b []byte) (h http1.Head, size int, ok bool) {
	if !wire.CanBegin(b, "POST ") {
		return h, 0, false
	}
	end := bytes.Index(b[:min(len(b), maxHead)], []byte("\r\n\r\n"))
	if end < 0 {
		return h, 0, len(b) < maxHead && len(b) < 5
	}
	h, size, err := http1.Parse(b, "HTTP/")
	return h, size, err == nil && bytes.HasPrefix(bytes.TrimSpace(h.Get("Content-Type")), []byte("application/ipp"))
}

type dissector struct {
	attributes dissect.KeyMaker
	body       []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (v heron.Verdict, err error) {
	b := r.Rest()
	if m.FromClient {
		v, err = d.client(b, m, out)
	} else {
		v, err = d.server(b, m, out)
	}
	data := &m.Flow.Data
	if err == nil && v.Consumed > 0 && data[atMessages] < maxMessages {
		data[atMessages]++
	}
	v.Done = err == nil && data[atMessages] >= maxMessages
	return v, err
}

// client passes over a request, and whatever document follows it.
func (d *dissector) client(b []byte, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Flow.Data[atDocument] != 0 {
		return heron.Verdict{Consumed: len(b)}, nil
	}
	if waits(b, "POST ") {
		return heron.Verdict{}, nil
	}
	h, size, ok := request(b)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.Observe(m.Sender(), keyAgent, h.Get("User-Agent"))
	if h.Chunked() || h.Length() < 0 {
		m.Flow.Data[atDocument] = 1
		return heron.Verdict{Consumed: size}, nil
	}
	return heron.Verdict{Consumed: size + h.Length()}, nil
}

// waits reports whether the head of a message that begins so is still coming.
func waits(b []byte, start string) bool {
	return wire.CanBegin(b, start) && len(b) < maxHead && !bytes.Contains(b, []byte("\r\n\r\n"))
}

// server reads an answer.
func (d *dissector) server(b []byte, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Flow.Protocol == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if waits(b, "HTTP/") {
		return heron.Verdict{}, nil
	}
	h, size, err := http1.Parse(b, "HTTP/")
	if err != nil || size == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.Status < 200 {
		return heron.Verdict{Consumed: size}, nil
	}
	whole, there := d.gather(b[size:], &h)
	if !there && len(b) < maxBody {
		return heron.Verdict{}, nil
	}
	m.Flow.Data[atDocument] = 0
	out.Observe(m.Sender(), keyServer, h.Get("Server"))
	if h.Status == 200 && bytes.HasPrefix(h.Get("Content-Type"), []byte("application/ipp")) {
		d.answer(m, out)
	}
	return heron.Verdict{Consumed: size + whole}, nil
}

// gather puts the body of an answer together, and returns how much of the stream
// it has, and whether it is all there.
func (d *dissector) gather(b []byte, h *http1.Head) (size int, there bool) {
	d.body = d.body[:0]
	if !h.Chunked() {
		n := max(h.Length(), 0)
		d.body = append(d.body, b[:min(n, len(b))]...)
		return n, n <= len(b)
	}
	for size < len(b) {
		n, line, err := http1.ChunkSize(b[size:])
		if err != nil || line == 0 {
			return len(b), err != nil
		}
		size += line
		d.body = append(d.body, b[min(size, len(b)):min(size+n, len(b))]...)
		size += n + 2
		if n == 0 {
			return size, size <= len(b)
		}
	}
	return size, false
}

// Tags of groups and values (RFC 8010 §3.5).
const (
	groupPrinter = 0x04
	groupEnd     = 0x03
	lastGroup    = 0x0f
)

// answer tells the attributes of a printer that say what it is.
func (d *dissector) answer(m *heron.Message, out dissect.Emitter) {
	r := wire.NewReader(d.body)
	if r.U8() > 2 {
		return
	}
	r.Skip(1 + 2 + 4)
	group := 0
	for range maxAttributes {
		tag := r.U8()
		if r.Err() != nil || tag == groupEnd {
			return
		}
		if tag <= lastGroup {
			group = tag
			continue
		}
		name := r.Bytes(r.U16())
		value := r.Bytes(r.U16())
		if r.Err() == nil && group == groupPrinter && tells(string(name)) {
			out.Observe(m.Sender(), d.attributes.Key(name, maxName), value)
		}
	}
}

// tells reports whether an attribute says what a printer is.
func tells(name string) bool {
	switch name {
	case "printer-make-and-model", "printer-name", "printer-info", "printer-location", "printer-uuid", "device-uuid", "printer-device-id",
		"printer-firmware-name", "printer-firmware-version", "printer-firmware-string-version", "printer-firmware-patches",
		"printer-dns-sd-name", "printer-organization", "printer-organizational-unit", "printer-serial-number", "printer-more-info", "cups-version":
		return true
	}
	return false
}
