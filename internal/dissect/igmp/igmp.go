// Package igmp reads IGMP: which groups a host listens to, which says what
// services it offers or wants, and who asks for listeners.
package igmp

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyGroup   = "igmp.group"   // a group that it listens to
	keyVersion = "igmp.version" // of a listener: 1, 2 or 3
	keyQuerier = "igmp.querier" // "yes": it asks for listeners, as routers and switches do
)

// ipProtocol is the number of the IP protocol.
const ipProtocol = 2

// Types of message (RFC 9776 §4, RFC 2236 §2, RFC 1112 appendix I).
const (
	query        = 0x11
	report1      = 0x12
	dvmrp        = 0x13
	report2      = 0x16
	leave        = 0x17
	report3      = 0x22
	discovery    = 0x30 // to 0x32 (RFC 4286)
	maxPerReport = 64   // groups of one report that are told
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "igmp",
		Over:    dissect.OverIP,
		Ports:   []uint16{ipProtocol},
		Spec:    "RFC 9776 (version 3); RFC 2236 (version 2); RFC 1112 (version 1)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind := r.U8()
	r.Skip(3) // code, checksum
	group, ok := netip.AddrFromSlice(r.Bytes(4))
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	switch kind {
	case query:
		if !group.IsMulticast() && !group.IsUnspecified() {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		out.ObserveString(about, keyQuerier, "yes") // proxies that have no address are kept by their MAC
	case report1, report2:
		if !group.IsMulticast() {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		out.ObserveString(about, keyVersion, version(kind))
		d.group(about, group, out)
	case report3:
		b := group.As4() // reserved, then the number of records
		return heron.Verdict{}, d.report(r, int(b[2])<<8|int(b[3]), about, out)
	case leave, dvmrp, discovery, discovery + 1, discovery + 2:
	default:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return heron.Verdict{}, nil
}

func version(kind int) string {
	if kind == report1 {
		return "1"
	}
	return "2"
}

// report reads the records of a version 3 report (RFC 9776 §4.2). One that only
// says that a group is left has no sources and the type CHANGE_TO_INCLUDE_MODE.
func (d *dissector) report(r *wire.Reader, n int, about heron.Subject, out dissect.Emitter) error {
	const toInclude, lastType = 3, 6
	if n > r.Len()/8 {
		return wire.ErrShort
	}
	for i := range n {
		kind, aux, sources := r.U8(), r.U8(), r.U16()
		group, ok := netip.AddrFromSlice(r.Bytes(4))
		r.Skip(4 * (sources + aux))
		if !ok || r.Err() != nil || kind == 0 || kind > lastType || !group.IsMulticast() {
			return r.Err()
		}
		out.ObserveString(about, keyVersion, "3")
		if i < maxPerReport && (kind != toInclude || sources > 0) {
			d.group(about, group, out)
		}
	}
	return nil
}

func (d *dissector) group(about heron.Subject, group netip.Addr, out dissect.Emitter) {
	out.Observe(about, keyGroup, d.text.Address(group))
}
