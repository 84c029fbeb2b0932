package behavior

import (
	"math"

	"github.com/heron-iot/heron"
)

// The tail rule. With y = log(1+x), x a feature of one window: u is the 98 %
// quantile of y over windows with traffic, b the mean excess over it; the
// extremes of such data are nearly exponential, so u + b·ln(0.02/0.0001) is
// the value that one window in ten thousand exceeds. The threshold is that, but
// at least a quarter and a margin above the greatest value seen, for what is
// hardly more than before is no news; and never more than the greatest value
// stretched by a factor and the margin: a week of data says little about one
// window in ten thousand, and an attack must not hide behind that.
const (
	tailShare = 0.02
	unlikely  = 0.0001
	minExcess = 0.05
	leastNews = 1.25
	bins      = 128 // of the histogram of y, half an octave each
	minForFit = 50  // windows before the quantile means anything
)

// tail is one feature of one device. It holds no pointers.
type tail struct {
	windows  uint32
	fitted   uint32  // of them in the histogram
	mean, m2 float64 // Welford's running mean and sum of squares, for display
	greatest float64
	last     float64
	floor    float64    // threshold as it was stored, while the histogram is young
	yielded  heron.Time // when the greatest value last gave way
}

// learn adds the value of one window.
func (t *tail) learn(x float64) {
	t.windows++
	t.last = x
	d := x - t.mean
	t.mean += d / float64(t.windows)
	t.m2 += d * (x - t.mean)
	t.greatest = max(t.greatest, x)
}

// yield lets a value that was unusual move the threshold, by a quarter and
// once a day: what comes every day becomes normal, what comes once does not.
func (t *tail) yield(x float64, now heron.Time) {
	t.last = x
	if now-t.yielded >= heron.Day {
		t.greatest = min(x, 1.25*t.greatest+1)
		t.yielded = now
	}
}

// isNews reports whether x may be above the threshold, which is never less than
// this.
func (t *tail) isNews(x, margin float64) bool { return x > leastNews*t.greatest+margin }

// judge returns the threshold of a feature and whether x is above it.
func (s *tails) judge(feature int, x, stretch float64) (threshold float64, over bool) {
	t, margin := &s.of[feature], margins[feature]
	limit := stretch*t.greatest + margin
	threshold = max(leastNews*t.greatest+margin, s.extreme(feature), t.floorNow())
	threshold = min(threshold, limit)
	return threshold, x > threshold
}

// floorNow is the stored threshold for as long as nothing better is known.
func (t *tail) floorNow() float64 {
	if t.fitted >= 20*minForFit {
		return 0
	}
	return t.floor
}

// extreme estimates the value of a feature that one window in ten thousand
// exceeds. It is without end while there are too few windows to tell.
func (s *tails) extreme(feature int) float64 {
	t := &s.of[feature]
	if t.fitted < minForFit {
		return math.Inf(1)
	}
	counts := &s.counts[feature]
	above := max(1, uint32(tailShare*float64(t.fitted)))
	i, n := bins-1, uint32(0)
	var excess float64
	for ; i > 0; i-- {
		if n += uint32(counts[i]); n >= above {
			break
		}
	}
	u := float64(i) * math.Ln2 / 2
	for j := i; j < bins; j++ {
		excess += float64(counts[j]) * (float64(j) + 0.5 - float64(i)) * math.Ln2 / 2
	}
	b := max(minExcess, excess/float64(max(n, 1)))
	return math.Expm1(u + b*math.Log(tailShare/unlikely))
}

// noun returns the tail as people see it, without a threshold.
func (t *tail) noun() heron.Tail {
	out := heron.Tail{Windows: uint64(t.windows), Mean: t.mean, Max: t.greatest, Last: t.last}
	if t.windows > 1 {
		out.Deviation = math.Sqrt(t.m2 / float64(t.windows-1))
	}
	return out
}

// restore takes back what noun gave. The histogram is learned anew; until it
// is, the stored threshold stands.
func (t *tail) restore(n heron.Tail) {
	t.windows, t.mean, t.greatest, t.last, t.floor = uint32(min(n.Windows, math.MaxUint32)), n.Mean, n.Max, n.Last, n.Threshold
	if n.Windows > 1 {
		t.m2 = n.Deviation * n.Deviation * float64(n.Windows-1)
	}
}
