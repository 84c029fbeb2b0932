// Package oui tells who registered a MAC address with the IEEE, and under which
// name the market knows a company.
//
// The registry (MA-L, MA-M and MA-S blocks: 24, 28 and 36 bits) is embedded as a
// compressed table that internal/oui/gen writes; vendors.txt maps registered
// companies to brands and marks the makers of chips and modules, whose name on
// an address says little about the product around it. Both are read once, at
// the first look-up; after that a look-up is three binary searches and
// allocates nothing.
package oui

import (
	"sort"
	"sync"

	"github.com/heron-iot/heron"
)

//go:generate go run ./gen -o oui.bin.gz

// Assignment is an entry of the IEEE registry.
type Assignment struct {
	// Organization is the registered company, tidied by Tidy.
	Organization string
	// Vendor is the brand that the company sells under; Organization where the
	// table of vendors does not know better.
	Vendor string
	// Module tells that the company makes radio modules, chips or whole devices
	// for other brands, so that the product is probably not sold under its name.
	Module bool
	// Known tells that Vendor stands in the table of vendors.
	Known bool
	// Bits is the length of the assigned prefix: 24, 28 or 36.
	Bits int
}

// Lookup returns the longest registered prefix of m. It reports false for
// addresses that no registry gave out: multicast, locally administered, zero,
// and those of blocks that are unassigned or registered as private.
func Lookup(m heron.MAC) (Assignment, bool) {
	if !m.IsUnicast() || m.IsLocal() {
		return Assignment{}, false
	}
	t := registry()
	address := uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(m[2])<<24 |
		uint64(m[3])<<16 | uint64(m[4])<<8 | uint64(m[5])
	for i := len(t.blocks) - 1; i >= 0; i-- {
		b := &t.blocks[i]
		if name, ok := b.find(address >> (48 - b.bits)); ok {
			v := t.vendors[name]
			return Assignment{t.names[name], v.Name, v.Module, v.known, int(b.bits)}, true
		}
	}
	return Assignment{}, false
}

// block holds the prefixes of one length, ascending, and the name of each.
type block struct {
	bits     uint
	prefixes []uint64
	names    []uint32
}

func (b *block) find(prefix uint64) (uint32, bool) {
	i := sort.Search(len(b.prefixes), func(i int) bool { return b.prefixes[i] >= prefix })
	if i == len(b.prefixes) || b.prefixes[i] != prefix {
		return 0, false
	}
	return b.names[i], true
}

// table is the registry in memory.
type table struct {
	names   []string  // ascending by Fold
	vendors []company // of each name
	blocks  []block   // ascending by bits
}

var registry = sync.OnceValue(func() *table {
	t, err := decode(blob)
	if err != nil {
		// The blob is part of the program: damage is a fault of the build.
		panic(err)
	}
	t.vendors = vendorsOf(t.names)
	return t
})
