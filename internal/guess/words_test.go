package guess

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
)

// TestLengthsOfNeighboursShareAWord: a length that moves by one step says one of its
// words again; one that moves by two says none.
func TestLengthsOfNeighboursShareAWord(t *testing.T) {
	t.Parallel()
	said := func(value string) (out []word) {
		words(&heron.Observation{Key: "tls.record", Value: value}, func(w word) { out = append(out, w) })
		return out
	}
	shared := func(a, b string) (n int) {
		for _, w := range said(a) {
			if slices.Contains(said(b), w) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"432", "432", 3}, {"416", "432", 1}, {"432", "448", 1}, {"416", "448", 0}, {"0", "16", 1}, {"992", "1008", 1}} {
		if n := shared(c.a, c.b); n != c.want {
			t.Errorf("%s and %s share %d words, want %d", c.a, c.b, n, c.want)
		}
	}
	for _, value := range []string{"1024", "16896", "-16", "many"} {
		if n := len(said(value)); n != 1 {
			t.Errorf("%s says %d words", value, n)
		}
	}
}
