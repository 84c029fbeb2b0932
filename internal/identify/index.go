package identify

import "slices"

// indexer reads a packed pack once from end to end.
type indexer struct {
	decoder

	program *program
	indexes map[string]*keyIndex // by the name of a key, or of a set of keys
	texts   []entry              // of all indexes, in the order of the pack
	// under are the indexes that conditions are filed in: those of condition i begin
	// at from[i].
	under []*keyIndex
	from  []int32
}

// index notes where everything lies in the pack, and makes its indexes.
func (g *program) index() error {
	d, h := decode(g.packed)
	g.rules, g.conditions, g.expressions = make([]rule, 0, h.signatures), make([]condition, 0, h.conditions), make([]int32, 0, h.expressions)
	x := indexer{
		decoder: d, program: g, indexes: make(map[string]*keyIndex), texts: make([]entry, 0, h.texts),
		under: make([]*keyIndex, 0, h.keys), from: make([]int32, 0, h.conditions),
	}
	for range h.signatures {
		x.rule()
	}
	if x.failed || x.at != len(g.packed) {
		return errPacked
	}
	x.finish()
	return nil
}

func (x *indexer) rule() {
	g := x.program
	r := rule{at: int32(x.at), match: int32(len(g.conditions))}
	x.text()
	x.text() // the file
	flags := x.number()
	r.last, r.late = flags&flagLast != 0, flags&flagLate != 0
	x.conditions()
	r.unless = int32(len(g.conditions))
	x.conditions()
	r.end, r.claims = int32(len(g.conditions)), int32(x.at)
	for range x.count() {
		x.claim()
	}
	g.rules = append(g.rules, r)
}

func (x *indexer) conditions() {
	for range x.count() {
		x.condition()
	}
}

// condition files a condition under each of its keys and sets of keys.
func (x *indexer) condition() {
	g := x.program
	c := int32(len(g.conditions))
	g.conditions = append(g.conditions, condition{int32(x.at), int32(len(g.rules))})
	x.from = append(x.from, int32(len(x.under)))
	for range x.count() {
		if k := x.indexOf(x.text()); !slices.Contains(x.indexesOf(c), k) {
			x.under = append(x.under, k)
		}
	}
	if x.number() == 1 {
		for _, k := range x.indexesOf(c) {
			k.exists = append(k.exists, c)
		}
	}
	for how := range asks {
		for range x.count() {
			_, lower := x.compared()
			x.file(entry{int32(lower), c, how})
		}
	}
	for range x.count() {
		ask := asks + how(len(g.expressions))
		g.expressions = append(g.expressions, int32(x.at))
		x.text()
		for range x.count() {
			x.file(entry{int32(x.at), c, ask})
			x.text()
		}
	}
}

// indexOf finds or makes the index of a key, or of a set of keys.
func (x *indexer) indexOf(name string) *keyIndex {
	k := x.indexes[name]
	if k == nil {
		k = &keyIndex{}
		x.indexes[name] = k
		for _, key := range expandKeys([]string{name}) {
			r := x.program.reader(key)
			r.indexes = append(r.indexes, k)
		}
	}
	return k
}

// indexesOf returns the indexes that a condition is filed in.
func (x *indexer) indexesOf(c int32) []*keyIndex {
	if int(c) == len(x.from)-1 {
		return x.under[x.from[c]:]
	}
	return x.under[x.from[c]:x.from[c+1]]
}

// file notes an entry of the indexes of its condition.
func (x *indexer) file(e entry) {
	x.texts = append(x.texts, e)
	for _, k := range x.indexesOf(e.condition) {
		k.size++
		k.pieces = k.pieces || e.how.isPiece()
		k.domains = k.domains || e.how == isDomain
	}
}

// finish puts the entries in the buckets of their indexes. How many there are in
// each stands first where it begins, then, summed up, where it ends; from there it
// is filled backwards.
func (x *indexer) finish() {
	for _, k := range x.indexes {
		k.entries, k.starts = make([]entry, k.size), make([]uint32, 2*k.size+2)
	}
	for i := range x.texts {
		e := &x.texts[i]
		hash := x.hash(e)
		for _, k := range x.indexesOf(e.condition) {
			k.starts[k.bucketOf(hash)]++
		}
	}
	for _, k := range x.indexes {
		for i := range k.starts[1:] {
			k.starts[i+1] += k.starts[i]
		}
	}
	for i := range slices.Backward(x.texts) {
		e := &x.texts[i]
		hash := x.hash(e)
		for _, k := range x.indexesOf(e.condition) {
			start := &k.starts[k.bucketOf(hash)]
			*start--
			k.entries[*start] = *e
		}
	}
}

func (x *indexer) hash(e *entry) uint32 { return e.how.hash(x.program.text(e.at)) }
