package dissect

// Bounds of what a portTable has, and of the facts that a report on a flow tells
// about ports.
const (
	maxPorts     = 1 << 15
	maxPortFacts = 3
)

// portFacts are the facts about ports that the reports on flows between the same
// ends tell, once they are known: their places in the newer generation of a
// Memory, and noPlace where there are fewer.
type portFacts struct {
	id     uint64 // a hash of the ends, the port and whether it answered; 0: an empty slot
	places [maxPortFacts]int32
}

// portTable finds portFacts by hash. It forgets all when it is full, and when the
// Memory forgets.
type portTable struct {
	slots       []portFacts // a power of two long
	used        int
	generations uint64 // of the Memory, as far as the table heard
}

func newPortTable() portTable { return portTable{slots: make([]portFacts, minIndex)} }

// at returns the slot that a hash has, or would.
func (t *portTable) at(id uint64) *portFacts {
	mask := uint64(len(t.slots) - 1)
	for at := id & mask; ; at = (at + 1) & mask {
		if p := &t.slots[at]; p.id == id || p.id == 0 {
			return p
		}
	}
}

// find finds what reports tell, as far as it is known.
func (t *portTable) find(list []portSeen) {
	mask := uint64(len(t.slots) - 1)
	for i := range list {
		list[i].places = t.slots[list[i].id&mask].places
		list[i].known = t.slots[list[i].id&mask].id == list[i].id
	}
	for i := range list {
		if s := &list[i]; !s.known {
			found := t.at(s.id)
			s.places, s.known = found.places, found.id == s.id
		}
	}
}

// hear is told how many generations the Memory has forgotten.
func (t *portTable) hear(generations uint64) {
	if t.generations != generations {
		t.generations, t.used = generations, 0
		clear(t.slots)
	}
}

// put keeps facts that are all known, unless the Memory forgot some on the way.
func (t *portTable) put(p *portFacts, whole bool, generations uint64) {
	if t.generations != generations {
		t.hear(generations)
		return
	}
	if !whole {
		return
	}
	slot := t.at(p.id)
	if slot.id == 0 {
		if t.used++; 2*t.used > len(t.slots) {
			t.grow()
			slot = t.at(p.id)
		}
	}
	*slot = *p
}

func (t *portTable) grow() {
	old := t.slots
	if len(old) >= 2*maxPorts {
		t.used = 1
		clear(t.slots)
		return
	}
	t.slots = make([]portFacts, 2*len(old))
	for i := range old {
		if old[i].id != 0 {
			*t.at(old[i].id) = old[i]
		}
	}
}
