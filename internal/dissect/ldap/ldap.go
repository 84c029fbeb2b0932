// Package ldap reads directory traffic: what a server says of itself in its root
// entry and in answers to the ping of domain members, and how clients log in.
// Names, passwords and entries are never told.
package ldap

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion  = "ldap.version" // of a client's bind
	keyAuth     = "ldap.auth"    // of a client: anonymous, simple, or the SASL mechanism
	keyStartTLS = "ldap.starttls"
	prefixRoot  = "ldap.rootdse." // and the attribute, in small letters
)

// Operations (RFC 4511 §4), which are tags.
const (
	bindRequest      = 0x60
	bindResponse     = 0x61
	unbind           = 0x42
	searchRequest    = 0x63
	searchEntry      = 0x64
	searchDone       = 0x65
	modifyRequest    = 0x66
	modifyResponse   = 0x67
	addRequest       = 0x68
	addResponse      = 0x69
	deleteRequest    = 0x4a
	deleteResponse   = 0x6b
	renameRequest    = 0x6c
	renameResponse   = 0x6d
	compareRequest   = 0x6e
	compareResponse  = 0x6f
	abandon          = 0x50
	searchReference  = 0x73
	extendedRequest  = 0x77
	extendedResponse = 0x78
	intermediate     = 0x79
)

// Limits on what is looked at.
const (
	maxSize     = 1 << 20
	maxMessages = 64 // of a connection
	maxValues   = 16 // of an attribute
	maxAttrs    = 64
)

// Places in heron.FlowScratch.Data.
const (
	atTLS      = 0
	atMessages = 1
	atRoot     = 2 // the root entry was asked for
)

