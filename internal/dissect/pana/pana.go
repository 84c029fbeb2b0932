// Package pana reads the protocol by which devices of IP networks with no 802.1X
// log in, smart meters above all (Wi-SUN, ZigBee IP): who asks, who decides, by
// which method of EAP, and what comes of it. Names of users and keys are never told.
package pana

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyRole is what a device is: client, who logs in, or agent, who decides.
const keyRole = "pana.role"

// Types of message (RFC 5191 §7, RFC 6345 §3).
const (
	initiation  = 1
	login       = 2
	termination = 3
	relay       = 5
)

// Bits of the flags, with those that are reserved (§6.2).
const (
	flagRequest  = 0x8000
	flagsUnknown = 0x03ff
)

// Attributes (§8).
const (
	attrEAP     = 2
	attrResult  = 7
	lastKnown   = 12
	vendorsOwn  = 0x8000 // flag of an attribute
	maxAttrs    = 32
	maxMessages = 60 // of a flow
)

const atMessages = 0 // place in heron.FlowScratch.Data

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "pana",
		Over:    dissect.OverUDP,
		Ports:   []uint16{716},
		Spec:    "RFC 5191; RFC 6345 (relay); RFC 3748 (EAP)",
		Carries: []string{"eap"},
		Starts:  []byte{0},
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// attribute is one of a message.
type attribute struct {
	code  int
	value wire.Reader
}

// head reads the header of a message that fills the datagram.
func head(r *wire.Reader) (kind, flags int, ok bool) {
	size := r.Len()
	reserved, length := r.U16(), r.U16()
	flags, kind = r.U16(), r.U16()
	r.Skip(4 + 4) // session, sequence
	ok = r.Err() == nil && reserved == 0 && length == size && length%4 == 0 && flags&flagsUnknown == 0 && kind >= initiation && kind <= relay
	return kind, flags, ok
}

// next reads an attribute; its value is padded to four octets.
func next(r *wire.Reader) (a attribute, ok bool) {
	a.code = r.U16()
	flags, size, reserved := r.U16(), r.U16(), r.U16()
	known := a.code >= 1 && a.code <= lastKnown
	if flags == vendorsOwn {
		r.Skip(4)
		a.code, known = 0, true
	} else if flags != 0 {
		return a, false
	}
	a.value = r.Sub(size)
	r.Skip(-size & 3)
	return a, r.Err() == nil && reserved == 0 && known
}

// sound counts the attributes, which must fill the message.
func sound(r wire.Reader) (n int, ok bool) {
	for ; r.Len() > 0; n++ {
		if _, ok := next(&r); !ok || n >= maxAttrs {
			return 0, false
		}
	}
	return n, true
}

// probe takes a login with its attributes: a header alone proves little.
func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	kind, _, ok := head(&r)
	if !ok || kind != login {
		return false
	}
	n, ok := sound(r)
	return ok && n > 0
}

type dissector struct {
	eap dissect.EAPTeller
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, flags, ok := head(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if _, ok := sound(*r); !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	v := heron.Verdict{}
	if kind == initiation && flags&flagRequest == 0 && r.Len() == 0 {
		out.ObserveString(about, keyRole, "client")
	}
	for r.Len() > 0 && kind != relay { // a relayed message is of others
		a, _ := next(r)
		switch {
		case a.code == attrEAP && d.login(&a.value, about, out):
			v.Carries = "eap"
		case a.code == attrResult:
			result(a.value.U32(), out)
		}
	}
	if kind == termination && flags&flagRequest != 0 {
		out.Event(heron.Event{Kind: "pana.terminate"})
	}
	data := &m.Flow.Data
	if data[atMessages]++; data[atMessages] >= maxMessages {
		v.Done = true
	}
	return v, nil
}

// login reads the EAP packet in a message: a request comes from who decides.
func (d *dissector) login(r *wire.Reader, about heron.Subject, out dissect.Emitter) bool {
	code, err := d.eap.Packet(r, about, out)
	switch {
	case err != nil:
		return false
	case code == dissect.EAPRequest:
		out.ObserveString(about, keyRole, "agent")
	case code == dissect.EAPResponse:
		out.ObserveString(about, keyRole, "client")
	}
	return code >= dissect.EAPRequest && code <= dissect.EAPFailure
}

// result reports what came of a login (§8.7).
func result(code int, out dissect.Emitter) {
	const success, rejected, unauthorised = 0, 1, 2
	switch code {
	case success:
		out.Event(heron.Event{Kind: "pana.success"})
	case rejected, unauthorised:
		dissect.LoginFailed(out, "pana", strconv.Itoa(code))
	}
}
