package identify

import (
	"path"
	"slices"
	"strings"

	"github.com/heron-iot/heron/internal/oui"
)

// Unlearned returns an Identifier that knows nothing of the devices of some
// makers: the embedded pack without the signatures that claim one of them, a brand
// or the owner of one, look for their names, or are filed under them. What the
// registry of addresses and the table of vendors say stays: so it shows what the
// rest says of a maker that nobody wrote signatures for.
func Unlearned(makers []string) (*Identifier, error) {
	p, err := unpack()
	if err != nil {
		return nil, err
	}
	return newOf(p.unlearn(makers))
}

// unlearn returns the pack without what it knows of makers, yet to be compiled.
func (p *Pack) unlearn(makers []string) *Pack {
	gone := strangers(makers)
	out := &Pack{files: slices.Clone(p.files)}
	for i := range p.signatures {
		if s := &p.signatures[i]; !gone.knows(s) {
			out.signatures = append(out.signatures, *s)
		}
	}
	return out
}

// stranger is a maker of whom nothing is to be known.
type stranger struct {
	words  string // folded: "tp link"
	joined string // without spaces
}

type strangerList []stranger

// shortestStranger is the length of a name from which on it is found in other
// words as well: "dlink" in "mydlink".
const shortestStranger = 5

// strangers are the makers of those names, however they are spelt, their brands
// and their owners.
func strangers(makers []string) strangerList {
	var out strangerList
	add := func(name string) {
		words := oui.Fold(name)
		s := stranger{words, joined(words)}
		if words != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	table := oui.Vendors()
	for _, name := range makers {
		add(name)
		v, known := oui.Canonical(name)
		if !known {
			continue
		}
		add(v.Name)
		add(v.Owner)
		for brand := range table {
			if table[brand].Owner == v.Name {
				add(brand)
			}
		}
	}
	return out
}

func joined(folded string) string { return strings.ReplaceAll(folded, " ", "") }

// knows reports whether a signature is knowledge of devices of one of them.
func (l strangerList) knows(s *Signature) bool {
	for _, c := range claimsOf(s) {
		if c.attribute == Vendor && slices.ContainsFunc(l, func(m stranger) bool { return m.words == c.folded }) {
			return true
		}
	}
	family, _, _ := strings.Cut(s.ID, ".")
	file := strings.TrimSuffix(path.Base(s.File), ".yaml")
	return l.isAt(family) || l.isAt(file) || slices.ContainsFunc(s.Match, l.lookedFor)
}

// isAt reports whether a name in Heron's own order of things is that of a maker.
func (l strangerList) isAt(name string) bool {
	name = joined(oui.Fold(name))
	return slices.ContainsFunc(l, func(m stranger) bool { return m.joined == name })
}

// lookedFor reports whether a condition waits for the name of a maker, or for
// what only a protocol of its own says.
func (l strangerList) lookedFor(c Condition) bool {
	for _, key := range c.Key {
		if head, _, _ := strings.Cut(key, "."); l.isAt(head) {
			return true
		}
	}
	texts := c.compared()
	for _, values := range append(texts[:], &c.Key, &c.Regexp) {
		if slices.ContainsFunc(*values, l.in) {
			return true
		}
	}
	return false
}

// in reports whether a text names one of them.
func (l strangerList) in(text string) bool {
	words := oui.Fold(text)
	whole, spaced := joined(words), " "+words+" "
	brand := words
	if v, known := oui.Canonical(text); known {
		brand = oui.Fold(v.Name)
	}
	return slices.ContainsFunc(l, func(m stranger) bool {
		return brand == m.words || strings.Contains(spaced, " "+m.words+" ") || strings.Contains(spaced, " "+m.joined+" ") ||
			len(m.joined) >= shortestStranger && strings.Contains(whole, m.joined)
	})
}
