package identify

import (
	"slices"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

// reading is what one fact says by itself, whatever else is known.
type reading struct {
	key, value string
	lower      string // the value in lower case
	group      string // of its key
	vendor     string // that a greeting or description names, "" for none
	hits       []hit  // conditions that it meets, each once
}

// says reports whether the fact says anything.
func (r *reading) says() bool { return len(r.hits) > 0 || r.vendor != "" }

// read returns what a fact says, nil for nothing. It is remembered: a device is
// identified again and again from much the same facts.
func (g *program) read(key, value string) *reading {
	if len(g.keys[key]) == 0 && !g.banners[key] {
		return nil
	}
	if r := g.readings.get(key, value); r != nil {
		return r
	}
	r := g.match(key, value)
	if !r.says() {
		return nil
	}
	kept := new(reading)
	*kept = r
	kept.group = group(key)
	g.readings.put(kept)
	return kept
}

// vendorFact is the fact that the vendor is known.
func (g *program) vendorFact(v *heron.Claim) fact {
	r := g.read(KeyVendor, v.Value)
	if r == nil {
		r = &reading{key: KeyVendor, value: v.Value, group: group(KeyVendor)}
	}
	return fact{r, "identify"}
}

// match finds out what a fact says.
func (g *program) match(key, value string) reading {
	r := reading{key: key, value: value, lower: strings.ToLower(value)}
	if g.banners[key] {
		if v, named := oui.Named(value); named {
			r.vendor = v.Name
		}
	}
	var found hits
	g.find(&r, &found)
	found.order()
	r.hits = found
	return r
}

// maxReadings is how many readings of one generation are remembered.
const maxReadings = 4096

// readings remembers the readings made last, in two generations: when the young
// are many, the old go.
type readings struct {
	mu         sync.Mutex
	young, old map[readingKey]*reading
}

type readingKey struct{ key, value string }

func (m *readings) get(key, value string) *reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := readingKey{key, value}
	r := m.young[k]
	if r == nil {
		if r = m.old[k]; r != nil {
			m.add(r)
		}
	}
	return r
}

func (m *readings) put(r *reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(r)
}

func (m *readings) add(r *reading) {
	if m.young == nil || len(m.young) >= maxReadings {
		m.old, m.young = m.young, make(map[readingKey]*reading)
	}
	m.young[readingKey{r.key, r.value}] = r
}

// bannerSet is bannerKeys to look up.
func bannerSet() map[string]bool {
	set := make(map[string]bool, len(bannerKeys))
	for _, k := range bannerKeys {
		set[k] = true
	}
	return set
}

// order sorts hits by condition, then fact, each pair once.
func (h *hits) order() {
	if len(*h) < 2 {
		return
	}
	slices.SortStableFunc(*h, func(a, b hit) int {
		if a.condition != b.condition {
			return a.condition - b.condition
		}
		return a.fact - b.fact
	})
	*h = slices.CompactFunc(*h, func(a, b hit) bool { return a.condition == b.condition && a.fact == b.fact })
}
