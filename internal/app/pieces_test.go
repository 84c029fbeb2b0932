package app

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
)

func TestPieces(t *testing.T) {
	t.Parallel()
	var p pieces
	for _, n := range []int{0, 1, pieceFlows - 1, pieceFlows, pieceFlows + 1, 5 * pieceFlows, 3, 2*pieceFlows + 7} {
		var last []heron.Flow
		var got, want []uint32
		for i := range n {
			if len(last) == cap(last) {
				last = p.after(last)
			}
			last = append(last, heron.Flow{Number: uint32(i)})
			want = append(want, uint32(i))
		}
		for _, f := range p.join(last) {
			got = append(got, f.Number)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d reports: got %d of them, or in another order", n, len(got))
		}
		if len(p.full) != 0 || len(p.spare) > maxPieces {
			t.Fatalf("%d reports: %d pieces are left, and %d spare ones", n, len(p.full), len(p.spare))
		}
	}
}
