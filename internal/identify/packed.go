package identify

import (
	"crypto/sha256"
	_ "embed" // for the packed signatures
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"slices"
	"strings"
)

//go:generate go run ./gen -o signatures.bin

// packed is what signatures/*.yaml say to a device, in the form that Encode
// writes: reading YAML at each start takes longer than many captures do. A test
// fails when it is not what the files say.
//
//go:embed signatures.bin
var packed string

const packedMagic = "heron-signatures/3\n"

// Encode returns the signatures of a pack in the form that the program starts
// from: the magic line, how many signatures, conditions, texts and claims there
// are, and each signature without its note and examples, but with a number that is
// 1 where it speaks last, and the literals that its regular expressions are looked
// up by. Numbers are unsigned
// varints, a text is its length and its bytes, a list its length and its items.
func Encode(p *Pack) []byte {
	e := encoder{}
	for i := range p.signatures {
		e.signature(&p.signatures[i])
	}
	b := []byte(packedMagic)
	for _, n := range []int{len(p.signatures), e.conditions, e.texts, e.claims} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return append(b, e.out...)
}

type encoder struct {
	out                       []byte
	conditions, texts, claims int
}

func (e *encoder) number(n uint64) { e.out = binary.AppendUvarint(e.out, n) }

func (e *encoder) flag(is bool) {
	n := uint64(0)
	if is {
		n = 1
	}
	e.number(n)
}

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.out = append(e.out, s...)
}

func (e *encoder) list(l list) {
	e.texts += len(l)
	e.number(uint64(len(l)))
	for _, s := range l {
		e.text(s)
	}
}

func (e *encoder) signature(s *Signature) {
	e.text(s.ID)
	e.text(s.File)
	e.flag(s.Last)
	for _, part := range [][]Condition{s.Match, s.Unless} {
		e.conditions += len(part)
		e.number(uint64(len(part)))
		for i := range part {
			e.condition(&part[i])
		}
	}
	list := claimsOf(s)
	e.claims += len(list)
	e.number(uint64(len(list)))
	for i := range list {
		e.claim(&list[i])
	}
}

func (e *encoder) claim(c *claim) {
	e.number(uint64(slices.Index(attributes[:], c.attribute)))
	e.text(c.value)
	e.text(c.folded)
	e.number(bits.ReverseBytes64(math.Float64bits(c.weight))) // round numbers are short
}

func (e *encoder) condition(c *Condition) {
	e.flag(c.Exists)
	for _, l := range c.lists() {
		e.list(*l)
	}
	for i := range c.Regexp {
		need, _ := c.need(i) // the pack was compiled
		e.list(need)
	}
}

// lists returns the lists of a condition, in the order in which they are packed.
func (c *Condition) lists() [7]*list {
	return [...]*list{&c.Key, &c.Equals, &c.Prefix, &c.Contains, &c.Word, &c.Domain, &c.Regexp}
}

var errPacked = errors.New("packed signatures: damaged")

// unpack reads what Encode wrote. The pack is yet to be compiled; its texts are
// parts of text.
func unpack(text string) (*Pack, error) {
	rest, ok := strings.CutPrefix(text, packedMagic)
	if !ok {
		return nil, errPacked
	}
	d := decoder{rest: rest}
	signatures, conditions, texts, claims := d.count(), d.count(), d.count(), d.count()
	d.conditions, d.texts, d.claims = make([]Condition, conditions), make([]string, texts), make([]claim, claims)
	p := &Pack{signatures: make([]Signature, signatures)}
	for i := range p.signatures {
		d.signature(&p.signatures[i])
	}
	if d.failed || d.rest != "" {
		return nil, errPacked
	}
	p.digest = sha256.Sum256([]byte(text))
	p.files = []PackFile{{File: "(embedded)", Name: "heron", Signatures: signatures}}
	return p, nil
}

// decoder reads what encoder wrote. After the first fault it reads nothing.
type decoder struct {
	rest       string
	failed     bool
	conditions []Condition // room
	texts      []string    // room
	claims     []claim     // room
}

func (d *decoder) fail() {
	d.failed, d.rest = true, ""
}

func (d *decoder) number() (n uint64) {
	for i := range min(len(d.rest), binary.MaxVarintLen64) {
		b := d.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.rest = d.rest[i+1:]
			return n
		}
	}
	d.fail()
	return 0
}

// count reads how many of something follow: each takes a byte at least.
func (d *decoder) count() int {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count()
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) list() list {
	n := d.count()
	if n == 0 {
		return nil
	}
	if n > len(d.texts) {
		d.fail()
		return nil
	}
	l := d.texts[:n:n]
	d.texts = d.texts[n:]
	for i := range l {
		l[i] = d.text()
	}
	return l
}

func (d *decoder) signature(s *Signature) {
	s.ID, s.File, s.Last = d.text(), d.text(), d.number() == 1
	s.Match = d.conditionList()
	s.Unless = d.conditionList()
	n := d.count()
	if n > len(d.claims) {
		d.fail()
		return
	}
	s.claims, d.claims = d.claims[:n:n], d.claims[n:]
	for i := range s.claims {
		d.claim(&s.claims[i])
	}
}

func (d *decoder) claim(c *claim) {
	a := d.number()
	if a >= uint64(len(attributes)) {
		d.fail()
		return
	}
	c.attribute, c.value, c.folded = attributes[a], d.text(), d.text()
	c.weight = math.Float64frombits(bits.ReverseBytes64(d.number()))
	c.open = isOpen(c.value)
}

func (d *decoder) conditionList() []Condition {
	n := d.count()
	if n == 0 {
		return nil
	}
	if n > len(d.conditions) {
		d.fail()
		return nil
	}
	l := d.conditions[:n:n]
	d.conditions = d.conditions[n:]
	for i := range l {
		l[i].Exists = d.number() == 1
		for _, to := range l[i].lists() {
			*to = d.list()
		}
		if n := len(l[i].Regexp); n > 0 {
			l[i].needs = make([]list, n)
		}
		for k := range l[i].needs {
			l[i].needs[k] = d.list()
		}
	}
	return l
}
