package identify

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"strings"
)

var errPacked = errors.New("packed signatures: damaged")

// decoder reads what encoder wrote, from a place on. Texts are parts of the whole.
// After the first fault it reads nothing.
type decoder struct {
	whole  string
	at     int
	failed bool
}

// decode begins to read a pack, with its head.
func decode(whole string) (d decoder, h head) {
	d = decoder{whole: whole, at: len(packedMagic)}
	if !strings.HasPrefix(whole, packedMagic) {
		d.fail()
	}
	for _, n := range h.all() {
		*n = d.count()
	}
	return d, h
}

func (d *decoder) fail() { d.failed, d.at = true, len(d.whole) }

func (d *decoder) number() uint64 {
	n := uint64(0)
	for i := range min(len(d.whole)-d.at, binary.MaxVarintLen64) {
		b := d.whole[d.at+i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.at += i + 1
			return n
		}
	}
	d.fail()
	return 0
}

// count reads how many of something there are: each takes a byte at least.
func (d *decoder) count() int {
	n := d.number()
	if n > uint64(len(d.whole)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count()
	if n > len(d.whole)-d.at {
		d.fail()
		return ""
	}
	d.at += n
	return d.whole[d.at-n : d.at]
}

func (d *decoder) list() list {
	n := d.count()
	if n == 0 {
		return nil
	}
	l := make(list, n)
	for i := range l {
		l[i] = d.text()
	}
	return l
}

// compared reads a text that values are compared with. It returns where the same
// stands in lower case.
func (d *decoder) compared() (text string, lower int) {
	lower = d.at
	text = d.text()
	if second := d.at; d.text() != "" {
		lower = second
	}
	return text, lower
}

func (d *decoder) condition() (c Condition) {
	c.Key = d.list()
	c.Exists = d.number() == 1
	for _, to := range c.compared() {
		for range d.count() {
			text, _ := d.compared()
			*to = append(*to, text)
		}
	}
	for range d.count() {
		c.Regexp = append(c.Regexp, d.text())
		c.needs = append(c.needs, d.list())
	}
	return c
}

func (d *decoder) conditions() []Condition {
	list := make([]Condition, d.count())
	for i := range list {
		list[i] = d.condition()
	}
	return list
}

func (d *decoder) claim() (c claim) {
	a := d.number()
	if a >= uint64(len(attributes)) {
		d.fail()
		return c
	}
	c.attribute, c.value, c.folded = attributes[a], d.text(), d.text()
	c.weight = math.Float64frombits(bits.ReverseBytes64(d.number()))
	c.open = isOpen(c.value)
	return c
}

func (d *decoder) signature() (s Signature) {
	s.ID, s.File = d.text(), d.text()
	s.Last = d.number()&flagLast != 0
	s.Match, s.Unless = d.conditions(), d.conditions()
	s.claims = make([]claim, d.count())
	for i := range s.claims {
		s.claims[i] = d.claim()
	}
	return s
}

// unpack returns the embedded pack, without notes and examples, and yet to be
// compiled.
func unpack() (*Pack, error) {
	d, h := decode(packed)
	p := &Pack{signatures: make([]Signature, h.signatures), files: embeddedFiles(h.signatures)}
	for i := range p.signatures {
		p.signatures[i] = d.signature()
	}
	if d.failed || d.at != len(packed) {
		return nil, errPacked
	}
	return p, nil
}

// embeddedFiles tells of the embedded pack.
func embeddedFiles(signatures int) []PackFile {
	return []PackFile{{File: "(embedded)", Name: "heron", Signatures: signatures}}
}
