// Package icmpv6 reads what ICMPv6 says beside neighbour discovery: the groups
// that hosts listen to (MLD), the names that they tell (node information), and
// the mesh networks that they route for (RPL).
package icmpv6

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyGroup   = "mld.group"       // a group that it listens to
	keyQuerier = "mld.querier"     // "yes": it asks for listeners, as routers and switches do
	keyVersion = "mld.version"     // of a listener: 1 or 2
	keyName    = "icmpv6.nodename" // the name that it tells on request
	keyRPL     = "rpl.role"        // in a mesh: "router" or "node"
	keyDODAG   = "rpl.dodag"       // the mesh that it routes for
)

// Types of message (IANA, ICMPv6 parameters).
const (
	mldQuery     = 130
	mldReport    = 131
	mldDone      = 132
	nodeQuery    = 139
	nodeReply    = 140
	mldReport2   = 143
	rplControl   = 155
	maxPerReport = 64 // groups of one report that are told
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "icmpv6",
		Over:    dissect.OverICMP,
		Ports:   []uint16{mldQuery, mldReport, mldDone, nodeQuery, nodeReply, mldReport2, rplControl},
		Spec:    "RFC 4443; RFC 2710 and RFC 3810 (MLD); RFC 4620 (node information); RFC 6550 (RPL)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, code := r.U8(), r.U8()
	r.Skip(2) // checksum
	if r.Err() != nil || !m.Src.IP.Is6() || m.Src.IP.Is4In6() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	switch kind {
	case mldQuery, mldReport, mldDone:
		return heron.Verdict{}, d.listener(kind, r, about, out)
	case mldReport2:
		return heron.Verdict{}, d.report2(r, about, out)
	case nodeQuery:
		out.Event(heron.Event{Kind: "icmpv6.node_query"})
	case nodeReply:
		return heron.Verdict{}, d.node(code, r, about, out)
	case rplControl:
		return heron.Verdict{}, d.mesh(code, r, about, out)
	}
	return heron.Verdict{}, nil
}

// listener reads the messages of MLD version 1, and the queries of both (RFC 2710
// §3, RFC 3810 §5.1).
func (d *dissector) listener(kind int, r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	r.Skip(4) // maximum delay, reserved
	group, ok := netip.AddrFromSlice(r.Bytes(16))
	if !ok {
		return r.Err()
	}
	switch {
	case kind == mldQuery && about.IP.IsLinkLocalUnicast():
		out.ObserveString(about, keyQuerier, "yes")
	case kind == mldReport:
		out.ObserveString(about, keyVersion, "1")
		d.group(about, group, out)
	}
	return nil
}

// report2 reads a report of version 2 (RFC 3810 §5.2). A record that only says
// that a group is left has no sources and the type CHANGE_TO_INCLUDE.
func (d *dissector) report2(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	const toInclude, lastType = 3, 6
	r.Skip(2)
	n := r.U16()
	if n > r.Len()/20 {
		return wire.ErrShort
	}
	out.ObserveString(about, keyVersion, "2")
	for i := range n {
		kind, aux, sources := r.U8(), r.U8(), r.U16()
		group, ok := netip.AddrFromSlice(r.Bytes(16))
		r.Skip(16*sources + 4*aux)
		if !ok || r.Err() != nil || kind == 0 || kind > lastType {
			return r.Err()
		}
		if i < maxPerReport && (kind != toInclude || sources > 0) {
			d.group(about, group, out)
		}
	}
	return nil
}

// group tells a group, unless it is one that every host listens to: all nodes, or
// that of an address of its own (RFC 4291 §2.7.1).
func (d *dissector) group(about heron.Subject, group netip.Addr, out dissect.Emitter) {
	a := group.As16()
	solicited := string(a[:13]) == "\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff"
	if !group.IsMulticast() || solicited || group == netip.IPv6LinkLocalAllNodes() {
		return
	}
	out.Observe(about, keyGroup, d.text.Address(group))
}

// node reads the answer to a question for a name (RFC 4620 §6.3).
func (d *dissector) node(code int, r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	const successful, nodeName = 0, 2
	question := r.U16()
	r.Skip(2 + 8 + 4) // flags, nonce, time to live
	if r.Err() != nil || code != successful || question != nodeName {
		return r.Err()
	}
	d.text = dns.AppendLabels(d.text[:0], r)
	if r.Err() == nil {
		out.Observe(about, keyName, d.text)
		out.Observe(about, heron.KeyHostname, d.text)
	}
	return r.Err()
}

// mesh reads a control message of RPL (RFC 6550 §6): who offers a way, and who
// takes part.
func (d *dissector) mesh(code int, r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	const dis, dio, dao = 0, 1, 2
	switch code {
	case dio: // §6.3.1
		r.Skip(8)
		dodag, ok := netip.AddrFromSlice(r.Bytes(16))
		if !ok {
			return r.Err()
		}
		out.ObserveString(about, keyRPL, "router")
		out.Observe(about, keyDODAG, d.text.Address(dodag))
	case dis, dao:
		out.ObserveString(about, keyRPL, "node")
	}
	return nil
}
