package behavior

import (
	"hash/maphash"

	"github.com/heron-iot/heron"
)

// side is what one end of a flow sent.
type side struct {
	bytes, packets uint64
	sizes, gaps    [heron.FlowBuckets]uint16
}

// since returns what came to it since it was as before.
func (s *side) since(before *side) side {
	out := side{bytes: s.bytes - min(before.bytes, s.bytes), packets: s.packets - min(before.packets, s.packets)}
	for i := range out.sizes {
		out.sizes[i] = s.sizes[i] - min(before.sizes[i], s.sizes[i])
		out.gaps[i] = s.gaps[i] - min(before.gaps[i], s.gaps[i])
	}
	return out
}

// totals are the counters of a flow at its last report.
type totals struct {
	client, server side
	secrecy        secrecy
	used, offered  bool // it counts as a service of its ends
}

func totalsOf(f *heron.Flow) totals {
	answered := f.Answered()
	return totals{
		client:  side{f.ClientBytes, f.ClientPackets, f.ClientSizes, f.ClientGaps},
		server:  side{f.ServerBytes, f.ServerPackets, f.ServerSizes, f.ServerGaps},
		secrecy: secrecyOf(f.Protocol),
		// Much that is used answers nothing: multicast, syslog.
		used: answered || f.Protocol != "" && f.State != heron.FlowRejected, offered: answered,
	}
}

// growth is what a flow did since its last report, seen from one end.
type growth struct {
	out, in side
	begun   uint32 // 1 with the flow's first report
	secrecy secrecy
	earlier uint64 // bytes both ways that were reported before secrecy was told
	role    role
	uses    [roles]use
}

// use says whether a flow counts as a service of one of its ends.
type use struct {
	counts bool
	first  uint32 // 1 when it did not before
}

func useOf(before, now bool) use {
	u := use{counts: now}
	if now && !before {
		u.first = 1
	}
	return u
}

// turn makes it what the server saw.
func (d *growth) turn() { d.out, d.in, d.role = d.in, d.out, asServer }

// flowSeed is for the ids of flows, of which a hash is kept.
var flowSeed = maphash.MakeSeed()

// difference returns what a flow did since its last report, seen from the
// client. It is not ok for a flow that began before we watched: how much of it
// is new is not known.
func (t *Tracker) difference(f *heron.Flow) (growth, bool) {
	now := totalsOf(f)
	before, known := t.remember(f, &now)
	if !known && f.Last-f.First > 2*window && !f.Ended {
		return growth{}, false
	}
	d := growth{
		out: now.client.since(&before.client), in: now.server.since(&before.server), secrecy: now.secrecy,
		uses: [roles]use{useOf(before.used, now.used), useOf(before.offered, now.offered)},
	}
	if !known {
		d.begun = 1
	}
	if before.secrecy == untold && now.secrecy != untold {
		d.earlier = before.client.bytes + before.server.bytes
	}
	return d, true
}

// remember returns the totals of a flow at its last report, and keeps those of
// now unless it was the last one.
func (t *Tracker) remember(f *heron.Flow, now *totals) (before totals, known bool) {
	id := maphash.String(flowSeed, f.ID)
	if f.Ended {
		return t.flows.take(id)
	}
	kept, known := t.flows.at(id)
	before, *kept = *kept, *now
	return before, known
}
