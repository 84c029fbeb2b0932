// Package mndp reads the neighbour discovery of MikroTik: the model, version and
// name of routers, called out to the whole network.
package mndp

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyMAC       = "mndp.mac"
	keyIdentity  = "mndp.identity"
	keyVersion   = "mndp.version"
	keyPlatform  = "mndp.platform"
	keySoftware  = "mndp.software_id"
	keyBoard     = "mndp.board"
	keyInterface = "mndp.interface"
	keyAddress   = "mndp.address"
	keySearch    = "mndp.search" // "yes": it looks for routers
)

// Types of the entries.
const (
	typeMAC       = 1
	typeIdentity  = 5
	typeVersion   = 7
	typePlatform  = 8
	typeSoftware  = 11
	typeBoard     = 12
	typeIPv6      = 15
	typeInterface = 16
	typeIPv4      = 17
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "mndp",
		Over:         dissect.OverUDP,
		Ports:        []uint16{5678},
		Spec:         "MikroTik Neighbor Discovery Protocol, as its public descriptions have it",
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// dissect reads a header of four octets and entries; four zeros alone ask all to
// announce themselves.
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	about := heron.Subject{Endpoint: m.Src}
	if r.Len() == 4 && r.U32() == 0 {
		out.ObserveString(about, keySearch, "yes")
		return heron.Verdict{}, nil
	}
	r.Skip(4)
	if !whole(*r) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	for r.Len() > 0 {
		kind := r.U16()
		v := r.Sub(r.U16())
		d.tell(about, kind, &v, out)
	}
	return heron.Verdict{}, nil
}

// whole reports whether there are at least two entries, of known types, which fill
// the datagram, and one of them is the address.
func whole(r wire.Reader) bool {
	count, mac := 0, false
	for r.Len() > 0 && r.Err() == nil {
		kind, size := r.U16(), r.U16()
		if kind < typeMAC || kind > 32 {
			return false
		}
		mac = mac || kind == typeMAC && size == 6
		r.Skip(size)
		count++
	}
	return r.Err() == nil && count >= 2 && mac
}

func (d *dissector) tell(about heron.Subject, kind int, v *wire.Reader, out dissect.Emitter) {
	switch kind {
	case typeMAC:
		out.Observe(about, keyMAC, d.text.MAC(v.Rest()))
	case typeIdentity:
		name := v.Rest()
		out.Observe(about, keyIdentity, name)
		out.Observe(about, heron.KeyHostname, name)
	case typeVersion:
		out.Observe(about, keyVersion, v.Rest())
	case typePlatform:
		out.Observe(about, keyPlatform, v.Rest())
	case typeSoftware:
		out.Observe(about, keySoftware, v.Rest())
	case typeBoard:
		out.Observe(about, keyBoard, v.Rest())
	case typeInterface:
		out.Observe(about, keyInterface, v.Rest())
	case typeIPv4, typeIPv6:
		if ip, ok := netip.AddrFromSlice(v.Rest()); ok {
			out.Observe(about, keyAddress, d.text.Address(ip))
		}
	}
}
