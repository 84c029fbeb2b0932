package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// fact is one observation as it is kept, with what storing it needs. There are
// very many: what many have in common is shared.
type fact struct {
	value       string
	first, last heron.Time
	count       uint64
	key         *key
	end         *endpoint // whom it is about
	origin      *origin
	owner       uint32 // device it was last reported with, as Inventory.owner numbers them
	serial      uint32 // which one it is of all that there were
	port        uint16
	transport   heron.Transport
	weighs      bool // identification may rest on it
	dirty       bool // changed since it was reported
}

// observation returns the fact as it was observed.
func (f *fact) observation() heron.Observation {
	o := heron.Observation{
		Key: f.key.name, Value: f.value, Source: f.origin.source, Sensor: f.origin.sensor,
		First: f.first, Last: f.last, Count: f.count,
	}
	k := f.end.key()
	o.MAC, o.IP, o.VLAN = k.mac, k.ip, f.origin.vlan
	o.Transport, o.Port = f.transport, f.port
	return o
}

// isSighting reports whether a fact of that key says no more than that a host
// is there. Of those told, most are of this kind.
func isSighting(key string) bool { return key == heron.KeyFrame || key == heron.KeyMAC }

// is reports whether o is the same fact, seen once more.
func (f *fact) is(o *heron.Observation) bool {
	return f.key.name == o.Key && f.value == o.Value && f.port == o.Port && f.transport == o.Transport &&
		f.origin.source == o.Source
}

// news is what an observation changed.
type news uint8

const (
	nothing  news = iota
	moved         // a known fact was seen again, later or more often
	added         // there is a new fact
	replaced      // there is a new fact in the place of another
	shifted       // a known fact is older than was known, or another sensor's
)

// merge adds an observation to the endpoint's facts. Merging is a join: first
// is the least, last and count the greatest, so that the order of arrival and
// repetition make no difference. It returns nil when the fact has no room.
func (v *Inventory) merge(e *endpoint, o *heron.Observation) (*fact, news) {
	if isSighting(o.Key) {
		if f := e.sighting; f != nil && f.is(o) {
			return f, v.again(f, o)
		}
	}
	if len(e.facts) >= maxFacts && v.keys[o.Key] == nil {
		v.unplaced++
		return nil, nothing
	}
	k := v.key(o.Key)
	want := fact{
		value: o.Value, first: o.First, last: o.Last, count: o.Count,
		key: k, end: e, origin: v.origin(k, origin{o.Source, o.Sensor, o.VLAN}), port: o.Port, transport: o.Transport, dirty: true,
	}
	i, found := v.find(e, &want)
	if found {
		return e.facts[i], v.again(e.facts[i], o)
	}
	if len(e.facts) >= maxFacts && v.count(e, k) == 0 {
		v.unplaced++
		return nil, nothing
	}
	return v.add(&want, i)
}

// maxFacts bounds the facts of an endpoint, so that nobody can make up keys
// without end. It is ten times what talkative hosts have.
const maxFacts = 2048

// again merges an observation into the fact that it repeats.
func (v *Inventory) again(f *fact, o *heron.Observation) news {
	what := nothing
	if o.Last > f.last || o.Count > f.count {
		f.last, f.count, what = max(f.last, o.Last), max(f.count, o.Count), moved
	}
	if o.First < f.first || (o.First == f.first && o.Sensor < f.origin.sensor) {
		v.losing(f)
		f.first, what = o.First, shifted
		f.origin = v.origin(f.key, origin{f.origin.source, o.Sensor, f.origin.vlan})
	}
	f.dirty = f.dirty || what != nothing
	return what
}

// add keeps a new fact at its place among those of its endpoint; of too many
// values of one key, the one not seen for longest goes.
func (v *Inventory) add(want *fact, at int) (*fact, news) {
	e, what := want.end, added
	lo, hi := e.run(want.key.number, at)
	if hi-lo >= heron.MaxValuesPerKey {
		oldest := lo
		for i := lo; i < hi; i++ {
			if e.facts[i].last < e.facts[oldest].last {
				oldest = i
			}
		}
		old := e.facts[oldest]
		if old.last > want.last || (old.last == want.last && compareFacts(old, want) < 0) {
			return nil, nothing
		}
		e.facts, e.keys = slices.Delete(e.facts, oldest, oldest+1), slices.Delete(e.keys, oldest, oldest+1)
		v.losing(old)
		old.dirty, old.end = false, nil // it will not be told, and is nobody's
		v.gone = append(v.gone, old)
		if e.sighting == old {
			e.sighting = nil
		}
		if what = replaced; oldest < at {
			at--
		}
	}
	f := v.newFact()
	*f = *want
	v.serial++
	f.serial = v.serial
	v.weigh(f)
	e.facts, e.keys = slices.Insert(e.facts, at, f), slices.Insert(e.keys, at, f.key.number)
	if isSighting(f.key.name) {
		e.sighting = f
	}
	return f, what
}

// find returns where a fact is among those of an endpoint, or would be.
func (v *Inventory) find(e *endpoint, want *fact) (at int, found bool) {
	lo, hi := v.runOf(e, want.key)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		switch c := compareFacts(e.facts[mid], want); {
		case c == 0:
			return mid, true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}

// runOf returns where the facts of a key begin and end among those of an
// endpoint. It looks at no fact.
func (v *Inventory) runOf(e *endpoint, k *key) (lo, hi int) {
	hi = len(e.keys)
	head := v.keyHeads[k.number]
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		number := e.keys[mid]
		if number == k.number {
			return e.run(number, mid)
		}
		if h := v.keyHeads[number]; h < head || (h == head && v.keyNames[number] < k.name) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo
}

// run returns where the facts of a key begin and end, given where one of them
// is or would be.
func (e *endpoint) run(number uint32, at int) (lo, hi int) {
	lo, hi = at, at
	for lo > 0 && e.keys[lo-1] == number {
		lo--
	}
	for hi < len(e.keys) && e.keys[hi] == number {
		hi++
	}
	return lo, hi
}

// count returns how many facts of a key an endpoint has.
func (v *Inventory) count(e *endpoint, k *key) int {
	lo, hi := v.runOf(e, k)
	return hi - lo
}

// factsInSlab is how many facts are made at once.
const factsInSlab = 64

// newFact returns room for one fact.
func (v *Inventory) newFact() *fact {
	if n := len(v.spare); n > 0 {
		f := v.spare[n-1]
		v.spare = v.spare[:n-1]
		return f
	}
	if len(v.slab) == 0 {
		v.slab = make([]fact, factsInSlab)
	}
	f := &v.slab[0]
	v.slab = v.slab[1:]
	return f
}

// reuse gives the room of the facts that went to new ones. It is called when
// nobody looks at them any more.
func (v *Inventory) reuse() {
	for _, f := range v.gone {
		*f = fact{}
	}
	v.spare = append(v.spare, v.gone...)
	clear(v.gone)
	v.gone = v.gone[:0]
}

// compareFacts orders the facts of one endpoint and tells which are the same.
func compareFacts(a, b *fact) int {
	if a.key != b.key {
		return strings.Compare(a.key.name, b.key.name)
	}
	if a.transport != b.transport || a.port != b.port {
		return cmp.Or(cmp.Compare(a.transport, b.transport), cmp.Compare(a.port, b.port))
	}
	if c := strings.Compare(a.value, b.value); c != 0 || a.origin == b.origin {
		return c
	}
	return strings.Compare(a.origin.source, b.origin.source)
}
