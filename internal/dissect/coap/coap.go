// Package coap reads the Constrained Application Protocol, which small devices
// speak: what is asked of them, and the resources by which they describe
// themselves. Payloads are not told.
package coap

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyPath      = "coap.uri_path"      // that a client asks for
	keyResource  = "coap.resource"      // path of a resource that a server lists
	keyType      = "coap.resource_type" // rt of one
	keyInterface = "coap.interface"     // if of one
	keyTitle     = "coap.title"         // title of one
)

// Codes: class and detail (RFC 7252 §12.1, RFC 8323 §5).
const (
	codePOST = 2
	codeLast = 7    // iPATCH, the last method (RFC 8132)
	codeCSM  = 0xe1 // with which both sides of a stream begin
)

// Options (RFC 7252 §5.10).
const (
	optionHost   = 3
	optionPath   = 11
	optionFormat = 12
	formatLinks  = 40
)

// Limits.
const (
	maxOptions   = 32
	maxPath      = 128
	maxResources = 24
	maxToken     = 8
	maxMessages  = 64 // of a flow
)

// atMessages is the place in heron.FlowScratch.Data of how many were read, behind
// what dissect.Fresh needs.
const atMessages = 9

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "coap",
		Over:    dissect.OverUDP | dissect.OverTCP,
		Ports:   []uint16{5683},
		Spec:    "RFC 7252; RFC 6690 (link format); RFC 8323 (over TCP); RFC 8132",
		Probe:   d.probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// message is what is read of a message.
type message struct {
	code    int
	links   bool // the payload is in the link format
	host    []byte
	paths   int
	payload []byte
}

// probe accepts a request for a path, or the start of a stream.
func (d *dissector) probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	if r.U8()>>6 == 1 && fromClient {
		r = wire.NewReader(b)
		msg, ok := d.datagram(&r)
		return ok && msg.code > 0 && msg.code <= codeLast && msg.paths > 0
	}
	n, err := frame(b)
	if err != nil || n != len(b) {
		return false
	}
	r = wire.NewReader(b)
	msg, ok := d.framed(&r)
	return ok && msg.code == codeCSM
}

// frame returns the length of a message in a stream (RFC 8323 §3.2).
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	length, token := streamHeader(&r)
	if r.Err() != nil {
		return 0, nil
	}
	if token > maxToken {
		return 0, dissect.ErrNotMine
	}
	return r.Offset() + 1 + token + length, nil
}

// streamHeader reads the lengths of a message in a stream.
func streamHeader(r *wire.Reader) (length, token int) {
	first := r.U8()
	token = first & 0xf
	switch length = first >> 4; length {
	case 13:
		length = r.U8() + 13
	case 14:
		length = r.U16() + 269
	case 15:
		length = r.U32() + 65805
	}
	return length, token
}

type dissector struct {
	path  []byte
	attrs dissect.Attrs
}

// datagram reads a message of its own (RFC 7252 §3).
func (d *dissector) datagram(r *wire.Reader) (message, bool) {
	first := r.U8()
	msg := message{code: r.U8()}
	r.Skip(2)
	token := first & 0xf
	r.Skip(token)
	if r.Err() != nil || first>>6 != 1 || token > maxToken || !assigned(msg.code) {
		return msg, false
	}
	if msg.code == 0 {
		return msg, token == 0 && r.Len() == 0
	}
	return msg, d.options(r, &msg)
}

// framed reads a message of a stream.
func (d *dissector) framed(r *wire.Reader) (message, bool) {
	_, token := streamHeader(r)
	msg := message{code: r.U8()}
	r.Skip(token)
	if r.Err() != nil || !assigned(msg.code) && msg.code>>5 != 7 {
		return msg, false
	}
	return msg, d.options(r, &msg)
}

// assigned reports whether a code has a meaning (RFC 7252 §12.1).
func assigned(code int) bool {
	class, detail := code>>5, code&0x1f
	switch class {
	case 0:
		return detail <= codeLast
	case 2, 5:
		return detail <= 8 || class == 2 && detail == 31
	case 4:
		return detail <= 29
	}
	return false
}

