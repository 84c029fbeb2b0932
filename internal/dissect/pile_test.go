package dissect

import "testing"

func TestAPileKeepsWhatItHasAndGivesBackWhatItNeedNot(t *testing.T) {
	t.Parallel()
	var p pile[int]
	const many = 3000
	for i := range many {
		*p.next() = i
	}
	for i := range many {
		if got := *p.at(int32(i)); got != i {
			t.Fatalf("%d in place %d", got, i)
		}
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
