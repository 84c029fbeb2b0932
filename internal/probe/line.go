package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/heron-iot/heron"
)

// line is a connection, with the places that it takes.
type line struct {
	net.Conn
	places int
	tcp    bool
}

// connect opens a connection: the whole handshake, when its turn has come.
func (k *talk) connect(ctx context.Context, port uint16) (*line, error) {
	select {
	case k.s.open <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	raw, err := k.dial(ctx, heron.TCP, port)
	if err != nil {
		<-k.s.open
		return nil, err
	}
	raw.tcp = true
	return raw, nil
}

// dial opens a socket to the host, in the places that it takes.
func (k *talk) dial(ctx context.Context, t heron.Transport, port uint16) (*line, error) {
	n, err := k.enter(ctx)
	if err != nil {
		return nil, err
	}
	if t == heron.TCP {
		err = k.turn(ctx, 1)
	}
	wait := k.wait()
	within, cancel := context.WithTimeoutCause(ctx, wait, errSilent(wait))
	defer cancel()
	began := time.Now()
	var raw net.Conn
	if err == nil {
		raw, err = k.s.o.Dial(within, t.String(), netip.AddrPortFrom(k.h.Addr, port).String())
	}
	if t == heron.TCP {
		k.s.counts.connections.Add(1)
		if err == nil || errors.Is(err, syscall.ECONNREFUSED) {
			k.measured(time.Since(began))
		}
	}
	if err != nil {
		k.exit(n)
		return nil, err
	}
	return &line{Conn: raw, places: n}, nil
}

// wait is how long to wait for the answer to a SYN.
func (k *talk) wait() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	wait := k.delay.syn() + 2*k.s.lag.get()
	if k.patient {
		const again = 3
		wait *= again
	}
	return min(wait, maxWait)
}

// enter takes a place for a connection: all there are, to a control device.
func (k *talk) enter(ctx context.Context) (int, error) {
	k.taking.Lock()
	defer k.taking.Unlock()
	n := 1
	if k.isControl() {
		n = cap(k.places)
	}
	for i := range n {
		select {
		case k.places <- struct{}{}:
		case <-ctx.Done():
			k.exit(i)
			return 0, ctx.Err()
		}
	}
	return n, nil
}

func (k *talk) exit(places int) {
	for range places {
		<-k.places
	}
}

// turn waits until n packets may be sent to the host.
func (k *talk) turn(ctx context.Context, n int) error {
	if err := k.pace.take(ctx, n); err != nil {
		return err
	}
	if err := k.s.pace.take(ctx, n); err != nil {
		return err
	}
	k.s.counts.packets.Add(int64(n))
	return nil
}

// owe counts what the system sent for us.
func (k *talk) owe(n int) {
	k.pace.owe(n)
	k.s.pace.owe(n)
	k.s.counts.packets.Add(int64(n))
}

// measured takes a delay, and slows down where it rises: for this host, and for
// all when it does with many. What this machine itself was late does not count.
func (k *talk) measured(took time.Duration) {
	late, onTime := k.delay.saw(took, k.s.lag.get())
	if !late && !onTime {
		return
	}
	k.mu.Lock()
	changed := late != k.late
	k.late = late
	k.mu.Unlock()
	if late {
		k.pace.late()
	} else {
		k.pace.onTime()
	}
	k.s.oneLate(changed, late)
}

// leave forgets the host.
func (k *talk) leave() {
	k.mu.Lock()
	late := k.late
	k.late = false
	k.mu.Unlock()
	k.s.oneLate(late, false)
}

// manyLate is how many hosts must answer later and later before all of the scan
// slows down, and repace how soon its pace may change again.
const (
	manyLate = 8
	repace   = 200 * time.Millisecond
)

// oneLate counts a host that began or ceased to answer later and later.
func (s *Scanner) oneLate(changed, late bool) {
	n := s.late.Load()
	switch {
	case changed && late:
		n = s.late.Add(1)
	case changed:
		n = s.late.Add(-1)
	}
	now, last := time.Now().UnixNano(), s.paced.Load()
	if now-last < int64(repace) || !s.paced.CompareAndSwap(last, now) {
		return
	}
	if n >= manyLate {
		s.pace.late()
	} else {
		s.pace.onTime()
	}
}

// hangUp closes a connection in order, soon when the scan was stopped.
func (k *talk) hangUp(ctx context.Context, l *line, over closeWriter) {
	defer k.exit(l.places)
	if !l.tcp {
		_ = l.Close()
		return
	}
	wait := hangUp
	if ctx.Err() != nil {
		wait = hangUpNow
	}
	closeOrderly(l.Conn, over, wait)
	k.owe(3) // the end of the handshake, our end, and the acknowledgement of theirs
	<-k.s.open
}
