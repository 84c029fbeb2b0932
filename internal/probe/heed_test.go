package probe_test

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/all"
)

// doorman refuses every connection, slowly, and counts those that wait for it. Once a few
// came, what others know of him changes.
type doorman struct {
	mu      sync.Mutex
	open    int
	changed time.Time // zero until then
	most    int       // at once, while nothing was known
	later   int       // at once, of those that came when that must have been heard of
}

func (d *doorman) dial(context.Context, string, string) (net.Conn, error) {
	d.mu.Lock()
	if d.open++; d.open == 3 && d.changed.IsZero() {
		d.changed = time.Now()
	}
	if d.changed.IsZero() || time.Since(d.changed) < time.Second {
		d.most = max(d.most, d.open)
	} else {
		d.later = max(d.later, d.open)
	}
	d.mu.Unlock()
	time.Sleep(50 * time.Millisecond)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open--
	return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
}

func (d *doorman) known(probe.Host) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.changed.IsZero()
}

// What others learn of a host while it is asked counts at once: it has one connection at a
// time from then on, or none any more.
func TestHostIsSparedAsSoonAsThatIsKnown(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]int{"nothing": 8, "control": 1, "skip": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &doorman{}
			o := probe.Options{Probes: all.Probes(), Dial: d.dial}
			o.Profile(probe.ProfileDeep)
			o.Limits.HostPackets, o.Limits.ControlPackets = 10_000, 10_000
			switch name {
			case "control":
				o.Control = d.known
			case "skip":
				o.Skip = d.known
			}
			scan(t, o, probe.Host{Addr: loopback})
			if d.most < 3 || d.later != later {
				t.Errorf("%d connections at once, and %d when it was known", d.most, d.later)
			}
		})
	}
}
