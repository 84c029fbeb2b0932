package identify

import (
	_ "embed" // for the packed signatures
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"regexp/syntax"
	"slices"
	"strings"
)

//go:generate go run ./gen -o signatures.bin

// packed is what signatures/*.yaml say to a device, in the form that Packed
// returns: reading YAML at each start takes longer than many captures do. A test
// fails when it is not what the files say.
//
//go:embed signatures.bin
var packed string

const packedMagic = "heron-signatures/4\n"

// encode returns the signatures of a pack in the form that a program runs from:
// the magic line, the head, and each signature without its note and examples, but
// with a number of its flags. Numbers are unsigned varints, a text is its length
// and its bytes, a list its length and its items. A text that values are compared
// with is followed by the same in lower case, or by an empty one where it is that
// already; a regular expression by the list of texts that it is looked up by.
// What cannot be looked up is a fault of the signature.
//
// A signature that cannot be made ready is an *unusable.
func encode(p *Pack) (string, error) {
	var e encoder
	for i := range p.signatures {
		s := &p.signatures[i]
		if err := e.signature(s); err != nil {
			return "", &unusable{s, err}
		}
	}
	var b strings.Builder
	b.Grow(len(packedMagic) + len(e.all())*binary.MaxVarintLen64 + len(e.out))
	b.WriteString(packedMagic)
	for _, n := range e.all() {
		b.Write(binary.AppendUvarint(nil, uint64(*n)))
	}
	b.Write(e.out)
	return b.String(), nil
}

// unusable is a signature that can be read and not be made ready to look things up by.
type unusable struct {
	signature *Signature
	err       error
}

func (u *unusable) Error() string {
	return fmt.Sprintf("signatures %s: %s: %v", u.signature.File, u.signature.ID, u.err)
}

// head is how much of everything there is in a pack, so that room for it is made
// at once. Texts are those that values are looked up by.
type head struct{ signatures, conditions, keys, texts, expressions int }

// all returns the numbers in their order.
func (h *head) all() [5]*int {
	return [...]*int{&h.signatures, &h.conditions, &h.keys, &h.texts, &h.expressions}
}

type encoder struct {
	head

	out []byte
}

func (e *encoder) number(n int) { e.out = binary.AppendUvarint(e.out, uint64(n)) }

func (e *encoder) text(s string) {
	e.number(len(s))
	e.out = append(e.out, s...)
}

func (e *encoder) list(l []string) {
	e.number(len(l))
	for _, s := range l {
		e.text(s)
	}
}

// Flags of a signature.
const (
	flagLast = 1 << iota // speaks last
	flagLate             // builds on what was decided before: on identity.vendor
)

func (e *encoder) signature(s *Signature) error {
	e.signatures++
	flags := 0
	if s.Last {
		flags |= flagLast
	}
	if s.buildsOnVendor() {
		flags |= flagLate
	}
	e.text(s.ID)
	e.text(s.File)
	e.number(flags)
	for _, part := range [][]Condition{s.Match, s.Unless} {
		e.number(len(part))
		for i := range part {
			if err := e.condition(&part[i]); err != nil {
				return fmt.Errorf("condition on %s: %w", part[i].Key[0], err)
			}
		}
	}
	list := claimsOf(s)
	e.number(len(list))
	for i := range list {
		e.claim(&list[i])
	}
	return nil
}

func (e *encoder) claim(c *claim) {
	e.number(slices.Index(attributes[:], c.attribute))
	e.text(c.value)
	e.text(c.folded)
	e.out = binary.AppendUvarint(e.out, bits.ReverseBytes64(math.Float64bits(c.weight))) // round numbers are short
}

// condition writes the keys, whether any value will do, and what values are
// compared with.
func (e *encoder) condition(c *Condition) error {
	e.conditions++
	e.keys += len(c.Key)
	e.list(c.Key)
	exists := 0
	if c.Exists {
		exists = 1
	}
	e.number(exists)
	for i, l := range c.compared() {
		e.number(len(*l))
		e.texts += len(*l)
		for _, text := range *l {
			lower := strings.ToLower(text)
			if how(i).isPiece() && len(lower) < gram {
				return fmt.Errorf("%q: want at least %d characters to look for", lower, gram)
			}
			e.text(text)
			if lower == text {
				lower = ""
			}
			e.text(lower)
		}
	}
	e.number(len(c.Regexp))
	e.expressions += len(c.Regexp)
	for i, text := range c.Regexp {
		need, err := c.need(i)
		if err != nil {
			return err
		}
		e.texts += len(need)
		e.text(text)
		e.list(need)
	}
	return nil
}

// need returns texts one of which any match of a regular expression of the
// condition contains, so that most values are turned away without running it.
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