// Stages of TLS.
const (
	asked = 1
	given = 2
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{attributes: dissect.KeyMaker{Prefix: prefixRoot}}
	return dissect.Protocol{
		Name:    "ldap",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{389, 3268},
		Spec:    "RFC 4511; RFC 4512 §5.1 (root DSE); [MS-ADTS] §6.3 (netlogon)",
		Starts:  []byte{ber.Sequence},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a message. What a security layer wraps begins with
// a length (RFC 4422 §3.7) and is nobody's to read.
func frame(b []byte) (int, error) {
	if start := wire.NewReader(b); len(b) > 0 && start.U8() != ber.Sequence {
		return 0, dissect.ErrNotMine
	}
	n, err := ber.Size(b)
	if err != nil || n > maxSize {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

// probe takes a message whose number and operation are sound and fill it.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	op, body, ok := head(&r)
	return ok && isRequest(op) == fromClient && body.Len() > 0
}

// head reads a message down to its operation. The operation must end where the
// message does, or be followed by controls.
func head(r *wire.Reader) (op int, body wire.Reader, ok bool) {
	tag, m := ber.Cut(r)
	if tag != ber.Sequence {
		return 0, body, false
	}
	id := ber.GetInt(&m)
	op, body = ber.Cut(&m)
	next := ber.Peek(&m)
	ok = m.Err() == nil && id >= 0 && id < 1<<31 && isOperation(op) && (m.Len() == 0 || next == 0xa0)
	return op, body, ok
}

func isRequest(op int) bool {
	switch op {
	case bindRequest, unbind, searchRequest, modifyRequest, addRequest, deleteRequest, renameRequest, compareRequest, abandon, extendedRequest:
		return true
	}
	return false
}

func isOperation(op int) bool {
	switch op {
	case bindResponse, searchEntry, searchDone, modifyResponse, addResponse, deleteResponse, renameResponse,
		compareResponse, searchReference, extendedResponse, intermediate:
		return true
	}
	return isRequest(op)
}

type dissector struct {
	attributes dissect.KeyMaker
	ntlm       dissect.NTLMTeller
	text       dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if data[atTLS] == given && m.Transport == heron.TCP {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	op, body, ok := head(r)
	if !ok || m.Transport == heron.UDP && r.Len() > 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	done := false
	switch op {
	case bindRequest:
		d.bind(&body, m, out)
	case bindResponse:
		done = d.bound(&body, m, out)
	case searchRequest:
		base := ber.Get(&body, ber.OctetString)
		scope := ber.Get(&body, ber.Enumerated)
		data[atRoot] = 0
		if base.Len() == 0 && ber.Int(&scope) == 0 {
			data[atRoot] = 1
		}
	case searchEntry:
		d.entry(&body, m, out)
	case extendedRequest:
		if name := ber.Get(&body, 0x80); string(name.Rest()) == oidStartTLS {
			data[atTLS] = asked
			out.ObserveString(m.Receiver(), keyStartTLS, "yes")
		}
	case extendedResponse:
		code := ber.Get(&body, ber.Enumerated)
		if data[atTLS] == asked && ber.Int(&code) == 0 {
			data[atTLS] = given
		}
	case modifyRequest, addRequest, deleteRequest, renameRequest:
		out.Event(heron.Event{Kind: "ldap.write", Attrs: map[string]string{"operation": operationName(op)}})
	}
	data[atMessages]++
	return heron.Verdict{Done: done || data[atMessages] >= maxMessages}, nil
}

const oidStartTLS = "1.3.6.1.4.1.1466.20037"

func operationName(op int) string {
	switch op {
	case modifyRequest:
		return "modify"
	case addRequest:
		return "add"
	case deleteRequest:
		return "delete"
	}
	return "rename"
}

// bind tells how a client logs in (RFC 4511 §4.2).
func (d *dissector) bind(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const simple, sasl = 0x80, 0xa3
	version := ber.GetInt(r)
	name := ber.Get(r, ber.OctetString)
	kind, credentials := ber.Next(r)
	if r.Err() != nil {
		return
	}
	about := m.Sender()
	out.Observe(about, keyVersion, d.text.Number(version))
	switch {
	case kind == simple && credentials.Len() == 0:
		out.ObserveString(about, keyAuth, "anonymous")
	case kind == simple:
		out.ObserveString(about, keyAuth, "simple")
		if name.Len() > 0 {
			dissect.ClearLogin(out, "ldap")
		}
	case kind == sasl:
		mechanism := ber.Get(&credentials, ber.OctetString)
		out.Observe(about, keyAuth, mechanism.Rest())
		d.ntlm.Tell(credentials.Rest(), m, out)
	default:
		d.ntlm.Tell(credentials.Rest(), m, out) // Sicily ([MS-ADTS] §5.1.1.1.3)
	}
}

// bound reads the answer to a bind, and reports whether a security layer may
// follow.
func (d *dissector) bound(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	const invalidCredentials, serverCredentials = 49, 0x87
	code := ber.Get(r, ber.Enumerated)
	result := ber.Int(&code)
	matched := ber.Get(r, ber.OctetString)
	d.ntlm.Tell(matched.Rest(), m, out) // Sicily answers here
	ber.Get(r, ber.OctetString)         // a message
	if result == invalidCredentials {
		dissect.LoginFailed(out, "ldap", "49")
	}
	if ber.Peek(r) != serverCredentials {
		return false
	}
	_, credentials := ber.Next(r)
	return d.ntlm.Tell(credentials.Rest(), m, out) == 0 && result == 0
}

// entry tells the attributes of the root entry, which has no name, and of the
// answer to a ping. No other entry is read.
func (d *dissector) entry(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	name := ber.Get(r, ber.OctetString)
	if name.Len() > 0 || r.Err() != nil || m.Flow.Data[atRoot] == 0 {
		return
	}
	_, list := ber.Cut(r)
	for range maxAttrs {
		one := ber.Get(&list, ber.Sequence)
		kind := ber.Get(&one, ber.OctetString)
		values := ber.Get(&one, ber.Set)
		if list.Err() != nil || one.Err() != nil {
			return
		}
		attribute := kind.Rest()
		for range maxValues {
			value := ber.Get(&values, ber.OctetString)
			if values.Err() != nil {
				break
			}
			d.value(attribute, value.Rest(), m, out)
		}
	}
}
