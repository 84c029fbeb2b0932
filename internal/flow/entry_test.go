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
	if n := unsafe.Sizeof(half{}); n != 64 {
		t.Errorf("half a flow has %d bytes, want 64", n)
	}
	if at := unsafe.Offsetof(entry{}.backlogs); at != 320 {
		t.Errorf("what most packets need has %d bytes, want 320", at)
	}
	if at := unsafe.Offsetof(entry{}.scratch); at != 256 {
		t.Errorf("what each packet needs has %d bytes, want 256", at)
	}
}

func TestKeysOfPlainFramesHashAlike(t *testing.T) {
	t.Parallel()
	seed := [2]uint64{7, 11}
	k := key{a: addr{lo: 0x0a000001}, b: addr{lo: 0x0a0000ff}, ports: 80<<16 | 50000, proto: protoTCP}
	if k.hash(seed) != k.hash4(&seed) {
		t.Error("a key has two hashes")
	}
}
