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
