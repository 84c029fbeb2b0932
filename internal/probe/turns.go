package probe

import (
	"context"
	"net/netip"
	"sync"
)

// Turns keeps scans from talking to one host at the same time: each keeps to what a
// device stands, and two together would not. The zero value is ready; scans that share
// it take turns.
type Turns struct {
	mu    sync.Mutex
	taken map[netip.Addr]chan struct{} // closed when the host is free again
}

// take waits until nobody else talks to a host; who has its turn calls over at the end.
func (t *Turns) take(ctx context.Context, a netip.Addr) (over func(), err error) {
	for ctx.Err() == nil {
		t.mu.Lock()
		taken := t.taken[a]
		if taken == nil {
			defer t.mu.Unlock()
			return t.takeLocked(a), nil
		}
		t.mu.Unlock()
		select {
		case <-taken:
		case <-ctx.Done():
		}
	}
	return nil, ctx.Err()
}

func (t *Turns) takeLocked(a netip.Addr) (over func()) {
	if t.taken == nil {
		t.taken = map[netip.Addr]chan struct{}{}
	}
	free := make(chan struct{})
	t.taken[a] = free
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.taken, a)
		close(free)
	}
}
