package dissect

import "testing"

func TestAPileKeepsWhatItHasAndGivesBackWhatItNeedNot(t *testing.T) {
	t.Parallel()
	var p pile[int]
	const many = 3000
	for i := range many {
		*p.next() = i
	}
	n := 0
	p.some(func(list []int) {
		for _, got := range list {
			if got != n || *p.at(int32(n)) != n {
				t.Fatalf("%d, and %d in its place, want %d", got, *p.at(int32(n)), n)
			}
			n++
		}
	})
	if n != many {
		t.Errorf("%d of %d", n, many)
	}
	for range roomTimes {
		p.empty()
		*p.next() = 1
	}
	if len(p.pieces)*pieceSize < many || p.len != 1 {
		t.Errorf("room for %d, with %d, after a flood", len(p.pieces)*pieceSize, p.len)
	}
	for range roomTimes {
		p.empty()
		*p.next() = 1
	}
	if len(p.pieces) != 1 {
		t.Errorf("%d pieces when one was enough for long", len(p.pieces))
	}
}
