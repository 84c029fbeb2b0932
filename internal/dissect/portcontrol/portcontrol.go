// Package portcontrol reads the Port Control Protocol, by which hosts have a router
// or firewall let in what comes from outside: who asks for which port, and what is
// opened, for whom.
package portcontrol

import (
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyExternal is an address of a router outside.
const keyExternal = "portcontrol.external_address"

// Codes of operation (RFC 6887 §19.2, RFC 7652 §3).
const (
	opAnnounce = 0
	opMap      = 1
	opPeer     = 2
	opAuth     = 3
	bitAnswer  = 0x80
)

// Sizes and limits (§7).
const (
	version       = 2
	maxSize       = 1100
	lastResult    = 21
	maxOptions    = 16
	optionThird   = 1 // who it is for (§13.1)
	thirdSize     = 16
	reservedInAns = 12
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "portcontrol",
		Over:         dissect.OverUDP,
		Ports:        []uint16{5351},
		Spec:         "RFC 6887 §7, §11 to §13; RFC 7652 (authentication)",
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text  dissect.Buffer
	attrs dissect.Attrs
}

// message is a request or an answer.
type message struct {
	op, result, lifetime int
	answer               bool
	body                 wire.Reader
}

// read takes the head apart: what is reserved must be zero.
func read(r *wire.Reader) (message, bool) {
	size := r.Len()
	if r.U8() != version || size > maxSize || size%4 != 0 {
		return message{}, false
	}
	op := r.U8()
	m := message{op: op &^ bitAnswer, answer: op&bitAnswer != 0}
	reserved := r.U8()
	m.result = r.U8()
	m.lifetime = r.U32()
	if m.answer {
		r.Skip(4) // seconds since it began anew
		rest := r.Bytes(reservedInAns)
		for _, c := range rest {
			if c != 0 && m.result == 0 {
				return message{}, false
			}
		}
	} else {
		reserved, m.result = reserved|m.result, 0
		address, _ := netip.AddrFromSlice(r.Bytes(16))
		if address.IsUnspecified() || address.IsMulticast() {
			return message{}, false
		}
	}
	m.body = wire.NewReader(r.Rest())
	return m, r.Err() == nil && reserved == 0 && m.op <= opAuth && m.result <= lastResult
}

// mapping is what is asked for, or opened.
type mapping struct {
	protocol, internal, external int
	address                      netip.Addr // outside
	peer                         netip.Addr // who is let in; of a request for a peer
	peerPort                     int
	third                        netip.Addr // whose port it is, where it is not the sender's
	lifetime                     int
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	msg, ok := read(r)
	if !ok || !msg.answer && !m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if msg.answer && msg.result != 0 {
		if dissect.Fresh(m.Flow, msg.op, msg.result, -1) {
			out.Event(heron.Event{Kind: "portcontrol.refusal", Attrs: map[string]string{"code": strconv.Itoa(msg.result)}})
		}
		return heron.Verdict{}, nil
	}
	if msg.op != opMap && msg.op != opPeer {
		return heron.Verdict{}, announcement(&msg)
	}
	p, ok := msg.mapping()
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	d.tell(&msg, p, m, out)
	return heron.Verdict{}, nil
}

// announcement refuses what has more than an announcement.
func announcement(msg *message) error {
	if msg.op == opAnnounce && (msg.body.Len() > 0 && !options(msg.body, nil)) {
		return dissect.ErrNotMine
	}
	return nil
}

// mapping reads what is asked for or opened (§11.1, §12.1).
func (msg *message) mapping() (mapping, bool) {
	r := &msg.body
	r.Skip(12) // a number that stands for it
	p := mapping{protocol: r.U8(), lifetime: msg.lifetime}
	reserved := r.U24()
	p.internal, p.external = r.U16(), r.U16()
	p.address = address(r)
	if msg.op == opPeer {
		p.peerPort = r.U16()
		reserved |= r.U16()
		p.peer = address(r)
	}
	ok := r.Err() == nil && reserved == 0 && options(*r, &p.third)
	return p, ok && (p.protocol != 0 || p.internal == 0)
}

// address reads an address of version 6, or of version 4 in the form of one.
func address(r *wire.Reader) netip.Addr {
	ip, _ := netip.AddrFromSlice(r.Bytes(16))
	return ip.Unmap()
}

// options reports whether options fill what is left, and notes who a mapping is for
// (§7.3).
func options(r wire.Reader, third *netip.Addr) bool {
	for range maxOptions {
		if r.Len() == 0 {
			return true
		}
		code := r.U8()
		reserved, size := r.U8(), r.U16()
		body := r.Sub((size + 3) &^ 3)
		if r.Err() != nil || reserved != 0 {
			return false
		}
		if code == optionThird && size == thirdSize && third != nil {
			*third = address(&body)
		}
	}
	return false
}

// tell reports a mapping, unless it was told lately.
func (d *dissector) tell(msg *message, p mapping, m *heron.Message, out dissect.Emitter) {
	kind := "portcontrol.map"
	switch {
	case msg.op == opPeer && msg.answer:
		return // the host is let out already: nothing more is open
	case msg.op == opPeer:
		kind = "portcontrol.peer"
	case msg.answer && p.lifetime > 0:
		kind = "portcontrol.mapped"
		if !p.address.IsUnspecified() {
			out.Observe(heron.Subject{Endpoint: m.Src, Transport: m.Transport, Port: m.SrcPort}, keyExternal, d.text.Address(p.address))
		}
	case msg.answer:
		return
	case p.lifetime == 0:
		kind = "portcontrol.unmap"
	}
	d.text = p.peer.AppendTo(append(d.text[:0], kind...))
	d.text = p.third.AppendTo(append(d.text, ' '))
	if dissect.Fresh(m.Flow, dissect.Sum(d.text), p.protocol, p.internal, p.external, p.peerPort, p.lifetime) {
		out.Act(kind, d.describe(p, d.text))
	}
}

// describe returns the attributes of a mapping; whom has its addresses.
func (d *dissector) describe(p mapping, whom []byte) map[string]string {
	d.attrs.Begin(0)
	for _, n := range [...]int{p.protocol, p.internal, p.external, p.peerPort, p.lifetime} {
		d.attrs.Number(n)
	}
	d.attrs.Text(whom)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := map[string]string{
		"transport": transportOf(p.protocol), "internal_port": strconv.Itoa(p.internal),
		"external_port": strconv.Itoa(p.external), "lifetime": strconv.Itoa(p.lifetime),
	}
	if p.peer.IsValid() {
		attrs["peer"] = netip.AddrPortFrom(p.peer, uint16(p.peerPort)).String()
	}
	if p.third.IsValid() {
		attrs["host"] = p.third.String()
	}
	return d.attrs.Keep(attrs)
}

// transportOf returns the name of an IP protocol: all of them have the number 0.
func transportOf(protocol int) string {
	switch protocol {
	case 0:
		return "all"
	case 6:
		return heron.TCP.String()
	case 17:
		return heron.UDP.String()
	}
	return strconv.Itoa(protocol)
}
