package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// fact is one observation with what storing it needs.
type fact struct {
	heron.Observation
	owner  string // device it was last reported with
	kind   kind   // follows from the key
	weighs bool   // identification may rest on it
	dirty  bool   // changed since it was reported
}

// kind is what follows from the key of a fact, a set.
type kind uint8

const (
	// ofLink: about the frame rather than what was in it, so that it belongs to
	// the MAC that sent the frame.
	ofLink kind = 1 << iota
	// ofName: a name that the device gave itself.
	ofName
	// ofWhom: it may change which addresses or nodes are one device.
	ofWhom
)

func (k kind) has(what kind) bool { return k&what != 0 }

func kindOf(key string) kind {
	switch key {
	case heron.KeyARP, heron.KeyFrame, heron.KeyMAC:
		return ofLink | ofWhom
	case heron.KeyHostname, "dhcp.hostname":
		return ofName | ofWhom
	case heron.KeyDHCPAddress, "dhcp.params", "dhcp.vendor_class":
		return ofWhom
	}
	if isStrong(key) {
		return ofWhom
	}
	return 0
}

// news is what an observation changed.
type news uint8

const (
	nothing news = iota
	moved        // a known fact was seen again, later or more often
	added        // there is a new fact
	shifted      // a known fact is older than was known, or another sensor's
)

// merge adds an observation to the endpoint's facts. Merging is a join: first
// is the least, last and count the greatest, so that the order of arrival and
// repetition make no difference. It returns nil when the fact has no room.
func (v *Inventory) merge(e *endpoint, o *heron.Observation) (*fact, news) {
	i, found := slices.BinarySearchFunc(e.facts, o, searchFacts)
	if !found {
		return v.add(e, o), added
	}
	f, what := e.facts[i], nothing
	if o.Last > f.Last || o.Count > f.Count {
		f.Last, f.Count, what = max(f.Last, o.Last), max(f.Count, o.Count), moved
	}
	if o.First < f.First || (o.First == f.First && o.Sensor < f.Sensor) {
		f.First, f.Sensor, what = o.First, o.Sensor, shifted
	}
	f.dirty = f.dirty || what != nothing
	return f, what
}

// add inserts a new fact; of too many values of one key, the one not seen for
// longest goes.
func (v *Inventory) add(e *endpoint, o *heron.Observation) *fact {
	lo, _ := slices.BinarySearchFunc(e.facts, o.Key, func(f *fact, key string) int { return strings.Compare(f.Key, key) })
	hi := lo
	oldest := lo
	for hi < len(e.facts) && e.facts[hi].Key == o.Key {
		if e.facts[hi].Last < e.facts[oldest].Last {
			oldest = hi
		}
		hi++
	}
	if hi-lo >= heron.MaxValuesPerKey {
		if old := &e.facts[oldest].Observation; old.Last > o.Last || (old.Last == o.Last && compareFacts(old, o) < 0) {
			return nil
		}
		e.facts = slices.Delete(e.facts, oldest, oldest+1)
	}
	k := e.key()
	f := &fact{Observation: *o, kind: kindOf(o.Key), weighs: v.weighs(o), dirty: true}
	f.MAC, f.IP = k.mac, k.ip // as they are filed
	i, _ := slices.BinarySearchFunc(e.facts, o, searchFacts)
	e.facts = slices.Insert(e.facts, i, f)
	return f
}

func searchFacts(f *fact, o *heron.Observation) int { return compareFacts(&f.Observation, o) }

// compareFacts orders the facts of one endpoint and tells which are the same.
func compareFacts(a, b *heron.Observation) int {
	if c := strings.Compare(a.Key, b.Key); c != 0 {
		return c
	}
	if c := cmp.Or(cmp.Compare(a.Transport, b.Transport), cmp.Compare(a.Port, b.Port)); c != 0 {
		return c
	}
	if c := strings.Compare(a.Value, b.Value); c != 0 {
		return c
	}
	return strings.Compare(a.Source, b.Source)
}
