package identify

import (
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

// voice is what an address of a device says of it, whatever else is known.
type voice struct {
	facts []fact
	votes []vote
}

// maxVoices is how many voices of one generation are remembered.
const maxVoices = 2048

// voices remembers the voices asked for last, in two generations, as readings
// does.
type voices struct {
	mu         sync.Mutex
	young, old map[heron.MAC]*voice
}

// voice returns what an address says.
func (g *program) voice(m heron.MAC) *voice {
	s := &g.voices
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.young[m]
	if v != nil {
		return v
	}
	if v = s.old[m]; v == nil {
		v = g.hear(m)
	}
	if s.young == nil || len(s.young) >= maxVoices {
		s.old, s.young = s.young, make(map[heron.MAC]*voice)
	}
	s.young[m] = v
	return v
}

// hear finds out what an address says.
func (g *program) hear(m heron.MAC) *voice {
	v := &voice{facts: g.addFact(nil, KeyMACAddress, m.String(), "mac")}
	a, ok := oui.Lookup(m)
	if !ok {
		return v
	}
	v.facts = g.addFact(v.facts, KeyMACVendor, a.Vendor, "oui")
	v.facts = g.addFact(v.facts, KeyMACOrganization, a.Organization, "oui")
	shown := &reading{key: KeyOUI, value: m.String()[:8] + " " + a.Organization, group: group(KeyOUI)}
	v.votes = []vote{{Vendor, a.Vendor, fold(Vendor, a.Vendor), addressWeight(m, a), "", &fact{shown, "oui"}}}
	return v
}

// What a registered address says of the vendor: much when the registrant sells
// devices, next to nothing when it sells modules to those who do.
const (
	makerWeight  = 4.6
	otherWeight  = 2.8 // a registrant that the table of vendors does not know
	moduleWeight = 0.5
)

func addressWeight(m heron.MAC, a oui.Assignment) float64 {
	switch {
	case a.Module, madeUp(m):
		return moduleWeight
	case a.Known:
		return makerWeight
	}
	return otherWeight
}

// macVotes adds what the addresses say of the vendor.
func (g *program) macVotes(r *room) {
	for _, m := range r.macs {
		r.votes = append(r.votes, g.voice(m).votes...)
	}
}

// madeUp reports whether m begins like the addresses that people invent for
// simulators, test benches and anonymised captures, registered though they are.
func madeUp(m heron.MAC) bool {
	switch [3]byte(m[:3]) {
	case [3]byte{0, 0, 0}, [3]byte{0, 1, 2}, [3]byte{0, 0x11, 0x22}, [3]byte{0, 0x12, 0x34}, [3]byte{0, 0x1a, 0x2b}, [3]byte{0, 0xaa, 0xbb}:
		return true
	}
	return false
}
