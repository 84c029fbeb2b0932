package dissect_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/dissect"
)

func TestPiecesComeInAnyOrder(t *testing.T) {
	t.Parallel()
	var p dissect.Pieces
	for round := range 2 {
		p.Reset()
		for _, c := range []struct {
			at         int
			text, want string
		}{
			{6, "ghi", ""}, {3, "d", ""}, {12, "beyond", ""}, {0, "ab", "ab"}, {1, "bcd", "abcd"}, {2, "cdefg", "abcdefghi"},
		} {
			p.Add(c.at, []byte(c.text), 16)
			if got := string(p.Start()); got != c.want {
				t.Errorf("round %d, after %q at %d: %q, want %q", round, c.text, c.at, got, c.want)
			}
		}
	}
}

func TestPiecesAreBounded(t *testing.T) {
	t.Parallel()
	var p dissect.Pieces
	for i := range 1000 {
		p.Add(2*i+1, []byte("x"), 4096)
	}
	p.Add(0, []byte(strings.Repeat("y", 64)), 4096)
	if n := len(p.Start()); n != 64 {
		t.Errorf("%d octets from the start, want 64", n)
	}
	p.Add(-1, []byte("x"), 10)
	p.Add(1<<62, []byte("x"), 10)
}

func TestRecentForgetsTheOldest(t *testing.T) {
	t.Parallel()
	var r dissect.Recent[int]
	end := func(i int) dissect.Ends {
		return dissect.Ends{Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(i))}
	}
	for i := range 100 {
		*r.Put(end(i)) = i
	}
	r.Forget(end(98))
	if r.Get(end(0)) != nil || r.Get(end(98)) != nil || r.Get(end(99)) == nil || *r.Get(end(40)) != 40 {
		t.Error("the wrong ones were forgotten")
	}
	*r.Put(end(40)) = 7
	if *r.Get(end(40)) != 7 {
		t.Error("a flow has two places")
	}
}
