// Package vrrp reads VRRP: which routers stand in for each other, and under which
// address.
package vrrp

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion  = "vrrp.version"
	keyRouter   = "vrrp.router"   // number of the virtual router
	keyPriority = "vrrp.priority" // 255: it owns the address
	keyAddress  = "vrrp.address"  // one of the virtual router
	keyAuth     = "vrrp.auth"     // of version 2: none, simple, md5
)

// ipProtocol is the number of the IP protocol.
const ipProtocol = 112

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "vrrp",
		Over:    dissect.OverIP,
		Ports:   []uint16{ipProtocol},
		Spec:    "RFC 9568 §5 (version 3); RFC 3768 §5 and RFC 2338 §5 (version 2)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// authSize is the length of the authentication data of version 2.
const authSize = 8

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	first, router, priority := r.U8(), r.U8(), r.U8()
	count, auth := r.U8(), r.U8()
	r.Skip(3) // interval, checksum
	version, size := first>>4, 4
	if !m.Src.IP.Is4() {
		size = 16
	}
	want := count * size
	if version == 2 {
		want += authSize
	}
	if r.Err() != nil || first&0xf != 1 || router == 0 || count == 0 || r.Len() != want ||
		version != 3 && (version != 2 || auth > 2 || size != 4) {
		return heron.Verdict{}, dissect.ErrNotMine // CARP, perhaps, which has the same number
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyVersion, d.text.Number(version))
	out.Observe(about, keyRouter, d.text.Number(router))
	out.Observe(about, keyPriority, d.text.Number(priority))
	for range count {
		if ip, ok := netip.AddrFromSlice(r.Bytes(size)); ok {
			out.Observe(about, keyAddress, d.text.Address(ip))
		}
	}
	if version == 2 {
		out.ObserveString(about, keyAuth, [...]string{"none", "simple", "md5"}[auth])
	}
	if priority == 0 {
		out.Event(heron.Event{Kind: "vrrp.resign", Attrs: map[string]string{"router": string(d.text.Number(router))}})
	}
	return heron.Verdict{}, nil
}
