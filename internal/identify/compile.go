package identify

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
)

// gram is the length of the piece of a literal that the index looks up.
const gram = 3

// program is a pack made ready to run: an index from keys and pieces of values
// to conditions.
type program struct {
	signatures []rule
	conditions []condition
	keys       map[string]*keyIndex
}

// rule is a signature whose conditions are numbers.
type rule struct {
	*Signature
	match, unless []int
	// late rules build on what was decided before: on identity.vendor.
	late bool
}

// condition is where a Condition of the pack belongs.
type condition struct {
	text *Condition
	rule int
}

// keyIndex finds the conditions that a value of one key may meet.
type keyIndex struct {
	equals map[string][]int
	domain map[string][]int
	exists []int
	// grams maps the first bytes of each literal to the literals; begins tells
	// of most others that they are none.
	grams  map[[gram]byte][]literal
	begins sieve
}

// literal is text that a value must contain for the condition to hold.
type literal struct {
	text      string // lower case
	condition int
	atStart   bool // for prefix
	word      bool // for word
	// expr is to be asked then; nil when the literal is enough. It compiles the
	// expression at the first call, for most are never needed.
	expr func() *regexp.Regexp
}

// compile indexes the pack.
func compile(p *Pack) (*program, error) {
	g := &program{keys: make(map[string]*keyIndex)}
	for i := range p.signatures {
		s := &p.signatures[i]
		r := rule{Signature: s}
		for _, part := range []struct {
			from []Condition
			to   *[]int
		}{{s.Match, &r.match}, {s.Unless, &r.unless}} {
			for j := range part.from {
				id, err := g.add(&part.from[j], i)
				if err != nil {
					return nil, heron.Errorf(heron.CodeInvalid, "signatures %s: signature %q: %v", s.File, s.ID, err)
				}
				*part.to = append(*part.to, id)
				r.late = r.late || slices.Contains(part.from[j].Key, KeyVendor)
			}
		}
		g.signatures = append(g.signatures, r)
	}
	return g, nil
}

// add indexes one condition under each of its keys.
func (g *program) add(c *Condition, rule int) (int, error) {
	id := len(g.conditions)
	g.conditions = append(g.conditions, condition{c, rule})
	exprs, err := expressions(c.Regexp)
	if err != nil {
		return 0, err
	}
	for _, key := range expandKeys(c.Key) {
		k := g.keys[key]
		if k == nil {
			k = &keyIndex{
				equals: make(map[string][]int), domain: make(map[string][]int),
				grams: make(map[[gram]byte][]literal),
			}
			g.keys[key] = k
		}
		if err := k.add(id, c, exprs); err != nil {
			return 0, fmt.Errorf("condition on %s: %w", key, err)
		}
	}
	return id, nil
}

func (k *keyIndex) add(id int, c *Condition, exprs []literal) error {
	for _, v := range c.Equals {
		v = strings.ToLower(v)
		k.equals[v] = append(k.equals[v], id)
	}
	for _, v := range c.Domain {
		v = strings.ToLower(v)
		k.domain[v] = append(k.domain[v], id)
	}
	if c.Exists {
		k.exists = append(k.exists, id)
	}
	var literals []literal
	for _, v := range c.Prefix {
		literals = append(literals, literal{text: strings.ToLower(v), atStart: true})
	}
	for _, v := range c.Contains {
		literals = append(literals, literal{text: strings.ToLower(v)})
	}
	for _, v := range c.Word {
		literals = append(literals, literal{text: strings.ToLower(v), word: true})
	}
	for _, l := range append(literals, exprs...) {
		if len(l.text) < gram {
			return fmt.Errorf("%q: want at least %d characters to look for", l.text, gram)
		}
		l.condition = id
		piece := [gram]byte([]byte(l.text[:gram]))
		k.grams[piece] = append(k.grams[piece], l)
		k.begins.add(piece)
	}
	return nil
}

// expressions compiles regular expressions, each with a literal that any match
// contains, so that most values are turned away without running it.
func expressions(exprs []string) ([]literal, error) {
	var out []literal
	for _, text := range exprs {
		tree, err := syntax.Parse(text, syntax.Perl)
		if err != nil {
			return nil, fmt.Errorf("regexp: %w", err)
		}
		need := literals(tree)
		if need == nil {
			return nil, fmt.Errorf("regexp %q: has no text of %d or more characters that every match contains", text, gram)
		}
		re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("(?i)" + text) })
		for _, l := range need {
			out = append(out, literal{text: l, expr: re})
		}
	}
	return out, nil
}
