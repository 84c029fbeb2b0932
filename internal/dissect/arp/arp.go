// Package arp reads ARP: who claims which IPv4 address, who asks for whom.
package arp

import (
	"encoding/binary"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "arp",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0x0806},
		Spec:       "RFC 826; RFC 5227 (probes and announcements)",
		Dissect:    d.dissect,
	}
}

// Operations (RFC 826).
const (
	opRequest = 1
	opReply   = 2
)

type dissector struct {
	text  dissect.Buffer // re-used for the address as text
	attrs dissect.Attrs
}

// packet is an ARP packet for IPv4 over Ethernet.
type packet struct {
	op                   int
	senderMAC, targetMAC heron.MAC
	senderIP, targetIP   netip.Addr
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	hardware, protocol, hlen, plen := r.U16(), r.U16(), r.U8(), r.U8()
	p := packet{op: r.U16()}
	if r.Err() == nil && (hardware != 1 || protocol != 0x0800 || hlen != 6 || plen != 4) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	p.senderMAC, p.senderIP = mac(r), ip(r)
	p.targetMAC, p.targetIP = mac(r), ip(r)
	if err := r.Err(); err != nil {
		return heron.Verdict{}, err
	}
	if p.op != opRequest && p.op != opReply {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	d.claim(&p, m, out)
	d.report(&p, m, out)
	return heron.Verdict{}, nil
}

// claim states what the sender says of itself. A probe (sender address zero, RFC
// 5227 §1.1) claims nothing. The claim is about the MAC in the packet; when that
// is not the frame's, an event says so, for that is how spoofing looks.
func (d *dissector) claim(p *packet, m *heron.Message, out dissect.Emitter) {
	if p.senderIP.IsUnspecified() || !p.senderMAC.IsUnicast() {
		return
	}
	about := heron.Subject{Endpoint: heron.Endpoint{MAC: p.senderMAC, IP: p.senderIP, VLAN: m.Src.VLAN}}
	out.Observe(about, heron.KeyARP, d.text.Address(p.senderIP))
}

// report makes an event of what a detector of spoofing and scanning needs: every
// reply, every announcement and probe, every request.
func (d *dissector) report(p *packet, m *heron.Message, out dissect.Emitter) {
	kind := "arp.request"
	switch {
	case p.senderIP == p.targetIP:
		kind = "arp.announce"
	case p.op == opReply:
		kind = "arp.reply"
	case p.senderIP.IsUnspecified():
		kind = "arp.probe"
	}
	src := heron.Endpoint{MAC: m.Src.MAC, IP: p.senderIP, VLAN: m.Src.VLAN}
	dst := heron.Endpoint{MAC: m.Dst.MAC, IP: p.targetIP, VLAN: m.Dst.VLAN}
	out.Between(src, dst, kind, d.fields(p, m.Src.MAC))
}

// fields returns the attributes of a packet that came in a frame of that sender.
func (d *dissector) fields(p *packet, frame heron.MAC) map[string]string {
	d.attrs.Begin(byte(p.op))
	d.attrs.Number(int(p.senderMAC.Uint64()))
	d.attrs.Number(int(p.targetMAC.Uint64()))
	d.attrs.Number(int(frame.Uint64()))
	sender, target := p.senderIP.As4(), p.targetIP.As4()
	d.attrs.Number(int(binary.BigEndian.Uint32(sender[:]))<<32 | int(binary.BigEndian.Uint32(target[:])))
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := map[string]string{
		"sender_mac": p.senderMAC.String(), "sender_ip": p.senderIP.String(), "target_ip": p.targetIP.String(),
	}
	if p.op == opReply {
		attrs["target_mac"] = p.targetMAC.String()
	}
	if !frame.IsZero() && frame != p.senderMAC {
		attrs["frame_mac"] = frame.String()
	}
	return d.attrs.Keep(attrs)
}

func mac(r *wire.Reader) (m heron.MAC) {
	copy(m[:], r.Bytes(len(m)))
	return m
}

func ip(r *wire.Reader) netip.Addr {
	a, _ := netip.AddrFromSlice(r.Bytes(4))
	return a
}
