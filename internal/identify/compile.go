package identify

import (
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
)

// program is a pack made ready to run: an index from keys and pieces of values
// to conditions.
type program struct {
	signatures []rule
	conditions []condition
	keys       map[string]*keyReader // others say nothing
	readings   readings
	voices     voices
	rooms      sync.Pool              // of *room
	models     map[string]implication // by folded model
}

// keyReader finds out what the values of a key say.
type keyReader struct {
	key, group string
	banner     bool // a vendor may be named there
	// indexes are what a value is looked up in: the key's own, and those of the
	// sets that it is in.
	indexes []*keyIndex
}

// rule is a signature whose conditions are numbers.
type rule struct {
	*Signature
	match, unless []int
	claims        []claim
	// late rules build on what was decided before: on identity.vendor.
	late bool
}

// condition is where a Condition of the pack belongs.
type condition struct {
	text *Condition
	rule int
}

// keyIndex finds the conditions that a value of one key, or of one set of
// keys, may meet.
type keyIndex struct {
	equals map[string][]int
	domain map[string][]int
	exists []int
	texts  literalIndex
}

// compile indexes the pack.
func compile(p *Pack) (*program, error) {
	g := &program{
		keys: make(map[string]*keyReader), readings: newReadings(),
		signatures: make([]rule, 0, len(p.signatures)), conditions: make([]condition, 0, 2*len(p.signatures)),
	}
	indexes := make(map[string]*keyIndex)
	for i := range p.signatures {
		s := &p.signatures[i]
		r := rule{Signature: s, claims: claimsOf(s)}
		for _, part := range []struct {
			from []Condition
			to   *[]int
		}{{s.Match, &r.match}, {s.Unless, &r.unless}} {
			for j := range part.from {
				id, err := g.add(indexes, &part.from[j], i)
				if err != nil {
					return nil, heron.Errorf(heron.CodeInvalid, "signatures %s: signature %q: %v", s.File, s.ID, err)
				}
				*part.to = append(*part.to, id)
				r.late = r.late || slices.Contains(part.from[j].Key, KeyVendor)
			}
		}
		g.signatures = append(g.signatures, r)
	}
	g.finish(indexes)
	g.models = implications(g.signatures)
	return g, nil
}

// finish makes the indexes ready, and files them under the keys they are for.
func (g *program) finish(indexes map[string]*keyIndex) {
	for _, name := range slices.Sorted(maps.Keys(indexes)) {
		k := indexes[name]
		k.texts.finish()
		for _, key := range expandKeys([]string{name}) {
			r := g.reader(key)
			r.indexes = append(r.indexes, k)
		}
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

// add indexes one condition under each of its keys and sets of keys.
func (g *program) add(indexes map[string]*keyIndex, c *Condition, rule int) (int, error) {
	id := len(g.conditions)
	g.conditions = append(g.conditions, condition{c, rule})
	exprs, err := expressions(c)
	if err != nil {
		return 0, err
	}
	for i, name := range c.Key {
		if slices.Contains(c.Key[:i], name) {
			continue
		}
		k := indexes[name]
		if k == nil {
			k = &keyIndex{}
			indexes[name] = k
		}
		if err := k.add(id, c, exprs); err != nil {
			return 0, fmt.Errorf("condition on %s: %w", name, err)
		}
	}
	return id, nil
}

func (k *keyIndex) add(id int, c *Condition, exprs []literal) error {
	k.equals = file(k.equals, c.Equals, id)
	k.domain = file(k.domain, c.Domain, id)
	if c.Exists {
		k.exists = append(k.exists, id)
	}
	list := k.texts.list
	from := len(list)
	for _, v := range c.Prefix {
		list = append(list, literal{text: strings.ToLower(v), atStart: true})
	}
	for _, v := range c.Contains {
		list = append(list, literal{text: strings.ToLower(v)})
	}
	for _, v := range c.Word {
		list = append(list, literal{text: strings.ToLower(v), word: true})
	}
	list = append(list, exprs...)
	for i := range list[from:] {
		l := &list[from+i]
		if len(l.text) < gram {
			return fmt.Errorf("%q: want at least %d characters to look for", l.text, gram)
		}
		l.condition = int32(id)
	}
	k.texts.list = list
	return nil
}

// file adds a condition under values, in lower case. The map is made when it
// is needed.
func file(m map[string][]int, values []string, id int) map[string][]int {
	if m == nil && len(values) > 0 {
		m = make(map[string][]int)
	}
	for _, v := range values {
		v = strings.ToLower(v)
		m[v] = append(m[v], id)
	}
	return m
}

// expressions returns the regular expressions of a condition, each with literals
// one of which any match contains, so that most values are turned away without
// running it.
func expressions(c *Condition) ([]literal, error) {
	var out []literal
	for i, text := range c.Regexp {
		need, err := c.need(i)
		if err != nil {
			return nil, err
		}
		re := &expression{text: text}
		out = slices.Grow(out, len(need))
		for _, l := range need {
			out = append(out, literal{text: l, expr: re})
		}
	}
	return out, nil
}

// need returns the literals of a regular expression of the condition.
func (c *Condition) need(i int) (list, error) {
	if c.needs != nil {
		return c.needs[i], nil
	}
	tree, err := syntax.Parse(c.Regexp[i], syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("regexp: %w", err)
	}
	need := literals(tree)
	if need == nil {
		return nil, fmt.Errorf("regexp %q: has no text of %d or more characters that every match contains", c.Regexp[i], gram)
	}
	return need, nil
}
