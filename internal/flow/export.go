package flow

import (
	"net/netip"

	"github.com/heron-iot/heron"
)

const (
	// maxExporters bounds the exporters whose flows are followed.
	maxExporters = 1 << 10
	// oldExport is how long ago an exporter may say that something happened; what
	// is older, or to come, is taken for now: its clock is wrong.
	oldExport = heron.Hour
)

// exporters numbers who told of flows, from 1.
type exporters struct {
	number map[netip.Addr]uint16
	list   []netip.Addr
}

// of finds or makes the number of an exporter; 0 at the bound.
func (x *exporters) of(ip netip.Addr) uint16 {
	if n := x.number[ip]; n != 0 || len(x.list) >= maxExporters {
		return n
	}
	if x.number == nil {
		x.number = make(map[netip.Addr]uint16)
	}
	x.list = append(x.list, ip)
	x.number[ip] = uint16(len(x.list))
	return uint16(len(x.list))
}

// Export takes what an exporter says of one direction of a flow. Its flows are
// kept apart from those whose packets were seen, and from those of others.
func (t *Table) Export(r *heron.FlowRecord) {
	n := t.exporters.of(r.Exporter)
	if n == 0 || !r.Src.IP.IsValid() || r.Src.IP.Is4() != r.Dst.IP.Is4() || r.Packets == 0 {
		t.stats.Undecoded++
		return
	}
	last := t.near(r.Last)
	t.frame = frame{
		time: min(t.near(r.First), last), src: r.Src.MAC, dst: r.Dst.MAC, vlan: r.Src.VLAN, faulty: true, odd: true,
		srcIP: addrOf(r.Src.IP), dstIP: addrOf(r.Dst.IP), v6: r.Src.IP.Is6(),
		packets: int(min(r.Packets, 1<<40)), bytes: int(min(r.Bytes, 1<<50)), tunnel: exporterTunnel(r.Exporter),
	}
	src, dst := int(r.SrcPort), int(r.DstPort)
	switch r.Protocol {
	case protoTCP, protoUDP, protoSCTP:
	default:
		src, dst = 0, 0
	}
	i, e, dir := t.follow(nil, int(r.Protocol), src, dst, hints{})
	e.exporter, e.settled = n, true
	h := e.half(dir)
	h.last = max(h.last, last)
	if r.Protocol == protoTCP {
		t.exportState(i, e, dir, int(r.TCPFlags))
	}
}

// exporterTunnel keeps the flows of an exporter apart, as a tunnel does its own.
func exporterTunnel(ip netip.Addr) uint64 {
	a := addrOf(ip)
	return mix(a.hi^0x6e6574666c6f7720, a.lo) | 1
}

// near is a time that an exporter told, when it can be believed.
func (t *Table) near(at heron.Time) heron.Time {
	if at > t.now || at < t.now-oldExport {
		return t.now
	}
	return at
}

// exportState moves a TCP flow on by the flags of all its segments together.
func (t *Table) exportState(i uint32, e *entry, dir int, flags int) {
	state := e.state
	asked := state == heron.FlowAttempt || state == heron.FlowUnanswered
	if flags&flagFIN != 0 {
		e.fin |= 1 << dir
	}
	switch {
	case asked && dir == fromServer && flags&(flagSYN|flagRST) == flagRST:
		state = heron.FlowRejected
	case e.fin == bothSides:
		state = heron.FlowClosed
	case flags&flagRST != 0 && !asked:
		state = heron.FlowReset
	case asked && (dir == fromServer || flags&(flagACK|flagFIN) != 0):
		state = heron.FlowEstablished
	}
	if state != e.state || t.fresh {
		t.change(i, e, state)
	}
}
