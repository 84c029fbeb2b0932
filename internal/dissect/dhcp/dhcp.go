// Package dhcp reads DHCPv4: what a client says of itself when it asks for an
// address, and which address a server gives to whom.
package dhcp

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dhcp"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations. The options are named as in RFC 2132.
const (
	keyHostname    = "dhcp.hostname"          // option 12
	keyVendorClass = "dhcp.vendor_class"      // option 60
	keyParams      = "dhcp.params"            // option 55: numbers in the client's order
	keyOptions     = "dhcp.options"           // numbers of all options in the client's order
	keyClientID    = "dhcp.client_id"         // option 61, in hexadecimal
	keyRequested   = "dhcp.requested_address" // option 50
	keyUserClass   = "dhcp.user_class"        // option 77
	keyFQDN        = "dhcp.fqdn"              // option 81
	keyMaxSize     = "dhcp.max_size"          // option 57
	keyMessage     = "dhcp.message"           // option 53, as a word
	keyRouter      = "dhcp.router"            // option 3, told by the server
	keyNameServer  = "dhcp.dns"               // option 6, told by the server
	keyDomain      = "dhcp.domain"            // option 15, told by the server
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "dhcp",
		Over:         dissect.OverUDP,
		Ports:        []uint16{67},
		Spec:         "RFC 2131; RFC 2132; RFC 3004 (user class); RFC 4702 (FQDN)",
		EveryMessage: true,
		Probe:        probe,
		Starts:       []byte{dhcp.OpRequest, dhcp.OpReply},
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text  dissect.Buffer
	attrs dissect.Attrs
}

// facts are the options of one message that are worth telling; borrowed.
type facts struct {
	kind    int
	order   [64]byte // of the option numbers
	options int      // how many of order are set
	server  []byte
	router  []byte
	names   []byte // of the name server
}

func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	_, ok := dhcp.ReadHeader(&r)
	return ok
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h, ok := dhcp.ReadHeader(r)
	if !ok && isEnd(m.SrcPort) && isEnd(m.DstPort) && isBOOTP(m.Payload) {
		if len(m.Payload) < fixedSize {
			return heron.Verdict{}, wire.ErrShort // cut in the capture
		}
		return heron.Verdict{}, nil
	}
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: heron.Endpoint{MAC: h.ClientMAC, VLAN: m.Src.VLAN}}
	if h.Op == dhcp.OpReply {
		about.Endpoint = m.Src
	} else if !h.ClientIP.IsUnspecified() {
		about.IP = h.ClientIP
	}
	var f facts
	opts := h.Options(r)
	for o, ok := opts.Next(); ok; o, ok = opts.Next() {
		f.note(o)
		switch {
		case h.Op == dhcp.OpRequest:
			d.client(about, o, out)
		case h.RelayIP != m.Src.IP: // a relay passes on what the server says
			d.server(about, o, out)
		}
	}
	if h.Op == dhcp.OpRequest {
		d.asked(about, &f, out)
	} else {
		d.leased(&h, &f, m, out)
	}
	return heron.Verdict{}, opts.Err()
}

// fixedSize is the fixed part with the cookie; bootpSize is a message of BOOTP,
// which has no cookie (RFC 951 §3).
const (
	fixedSize = 240
	bootpSize = 300
	addresses = 44 // of the fixed part up to the name of the server
)

func isEnd(port uint16) bool { return port == 67 || port == 68 }

// isBOOTP reports whether b is the older protocol's, or a message that was cut.
func isBOOTP(b []byte) bool {
	r := wire.NewReader(b)
	op, kind, size, hops := r.U8(), r.U8(), r.U8(), r.U8()
	const ethernet, maxHops = 1, 16
	return len(b) >= addresses && (len(b) < fixedSize || len(b) == bootpSize) && (op == dhcp.OpRequest || op == dhcp.OpReply) &&
		kind > 0 && size <= 16 && (kind != ethernet || size == 6) && hops <= maxHops
}

func (f *facts) note(o dhcp.Option) {
	if f.options < len(f.order) {
		f.order[f.options] = byte(o.Code)
		f.options++
	}
	v := wire.NewReader(o.Data)
	switch o.Code {
	case dhcp.OptMessageType:
		f.kind = v.U8()
	case dhcp.OptServerID:
		f.server = o.Data
	case dhcp.OptRouter:
		f.router = v.Bytes(4)
	case dhcp.OptDNS:
		f.names = v.Bytes(4)
	}
}

