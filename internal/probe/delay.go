package probe

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// delay is what a host's own answers tell of how long to wait for it, in the
// manner of RFC 6298, but that a short delay counts for more than a long one: what
// was long once, because an address had to be looked up or this machine was busy,
// must not make each silent port long.
type delay struct {
	mu       sync.Mutex
	smooth   time.Duration // 0: nothing was measured yet
	variance time.Duration
	best     time.Duration
	count    int
	rising   int // measurements in a row that were much later than the best
}

// Bounds of the wait for an answer to a SYN. Below the upper one the kernel sends
// it once. The lower one is for hosts that answered a few times already.
const (
	minWait    = 60 * time.Millisecond
	minUnknown = 100 * time.Millisecond
	maxWait    = 950 * time.Millisecond
	fewAnswers = 3
)

// saw takes one measurement, and tells whether the host answers later and later
// or is back to its best. lag is what this machine may have added to it.
func (d *delay) saw(took, lag time.Duration) (late, onTime bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	took = max(took-lag, time.Microsecond)
	d.count++
	if d.smooth == 0 {
		d.smooth, d.variance, d.best = took, took/2, took
		return false, false
	}
	off := (d.smooth - took).Abs()
	if took < d.smooth {
		d.smooth, d.variance = (d.smooth+took)/2, d.variance/2
	} else {
		d.variance += (off - d.variance) / 4
		d.smooth += (took - d.smooth) / 8
	}
	d.best = min(d.best, took)
	const grace = 50 * time.Millisecond // what a busy machine makes of any answer
	if took > 4*d.best+grace {
		d.rising++
		return d.rising >= 2, false
	}
	d.rising = 0
	return false, took < 2*d.best+grace/2
}

// syn is how long to wait for the answer to a SYN.
func (d *delay) syn() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.smooth == 0 {
		return maxWait
	}
	low := minWait
	if d.count < fewAnswers {
		low = minUnknown
	}
	return bound(2*(d.smooth+4*d.variance), low, maxWait)
}

// patience is how long to wait for what a service says: it has to think, and
// small devices think slowly.
func (d *delay) patience(datagram bool) Patience {
	d.mu.Lock()
	defer d.mu.Unlock()
	rtt := d.smooth
	if rtt == 0 {
		rtt = 250 * time.Millisecond
	}
	if datagram {
		return Patience{Answer: bound(10*rtt, 250*time.Millisecond, 2*time.Second), Quiet: bound(4*rtt, 100*time.Millisecond, time.Second)}
	}
	return Patience{Answer: bound(20*rtt, 1500*time.Millisecond, 5*time.Second), Quiet: bound(8*rtt, 400*time.Millisecond, 2*time.Second)}
}

func bound(d, low, high time.Duration) time.Duration { return min(max(d, low), high) }

// lag is how late this machine itself is: by how much a timer overshot, the most
// of late. Where many programs share few processors it is what most delays are
// made of.
type lag struct{ most atomic.Int64 }

func (l *lag) get() time.Duration { return time.Duration(l.most.Load()) }

// watch measures until ctx ends.
func (l *lag) watch(ctx context.Context) {
	const step = 5 * time.Millisecond
	for {
		began := time.Now()
		if sleep(ctx, step) != nil {
			return
		}
		over := int64(time.Since(began) - step)
		l.most.Store(max(over, l.most.Load()*15/16))
	}
}
