// Package ndp reads IPv6 neighbour discovery: who claims which address, and who
// says that it routes.
package ndp

import (
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, beside heron.KeyARP.
const (
	keyRouter = "ndp.router" // "yes": it offers to be the default router
	keyPrefix = "ndp.prefix" // a network that a router announces
	keyDNS    = "ndp.dns"    // a name server that a router announces
)

// Types of ICMPv6 message (RFC 4861 §4).
const (
	routerSolicitation     = 133
	routerAdvertisement    = 134
	neighbourSolicitation  = 135
	neighbourAdvertisement = 136
	redirect               = 137
)

// Options (RFC 4861 §4.6, RFC 8106 §5.1).
const (
	optSource  = 1 // link-layer address of the sender
	optTarget  = 2 // link-layer address of the target
	optPrefix  = 3
	optServers = 25 // recursive name servers
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "ndp",
		Within:       []string{"icmpv6"},
		Over:         dissect.OverICMP,
		Ports:        []uint16{routerSolicitation, routerAdvertisement, neighbourSolicitation, neighbourAdvertisement, redirect},
		Spec:         "RFC 4861; RFC 4862 §5.4 (duplicate address detection); RFC 8106 (name servers)",
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer // re-used for addresses as text
}

// options are those of a message that say who is who.
type options struct {
	source, target heron.MAC
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, code := r.U8(), r.U8()
	r.Skip(2) // checksum
	if r.Err() != nil || code != 0 || !m.Src.IP.Is6() || m.Src.IP.Is4In6() {
		return heron.Verdict{}, dissect.ErrNotMine // ICMPv4 has other types of that number
	}
	switch kind {
	case neighbourSolicitation, neighbourAdvertisement:
		return heron.Verdict{}, d.neighbour(kind, r, m, out)
	case routerSolicitation:
		r.Skip(4)
		o, err := d.options(r, heron.Subject{}, nil)
		if err == nil {
			d.claim(m, m.Src.IP, o.source, out)
		}
		return heron.Verdict{}, err
	case routerAdvertisement:
		return heron.Verdict{}, d.router(r, m, out)
	case redirect:
		return heron.Verdict{}, redirected(r, m, out)
	}
	return heron.Verdict{}, dissect.ErrNotMine
}

// neighbour reads a question for an address and its answer (RFC 4861 §4.3, §4.4).
// One from no address asks whether an address is free, and claims nothing.
func (d *dissector) neighbour(kind int, r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	r.Skip(4)
	target := address(r)
	o, err := d.options(r, heron.Subject{}, nil)
	if err != nil || !target.IsValid() || target.IsMulticast() {
		return err
	}
	event, mac := "ndp.solicit", o.source
	switch {
	case kind == neighbourAdvertisement:
		event, mac = "ndp.advertise", o.target
		d.claim(m, target, mac, out)
	case m.Src.IP.IsUnspecified():
		event = "ndp.probe"
	default:
		d.claim(m, m.Src.IP, mac, out)
	}
	attrs := map[string]string{"target_ip": target.String()}
	if !mac.IsZero() {
		attrs["sender_mac"] = mac.String()
	}
	if !mac.IsZero() && !m.Src.MAC.IsZero() && mac != m.Src.MAC {
		attrs["frame_mac"] = m.Src.MAC.String()
	}
	out.Event(heron.Event{Kind: event, Attrs: attrs})
	return nil
}

// router reads an offer to route (RFC 4861 §4.2). A lifetime of zero takes it
// back, or comes from one that only announces networks.
func (d *dissector) router(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	r.Skip(2) // hop limit and flags
	lifetime := r.U16()
	r.Skip(8) // timers
	if err := r.Err(); err != nil {
		return err
	}
	about := heron.Subject{Endpoint: m.Src}
	if lifetime > 0 {
		out.ObserveString(about, keyRouter, "yes")
	}
	o, err := d.options(r, about, out)
	if err != nil {
		return err
	}
	d.claim(m, m.Src.IP, o.source, out)
	attrs := map[string]string{"lifetime": strconv.Itoa(lifetime)}
	if !o.source.IsZero() {
		attrs["sender_mac"] = o.source.String()
	}
	out.Event(heron.Event{Kind: "ndp.router", Attrs: attrs})
	return nil
}

// redirected reports that a host is told of another way (RFC 4861 §4.5).
func redirected(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	r.Skip(4)
	target, destination := address(r), address(r)
	if err := r.Err(); err != nil {
		return err
	}
	out.Event(heron.Event{Kind: "ndp.redirect", Attrs: map[string]string{
		"target_ip": target.String(), "destination": destination.String(), "sender_mac": m.Src.MAC.String(),
	}})
	return nil
}

// claim states that a MAC has an address: the one in the message, or the frame's
// when the message names none.
func (d *dissector) claim(m *heron.Message, ip netip.Addr, mac heron.MAC, out dissect.Emitter) {
	if mac.IsZero() {
		mac = m.Src.MAC
	}
	if ip.IsUnspecified() || !mac.IsUnicast() {
		return
	}
	out.Observe(heron.Subject{Endpoint: heron.Endpoint{MAC: mac, IP: ip, VLAN: m.Src.VLAN}}, heron.KeyARP, d.text.Address(ip))
}

// options reads to the end of a message; what a router announces is told when
// out is not nil.
func (d *dissector) options(r *wire.Reader, about heron.Subject, out dissect.Emitter) (options, error) {
	var o options
	for r.Len() > 0 {
		kind, size := r.U8(), 8*r.U8()
		if size == 0 {
			return o, wire.ErrShort // RFC 4861 §4.6: the message is to be dropped
		}
		value := r.Sub(size - 2)
		switch kind {
		case optSource:
			copy(o.source[:], value.Bytes(6))
		case optTarget:
			copy(o.target[:], value.Bytes(6))
		case optPrefix:
			d.prefix(&value, about, out)
		case optServers:
			value.Skip(6)
			for out != nil && value.Len() >= 16 {
				d.text = address(&value).AppendTo(d.text[:0])
				out.Observe(about, keyDNS, d.text)
			}
		}
	}
	return o, r.Err()
}

func (d *dissector) prefix(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	bits := r.U8()
	r.Skip(13) // flags, lifetimes, reserved
	ip := address(r)
	prefix, err := ip.Prefix(bits)
	if r.Err() != nil || err != nil || out == nil {
		return
	}
	d.text = prefix.AppendTo(d.text[:0])
	out.Observe(about, keyPrefix, d.text)
}

func address(r *wire.Reader) netip.Addr {
	a, _ := netip.AddrFromSlice(r.Bytes(16))
	return a
}
