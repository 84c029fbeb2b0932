package behavior

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
)

// side is what one end of a flow sent.
type side struct {
	bytes, packets uint64
	sizes, gaps    [heron.FlowBuckets]uint16
}

// any reports whether anything was sent.
func (s *side) any() bool { return s.packets|s.bytes != 0 }

// grow brings s up to date and sets more, which is zero, to what came to it.
func (s *side) grow(more, now *side) {
	if now.bytes == s.bytes && now.packets == s.packets {
		return
	}
	more.bytes = now.bytes - min(s.bytes, now.bytes)
	more.packets = now.packets - min(s.packets, now.packets)
	for i := range now.sizes {
		more.sizes[i] = now.sizes[i] - min(s.sizes[i], now.sizes[i])
	}
	for i := range now.gaps {
		more.gaps[i] = now.gaps[i] - min(s.gaps[i], now.gaps[i])
	}
	*s = *now
}

// known is a flow as it was when last reported. It holds no pointers: what was
// looked up for it then is kept as numbers, to be checked rather than looked up.
type known struct {
	sent     [roles]side // by the client, by the server
	counts   [roles]bool // it is a service of its ends
	secrecy  secrecy
	port     uint16
	protocol uint32 // number of the word
	places   [roles]place
}

// growth is what a flow did since its last report.
type growth struct {
	sent    [roles]side
	begun   uint32 // 1 with the flow's first report
	secrecy secrecy
	earlier uint64 // bytes both ways that were reported before secrecy was told
	uses    [roles]use
}

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
func (t *Tracker) recall(hash uint64, f *heron.Flow) (k *known, before bool) {
	if !f.Ended {
		return t.flows.at(hash)
	}
	if k := t.flows.find(hash); k != nil {
		return k, true
	}
	t.last = known{}
	return &t.last, false
}

// difference sets d to what a flow did since its last report. It is not ok for a
// flow that began before we watched: how much of it is new is not known.
func (t *Tracker) difference(k *known, before bool, f *heron.Flow, d *growth) (ok bool) {
	earlier := k.sent[asClient].bytes + k.sent[asServer].bytes
	k.sent[asClient].grow(&d.sent[asClient], &side{f.ClientBytes, f.ClientPackets, f.ClientSizes, f.ClientGaps})
	k.sent[asServer].grow(&d.sent[asServer], &side{f.ServerBytes, f.ServerPackets, f.ServerSizes, f.ServerGaps})
	answered := f.Answered()
	// Much that is used answers nothing: multicast, syslog.
	d.uses[asClient].turn(&k.counts[asClient], answered || f.Protocol != "" && f.State != heron.FlowRejected)
	d.uses[asServer].turn(&k.counts[asServer], answered)
	d.secrecy = k.secrecy
	if !before || t.words.text(k.protocol) != f.Protocol {
		k.protocol, d.secrecy = t.words.number(f.Protocol), secrecyOf(f.Protocol)
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

// flowHash stands for a flow.
func flowHash(f *heron.Flow) uint64 { return binary.LittleEndian.Uint64(f.ID[:]) }
