package identify

import (
	"hash/maphash"
	"strings"
)

// gram is the length of the piece of a text that it is looked up by.
const gram = 3

// how tells how a text must stand in a value. From asks on it may stand anywhere,
// and a regular expression is to be asked then: the one of the number how - asks.
type how int32

const (
	isAll    how = iota // equals
	starts              // prefix
	anywhere            // contains
	isWord              // word: see standsAlone
	isDomain            // domain: is the value, or what is left of it without its first labels
	asks
)

// isPiece reports whether such a text is looked up by how it begins.
func (h how) isPiece() bool { return h != isAll && h != isDomain }

// compared returns the lists of texts that values are compared with, by how.
func (c *Condition) compared() [asks]*list {
	return [...]*list{isAll: &c.Equals, starts: &c.Prefix, anywhere: &c.Contains, isWord: &c.Word, isDomain: &c.Domain}
}

// entry is a text that a value must have for a condition to hold.
type entry struct {
	at        int32 // where it lies, in lower case
	condition int32
	how       how
}

// keyIndex finds the conditions that a value of one key, or of one set of keys,
// may meet.
type keyIndex struct {
	// entries are by bucket, those of one in the order of the pack. Bucket i, of
	// which most are empty, is from starts[i] to starts[i+1].
	entries []entry
	starts  []uint32
	size    int     // how many entries there are
	exists  []int32 // conditions that any value meets

	pieces, domains bool // has entries of that kind
}

// seed is of the hashes of whole texts.
var seed = maphash.MakeSeed()

// hash is what an entry is filed under: its whole text, or the piece that it begins
// with.
func (h how) hash(text string) uint32 {
	if h.isPiece() {
		return hashPiece(text)
	}
	return uint32(maphash.String(seed, text))
}

func hashPiece(text string) uint32 {
	n := uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16
	return n * 0x9e3779b1
}

// bucketOf returns the number of the bucket of a hash.
func (k *keyIndex) bucketOf(hash uint32) int {
	return int(uint64(hash) * uint64(len(k.starts)-1) >> 32)
}

// bucket returns the entries that may have a hash.
func (k *keyIndex) bucket(hash uint32) []entry {
	b := k.bucketOf(hash)
	return k.entries[k.starts[b]:k.starts[b+1]]
}

// find adds the conditions of the index that a fact meets.
func (g *program) find(k *keyIndex, r *reading, out *hits) {
	g.findWhole(k, isAll, r.lower, out)
	for _, c := range k.exists {
		*out = append(*out, hit{condition: c})
	}
	if k.domains {
		for name := strings.TrimSuffix(r.lower, "."); name != ""; {
			g.findWhole(k, isDomain, name, out)
			_, name, _ = strings.Cut(name, ".")
		}
	}
	if k.pieces {
		g.findPieces(k, r, out)
	}
}

// findWhole adds the conditions that a whole text meets.
func (g *program) findWhole(k *keyIndex, how how, text string, out *hits) {
	for _, e := range k.bucket(how.hash(text)) {
		if e.how == how && g.text(e.at) == text {
			*out = append(*out, hit{condition: e.condition})
		}
	}
}

// findPieces adds the conditions whose text stands in the value where it must, and
// whose regular expression, if any, agrees.
func (g *program) findPieces(k *keyIndex, r *reading, out *hits) {
	for at := 0; at+gram <= len(r.lower); at++ {
		for _, e := range k.bucket(hashPiece(r.lower[at:])) {
			text := g.text(e.at)
			if !strings.HasPrefix(r.lower[at:], text) || !e.how.holds(r.lower, at, at+len(text)) {
				continue
			}
			if h := (hit{condition: e.condition}); e.how < asks || g.capture(e.how, r.value, &h) {
				*out = append(*out, h)
			}
		}
	}
}

// holds reports whether a text stands as it must that is that part of a value.
func (h how) holds(value string, from, to int) bool {
	switch h {
	case isAll, isDomain:
		return false // findWhole looks for them
	case starts:
		return from == 0
	case isWord:
		return standsAlone(value, from, to)
	}
	return true
}

// standsAlone reports whether a part of a value stands as a word: no letter or digit
// before it, and no letter after a letter. So "Net2" stands in "net2-plus" but not
// in "ethernet2", and "Orbi" not in "orbital".
func standsAlone(value string, from, to int) bool {
	if from > 0 && (isLetter(value[from-1]) || isDigit(value[from-1])) && (isLetter(value[from]) || isDigit(value[from])) {
		return false
	}
	return to == len(value) || !isLetter(value[to]) || !isLetter(value[to-1])
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// capture asks a regular expression, and keeps its named groups.
func (g *program) capture(how how, value string, h *hit) bool {
	expr := g.expression(int32(how - asks))
	m := expr.FindStringSubmatch(value)
	if m == nil {
		return false
	}
	for i, name := range expr.SubexpNames() {
		if name == "" || m[i] == "" {
			continue
		}
		if h.captures == nil {
			h.captures = make(map[string]string)
		}
		h.captures[name] = strings.TrimSpace(m[i])
	}
	return true
}
