package lab

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// DHCP message types (RFC 2132 §9.6) and the options that the lab sends.
const (
	dhcpDiscover = 1
	dhcpOffer    = 2
	dhcpRequest  = 3
	dhcpAck      = 5

	optMask, optRouter, optDNS, optHostname = 1, 3, 6, 12
	optDomain, optRequested, optLease       = 15, 50, 51
	optType, optServer, optParams           = 53, 54, 55
	optVendorClass, optClientID, optEnd     = 60, 61, 255
)

const dhcpCookie = 0x63825363 // RFC 2131 §3

// dhcpMessage is the fixed part of a message (RFC 2131 §2) with its type.
func dhcpMessage(op byte, xid uint32, mac heron.MAC, yours, server netip.Addr, kind byte) []byte {
	b := []byte{op, 1, 6, 0}
	b = binary.BigEndian.AppendUint32(b, xid)
	b = append(b, 0, 0, 0x80, 0) // the broadcast flag
	b = append(b, 0, 0, 0, 0)
	b = append(b, as4(yours)...)
	b = append(b, as4(server)...)
	b = append(b, 0, 0, 0, 0)
	b = append(append(b, mac[:]...), make([]byte, 10+64+128)...)
	b = binary.BigEndian.AppendUint32(b, dhcpCookie)
	return append(b, optType, 1, kind)
}

func as4(ip netip.Addr) []byte {
	if !ip.IsValid() {
		return make([]byte, 4)
	}
	return ip.AsSlice()
}

func appendOption(b []byte, code byte, data []byte) []byte {
	return append(append(b, code, byte(len(data))), data...)
}

// dhcpClient asks for an address and takes it.
func dhcpClient(a *actor) {
	xid := a.rng.Uint32()
	a.sayDHCP(dhcpMessage(1, xid, a.host.MAC, netip.Addr{}, netip.Addr{}, dhcpDiscover), false)
	a.sayDHCP(dhcpMessage(1, xid, a.host.MAC, netip.Addr{}, netip.Addr{}, dhcpRequest), true)
	a.frame(a.host, arpFrame(heron.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 1,
		a.host.MAC, a.host.IP, heron.MAC{}, a.host.IP))
}

// sayDHCP adds what the client says of itself, and broadcasts.
func (a *actor) sayDHCP(b []byte, request bool) {
	h := a.host
	b = appendOption(b, optClientID, append([]byte{1}, h.MAC[:]...))
	if request {
		b = appendOption(b, optRequested, h.IP.AsSlice())
		b = appendOption(b, optServer, a.site.gateway().IP.AsSlice())
	}
	if name := h.hostname(); name != "" {
		b = appendOption(b, optHostname, []byte(name))
	}
	if class := h.Model.DHCP.VendorClass; class != "" {
		b = appendOption(b, optVendorClass, []byte(class))
	}
	b = appendOption(b, optParams, h.Model.DHCP.Params)
	a.say(datagram{
		from: h, src: netip.AddrPortFrom(netip.IPv4Unspecified(), 68),
		to: netip.AddrPortFrom(localBcast, 67), payload: append(b, optEnd),
	})
}

// dhcpService leases every device of the site its own address.
func dhcpService() Service {
	return Service{
		Protocol: "dhcp", Transport: heron.UDP, Port: 67,
		Groups: []netip.Addr{localBcast}, Answer: answerDHCP,
	}
}

func answerDHCP(h *Host, q Query) Reply {
	xid, mac, kind := readDHCP(q.Bytes)
	client := h.site.byMAC[mac]
	if client == nil {
		return Reply{}
	}
	var answer byte
	switch kind {
	case dhcpDiscover:
		answer = dhcpOffer
	case dhcpRequest:
		answer = dhcpAck
	default:
		return Reply{}
	}
	b := dhcpMessage(2, xid, mac, client.IP, h.IP, answer)
	b = appendOption(b, optServer, h.IP.AsSlice())
	b = appendOption(b, optLease, []byte{0, 1, 0x51, 0x80})
	b = appendOption(b, optMask, []byte{255, 255, 0, 0})
	b = appendOption(b, optRouter, h.IP.AsSlice())
	b = appendOption(b, optDNS, h.IP.AsSlice())
	b = appendOption(b, optDomain, []byte("lan"))
	return Reply{Used: len(q.Bytes), Bytes: append(b, optEnd)}
}

// readDHCP reads of a request what the server needs.
func readDHCP(msg []byte) (xid uint32, mac heron.MAC, kind int) {
	r := wire.NewReader(msg)
	r.Skip(4)
	xid = uint32(r.U32())
	r.Skip(20)
	copy(mac[:], r.Bytes(6))
	r.Skip(10 + 64 + 128 + 4)
	for r.Len() > 0 {
		code := r.U8()
		if code == optEnd {
			break
		}
		data := r.Sub(r.U8())
		if code == optType {
			kind = data.U8()
		}
	}
	if r.Err() != nil {
		return 0, heron.MAC{}, 0
	}
	return xid, mac, kind
}

// paramList reads a DHCP parameter list as people write it: "1,3,6,15".
func paramList(s string) []byte {
	var out []byte
	for n := range strings.SplitSeq(s, ",") {
		v := 0
		for _, c := range n {
			v = v*10 + int(c-'0')
		}
		out = append(out, byte(v))
	}
	return out
}
