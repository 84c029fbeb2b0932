package inventory

import (
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron"
)

func TestRhythmIsAJoin(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		times := make([]heron.Time, 1+r.IntN(60))
		for i := range times {
			times[i] = 1_700_000_000*heron.Second + heron.Time(r.Int64N(1<<r.IntN(42)))
		}
		var all, mixed, left, right rhythm
		for i, at := range times {
			all.add(at)
			if i%2 == 0 {
				left.add(at)
			} else {
				right.add(at)
			}
		}
		for _, i := range r.Perm(len(times)) {
			mixed.add(times[i])
			mixed.add(times[i])
		}
		right.join(&left)
		right.join(&left)
		if mixed != all || right != all {
			t.Fatalf("seed %d: %+v in another order, %+v in two parts, want %+v", seed, mixed, right, all)
		}
		back := parseRhythm(all.text())
		if back.last != all.last/heron.Second*heron.Second || back.marks != all.marks {
			t.Fatalf("seed %d: %+v is read as %+v", seed, all, back)
		}
	}
}

func TestRhythmKnowsWhatIsUsual(t *testing.T) {
	t.Parallel()
	var r rhythm
	at := 1_700_000_040 * heron.Second
	for range 100 {
		r.add(at)
		at += 30 * heron.Minute
	}
	if got := r.usual(1); got != 30*heron.Minute {
		t.Errorf("who speaks each half hour is usually silent for %v", got)
	}
	r.add(at + 5*heron.Hour) // once
	if got := r.usual(2); got != 0 {
		t.Errorf("one silence of hours is taken for usual: %v", got)
	}
}

func FuzzParseRhythm(f *testing.F) {
	f.Add("6553f100.1.3.7.f")
	f.Fuzz(func(t *testing.T, s string) {
		r := parseRhythm(s)
		if r.last != 0 && parseRhythm(r.text()) != r {
			t.Errorf("%q is %+v, written as %q", s, r, r.text())
		}
	})
}
