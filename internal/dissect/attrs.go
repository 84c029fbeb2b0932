package dissect

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Bounds of what an Attrs remembers: how many attributes, of which twice as many
// at most are held, and how long their key may be.
const (
	maxAttrs    = 4096
	maxAttrsKey = 256
)

// Attrs makes the attributes of actions that come again and again: masters poll
// the same for ever, hosts ask for the same names. All events that say the same
// have one map, which nobody may change, and which costs its making once. The
// zero value is ready; a dissector has its own.
type Attrs struct {
	key         []byte
	now, before map[string]map[string]string
}

// Begin begins the key of an action: that and what Number and Text add must tell
// it from all others whose attributes differ.
func (a *Attrs) Begin(kind byte) { a.key = append(a.key[:0], kind) }

// Number adds a number to the key.
func (a *Attrs) Number(n int) { a.key = binary.AppendVarint(a.key, int64(n)) }

// Text adds text to the key.
func (a *Attrs) Text(b []byte) {
	a.Number(len(b))
	a.key = append(a.key, b...)
}

// Known returns the attributes that were kept under the key; nil when there are none.
func (a *Attrs) Known() map[string]string {
	attrs, ok := a.now[string(a.key)]
	if ok {
		return attrs
	}
	if attrs, ok = a.before[string(a.key)]; ok {
		a.put(attrs)
	}
	return attrs
}

// Keep keeps attributes under the key, and returns them fit to be told.
func (a *Attrs) Keep(attrs map[string]string) map[string]string {
	clean(attrs)
	a.put(attrs)
	return attrs
}

// put forgets what was not asked for lately when there is no room.
func (a *Attrs) put(attrs map[string]string) {
	if len(a.key) > maxAttrsKey {
		return
	}
	if len(a.now) >= maxAttrs {
		a.before, a.now = a.now, nil
	}
	if a.now == nil {
		a.now = make(map[string]map[string]string)
	}
	a.now[string(a.key)] = attrs
}

// clean makes attributes fit for whoever reads them.
func clean(attrs map[string]string) {
	for k, v := range attrs {
		if text := wire.Clean(v, heron.MaxObservationValue); text != v {
			attrs[k] = text
		}
	}
}