// client tells what one option says of the client.
func (d *dissector) client(about heron.Subject, o dhcp.Option, out dissect.Emitter) {
	v := wire.NewReader(o.Data)
	switch o.Code {
	case dhcp.OptHostName:
		out.Observe(about, keyHostname, o.Data)
		out.Observe(about, heron.KeyHostname, o.Data)
	case dhcp.OptVendorClass:
		out.Observe(about, keyVendorClass, o.Data)
	case dhcp.OptParameters:
		out.Observe(about, keyParams, d.text.Octets(',', o.Data))
	case dhcp.OptClientID:
		out.Observe(about, keyClientID, d.text.Hex(o.Data))
	case dhcp.OptRequestedIP:
		out.Observe(about, keyRequested, d.address(o.Data))
	case dhcp.OptUserClass:
		out.Observe(about, keyUserClass, userClass(o.Data))
	case dhcp.OptClientFQDN:
		flags := v.U8()
		v.Skip(2)
		out.Observe(about, keyFQDN, d.domain(v.Rest(), flags&4 != 0))
	case dhcp.OptMaxSize:
		out.Observe(about, keyMaxSize, d.text.Number(v.U16()))
	}
}

// userClass takes the first class of the list that RFC 3004 asks for, or the
// whole when it is bare text, as Windows and many devices write it.
func userClass(b []byte) []byte {
	r := wire.NewReader(b)
	if n := r.U8(); n > 0 && n <= r.Len() {
		return r.Bytes(n)
	}
	return b
}

// domain reads the name of option 81: in DNS form when its E bit is set
// (RFC 4702 §2.1), else as text.
func (d *dissector) domain(b []byte, encoded bool) []byte {
	if !encoded {
		return b
	}
	r := wire.NewReader(b)
	d.text = dns.AppendLabels(d.text[:0], &r)
	return d.text
}

// server tells what one option says of the server's network.
func (d *dissector) server(about heron.Subject, o dhcp.Option, out dissect.Emitter) {
	switch o.Code {
	case dhcp.OptRouter:
		out.Observe(about, keyRouter, d.address(o.Data))
	case dhcp.OptDNS:
		out.Observe(about, keyNameServer, d.address(o.Data))
	case dhcp.OptDomainName:
		out.Observe(about, keyDomain, o.Data)
	}
}

// asked tells the kind of a client's message, and the order of its options,
// which tells the software that wrote it.
func (d *dissector) asked(about heron.Subject, f *facts, out dissect.Emitter) {
	out.ObserveString(about, keyMessage, kindName(f.kind))
	out.Observe(about, keyOptions, d.text.Octets(',', f.order[:f.options]))
}

// leased tells which address a server confirmed, and reports what servers do.
// An answer to an inform gives no address.
func (d *dissector) leased(h *dhcp.Header, f *facts, m *heron.Message, out dissect.Emitter) {
	given := h.YourIP.IsValid() && !h.YourIP.IsUnspecified()
	if f.kind == dhcp.Ack && given && h.ClientMAC.IsUnicast() {
		about := heron.Subject{Endpoint: heron.Endpoint{MAC: h.ClientMAC, IP: h.YourIP, VLAN: m.Src.VLAN}}
		out.Observe(about, heron.KeyDHCPAddress, d.text.Address(h.YourIP))
	}
	var kind string
	switch f.kind {
	case dhcp.Offer:
		kind = "dhcp.offer"
	case dhcp.Ack:
		kind = "dhcp.ack"
	case dhcp.Nak:
		kind = "dhcp.nak"
	default:
		return
	}
	out.Act(kind, d.fields(h, f, given))
}

// fields returns the attributes of what a server answers.
func (d *dissector) fields(h *dhcp.Header, f *facts, given bool) map[string]string {
	d.attrs.Begin(0)
	d.attrs.Text(h.ClientMAC[:])
	d.attrs.Text(f.server)
	d.attrs.Text(f.router)
	d.attrs.Text(f.names)
	if given {
		d.attrs.Text(d.text.Address(h.YourIP))
	}
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := map[string]string{
		"client_mac": h.ClientMAC.String(), "server_id": addressText(f.server),
		"router": addressText(f.router), "dns": addressText(f.names),
	}
	if given {
		attrs["address"] = h.YourIP.String()
	}
	return d.attrs.Keep(attrs)
}

// address writes the first address of an option as text.
func (d *dissector) address(b []byte) []byte {
	r := wire.NewReader(b)
	ip, ok := netip.AddrFromSlice(r.Bytes(4))
	if !ok {
		return nil
	}
	return d.text.Address(ip)
}

func addressText(b []byte) string {
	ip, ok := netip.AddrFromSlice(b)
	if !ok {
		return ""
	}
	return ip.String()
}

func kindName(kind int) string {
	switch kind {
	case dhcp.Discover:
		return "discover"
	case dhcp.Offer:
		return "offer"
	case dhcp.Request:
		return "request"
	case dhcp.Decline:
		return "decline"
	case dhcp.Ack:
		return "ack"
	case dhcp.Nak:
		return "nak"
	case dhcp.Release:
		return "release"
	case dhcp.Inform:
		return "inform"
	}
	return "bootp"
}
