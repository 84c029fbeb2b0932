package dissect

// Bounds of what a portTable has, and of the facts that a report on a flow tells
// about ports.
const (
	maxPorts     = 1 << 16 // slots
	maxPortFacts = 3
)

// portFacts are the facts about ports that the reports on flows between the same
// ends tell, once they are known: their places in the newer generation of a
// Memory, and noPlace where there are fewer.
type portFacts struct {
	id     uint64 // a hash of the ends, the port and whether it answered; 0: an empty slot
	places [maxPortFacts]int32
}

// portTable finds portFacts by hash, and those of the flows that were reported last by
// the numbers of these. It forgets all when it is full, and when the Memory forgets.
type portTable struct {
	slots       []portFacts // a power of two long
	flows       []portFacts // whose id is a flow's
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

// flow returns where facts are kept for the flow of that number, whatever they are of.
func (t *portTable) flow(number uint32) *portFacts {
	n := int(number % maxPorts)
	if n >= len(t.flows) {
		t.flows = append(t.flows, make([]portFacts, n+1-len(t.flows))...)
	}
	return &t.flows[n]
}

// hear is told how many generations the Memory has forgotten.
func (t *portTable) hear(generations uint64) {
	if t.generations != generations {
		t.generations, t.used = generations, 0
		clear(t.slots)
		clear(t.flows)
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
	if len(old) >= maxPorts {
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
