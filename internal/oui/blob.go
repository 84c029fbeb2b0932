package oui

import (
	_ "embed" // for the registry
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"
)

// blob is the registry, in the format that Encode writes. It is searched where
// it lies: nothing is read at the start.
//
//go:embed oui.bin
var blob string

const magic = "heron-oui/2\n"

// lengths are the prefix lengths of the registry: MA-L, MA-M and MA-S.
var lengths = [...]uint{24, 28, 36}

// width is how many bytes a number takes that is the place of a name.
const width = 3

// Entry is one assignment on its way into the embedded table.
type Entry struct {
	Prefix       uint64 // the leading Bits bits
	Bits         int    // 24, 28 or 36
	Organization string
}

// Encode writes the registry in the form that this package embeds: the magic
// line; the counts of names, of their bytes and of the prefixes of each length,
// as 32-bit numbers; where each name ends, ascending by Fold, and the names; for
// each prefix length the prefixes, ascending, each with the place of its name.
// Numbers are big-endian, so that they compare as their bytes do.
func Encode(w io.Writer, entries []Entry) error {
	names, index := nameTable(entries)
	if len(names) >= 1<<(8*width) {
		return fmt.Errorf("%d names are too many", len(names))
	}
	var ends, blocks []byte
	text := strings.Join(names, "")
	head := binary.BigEndian.AppendUint32([]byte(magic), uint32(len(names)))
	head = binary.BigEndian.AppendUint32(head, uint32(len(text)))
	end := 0
	for _, n := range names {
		end += len(n)
		ends = binary.BigEndian.AppendUint32(ends, uint32(end))
	}
	for _, bits := range lengths {
		group := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.Bits != int(bits) })
		slices.SortFunc(group, func(x, y Entry) int { return int(int64(x.Prefix) - int64(y.Prefix)) })
		head = binary.BigEndian.AppendUint32(head, uint32(len(group)))
		for _, e := range group {
			blocks = appendNumber(blocks, e.Prefix, octets(bits))
			blocks = appendNumber(blocks, index[e.Organization], width)
		}
	}
	for _, part := range [][]byte{head, ends, []byte(text), blocks} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("write registry: %w", err)
		}
	}
	return nil
}

// octets is how many bytes a prefix of that length takes.
func octets(bits uint) int { return int(bits+7) / 8 }

// appendNumber appends the low bytes of a number, big-endian.
func appendNumber(b []byte, n uint64, size int) []byte {
	for i := size - 1; i >= 0; i-- {
		b = append(b, byte(n>>(8*i)))
	}
	return b
}

// number reads what appendNumber wrote.
func number(s string) (n uint64) {
	for i := range len(s) {
		n = n<<8 | uint64(s[i])
	}
	return n
}

// nameTable returns the distinct organizations ascending by Fold, and the
// place of each.
func nameTable(entries []Entry) ([]string, map[string]uint64) {
	folded := make(map[string]string)
	for _, e := range entries {
		folded[e.Organization] = Fold(e.Organization)
	}
	names := make([]string, 0, len(folded))
	for n := range folded {
		names = append(names, n)
	}
	slices.SortFunc(names, func(x, y string) int {
		if c := strings.Compare(folded[x], folded[y]); c != 0 {
			return c
		}
		return strings.Compare(x, y)
	})
	index := make(map[string]uint64, len(names))
	for i, n := range names {
		index[n] = uint64(i)
	}
	return names, index
}

// table is the registry, in parts of the blob.
type table struct {
	ends, names string
	blocks      [len(lengths)]block // ascending by bits

	mu    sync.RWMutex
	found map[uint64]Assignment // what was looked up, but for the bits
}

// block holds the prefixes of one length.
type block struct {
	bits uint
	rows string
}

// open finds the parts of what Encode wrote.
func open(text string) (*table, error) {
	t := &table{found: map[uint64]Assignment{}}
	rest, ok := strings.CutPrefix(text, magic)
	if !ok || len(rest) < 4*(2+len(lengths)) {
		return nil, fmt.Errorf("registry of MAC addresses: not in the format %q", magic)
	}
	take := func(n int) (part string) {
		if ok = ok && n <= len(rest); ok {
			part, rest = rest[:n], rest[n:]
		}
		return part
	}
	names, size := int(number(take(4))), int(number(take(4)))
	var counts [len(lengths)]int
	for i := range counts {
		counts[i] = int(number(take(4)))
	}
	t.ends, t.names = take(4*names), take(size)
	for i, bits := range lengths {
		t.blocks[i] = block{bits, take(counts[i] * (octets(bits) + width))}
	}
	if !ok || rest != "" {
		return nil, fmt.Errorf("registry of MAC addresses: %d bytes are not what its head says", len(text))
	}
	return t, nil
}

// name returns the name at a place.
func (t *table) name(at uint64) string {
	from := uint64(0)
	if at > 0 {
		from = number(t.ends[4*(at-1) : 4*at])
	}
	return t.names[from:number(t.ends[4*at:4*(at+1)])]
}

// find returns the place of the name of a prefix.
func (b *block) find(prefix uint64) (uint64, bool) {
	key, row := octets(b.bits), octets(b.bits)+width
	n := len(b.rows) / row
	i := sort.Search(n, func(i int) bool { return number(b.rows[i*row:i*row+key]) >= prefix })
	if i == n || number(b.rows[i*row:i*row+key]) != prefix {
		return 0, false
	}
	return number(b.rows[i*row+key : (i+1)*row]), true
}
