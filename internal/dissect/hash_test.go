package dissect

import (
	"bytes"
	"testing"
)

// Each octet of a text counts, wherever it stands, and so does how long the text is.
func TestTextsHashApart(t *testing.T) {
	t.Parallel()
	h := newHasher()
	seen := map[uint64]string{}
	add := func(b []byte) {
		sum := h.text(b)
		if other, known := seen[sum]; known && other != string(b) {
			t.Errorf("%q and %q have one hash", b, other)
		}
		seen[sum] = string(b)
	}
	for n := range 70 {
		b := bytes.Repeat([]byte{0}, n)
		add(b)
		for i := range b {
			for bit := range 8 {
				b[i] ^= 1 << bit
				add(b)
				b[i] ^= 1 << bit
			}
		}
	}
}
