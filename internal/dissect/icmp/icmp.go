// Package icmp reads ICMP of IPv4: who routes and sends others elsewhere, what is
// asked of hosts beside whether they are there, and the pattern of a ping, which
// tells the system that sent it.
package icmp

import (
	"bytes"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyEcho   = "icmp.echo"    // whose ping it is: "windows", "unix", "zeros" …
	keyRouter = "icmp.router"  // an address that it advertises as a router's
	keyAnswer = "icmp.answers" // what it tells on request: "timestamp", "mask"
)

// Types of message (RFC 792, RFC 950, RFC 1256).
const (
	redirect            = 5
	echo                = 8
	routerAdvertisement = 9
	timestampRequest    = 13
	timestampReply      = 14
	infoRequest         = 15
	maskRequest         = 17
	maskReply           = 18
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name: "icmp",
		Over: dissect.OverICMP,
		Ports: []uint16{
			redirect, echo, routerAdvertisement, timestampRequest, timestampReply, infoRequest, maskRequest, maskReply,
		},
		Spec:    "RFC 792; RFC 950 (address mask); RFC 1256 (router discovery)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !m.Src.IP.Is4() || r.Len() < 8 {
		return heron.Verdict{}, dissect.ErrNotMine // ICMPv6 has other types of that number
	}
	kind, code := r.U8(), r.U8()
	r.Skip(2) // checksum
	about := heron.Subject{Endpoint: m.Src}
	if size := sizeOf(kind); size > 0 && (code != 0 || r.Len() != size) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch kind {
	case echo:
		r.Skip(4)
		if m.FromClient {
			out.ObserveString(about, keyEcho, pattern(r.Rest()))
		}
		return heron.Verdict{Done: true}, nil
	case redirect:
		return heron.Verdict{}, redirected(r, code, out)
	case routerAdvertisement:
		return heron.Verdict{}, d.routers(r, about, out)
	case timestampRequest:
		out.Event(heron.Event{Kind: "icmp.query", Attrs: map[string]string{"type": "timestamp"}})
	case infoRequest:
		out.Event(heron.Event{Kind: "icmp.query", Attrs: map[string]string{"type": "information"}})
	case maskRequest:
		out.Event(heron.Event{Kind: "icmp.query", Attrs: map[string]string{"type": "mask"}})
	case timestampReply:
		out.ObserveString(about, keyAnswer, "timestamp")
	case maskReply:
		out.ObserveString(about, keyAnswer, "mask")
	}
	return heron.Verdict{}, nil
}

// sizeOf returns how long a message of fixed length is after its checksum; 0 when
// it is not of fixed length.
func sizeOf(kind int) int {
	switch kind {
	case timestampRequest, timestampReply:
		return 16
	case maskRequest, maskReply:
		return 8
	case infoRequest:
		return 4
	}
	return 0
}

// pattern names the data of a ping: Windows sends the letters a to w over and
// over; ping of Unix numbers its octets, after a time stamp of 8 or 16; scanners
// send nothing or zeros.
func pattern(b []byte) string {
	const letters = "abcdefghijklmnopqrstuvw"
	switch {
	case len(b) == 0:
		return "empty"
	case len(b) >= len(letters) && bytes.HasPrefix(b, []byte(letters)):
		return "windows"
	case len(bytes.Trim(b, "\x00")) == 0:
		return "zeros"
	}
	for _, start := range [...]int{8, 16} {
		if len(b) < start+16 {
			continue
		}
		if numbered(b[start:], byte(start)) {
			return "unix"
		}
	}
	return "other"
}

// numbered reports whether each octet is its own place, counted from first.
func numbered(b []byte, first byte) bool {
	for i, c := range b {
		if c != first+byte(i) {
			return false
		}
	}
	return true
}

// redirected reports that a host is told of another way (RFC 792).
func redirected(r *wire.Reader, code int, out dissect.Emitter) error {
	gateway, _ := netip.AddrFromSlice(r.Bytes(4))
	r.Skip(16) // the header of the packet that came back, up to its destination
	destination, ok := netip.AddrFromSlice(r.Bytes(4))
	if err := r.Err(); err != nil || !ok || code > 3 {
		return err
	}
	out.Event(heron.Event{Kind: "icmp.redirect", Attrs: map[string]string{
		"gateway": gateway.String(), "destination": destination.String(),
	}})
	return nil
}

// routers reads the addresses that a router advertises (RFC 1256 §3).
func (d *dissector) routers(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	n, size := r.U8(), r.U8()
	r.Skip(2) // lifetime
	if size != 2 {
		return dissect.ErrNotMine
	}
	for range r.Count(n, 8) {
		if ip, ok := netip.AddrFromSlice(r.Bytes(4)); ok {
			out.Observe(about, keyRouter, d.text.Address(ip))
		}
		r.Skip(4) // preference
	}
	return r.Err()
}
