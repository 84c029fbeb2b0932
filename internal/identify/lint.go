package identify

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Problem is something legal but unwise in a pack.
type Problem struct {
	Signature string `json:"signature"`
	File      string `json:"file"`
	Message   string `json:"message"`
}

// Limits that keep weights comparable and values readable.
const (
	maxWeight  = 8
	maxLiteral = 200
)

// idForm is family.subject, or more parts, lower case.
var idForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$`)

// Lint returns what is unwise in a pack: ids that are not unique, sorted within
// their file or well formed; types that Heron does not know; vendors spelt
// differently from the table of vendors; keys that nobody tells; weights out of
// range; regular expressions without an anchor; matches without examples; and examples that
// two signatures of equal weight claim for different answers.
func Lint(p *Pack) []Problem {
	var l linter
	seen := make(map[string]bool)
	for i := range p.signatures {
		s := &p.signatures[i]
		if seen[s.ID] {
			l.say(s, "id is not unique")
		}
		seen[s.ID] = true
		if !idForm.MatchString(s.ID) {
			l.say(s, "id must be lower-case words with dots between, as vendor.product.source")
		}
		l.claims(s)
		l.conditions(s)
		l.keys(s)
	}
	l.conflicts(p)
	return l.problems
}

// LintOrder returns the signatures of one file that do not ascend by id.
func LintOrder(file string, text []byte) ([]Problem, error) {
	_, list, err := parse(text)
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "signatures %s: %v", file, err)
	}
	var out []Problem
	for i := 1; i < len(list); i++ {
		if list[i].ID < list[i-1].ID {
			out = append(out, Problem{list[i].ID, file, "must stand before " + list[i-1].ID})
		}
	}
	return out, nil
}

type linter struct {
	problems []Problem
}

func (l *linter) say(s *Signature, format string, args ...any) {
	l.problems = append(l.problems, Problem{s.ID, s.File, fmt.Sprintf(format, args...)})
}

func (l *linter) claims(s *Signature) {
	for _, a := range attributes {
		for _, y := range s.Yields[a] {
			if math.Abs(y.Weight) > maxWeight {
				l.say(s, "weight %v of %s is beyond ±%d", y.Weight, a, maxWeight)
			}
			if !strings.Contains(y.Value, "${") {
				l.spelling(s, a, y.Value)
			}
		}
	}
	late := false
	for _, c := range s.Match {
		late = late || slices.Contains(c.Key, KeyVendor)
	}
	if late && len(s.Yields[Vendor]) > 0 {
		l.say(s, "matches %s, so it cannot speak of the vendor", KeyVendor)
	}
}

// spelling checks the value of a claim against the tables of names.
func (l *linter) spelling(s *Signature, a Attribute, value string) {
	if _, ok := heron.TypeOf(value); a == Type && !ok {
		l.say(s, "type %q is not one of heron's device types", value)
	}
	if name := vendorName(value); a == Vendor && name != value {
		l.say(s, "vendor %q is spelt %q in the table of vendors", value, name)
	}
}

// keys checks that somebody tells what a signature waits for.
func (l *linter) keys(s *Signature) {
	for _, key := range keysOf(s) {
		if wrong := untold(key); wrong != "" {
			l.say(s, "%s", wrong)
		}
	}
}

func (l *linter) conditions(s *Signature) {
	plain := true
	for _, c := range slices.Concat(s.Match, s.Unless) {
		plain = plain && len(c.Prefix)+len(c.Contains)+len(c.Word)+len(c.Regexp) == 0
		for _, v := range slices.Concat(c.Equals, c.Prefix, c.Contains, c.Word, c.Domain) {
			if v == "" || len(v) > maxLiteral {
				l.say(s, "a literal of %d characters", len(v))
			}
		}
		for _, v := range c.Regexp {
			if !strings.HasPrefix(v, "^") && !strings.HasPrefix(v, `\b`) && !strings.HasSuffix(v, "$") {
				l.say(s, `regexp %q must be anchored: begin with ^ or \b, or end with $`, v)
			}
			if strings.Contains(v, ".*") {
				l.say(s, "regexp %q: bound what may stand between, as [^;]{0,40}", v)
			}
		}
	}
	if !plain && len(s.Examples) == 0 {
		l.say(s, "needs an example: it matches more than whole values")
	}
}

// conflicts finds examples that signatures of equal weight claim for different answers.
func (l *linter) conflicts(p *Pack) {
	g := p.program
	for i := range p.signatures {
		s, mine := &p.signatures[i], &g.rules[i]
		for _, e := range s.Examples {
			facts, found := g.run(e)
			if !mine.fires(found) {
				continue
			}
			last := int32(-1)
			for _, h := range found { // who fires was hit
				other := g.ruleOf(h.condition)
				if h.condition == last || other == mine || other.last != mine.last || other.match != h.condition || !other.fires(found) {
					continue
				}
				last = h.condition
				if a, v := contradicts(g.say(nil, mine, facts, found), g.say(nil, other, facts, found)); v != "" {
					l.say(s, "%s claims its example %s for %s %q with equal weight", g.id(other), e, a, v)
				}
			}
		}
	}
}

// contradicts returns an attribute for which both claim different, unrelated
// values with equal weight, and what the second says.
func contradicts(mine, other []vote) (Attribute, string) {
	for _, m := range mine {
		for _, o := range other {
			if m.attribute == o.attribute && m.weight == o.weight && m.fact == o.fact &&
				m.folded != o.folded && !akin(m.attribute, m.folded, o.folded) {
				return m.attribute, o.value
			}
		}
	}
	return "", ""
}
