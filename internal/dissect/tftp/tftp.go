// Package tftp reads the requests of the Trivial File Transfer Protocol: which
// files devices fetch and send, of which configurations and firmware are told apart.
package tftp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyFile is a file that a client asks for or sends.
const keyFile = "tftp.file"

// Kinds of packet (RFC 1350 §5, RFC 2347).
const (
	readRequest = 1 + iota
	writeRequest
	data
	acknowledgement
	failure
	optionAck
)

// Limits on a request.
const (
	maxName    = 255
	maxOptions = 16
)

// Protocol returns the dissector. The transfer itself is between other ports.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:  "tftp",
		Over:  dissect.OverUDP,
		Ports: []uint16{69},
		Spec:  "RFC 1350; RFC 2347 (options)",
		Probe: func(b []byte, fromClient bool) bool {
			r := wire.NewReader(b)
			_, _, _, ok := request(&r)
			return ok && fromClient
		},
		Starts:  []byte{0},
		Dissect: read,
	}
}

// request reads a request: a file, a mode, and options in pairs, each with a zero
// after it.
func request(r *wire.Reader) (kind int, file, mode []byte, ok bool) {
	kind = r.U16()
	file = r.Until(0, maxName)
	mode = r.Until(0, len("netascii")+1)
	if r.Err() != nil || kind != readRequest && kind != writeRequest || !wire.Printable(file) || !isMode(mode) {
		return 0, nil, nil, false
	}
	for range 2 * maxOptions {
		if r.Len() == 0 || bytes.Count(r.Peek(r.Len()), []byte{0}) == r.Len() {
			return kind, file, mode, true
		}
		if option := r.Until(0, maxName); r.Err() != nil || !wire.Printable(option) {
			return 0, nil, nil, false
		}
	}
	return 0, nil, nil, false
}

func isMode(b []byte) bool {
	return bytes.EqualFold(b, []byte("octet")) || bytes.EqualFold(b, []byte("netascii")) || bytes.EqualFold(b, []byte("mail"))
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, file, mode, ok := request(r)
	if !ok {
		return other(r, m)
	}
	if !m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.Observe(heron.Subject{Endpoint: m.Src}, keyFile, file)
	event := heron.Event{Kind: "tftp.read", Attrs: map[string]string{"file": wire.Text(file, maxName), "mode": string(bytes.ToLower(mode))}}
	if kind == writeRequest {
		event.Kind = "tftp.write"
	}
	if content := contentOf(file); content != "" {
		event.Attrs["content"] = content
	}
	out.Event(event)
	return heron.Verdict{}, nil
}

// other takes the packets of a transfer that stays on the port of the request,
// which has nothing to tell once data come.
func other(r *wire.Reader, m *heron.Message) (heron.Verdict, error) {
	b := r.At(0)
	kind, block := b.U16(), b.U16()
	if m.Flow.Protocol == 0 || b.Err() != nil || kind < data || kind > optionAck || kind == acknowledgement && b.Len() > 0 && block == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return heron.Verdict{Done: kind == data}, nil
}

// contentOf returns what a file is by the end of its name: config or firmware; ""
// when that does not tell.
func contentOf(file []byte) string {
	dot := bytes.LastIndexByte(file, '.')
	name := file[bytes.LastIndexAny(file, `/\`)+1:]
	for _, whole := range [...]string{"startup-config", "running-config", "network-confg", "router-confg", "cisconet.cfg"} {
		if bytes.Contains(bytes.ToLower(name), []byte(whole)) {
			return "config"
		}
	}
	if dot < 0 {
		return ""
	}
	switch string(bytes.ToLower(file[dot+1:])) {
	case "cfg", "conf", "config", "confg", "cnf", "ini", "xml", "rsc":
		return "config"
	case "bin", "img", "fw", "rom", "trx", "chk", "hex", "upd", "swu", "itb", "ubi", "stk", "swi", "npk", "sbn", "ldr":
		return "firmware"
	}
	return ""
}
