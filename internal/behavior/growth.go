package behavior

import "github.com/heron-iot/heron"

// classes are the packets of one end of a flow by size, and by time since the
// one before.
type classes struct{ sizes, gaps lanes }

// known is a flow as it was when last reported. It holds no pointers: what was
// looked up for it then is kept as numbers, to be checked rather than looked up.
// It has two cache lines, of which a report in which nothing grew needs one.
type known struct {
	check    uint32 // of its id
	names    uint32 // neither end had a name when there were so many
	bytes    [roles]uint64
	packets  [roles]uint64
	devices  [roles]uint32 // numbers; 0 for none
	turns    [roles]uint16 // of the peer, 0 where it must be looked up
	protocol uint16        // number of the word
	port     uint16        // of the server
	peers    [roles]uint8  // the other end among those of the device
	services [roles]uint8  // among those of the device
	counts   [roles]bool   // it is a service of its ends
	secrecy  secrecy
	live     bool

	classes [roles]classes // by the client, by the server
}

// growth is what a flow did since its last report.
type growth struct {
	bytes, packets [roles]uint64 // by the client, by the server
	classes        [roles]classes
	begun          uint32 // 1 with the flow's first report
	secrecy        secrecy
	earlier        uint64 // bytes both ways that were reported before secrecy was told
	uses           [roles]use
	names          [roles]uint32 // of the ends
}

// any reports whether an end sent anything.
func (d *growth) any(r role) bool { return d.packets[r]|d.bytes[r] != 0 }

// use says whether a flow counts as a service of one of its ends.
type use struct {
	counts bool
	first  uint32 // 1 when it did not before
}

// turn makes use of what counts now, with what did before.
func (u *use) turn(before *bool, now bool) {
	u.counts, u.first = now, 0
	if now && !*before {
		u.first = 1
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
	return k.bytes == [roles]uint64{f.ClientBytes, f.ServerBytes} && k.packets == [roles]uint64{f.ClientPackets, f.ServerPackets}
}

// isOld reports whether a flow that was still is in all else, too, as it was: its
// report then says nothing about anyone.
func (t *Tracker) isOld(k *known, f *heron.Flow) bool {
	answered := f.Answered()
	return k.counts == [roles]bool{isUsed(f, answered), answered} && t.protocols.text(uint32(k.protocol)) == f.Protocol
}

// difference sets d to what a flow did since its last report. It is not ok for a
// flow that began before we watched: how much of it is new is not known.
func (t *Tracker) difference(k *known, before bool, f *heron.Flow, d *growth) (ok bool) {
	earlier := k.bytes[asClient] + k.bytes[asServer]
	k.grow(asClient, d, f.ClientBytes, f.ClientPackets, &f.ClientSizes, &f.ClientGaps)
	k.grow(asServer, d, f.ServerBytes, f.ServerPackets, &f.ServerSizes, &f.ServerGaps)
	serves := f.Answered()
	d.uses[asClient].turn(&k.counts[asClient], isUsed(f, serves))
	d.uses[asServer].turn(&k.counts[asServer], serves)
	d.secrecy = k.secrecy
	if !before || t.protocols.text(uint32(k.protocol)) != f.Protocol {
		k.protocol, d.secrecy = uint16(t.protocols.number(f.Protocol)), secrecyOf(f.Protocol)
	}
	if k.secrecy == untold && d.secrecy != untold {
		d.earlier = earlier
	}
	k.secrecy = d.secrecy
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

// grow brings one end up to date and sets in d what came to it.
func (k *known) grow(r role, d *growth, bytes, packets uint64, sizes, gaps *[heron.FlowBuckets]uint16) {
	if bytes == k.bytes[r] && packets == k.packets[r] {
		return
	}
	d.bytes[r] = bytes - min(k.bytes[r], bytes)
	d.packets[r] = packets - min(k.packets[r], packets)
	k.bytes[r], k.packets[r] = bytes, packets
	c := classes{lanesOf(sizes), lanesOf(gaps)}
	d.classes[r] = classes{c.sizes.since(k.classes[r].sizes), c.gaps.since(k.classes[r].gaps)}
	k.classes[r] = c
}
