// Package sip reads the Session Initiation Protocol, by which telephones register
// and call: which products speak it. Who calls whom is nobody's business here.
package sip

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
	keyUserAgent = "sip.user_agent"
	keyServer    = "sip.server"
	keySession   = "sip.session_name" // of a session description
	keyTool      = "sip.tool"         // program that made it
)

const (
	version     = "SIP/2."
	maxBody     = 8 << 10
	maxMessages = 64 // of a flow, after which it has nothing new
)

// atMessages is the place in heron.FlowScratch.Data of how many were read.
const atMessages = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "sip",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{5060},
		Spec:    "RFC 3261",
		Probe:   probe,
		Dissect: read,
	}
}

func probe(b []byte, _ bool) bool {
	line, _, whole := bytes.Cut(b, []byte("\n"))
	return whole && (bytes.HasPrefix(line, []byte(version)) || bytes.Contains(line, []byte(" "+version)))
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	if silent := keepAlive(b); silent > 0 && m.Flow.Protocol != 0 {
		return heron.Verdict{Consumed: silent}, nil
	}
	h, body, used, err := parse(b, m.Transport)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if used == 0 {
		return heron.Verdict{Done: len(b) >= dissect.StreamPrefix}, nil
	}
	// What was passed on by a proxy, which adds a field Via, is not about who sent it.
	if h.Response() && ownAnswer(&h) || !h.Response() && vias(&h) == 1 {
		out.Observe(m.Sender(), keyUserAgent, h.Get("User-Agent"))
		out.Observe(m.Sender(), keyServer, h.Get("Server"))
		session := sdp.Read(body)
		out.Observe(m.Sender(), keySession, session.Name)
		out.Observe(m.Sender(), keyTool, session.Tool)
	}
	report(&h, out)
	m.Flow.Data[atMessages]++
	return heron.Verdict{Consumed: used, Done: m.Flow.Data[atMessages] >= maxMessages}, nil
}

// parse reads a head and what is there of its body; used is the length of both, 0
// when more is to come.
func parse(b []byte, over heron.Transport) (h http1.Head, body []byte, used int, err error) {
	if over == heron.UDP {
		h, err = http1.ParseWhole(b, version)
		if _, n, whole := http1.Parse(b, version); whole == nil && n > 0 {
			body = b[n:]
		}
		return h, body, len(b), err
	}
	h, n, err := http1.Parse(b, version)
	if err != nil || n == 0 {
		return h, nil, 0, err
	}
	used = n + min(max(length(&h), 0), maxBody)
	if used > len(b) && len(b) < dissect.StreamPrefix {
		return h, nil, 0, nil
	}
	return h, b[n:min(used, len(b))], used, nil
}

// keepAlive returns how many bytes at the start of b only keep an address
// translation open (RFC 5626 §4.4.1, and what telephones send beside it).
func keepAlive(b []byte) int {
	return len(b) - len(bytes.TrimLeft(b, "\r\n\x00"))
}

// Compact forms of fields (RFC 3261 §7.3.3).
const (
	compactVia    = "v"
	compactLength = "l"
)

func length(h *http1.Head) int {
	if n := h.Length(); n >= 0 {
		return n
	}
	n := 0
	for r := wire.NewReader(h.Get(compactLength)); r.Len() > 0; {
		digit := r.U8() - '0'
		if digit < 0 || digit > 9 || n > maxBody {
			return 0
		}
		n = 10*n + digit
	}
	return n
}

// vias counts who has handled a request.
func vias(h *http1.Head) int {
	n := 0
	for f := h.Fields(); ; {
		name, value, ok := f.Next()
		if !ok {
			return n
		}
		if http1.Is(name, "Via") || http1.Is(name, compactVia) {
			n += 1 + bytes.Count(value, []byte(","))
		}
	}
}

// ownAnswer reports whether a response is from whoever sent it: proxies pass on
// those to calls, and answer for themselves to registrations and with demands
// for a login.
func ownAnswer(h *http1.Head) bool {
	_, method, _ := bytes.Cut(h.Get("CSeq"), []byte(" "))
	switch string(bytes.TrimSpace(method)) {
	case "REGISTER", "OPTIONS", "PUBLISH":
		return true
	}
	return h.Status == 100 || h.Status == 401 || h.Status == 407
}

// report makes events of logins: those that are in clear, and those that failed.
func report(h *http1.Head, out dissect.Emitter) {
	for _, name := range [...]string{"Authorization", "Proxy-Authorization"} {
		if scheme, _, ok := bytes.Cut(h.Get(name), []byte(" ")); ok && http1.Is(scheme, "Basic") {
			dissect.ClearLogin(out, "sip")
		}
	}
	if h.Status == 403 {
		dissect.LoginFailed(out, "sip", "403")
	}
}
