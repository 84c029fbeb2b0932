package flow

import (
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
)

// answered moves a flow on when the server has sent; TCP decides by its flags.
func (t *Table) answered(i uint32, e *entry) {
	switch e.state {
	case heron.FlowAttempt, heron.FlowUnanswered, heron.FlowRejected:
		t.change(i, e, heron.FlowEstablished)
	}
}

// change moves a flow to another state and tells it; that it closed in order is
// told with its end, soon enough. A flow that is over need not wait for its next
// timer.
func (t *Table) change(i uint32, e *entry, to heron.FlowState) {
	e.state = to
	if to != heron.FlowClosed {
		t.tell(i, e)
	}
	switch to {
	case heron.FlowClosed, heron.FlowReset, heron.FlowRejected:
		t.unschedule(e)
		t.schedule(i, e, e.deadline(t.now))
	}
}

// maxQueued bounds the flows that wait to be reported.
const maxQueued = 1 << 18

// queued is a flow that changed, and the place of the packet that made it.
type queued struct {
	flow, serial uint32
	place        uint64
}

// tell has a flow reported by the next Report.
func (t *Table) tell(i uint32, e *entry) {
	e.reported = t.now
	if e.queued {
		return
	}
	if len(t.queue) >= maxQueued {
		t.Report()
	}
	t.queue = append(t.queue, queued{i, e.serial, t.place})
	e.queued = true
}

// Report tells the flows that changed since the last call, each as it is now,
// in the order in which they changed first. Flows that ended were told then.
func (t *Table) Report() {
	for list := range slices.Chunk(t.queue, MaxAhead) {
		t.fetchQueued(list)
		for _, q := range list {
			// Another flow may have the entry by now.
			if e := t.slab.at(q.flow); e.queued && e.serial == q.serial {
				t.place = q.place
				t.emit(q.flow, e, false)
			}
		}
	}
	t.queue = t.queue[:0]
}

// fetchQueued fetches entries that are reported next.
func (t *Table) fetchQueued(list []queued) {
	sum := uint64(0)
	for _, q := range list {
		sum += t.slab.at(q.flow).near()
	}
	t.ahead.fetched += sum
}

// near reads of each cache line that a report needs.
func (e *entry) near() uint64 {
	return uint64(e.touched) + e.halves[lower].packets + e.halves[upper].packets +
		uint64(e.scratch.Protocol) + uint64(e.first)
}

// SetPlace says which packet of the source comes next: reports of what it
// changes have that place.
func (t *Table) SetPlace(n uint64) { t.place = n }

// Place is that of the packet behind the report that the sink is given.
func (t *Table) Place() uint64 { return t.place }

// emit gives a report on a flow to the sink.
func (t *Table) emit(i uint32, e *entry, ended bool) {
	r := &t.report
	if t.keeper != nil {
		r = t.keeper.FlowRoom()
	}
	c, v := &e.halves[lower], &e.halves[upper]
	if e.client == upper {
		c, v = v, c
	}
	r.ID, r.Number, r.Transport = e.id(), i, e.transport()
	e.between(&r.Client, &r.Server, fromClient)
	r.ClientPort, r.ServerPort = e.ports()
	r.Protocol, r.State, r.First, r.Last = t.protocol(e), e.state, e.first, e.last()
	r.ClientPackets, r.ServerPackets = c.packets, v.packets
	r.ClientBytes, r.ServerBytes = c.bytes, v.bytes
	r.ClientPayload, r.ServerPayload = c.payload, v.payload
	r.ClientSizes, r.ServerSizes, r.ClientGaps, r.ServerGaps = c.sizes, v.sizes, c.gaps, v.gaps
	r.ClientRepeats, r.ServerRepeats, r.Resets = e.again[fromClient], e.again[fromServer], e.resets
	r.Ended, r.Exporter, r.Before, r.ClientDevice, r.ServerDevice = ended, netip.Addr{}, "", "", ""
	if n := e.scratch.Before; n > 0 && t.cfg.ProtocolName != nil {
		r.Before = t.cfg.ProtocolName(n - 1)
	}
	if e.exporter != 0 {
		r.Exporter = t.exporters.list[e.exporter-1]
	}
	e.queued = false
	e.news &^= newsSinceReport
	t.sink.Flow(r)
}

func (e *entry) transport() heron.Transport {
	switch e.key.proto() {
	case protoTCP:
		return heron.TCP
	case protoUDP:
		return heron.UDP
	case protoICMP, protoICMPv6:
		return heron.ICMP
	case protoSCTP:
		return heron.SCTP
	}
	return heron.OtherIP
}

// protocol names what the flow speaks: as its dissector says, else as far as
// the IP header tells.
func (t *Table) protocol(e *entry) string {
	if n := e.scratch.Protocol; n > 0 && t.cfg.ProtocolName != nil {
		return t.cfg.ProtocolName(n - 1)
	}
	if e.carries != layerNone {
		return layerNames[e.carries]
	}
	switch e.key.proto() {
	case protoICMP:
		return "icmp"
	case 2:
		return "igmp"
	case protoIPIP, protoIPv6:
		return "ipip"
	case 46:
		return "rsvp"
	case protoGRE:
		return "gre"
	case 50:
		return "esp"
	case protoICMPv6:
		return "icmpv6"
	case 88:
		return "eigrp"
	case 89:
		return "ospf"
	case 103:
		return "pim"
	case 112:
		return "vrrp"
	case 115:
		return "l2tp"
	case protoEtherIP:
		return "etherip"
	case protoMPLS:
		return "mpls"
	case protoSCTP:
		return "sctp"
	}
	return ""
}

// datagram gives the payload of one packet to the sink.
func (t *Table) datagram(e *entry, dir int, tr heron.Transport, src, dst uint16, payload []byte) {
	s := &e.streams[dir&1]
	if e.scratch.Quiet && t.quiet(e, dir, payload) {
		s.calls++
		return
	}
	m := t.message(e, dir, tr, src, dst)
	m.Dst.MAC, m.Payload, m.Sequence, m.Gap = t.frame.dst, payload, s.calls, false
	s.calls++
	if t.sink.Message(m).Done || e.scratch.Settled {
		e.settled = true
	}
}

// quiet reports that a message tells the sink nothing.
func (t *Table) quiet(e *entry, dir int, payload []byte) bool {
	return t.listener != nil && t.listener.Quiet(&e.scratch, payload, dir == fromClient)
}

// message fills in what every message of a flow has. What differs is left as the
// message before had it: the payload, its sequence and gap.
func (t *Table) message(e *entry, dir int, tr heron.Transport, src, dst uint16) *heron.Message {
	m := &t.msg
	e.between(&m.Src, &m.Dst, dir)
	m.Time, m.Transport, m.EtherType = t.frame.time, tr, 0
	m.SrcPort, m.DstPort, m.FromClient, m.Flow = src, dst, dir == fromClient, &e.scratch
	return m
}

// between fills in who sends and who receives in one direction of the flow.
func (e *entry) between(from, to *heron.Endpoint, dir int) {
	if int(e.client) != dir {
		from, to = to, from
	}
	vlan := e.key.vlan()
	from.MAC, from.VLAN = e.ends[lower].mac, vlan
	to.MAC, to.VLAN = e.ends[upper].mac, vlan
	if e.key.rest&keyFar != 0 {
		from.IP, to.IP = e.far.a.netip(e.key.v6()), e.far.b.netip(e.key.v6())
		return
	}
	from.IP, to.IP = ipv4Of(e.key.hosts>>32), ipv4Of(e.key.hosts)
}
