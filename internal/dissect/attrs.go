package dissect

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Bounds of what an Attrs remembers: how many attributes, of which twice as many
// at most are held, and how many bytes of text may tell them apart.
const (
	maxAttrs    = 4096
	maxAttrText = 256
)

// Attrs makes the attributes of actions that come again and again: masters poll
// the same for ever, hosts ask for the same names. All events that say the same
// have one map, which nobody may change, and which costs its making once. It knows
// them by a hash. The zero value is ready; a dissector has its own.
type Attrs struct {
	hasher      hasher
	key         uint64
	text        int // bytes of text in the key
	now, before attrsTable
}

// attrsTable finds attributes by hash, as index does places.
type attrsTable struct {
	slots []attrsSlot // a power of two long, or none
	used  int
}

type attrsSlot struct {
	key   uint64
	attrs map[string]string
}

// Begin begins the key of an action: that and what Number and Text add must tell
// it from all others whose attributes differ.
func (a *Attrs) Begin(kind byte) {
	if a.now.slots == nil {
		a.hasher = newHasher()
		a.now.slots = make([]attrsSlot, minIndex)
	}
	a.key, a.text = a.hasher.numbers(uint64(kind), 0), 0
}

// Number adds a number to the key.
func (a *Attrs) Number(n int) { a.key = a.hasher.numbers(a.key, uint64(n)) }

// Text adds text to the key.
func (a *Attrs) Text(b []byte) {
	a.key = a.hasher.numbers(a.key, a.hasher.text(b))
	a.text += len(b)
}

// Known returns the attributes that were kept under the key; nil when there are none.
func (a *Attrs) Known() map[string]string {
	if attrs := a.now.find(a.key).attrs; attrs != nil {
		return attrs
	}
	if a.before.slots == nil {
		return nil
	}
	attrs := a.before.find(a.key).attrs
	if attrs != nil {
		a.put(attrs)
	}
	return attrs
}

// Keep keeps attributes under the key, and returns them fit to be told.
func (a *Attrs) Keep(attrs map[string]string) map[string]string {
	clean(attrs)
	if a.text <= maxAttrText {
		a.put(attrs)
	}
	return attrs
}

// put forgets what was not asked for lately when there is no room.
func (a *Attrs) put(attrs map[string]string) {
	if a.now.used >= maxAttrs {
		a.before, a.now = a.now, attrsTable{slots: make([]attrsSlot, minIndex)}
	}
	a.now.put(attrsSlot{a.key, attrs})
}

// find returns the slot that a key has, or would.
func (t *attrsTable) find(key uint64) *attrsSlot {
	mask := uint64(len(t.slots) - 1)
	for at := key & mask; ; at = (at + 1) & mask {
		if s := &t.slots[at]; s.attrs == nil || s.key == key {
			return s
		}
	}
}

// put files what has no slot yet.
func (t *attrsTable) put(s attrsSlot) {
	if t.used++; 2*t.used > len(t.slots) {
		old := t.slots
		t.slots = make([]attrsSlot, 2*len(old))
		for _, s := range old {
			if s.attrs != nil {
				*t.find(s.key) = s
			}
		}
	}
	*t.find(s.key) = s
}

// clean makes attributes fit for whoever reads them.
func clean(attrs map[string]string) {
	for k, v := range attrs {
		if text := wire.Clean(v, heron.MaxObservationValue); text != v {
			attrs[k] = text
		}
	}
}
