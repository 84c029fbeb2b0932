package app

import (
	"encoding/binary"
	"slices"

	"github.com/heron-iot/heron"
)

// idOrder puts reports in the order of their ids. It is re-used from batch to
// batch.
type idOrder struct {
	// keys are the first bits of ids and behind them the places of the reports:
	// numbers are sorted with no look at reports, which lie far apart.
	keys    []uint64
	reports []report // of several workers
}

// indexBits is how many bits of a key say which report it is of: more than a
// table has flows.
const (
	indexBits = 24
	indexMask = 1<<indexBits - 1
)

// sortRuns sorts the reports of each place by their ids; the places of one
// worker are in order.
func (o *idOrder) sortRuns(h *harvest) {
	for from := 0; from < len(h.flows); {
		to := from + 1
		for to < len(h.flows) && h.places[to] == h.places[from] {
			to++
		}
		if to-from > 1 {
			o.sort(h.flows[from:to])
		}
		from = to
	}
}

// sort sorts reports. They are large: each is moved but once, when it is known
// where to.
func (o *idOrder) sort(flows []heron.Flow) {
	if len(flows) > indexMask {
		slices.SortFunc(flows, func(a, b heron.Flow) int { return a.ID.Compare(b.ID) })
		return
	}
	o.keys = o.keys[:0]
	for i := range flows {
		o.keys = append(o.keys, binary.BigEndian.Uint64(flows[i].ID[:])&^indexMask|uint64(i))
	}
	slices.Sort(o.keys)
	o.settle(flows)
	for i := range o.keys {
		o.move(flows, i)
	}
}

// settle looks at whole ids where their first bits are equal: hardly ever, unless
// somebody chose them so.
func (o *idOrder) settle(flows []heron.Flow) {
	keys := o.keys
	for from := 0; from < len(keys); {
		to := from + 1
		for to < len(keys) && (keys[to]^keys[from])&^indexMask == 0 {
			to++
		}
		if to-from > 1 {
			slices.SortFunc(keys[from:to], func(a, b uint64) int { return flows[a&indexMask].ID.Compare(flows[b&indexMask].ID) })
		}
		from = to
	}
}

// move puts the right report in place i, and goes round the ring of reports of
// which each goes where the one before came from.
func (o *idOrder) move(flows []heron.Flow, i int) {
	from := int(o.keys[i] & indexMask)
	if from == i {
		return
	}
	first := flows[i]
	for to := i; ; {
		o.keys[to] = uint64(to)
		if from == i {
			flows[to] = first
			return
		}
		flows[to] = flows[from]
		to, from = from, int(o.keys[from]&indexMask)
	}
}
