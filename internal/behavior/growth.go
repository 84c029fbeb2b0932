package behavior

import "github.com/heron-iot/heron"

// known is a flow as it was when last reported. It holds no pointers: what was
// looked up for it then is kept as numbers, to be checked rather than looked up.
// It has two cache lines, of which a report in which nothing grew needs one.
type known struct {
	check    uint32 // of its id
	names    uint32 // neither end had a name when there were so many
	ends     [roles]end
	protocol uint16      // number of the word
	port     uint16      // of the server
	counts   [roles]bool // it is a service of its ends
	secrecy  secrecy
	live     bool

	classes [roles]classes // by the client, by the server
}

// end is what is known of one end of a flow.
type end struct {
	bytes, packets uint64 // that it sent
	device         uint32 // number; 0 for none
	turn           uint16 // of the peer, 0 where it must be looked up
	peer           uint8  // the other end among those of the device
	service        uint8  // among those of the device
}

// growth is what a flow did since its last report.
type growth struct {
	ends    [roles]gain
	minute         // that it was reported in
	begun   uint32 // 1 with the flow's first report
	secrecy secrecy
	earlier uint64  // bytes both ways that were reported before secrecy was told
	service service // that it is of
}

// gain is the growth of one end of a flow.
type gain struct {
	bytes, packets uint64 // that it sent
	classes        classes
	name           uint32 // of the end
	counts         bool   // the flow counts as a service of the end
	first          uint32 // 1 when it did not before
}

// sides returns what is of the end that has a role, and what is of the other.
func sides[T any](of *[roles]T, r role) (mine, others *T) { return &of[r%roles], &of[(r+1)%roles] }

// any reports whether the end sent anything.
func (g *gain) any() bool { return g.packets|g.bytes != 0 }

// use notes whether the flow counts as a service of the end, and whether it did.
func (g *gain) use(before *bool, now bool) {
	g.counts = now
	if now && !*before {
		g.first = 1
	}
	*before = now
}

// recall returns what is known of a flow, zero for one that is not. What is
// written to it is kept, unless this report is the flow's last.
func (t *Tracker) recall(f *heron.Flow) (k *known, before bool) {
	k, before = t.sources.flow(f)
	if before {
		return k, true
	}
	if f.Ended {
		k = &t.last
	}
	*k = known{check: checkOf(f), live: true}
	return k, false
}

// isStill reports whether nothing was sent since a flow was last reported.
func (k *known) isStill(f *heron.Flow) bool {
	client, server := &k.ends[asClient], &k.ends[asServer]
	return client.bytes == f.ClientBytes && client.packets == f.ClientPackets &&
		server.bytes == f.ServerBytes && server.packets == f.ServerPackets
}

// isOld reports whether a flow that was still is in all else, too, as it was: its
// report then says nothing about anyone.
func (t *Tracker) isOld(k *known, f *heron.Flow) bool {
	answered := f.Answered()
	return k.counts[asClient] == isUsed(f, answered) && k.counts[asServer] == answered &&
		t.protocols.text(uint32(k.protocol)) == f.Protocol
}

// difference sets d to what a flow did since its last report. It is not ok for a
// flow that began before we watched: how much of it is new is not known.
func (t *Tracker) difference(k *known, before bool, f *heron.Flow, d *growth) (ok bool) {
	client, server := &k.ends[asClient], &k.ends[asServer]
	earlier := client.bytes + server.bytes
	client.grow(&d.ends[asClient], &k.classes[asClient], f.ClientBytes, f.ClientPackets, &f.ClientSizes, &f.ClientGaps)
	server.grow(&d.ends[asServer], &k.classes[asServer], f.ServerBytes, f.ServerPackets, &f.ServerSizes, &f.ServerGaps)
	answered := f.Answered()
	d.ends[asClient].use(&k.counts[asClient], isUsed(f, answered))
	d.ends[asServer].use(&k.counts[asServer], answered)
	d.secrecy = k.secrecy
	if !before || t.protocols.text(uint32(k.protocol)) != f.Protocol {
		k.protocol, d.secrecy = uint16(t.protocols.number(f.Protocol)), secrecyOf(f.Protocol)
	}
	if k.secrecy == untold && d.secrecy != untold {
		d.earlier = earlier
	}
	k.secrecy = d.secrecy
	d.minute, d.service = t.minute.of(f.Last), serviceOf(f, k.protocol)
	if before {
		return true
	}
	d.begun = 1
	return f.Last-f.First <= 2*window || f.Ended
}

// isUsed reports whether a flow counts as a service that its client uses. Much
// that is used answers nothing: multicast, syslog.
func isUsed(f *heron.Flow, answered bool) bool {
	return answered || f.Protocol != "" && f.State != heron.FlowRejected
}

// grow brings one end up to date and sets in g what came to it.
func (e *end) grow(g *gain, was *classes, bytes, packets uint64, sizes, gaps *[heron.FlowBuckets]uint16) {
	if bytes == e.bytes && packets == e.packets {
		return
	}
	g.bytes, g.packets = bytes-min(e.bytes, bytes), packets-min(e.packets, packets)
	e.bytes, e.packets = bytes, packets
	now := classes{lanesOf(sizes), lanesOf(gaps)}
	g.classes = now.since(was)
	*was = now
}
