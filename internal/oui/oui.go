// Package oui tells who registered a MAC address with the IEEE, and under which
// name the market knows a company.
//
// The registry (MA-L, MA-M and MA-S blocks: 24, 28 and 36 bits) is embedded as a
// table that internal/oui/gen writes and that is searched where it lies;
// vendors.txt maps registered companies to brands and marks the makers of chips
// and modules, whose name on an address says little about the product around it.
// It is read once, at the first look-up. A look-up is three binary searches, and
// allocates nothing for a company that was looked up before.
package oui

import (
	"sync"

	"github.com/heron-iot/heron"
)

//go:generate go run ./gen -o oui.bin

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
	address := m.Uint64()
	for i := len(t.blocks) - 1; i >= 0; i-- {
		b := &t.blocks[i]
		if place, ok := b.find(address >> (48 - b.bits)); ok {
			return t.assignment(place, int(b.bits)), true
		}
	}
	return Assignment{}, false
}

// assignment returns what the registry and the table of vendors say of the
// company at a place.
func (t *table) assignment(place uint64, bits int) Assignment {
	t.mu.RLock()
	a, known := t.found[place]
	t.mu.RUnlock()
	if !known {
		name := t.name(place)
		c := companyOf(name)
		a = Assignment{Organization: name, Vendor: c.Name, Module: c.Module, Known: c.known}
		t.mu.Lock()
		t.found[place] = a
		t.mu.Unlock()
	}
	a.Bits = bits
	return a
}

var registry = sync.OnceValue(func() *table {
	t, err := open(blob)
	if err != nil {
		// The blob is part of the program: damage is a fault of the build.
		panic(err)
	}
	return t
})
