package all_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/all"
)

func TestProtocolsAreSortedAndDistinct(t *testing.T) {
	t.Parallel()
	list := all.Protocols()
	byName := func(a, b dissect.Protocol) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(list, byName) {
		t.Error("the list is not sorted by name")
	}
	if n := len(slices.CompactFunc(slices.Clone(list), func(a, b dissect.Protocol) bool { return a.Name == b.Name })); n != len(list) {
		t.Errorf("%d of %d names are distinct", n, len(list))
	}
}

func TestWhatProtocolsRideOnHasADissector(t *testing.T) {
	t.Parallel()
	list := all.Protocols()
	for _, p := range list {
		for _, name := range p.Within {
			if !slices.ContainsFunc(list, func(o dissect.Protocol) bool { return o.Name == name }) || name == p.Name {
				t.Errorf("%s rides on %s, which is no other protocol here", p.Name, name)
			}
		}
	}
}
