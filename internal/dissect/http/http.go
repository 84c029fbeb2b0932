// Package http reads HTTP/1: what clients and servers say of themselves in
// their headers, the title of pages, and the device descriptions of UPnP.
//
// Credentials are never told: a login in the clear is an event without them,
// and of cookies only the names are kept.
package http

import (
	"bytes"
	"errors"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
	"github.com/heron-iot/heron/internal/wire"
)

const version = "HTTP/1."

// maxMessages is how many messages of one flow are read: later ones on the same
// connection say nothing new.
const maxMessages = 64

// untilClose is the length of a body that ends with the connection: more than
// the dispatcher ever passes over.
const untilClose = 1 << 31

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "http",
		Over:    dissect.OverTCP,
		Ports:   []uint16{80, 8080, 8000, 8008, 8081, 8888, 49152, 49153, 49154},
		Spec:    "RFC 9110; RFC 9112; UPnP Device Architecture 2.0 §2.3 (device description); DPWS 1.1 §5 and ONVIF Core §8.1 (metadata)",
		Probe:   probe,
		Starts:  []byte("CDGHNOPSTU"), // of methods, and of HTTP itself
		Dissect: d.dissect,
	}
}

// probe accepts a request line, or the start of a response.
func probe(b []byte, fromClient bool) bool {
	if !fromClient {
		return bytes.HasPrefix(b, []byte(version))
	}
	line, _, whole := bytes.Cut(b, []byte("\n"))
	return whole && bytes.Contains(line, []byte(" "+version)) && isMethod(line)
}

func isMethod(line []byte) bool {
	method, _, _ := bytes.Cut(line, []byte(" "))
	switch string(method) {
	case "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH", "TRACE",
		"PROPFIND", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY":
		return true
	}
	return false
}

type dissector struct {
	text []byte
	body []byte // of a message that comes in chunks
}

// Places in heron.FlowScratch.Data. The first of a pair is the client's.
const (
	atMode     = 0 // two: how the direction goes on
	atTold     = 2 // two: the head at the start was told already
	atMessages = 4 // two: messages so far
	atMethod   = 6 // what the last request was
	atAsked    = 7 // what the last request asked for
	atProxy    = 8 // the last request was to a proxy: it has a whole address
	atRelayed  = 9 // the last that asked for WebSocket came through a proxy
)

// Modes of a direction.
const (
	modeHead    = iota // a head comes next
	modeChunks         // a chunk comes next
	modeTrailer        // after the last chunk
	modeTunnel         // CONNECT or an upgrade: no longer HTTP
)

// Values at atMethod.
const (
	methodOther = iota
	methodHead
	methodConnect
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	side := dissect.Side(m)
	data := &m.Flow.Data
	b := r.Rest()
	switch data[atMode+side] {
	case modeTunnel:
		return heron.Verdict{}, dissect.ErrNotMine
	case modeChunks:
		return chunk(b, &data[atMode+side])
	case modeTrailer:
		return trailer(b, &data[atMode+side])
	}
	h, n, err := http1.Parse(b, version)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if n == 0 {
		return heron.Verdict{Done: len(b) >= dissect.StreamPrefix}, nil
	}
	if h.Response() == m.FromClient { // captured from the middle, and the ends mixed up
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return d.message(&h, b[n:], n, side, m, out)
}

// message reads a message whose head is there, with as much of its body as there is.
func (d *dissector) message(
	h *http1.Head, body []byte, size, side int, m *heron.Message, out dissect.Emitter,
) (heron.Verdict, error) {
	data := &m.Flow.Data
	if data[atTold+side] == 0 {
		data[atTold+side] = 1
		if h.Response() {
			d.response(h, m, data[atMessages+side] == 0, out)
		} else {
			d.request(h, m, data[atMessages+side] == 0, out)
			data[atMethod], data[atAsked], data[atProxy] = methodOf(h), byte(askedFor(h.Target)), 0
			if bytes.HasPrefix(h.Target, []byte("http://")) {
				data[atProxy] = 1
			}
		}
	}
	length := lengthOf(h, data[atMethod])
	full := len(body)+size >= dissect.StreamPrefix
	if wanted(h, length, asked(data[atAsked])) && !passedOn(h, m) && !d.page(h, body, length, full, m, out) && !full {
		return heron.Verdict{}, nil // the body is worth waiting for
	}
	data[atTold+side] = 0
	data[atMessages+side] = min(data[atMessages+side]+1, maxMessages)
	v := heron.Verdict{Consumed: size, Done: data[atMessages+side] >= maxMessages}
	switch {
	case tunnels(h, data[atMethod]):
		data[atMode], data[atMode+1] = modeTunnel, modeTunnel
		v.WebSocket = opensWebSocket(h)
		v.Done = v.Done || v.WebSocket && (data[atRelayed] != 0 || passedOn(h, m)) // it is another's
	case h.Chunked() && length != 0:
		data[atMode+side] = modeChunks
	case length > 0:
		v.Consumed += length
		v.Done = v.Done || h.Response() && length == untilClose // the server says nothing after it
	}
	return v, nil
}

func methodOf(h *http1.Head) byte {
	switch string(h.Method) {
	case "HEAD":
		return methodHead
	case "CONNECT":
		return methodConnect
	}
	return methodOther
}

// lengthOf returns the length of the body that follows h (RFC 9112 §6.3);
// untilClose when only the connection's end tells.
func lengthOf(h *http1.Head, asked byte) int {
	if h.Response() && (asked == methodHead || h.Status < 200 || h.Status == 204 || h.Status == 304) {
		return 0
	}
	if n := h.Length(); n >= 0 && !h.Chunked() {
		return n
	}
	if h.Response() && !tunnels(h, asked) {
		return untilClose
	}
	if h.Chunked() {
		return untilClose
	}
	return 0
}

// tunnels reports whether what follows h is another protocol's.
func tunnels(h *http1.Head, asked byte) bool {
	return h.Status == 101 || asked == methodConnect && h.Status >= 200 && h.Status < 300
}

// chunk passes over one chunk, which may be still to come.
func chunk(b []byte, mode *byte) (heron.Verdict, error) {
	size, line, err := http1.ChunkSize(b)
	if err != nil {
		return heron.Verdict{Done: true}, err
	}
	if line == 0 {
		return heron.Verdict{}, nil
	}
	if size == 0 {
		*mode = modeTrailer
		return heron.Verdict{Consumed: line}, nil
	}
	return heron.Verdict{Consumed: line + size + len("\r\n")}, nil
}

// trailer passes over the lines after the last chunk, up to an empty one.
func trailer(b []byte, mode *byte) (heron.Verdict, error) {
	r := wire.NewReader(b)
	line := r.Line(dissect.StreamPrefix)
	if errors.Is(r.Err(), wire.ErrShort) {
		return heron.Verdict{Done: len(b) >= dissect.StreamPrefix}, nil
	}
	if len(line) == 0 {
		*mode = modeHead
	}
	return heron.Verdict{Consumed: r.Offset()}, nil
}
