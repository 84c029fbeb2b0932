package behavior

import "unsafe"

// StateBytes is what one device costs at most.
const StateBytes = unsafe.Sizeof(state{}) + maxPeers*(unsafe.Sizeof(peer{})+8+4+4) + 2*maxServices*unsafe.Sizeof(service{})

// Table is the table of flows and names, for its test.
type Table struct{ of table[int] }

func (t *Table) Find(hash uint64) *int { return t.of.find(hash) }
func (t *Table) Add(hash uint64) *int  { return t.of.add(hash) }
func (t *Table) Remove(hash uint64)    { t.of.remove(hash) }
