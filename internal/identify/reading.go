package identify

import (
	"cmp"
	"hash/maphash"
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
	first      bool   // that it begins with that name
	brand      string // the word in it that may be a maker's name, "" for none
	maker      string // the maker whom the name of a host begins with, "" for none (see hostBrand)
	kind       string // the kind of thing that it says behind him, where no table has him
	hits       []hit  // conditions that it meets, each once
	joint      []hit  // those of them that are not the only one of their rule
	// votes are what it says by itself: by the rules of one condition, and by
	// the vendor that it names. They want their fact.
	votes []vote
	// spare are such votes, and those on what it names, that are for attributes for
	// which nobody else has an answer.
	spare []vote
}

// says reports whether the fact says anything.
func (r *reading) says() bool {
	return len(r.hits) > 0 || r.vendor != "" || r.brand != "" || len(r.spare) > 0
}

// read returns what a fact says, nil for nothing. It is remembered: a device is
// identified again and again from much the same facts, and devices say much the
// same.
func (g *program) read(key, value string) *reading {
	k := g.keys[key]
	if k == nil {
		return nil
	}
	hash := g.readings.hash(key, value)
	r, known := g.readings.get(hash, key, value)
	if known {
		return r
	}
	if m := g.match(k, value); m.says() {
		r = new(reading)
		*r = m
		g.speak(r)
	}
	g.readings.put(hash, r)
	return r
}

// speak works out what a reading says by itself.
func (g *program) speak(r *reading) {
	if r.vendor != "" {
		weight := namedWeight
		switch {
		case r.key == issuerKey:
			weight = issuerWeight
		case r.first:
			weight = firstWeight
		}
		r.votes = append(r.votes, vote{Vendor, r.vendor, fold(Vendor, r.vendor), weight, "", nil})
	}
	alone := []fact{{reading: r}}
	for i, h := range r.hits {
		rule := g.ruleOf(h.condition)
		if !rule.alone() {
			r.joint = append(r.joint, h)
			continue
		}
		to := &r.votes
		if rule.last {
			to = &r.spare
		}
		*to = g.say(*to, rule, alone, hits(r.hits[i:i+1]))
	}
	if w := g.makerBefore(r); w != "" {
		r.maker, r.kind = w, hostKind(r.value[len(w):])
		r.spare = append(r.spare, vote{Vendor, w, fold(Vendor, w), hostNameWeight, "", nil})
	}
	if code := g.codeBeside(r); code != "" {
		r.spare = append(r.spare, vote{Model, code, fold(Model, code), codeWeight, "", nil})
	}
	if v := g.makerAsked(r); v != "" {
		r.spare = slices.DeleteFunc(r.spare, func(v vote) bool { return v.attribute == Vendor })
		r.spare = append(r.spare, vote{Vendor, v, fold(Vendor, v), agreedWeight, "", nil})
	}
	r.knowOwner()
	r.votes, r.spare = slices.Clip(r.votes), slices.Clip(r.spare)
	for _, list := range [][]vote{r.votes, r.spare} {
		for i := range list {
			list[i].fact = nil
		}
	}
}

// knowOwner takes back whom the domain of a name is called after where a signature knows
// whose it is: Aligenie of "mqtt.aligenie.com" is Alibaba's.
func (r *reading) knowOwner() {
	if !isContact[r.key] {
		return
	}
	of := slices.IndexFunc(r.votes, func(v vote) bool { return v.attribute == Vendor && v.weight > 0 })
	if of < 0 {
		return
	}
	r.spare = slices.DeleteFunc(r.spare, func(v vote) bool {
		return v.attribute == Vendor && v.signature == "" && v.folded != r.votes[of].folded
	})
}

// makerBefore returns the maker whom signatures know and the table of vendors does not, whose
// name a host's name begins with before a dash and more: Tibber of "Tibber-Pulse".
func (g *program) makerBefore(r *reading) string {
	w := r.brand
	if !isHostname[r.key] || len(w) < minMaker || len(w) == len(r.value) || !strings.ContainsRune("-_ ", rune(r.value[len(w)])) || ordinary[strings.ToLower(w)] {
		return ""
	}
	if _, named := oui.Canonical(w); named || g.read(KeyVendor, display(w)) == nil {
		return ""
	}
	return display(w)
}