// options reads the options and finds the payload (RFC 7252 §3.1). The path is
// put together in d.path.
func (d *dissector) options(r *wire.Reader, msg *message) bool {
	d.path = d.path[:0]
	number := 0
	for range maxOptions {
		if r.Len() == 0 {
			return true
		}
		first := r.U8()
		if first == 0xff {
			msg.payload = r.Rest()
			return len(msg.payload) > 0
		}
		number += extended(r, first>>4)
		value := r.Bytes(extended(r, first&0xf))
		if r.Err() != nil {
			return false
		}
		if !d.option(number, value, msg) {
			return false
		}
	}
	return false
}

func (d *dissector) option(number int, value []byte, msg *message) bool {
	switch number {
	case optionHost:
		msg.host = value
	case optionPath:
		msg.paths++
		if len(value) > 0 && !wire.Printable(value) {
			return false
		}
		if len(d.path)+len(value) < maxPath {
			d.path = append(append(d.path, '/'), value...)
		}
	case optionFormat:
		r := wire.NewReader(value)
		msg.links = len(value) == 1 && r.U8() == formatLinks
	}
	return true
}

// extended reads the rest of a number whose four bits have no room for it.
func extended(r *wire.Reader, n int) int {
	switch n {
	case 13:
		return r.U8() + 13
	case 14:
		return r.U16() + 269
	case 15:
		r.Fail(dissect.ErrNotMine)
	}
	return n
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	var msg message
	var ok bool
	if m.Transport == heron.TCP {
		msg, ok = d.framed(r)
	} else {
		msg, ok = d.datagram(r)
	}
	known := m.Flow.Data[atMessages] > 0
	if !ok || !known && m.Transport == heron.TCP && msg.code != codeCSM {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if msg.code > 0 && msg.code <= codeLast {
		d.request(&msg, m, out)
	} else if msg.links {
		d.resources(msg.payload, m, out)
	}
	m.Flow.Data[atMessages]++
	return heron.Verdict{Done: m.Flow.Data[atMessages] >= maxMessages}, nil
}

// request tells what a client asks for, and reports what changes something.
func (d *dissector) request(msg *message, m *heron.Message, out dissect.Emitter) {
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyPath, d.path)
	if len(msg.host) > 0 && !dissect.IsAddress(msg.host) && wire.Printable(msg.host) {
		out.Observe(about, heron.KeyContact, msg.host)
	}
	methods := [...]string{codePOST: "POST", 3: "PUT", 4: "DELETE", 6: "PATCH", codeLast: "iPATCH"}
	if name := methods[msg.code]; name != "" {
		if dissect.Fresh(m.Flow, msg.code, dissect.Sum(d.path)) {
			out.Act("coap.write", d.written(msg.code, name))
		}
	}
}

// written returns the attributes of a method that changes what the path names.
func (d *dissector) written(code int, method string) map[string]string {
	d.attrs.Begin(0)
	d.attrs.Number(code)
	d.attrs.Text(d.path)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	return d.attrs.Keep(map[string]string{"method": method, "path": string(d.path)})
}

// resources tells what a server lists (RFC 6690 §2).
func (d *dissector) resources(list []byte, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	for range maxResources {
		_, rest, ok := bytes.Cut(list, []byte("<"))
		if !ok {
			return
		}
		var path, params []byte
		if path, rest, ok = bytes.Cut(rest, []byte(">")); !ok {
			return
		}
		out.Observe(about, keyResource, path)
		params, _, _ = bytes.Cut(rest, []byte(",<"))
		list = rest[min(len(params)+1, len(rest)):]
		for _, p := range [...]struct{ name, key string }{{"rt=", keyType}, {"if=", keyInterface}, {"title=", keyTitle}} {
			out.Observe(about, p.key, parameter(params, p.name))
		}
	}
}

// parameter returns the value of a parameter of a link, without its quotes.
func parameter(params []byte, name string) []byte {
	for rest := params; ; {
		_, after, ok := bytes.Cut(rest, []byte(";"))
		if !ok {
			return nil
		}
		rest = after
		value, ok := bytes.CutPrefix(rest, []byte(name))
		if !ok {
			continue
		}
		if quoted, ok := bytes.CutPrefix(value, []byte(`"`)); ok {
			value, _, _ = bytes.Cut(quoted, []byte(`"`))
			return value
		}
		value, _, _ = bytes.Cut(value, []byte(";"))
		return value
	}
}
