package flow

import (
	"testing"
	"unsafe"
)

// An entry fills pairs of cache lines, so that entries in a row begin at one.
func TestEntryFillsCacheLines(t *testing.T) {
	t.Parallel()
	if n := unsafe.Sizeof(entry{}); n%128 != 0 {
		t.Errorf("an entry has %d bytes, %d too many", n, n%128)
	}
	if at := unsafe.Offsetof(entry{}.halves); at != 64 {
		t.Errorf("what each packet needs first has %d bytes, want 64", at)
	}
}
