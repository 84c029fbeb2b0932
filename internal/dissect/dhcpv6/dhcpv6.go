// Package dhcpv6 reads DHCPv6: what a client says of itself when it asks for an
// address, and what servers hand out.
package dhcpv6

import (
	"encoding/hex"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations. The options are named as in RFC 8415.
const (
	keyMessage    = "dhcpv6.message"         // a client's
	keyDUID       = "dhcpv6.duid"            // option 1, of a server option 2, in hexadecimal
	keyDUIDMAC    = "dhcpv6.duid_mac"        // the hardware address inside it
	keyDUIDMaker  = "dhcpv6.duid_enterprise" // the enterprise number inside it
	keyParams     = "dhcpv6.params"          // option 6: numbers in the client's order
	keyOptions    = "dhcpv6.options"         // numbers of all options in the client's order
	keyUserClass  = "dhcpv6.user_class"      // option 15
	keyVendor     = "dhcpv6.vendor_class"    // option 16
	keyEnterprise = "dhcpv6.enterprise"      // the enterprise number of option 16
	keyFQDN       = "dhcpv6.fqdn"            // option 39
	keyMUD        = "dhcpv6.mud_url"         // option 112
	keyDNS        = "dhcpv6.dns"             // option 23, told by the server
	keyServer     = "dhcpv6.server"          // "yes": it hands out addresses
)

// Messages (RFC 8415 §7.3).
const (
	solicit      = 1
	advertise    = 2
	reply        = 7
	reconfigure  = 10
	relayForward = 12
	relayReply   = 13
)

// Options (RFC 8415 §21; RFC 3646; RFC 4704; RFC 6939; RFC 8520).
const (
	optClientID   = 1
	optServerID   = 2
	optIANA       = 3
	optIATA       = 4
	optIAAddr     = 5
	optORO        = 6
	optRelay      = 9
	optUserClass  = 15
	optVendor     = 16
	optDNS        = 23
	optFQDN       = 39
	optLinkLayer  = 79
	optMUD        = 112
	maxRelays     = 8 // RFC 8415 §7.6: HOP_COUNT_LIMIT
	maxOptionCode = 255
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "dhcpv6",
		Over:         dissect.OverUDP,
		Ports:        []uint16{547}, // of servers; clients listen on 546
		Spec:         "RFC 8415; RFC 3646 (DNS); RFC 4704 (FQDN); RFC 6939 (link-layer address); RFC 8520 §11 (MUD)",
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// facts are the options of one message that are worth telling; borrowed.
type facts struct {
	kind    int
	order   [64]uint16 // of the option numbers
	options int        // how many of order are set
	relayed bool
	server  []byte
	names   []byte // of the name server
	address netip.Addr
	mac     heron.MAC // that a relay saw
	peer    netip.Addr
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !m.Src.IP.Is6() || !begins(*r) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	var f facts
	body := *r
	for range maxRelays {
		f.kind = body.U8()
		if f.kind != relayForward && f.kind != relayReply {
			break
		}
		f.relayed = true
		body.Skip(17) // hop count, link address
		f.peer, _ = netip.AddrFromSlice(body.Bytes(16))
		inside := relayed(body, &f)
		if inside.Len() == 0 {
			return heron.Verdict{}, nil // a relay that brings nothing
		}
		body = inside
	}
	body.Skip(3) // transaction
	about := heron.Subject{Endpoint: m.Src}
	if f.relayed {
		about.Endpoint = f.client(m.Src.VLAN)
	}
	return heron.Verdict{}, d.message(&body, about, &f, m, out)
}

// client is whom a relayed message comes from: who has the hardware address that
// the relay saw, or the one in the client's own address (RFC 4291 appendix A). An
// address of another link alone says nothing.
func (f *facts) client(vlan uint16) heron.Endpoint {
	e := heron.Endpoint{MAC: f.mac, IP: f.peer, VLAN: vlan}
	if b := f.peer.As16(); e.MAC.IsZero() && b[11] == 0xff && b[12] == 0xfe && b[8]&2 != 0 {
		e.MAC = heron.MAC{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]}
	}
	if e.MAC.IsZero() && f.peer.IsLinkLocalUnicast() {
		e.IP = netip.Addr{}
	}
	return e
}

// begins reports whether a message is a known one, and its first option is whole
// and of those that there are (RFC 8415 §8, §9, §21.1).
func begins(r wire.Reader) bool {
	switch kind := r.U8(); {
	case kind == relayForward || kind == relayReply:
		r.Skip(33)
	case kind >= solicit && kind <= 11 || kind >= 14 && kind <= 23:
		r.Skip(3)
	default:
		return false
	}
	if r.Len() == 0 {
		return false // all have some: who asks, at least
	}
	code := r.U16()
	r.Skip(r.U16())
	return r.Err() == nil && code > 0 && code <= maxOptionCode
}

// relayed finds the message that a relay passes on, and the hardware address of
// the client that it saw.
func relayed(r wire.Reader, f *facts) wire.Reader {
	var inside wire.Reader
	for r.Len() > 0 {
		code := r.U16()
		value := r.Sub(r.U16())
		switch code {
		case optRelay:
			inside = value
		case optLinkLayer:
			if value.U16() == 1 && value.Len() == len(f.mac) { // Ethernet
				copy(f.mac[:], value.Rest())
			}
		}
	}
	return inside
}

// message reads the options of a client's or a server's message.
func (d *dissector) message(r *wire.Reader, about heron.Subject, f *facts, m *heron.Message, out dissect.Emitter) error {
	fromServer := f.kind == advertise || f.kind == reply || f.kind == reconfigure
	for r.Len() > 0 {
		code := r.U16()
		value := r.Sub(r.U16())
		if r.Err() != nil {
			return r.Err()
		}
		if f.options < len(f.order) {
			f.order[f.options] = uint16(code)
			f.options++
		}
		switch {
		case !fromServer:
			d.client(about, code, &value, out)
		case f.relayed:
		default:
			d.server(about, code, &value, f, out)
		}
	}
	switch {
	case !fromServer:
		out.ObserveString(about, keyMessage, kindName(f.kind))
		d.text = appendNumbers(d.text[:0], f.order[:f.options])
		out.Observe(about, keyOptions, d.text)
	case !f.relayed:
		d.given(about, f, m, out)
	}
	return r.Err()
}

// client tells what one option says of the client.
func (d *dissector) client(about heron.Subject, code int, v *wire.Reader, out dissect.Emitter) {
	switch code {
	case optClientID:
		d.duid(about, v, out)
	case optORO:
		d.text = d.text[:0]
		for v.Len() >= 2 && len(d.text) < heron.MaxObservationValue {
			d.text = appendNumbers(d.text, []uint16{uint16(v.U16())})
		}
		out.Observe(about, keyParams, d.text)
	case optUserClass:
		for v.Len() > 0 {
			out.Observe(about, keyUserClass, v.Bytes(v.U16()))
		}
	case optVendor:
		out.Observe(about, keyEnterprise, d.text.Number(v.U32()))
		for v.Len() > 0 {
			out.Observe(about, keyVendor, v.Bytes(v.U16()))
		}
	case optFQDN:
		v.Skip(1)
		d.text = dns.AppendLabels(d.text[:0], v)
		out.Observe(about, keyFQDN, d.text)
		out.Observe(about, heron.KeyHostname, d.text)
	case optMUD:
		out.Observe(about, keyMUD, v.Rest())
	}
}

// duid tells an identifier, and what can be read in it (RFC 8415 §11).
func (d *dissector) duid(about heron.Subject, v *wire.Reader, out dissect.Emitter) {
	if v.Len() < 3 || v.Len() > 130 {
		return
	}
	out.Observe(about, keyDUID, d.text.Hex(v.Peek(v.Len())))
	switch kind := v.U16(); kind {
	case 1, 3: // DUID-LLT, DUID-LL
		hardware := v.U16()
		if kind == 1 {
			v.Skip(4) // time
		}
		if hardware == 1 && v.Len() == 6 {
			out.Observe(about, keyDUIDMAC, d.text.MAC(v.Rest()))
		}
	case 2: // DUID-EN
		out.Observe(about, keyDUIDMaker, d.text.Number(v.U32()))
	}
}

// server tells what one option says of the server and its network.
func (d *dissector) server(about heron.Subject, code int, v *wire.Reader, f *facts, out dissect.Emitter) {
	switch code {
	case optServerID:
		f.server = v.Peek(v.Len())
		d.duid(about, v, out)
	case optDNS:
		f.names = v.Bytes(16)
		if ip, ok := netip.AddrFromSlice(f.names); ok {
			out.Observe(about, keyDNS, d.text.Address(ip))
		}
	case optIANA, optIATA:
		v.Skip(4)
		if code == optIANA {
			v.Skip(8)
		}
		for v.Len() > 0 {
			kind := v.U16()
			inside := v.Sub(v.U16())
			if ip, ok := netip.AddrFromSlice(inside.Bytes(16)); ok && kind == optIAAddr {
				f.address = ip
			}
		}
	}
}

// given tells that somebody hands out addresses, which one, and to whom. A
// server's answer on the link goes to the client itself.
func (d *dissector) given(about heron.Subject, f *facts, m *heron.Message, out dissect.Emitter) {
	if f.kind != advertise && f.kind != reply {
		return
	}
	out.ObserveString(about, keyServer, "yes")
	if f.kind == reply && f.address.IsValid() && m.Dst.IP.IsLinkLocalUnicast() && m.Dst.MAC.IsUnicast() {
		to := heron.Subject{Endpoint: heron.Endpoint{MAC: m.Dst.MAC, IP: f.address, VLAN: m.Src.VLAN}}
		out.Observe(to, heron.KeyDHCPAddress, d.text.Address(f.address))
	}
	attrs := map[string]string{"server_id": hex.EncodeToString(f.server), "client_mac": m.Dst.MAC.String()}
	if f.address.IsValid() {
		attrs["address"] = f.address.String()
	}
	if ip, ok := netip.AddrFromSlice(f.names); ok {
		attrs["dns"] = ip.String()
	}
	out.Event(heron.Event{Kind: "dhcpv6." + kindName(f.kind), Attrs: attrs})
}

// appendNumbers writes numbers in decimal, with commas between.
func appendNumbers(b []byte, numbers []uint16) []byte {
	for _, n := range numbers {
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return b
}

func kindName(kind int) string {
	names := [...]string{
		"", "solicit", "advertise", "request", "confirm", "renew", "rebind", "reply", "release", "decline",
		"reconfigure", "information-request",
	}
	if kind < len(names) {
		return names[kind]
	}
	return "other"
}
