package identify

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"regexp"
	"sync"
	"sync/atomic"
)

// program is a packed pack that runs. Of most of it nothing is kept but where it
// lies: what a signature waits for and says is read there when it is asked. So a
// pack costs little memory, and a start little time.
type program struct {
	packed     string
	rules      []rule
	conditions []condition
	// expressions are where the regular expressions lie, and compiled are those
	// that were asked before, for most never are.
	expressions []int32
	compiled    []atomic.Pointer[regexp.Regexp]

	keys     map[string]*keyReader         // others say nothing
	models   map[string]int32              // by folded model, the rule that says most of it
	kinds    func() map[string][]kindCount // by folded maker: see assortment
	digest   func() string
	readings readings
	voices   voices
	rooms    sync.Pool // of *room
}

// rule is a signature. Its conditions follow one another: those that must hold
// from match on, those that must not from unless on, and end is the next one.
type rule struct {
	at                 int32 // where its id lies
	claims             int32 // where its claims lie
	match, unless, end int32
	last               bool // speaks last
	late               bool // builds on what was decided before: on identity.vendor
}

// condition is where a condition lies, and the rule that it is of.
type condition struct{ at, rule int32 }

// keyReader finds out what the values of a key say.
type keyReader struct {
	key, group string
	banner     bool // a vendor may be named there
	// indexes are what a value is looked up in: the key's own, and those of the
	// sets that it is in.
	indexes []*keyIndex
}

// compile makes a pack ready to run.
func compile(p *Pack) (*program, error) {
	whole, err := encode(p)
	if err != nil {
		return nil, err
	}
	return open(whole)
}

// open makes a program of a packed pack.
func open(whole string) (*program, error) {
	g := &program{packed: whole, keys: make(map[string]*keyReader), readings: newReadings()}
	if err := g.index(); err != nil {
		return nil, err
	}
	for _, key := range bannerKeys {
		g.reader(key).banner = true
	}
	for key := range isHostname {
		g.reader(key)
	}
	for key := range isContact {
		g.reader(key)
	}
	g.compiled = make([]atomic.Pointer[regexp.Regexp], len(g.expressions))
	g.models = g.implications()
	g.kinds = sync.OnceValue(g.assortment)
	g.digest = sync.OnceValue(func() string { return digest(whole) })
	return g, nil
}

// digest names a packed pack.
func digest(whole string) string {
	sum := sha256.Sum256([]byte(whole))
	return hex.EncodeToString(sum[:])
}

// from begins to read at a place.
func (g *program) from(at int32) decoder { return decoder{whole: g.packed, at: int(at)} }

func (g *program) text(at int32) string {
	d := g.from(at)
	return d.text()
}

// id returns the id of a rule.
func (g *program) id(r *rule) string { return g.text(r.at) }

// file returns the file that a rule is from.
func (g *program) file(r *rule) string {
	d := g.from(r.at)
	d.text()
	return d.text()
}

// ruleOf returns the rule that a condition is of.
func (g *program) ruleOf(condition int32) *rule { return &g.rules[g.conditions[condition].rule] }

// written returns a condition as it was written.
func (g *program) written(condition int32) Condition {
	d := g.from(g.conditions[condition].at)
	return d.condition()
}

// claims returns what a rule yields.
func (g *program) claims(r *rule) iter.Seq[claim] {
	return func(yield func(claim) bool) {
		d := g.from(r.claims)
		for range d.count() {
			if !yield(d.claim()) {
				return
			}
		}
	}
}

// expression returns a regular expression by its number.
func (g *program) expression(number int32) *regexp.Regexp {
	to := &g.compiled[number]
	re := to.Load()
	if re == nil {
		re = regexp.MustCompile("(?i)" + g.text(g.expressions[number]))
		to.Store(re)
	}
	return re
}

// reader finds or makes the reader of a key.
func (g *program) reader(key string) *keyReader {
	r := g.keys[key]
	if r == nil {
		r = &keyReader{key: key, group: group(key)}
		g.keys[key] = r
	}
	return r
}
