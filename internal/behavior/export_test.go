package behavior

import "unsafe"

// StateBytes is what one device costs at most.
const StateBytes = unsafe.Sizeof(state{}) + maxPeers*(unsafe.Sizeof(peer{})+16) +
	(2*maxServices-fewServices)*unsafe.Sizeof(service{}) + unsafe.Sizeof([features][bins]uint16{}) + unsafe.Sizeof([24]uint64{}) + unsafe.Sizeof(sketch{})

// Sizes are those of what must fit cache lines.
var Sizes = []uintptr{unsafe.Sizeof(state{}), unsafe.Sizeof(known{}), unsafe.Sizeof(peer{})}

// Table is the table of names, for its test.
type Table struct{ of table[int] }

func (t *Table) Find(hash uint64) *int { return t.of.find(hash) }
func (t *Table) Add(hash uint64) *int  { return t.of.add(hash) }

// Lanes are four histograms' arithmetic, for its test.
func Lanes(now, before [8]uint16) (out [8]uint16) {
	c := classes{sizes: lanesOf(&now)}
	c = c.since(&classes{sizes: lanesOf(&before)})
	for i := range out {
		out[i] = c.sizes.of(i)
	}
	return out
}

// Chunks is how much room there is for flows, in units of 256, and its bound.
func (t *Tracker) Chunks() (now, most int) {
	for _, o := range t.sources.list {
		for _, c := range o.chunks {
			if c != nil {
				now++
			}
		}
	}
	return now, maxChunks
}

// FillNames makes a Tracker one that was told as many names as it keeps.
func (t *Tracker) FillNames() { t.names.made = maxNames }