// makerAsked returns the maker whom signatures know and the table of vendors does not, after whom
// the domain is called of a name that was asked for: Netvue of "dev.netvue.com".
func (g *program) makerAsked(r *reading) string {
	labels := strings.Split(strings.TrimSuffix(r.lower, "."), ".")
	if !isContact[r.key] || len(labels) < 2 {
		return ""
	}
	for _, w := range slices.Backward(withoutAffixes(domainLabel(labels))) {
		if len(w) < minMaker || ordinary[w] || platforms[w] {
			continue
		}
		if v, named := oui.Canonical(w); !named && g.read(KeyVendor, w) != nil {
			return display(w)
		} else if named && everybodys[v.Name] {
			return ""
		}
	}
	return ""
}

// minMaker is the shortest name of a maker that makerBefore and makerAsked hear, ordinary are longer ones
// that people call things by.
const minMaker = 5

var ordinary = setOf([]string{
	"adept", "alder", "armstrong", "brava", "canopy", "combustion", "embodied", "fulton", "genie", "gryphon", "hayward", "lightspeed", "lollipop",
	"mammoth", "robin", "rollo", "salus", "sesame", "shark", "simplex", "skydrop", "skylight", "solis", "spruce", "tailwind", "tempo", "titus", "toast",
	"toucan", "warmup", "whisker", "whistle", "zodiac",
})

// codeBeside returns the number of a model that a greeting gives which names its
// maker by a word that a signature knows, or by that of a product, and no model:
// "EqualLogic PS4100". Where it names him in full words, listen found the number.
func (g *program) codeBeside(r *reading) string {
	if !describing[r.key] || r.vendor != "" {
		return ""
	}
	maker := false
	for _, v := range r.votes {
		if v.attribute == Model {
			return ""
		}
		maker = maker || v.attribute == Vendor && v.weight >= sayerWeight
	}
	if !maker {
		return ""
	}
	return codeIn(r.value)
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
func (g *program) match(k *keyReader, value string) reading {
	own := value
	if k.banner {
		own = ownWords(withoutNode(value))
	}
	r := reading{key: k.key, value: own, lower: strings.ToLower(own), group: k.group}
	k.listen(own, &r)
	var found hits
	for _, x := range k.indexes {
		g.find(x, &r, &found)
	}
	found.order()
	r.hits, r.value = found, value
	return r
}

// How many readings of one generation are remembered, and of how many facts
// that they say nothing: a power of two.
const (
	maxReadings = 4096
	maxSilent   = 4096
)

// readings remembers the readings made last, in two generations: when the young
// are many, the old go.
type readings struct {
	seed maphash.Seed

	mu         sync.Mutex
	young, old map[uint64]*reading // by hash
	silent     []uint64            // hashes of facts that say nothing
}

func newReadings() readings {
	return readings{seed: maphash.MakeSeed(), young: make(map[uint64]*reading), silent: make([]uint64, maxSilent)}
}

// hash is what a fact is remembered by.
func (m *readings) hash(key, value string) uint64 {
	return maphash.String(m.seed, key)*0x9e3779b97f4a7c15 ^ maphash.String(m.seed, value)
}

// get returns a reading, nil for one that is known to say nothing.
func (m *readings) get(hash uint64, key, value string) (r *reading, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.silent[hash&(maxSilent-1)] == hash {
		return nil, true
	}
	r = m.young[hash]
	if r == nil {
		if r = m.old[hash]; r != nil {
			m.add(hash, r)
		}
	}
	if r == nil || r.key != key || r.value != value {
		return nil, false
	}
	return r, true
}

// put remembers a reading, nil for one that says nothing.
func (m *readings) put(hash uint64, r *reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r == nil {
		m.silent[hash&(maxSilent-1)] = hash
		return
	}
	m.add(hash, r)
}

func (m *readings) add(hash uint64, r *reading) {
	if len(m.young) >= maxReadings {
		m.old, m.young = m.young, make(map[uint64]*reading)
	}
	m.young[hash] = r
}

// order sorts hits by condition, then fact, each pair once.
func (h *hits) order() {
	if len(*h) < 2 {
		return
	}
	slices.SortStableFunc(*h, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.condition, b.condition), cmp.Compare(a.fact, b.fact))
	})
	*h = slices.CompactFunc(*h, func(a, b hit) bool { return a.condition == b.condition && a.fact == b.fact })
}

// file sorts hits of different facts as order does: there, none is twice.
func (h hits) file() {
	slices.SortFunc(h, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.condition, b.condition), cmp.Compare(a.fact, b.fact))
	})
}
