package app

import (
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
	"github.com/heron-iot/heron/internal/identify"
)

// suffer analyses an attack as `heron read` does, or as a core does whose store
// wants to know all that changes, and returns what a packet costs the processor.
func suffer(t testing.TB, id identifier, a *attack, quiet bool) time.Duration {
	t.Helper()
	brain := newAnalyzer(analyzerConfig{site: "test", identify: id, quiet: quiet})
	p := newPipeline(pipelineConfig{site: "test", sensor: "test", workers: 1, emit: func(b *heron.Batch) error {
		brain.apply(b)
		return nil
	}})
	return work(t, func() {
		if err := p.run(a, func(err error) { t.Error(err) }); err != nil {
			t.Error(err)
		}
	}) / time.Duration(a.count)
}

// work returns the processor time of fn, whatever else the machine does.
func work(t testing.TB, fn func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	from := threadTime(t)
	fn()
	return threadTime(t) - from
}

// threadTime is the processor time of the calling thread.
func threadTime(t testing.TB) time.Duration {
	t.Helper()
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		t.Fatal(err)
	}
	return time.Duration(now.Nano())
}

// The cost of a packet may grow by this much, and that is generous, when eight
// times as many come. It would grow eightfold if each were compared with those
// before it.
const (
	moreTraffic = 8
	maxGrowth   = 3
	// maxNoise and maxCost are in the cost of a packet among friends: what growth
	// says nothing, and what no packet may cost.
	maxNoise = 8
	maxCost  = 1000
)

// friendly is what a packet costs where nobody is hostile, on this machine and
// with what else the compiler was asked to check.
func friendly(t testing.TB) (id identifier, unit time.Duration) {
	t.Helper()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	talk := hostile{frame: func(b []byte, i int) []byte {
		return datagram(b, station{nthMAC(i % 50), nthIP(i % 50)}, victim, 5000, 6000, []byte("x"))
	}}
	return id, suffer(t, id, &attack{hostile: talk, count: 5000, pace: 100}, true)
}

// TestCostGrowsNoFasterThanTraffic sends what an attacker might.
func TestCostGrowsNoFasterThanTraffic(t *testing.T) {
	t.Parallel()
	id, unit := friendly(t)
	for _, h := range slices.Concat(clocks(), streams(), beginnings(), records(), crowds()) {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			grows(t, h, id, unit, 1000, true)
		})
	}
	for _, h := range slices.Concat(addresses(), floods(), names(), dnsNames(), conversations()) {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			grows(t, h, id, unit, 1000, true)
			grows(t, h, id, unit, 1, false) // each packet in a batch of its own
		})
	}
}

// looks are how often a kind is looked at: what was chance, as when the collector worked
// for the tests beside, does not come again each time.
const looks = 6

// grows checks one kind.
func grows(t *testing.T, h hostile, id identifier, unit time.Duration, pace int, quiet bool) {
	t.Helper()
	n := h.n
	if n == 0 {
		n = 60
	}
	for try := range looks {
		few := suffer(t, id, &attack{hostile: h, count: n, pace: pace}, quiet)
		many := suffer(t, id, &attack{hostile: h, count: moreTraffic * n, pace: pace}, quiet)
		if many <= min(maxCost*unit, maxGrowth*few+maxNoise*unit) {
			return
		}
		if try == looks-1 {
			t.Errorf("%d a second: a packet costs %v when there are %d, and %v when there are %d", pace, few, n, many, moreTraffic*n)
		}
	}
}

// TestAFloodOfAlertsCostsNoSearch raises more alerts than are followed at once.
func TestAFloodOfAlertsCostsNoSearch(t *testing.T) {
	t.Parallel()
	id, unit := friendly(t)
	brain := newAnalyzer(analyzerConfig{site: "test", identify: id})
	raise := func(from, to int) time.Duration {
		return work(t, func() {
			for i := from; i < to; i++ {
				at := attackStart + heron.Time(i)*heron.Second
				brain.detect.Apply(brain.view, &detect.Input{Now: at, Event: &heron.Event{
					Time: at, Kind: "behavior.unusual", Attrs: map[string]string{"device": strconv.Itoa(i), "feature": "bytes_out"},
				}})
				for _, a := range brain.detect.Drain() {
					brain.incidents.Apply(a)
				}
			}
		}) / time.Duration(to-from)
	}
	few := raise(0, 3000)
	raise(3000, 11_000)
	if full := raise(11_000, 14_000); full > maxGrowth*few+maxNoise*unit {
		t.Errorf("an alert costs %v, and %v where there are as many as are kept", few, full)
	}
}
