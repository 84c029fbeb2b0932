package behavior

import (
	"hash/maphash"

	"github.com/heron-iot/heron"
)

// ahead is what Tracker.Ahead goes through, re-used.
type ahead struct {
	hashes []uint64
	places [][roles]place
	sum    uint64 // of what was read, so that reading it is not in vain
}

// Ahead is told flows that Flow is to be told soon, their devices filled in. It
// changes nothing: it only reads what counting them will read. Counting one flow
// after the other waits for memory again and again; here nothing waits for
// anything else, and the machine fetches it side by side.
func (t *Tracker) Ahead(flows []heron.Flow) {
	a := &t.ahead
	a.hashes, a.places = a.hashes[:0], a.places[:0]
	for i := range flows {
		a.hashes = append(a.hashes, flowHash(&flows[i]))
	}
	for _, h := range a.hashes {
		a.sum += t.flows.young.peek(h)
	}
	for i, h := range a.hashes {
		if k := t.flows.find(h); k != nil {
			a.places = append(a.places, k.places)
			continue
		}
		f := &flows[i]
		a.places = append(a.places, [roles]place{{device: t.lookUp(f.ClientDevice), peer: none}, {device: t.lookUp(f.ServerDevice), peer: none}})
	}
	for i := range a.places {
		for r := range a.places[i] {
			t.fetch(&a.places[i][r], role(r))
		}
	}
}

// none is the peer of a place where it is still to be searched for.
const none = maxPeers

// lookUp returns the number of a device that there is, else 0.
func (t *Tracker) lookUp(id string) uint32 {
	if n := t.index.find(maphash.String(seed, id)); n != nil {
		return *n
	}
	return 0
}

// fetch reads of a device what every report changes, and of its peers and
// services those of the place, or what is gone through to find them.
func (t *Tracker) fetch(p *place, r role) {
	s := t.states[p.device]
	sum := uint64(s.window) + s.met + uint64(s.sizesOut[0]) + uint64(s.gapsOut[0])
	switch {
	case p.peer == none:
		for i := 0; i < len(s.keys); i += 8 {
			sum += s.keys[i]
		}
		sum += s.seen[0] + s.seen[8]
	case int(p.peer) < len(s.peers):
		sum += s.peers[p.peer].bytesOut
	}
	if int(p.service) < len(s.services[r]) {
		sum += uint64(s.services[r][p.service].flows)
	}
	t.ahead.sum += sum
}
