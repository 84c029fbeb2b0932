package probe

import (
	"context"
	"sync"
	"time"
)

// burst is how much of a second's packets may leave at once after a pause: 20 ms.
const burst = 20 * time.Millisecond

// maxSlower is how far a pacer slows down when answers come later and later.
const maxSlower = 16

// pacer spaces packets out: so many a second, and fewer while answers are late.
type pacer struct {
	every time.Duration // between two packets

	mu     sync.Mutex
	next   time.Time
	slower int // every packet counts that often; 0 is 1
}

func newPacer(perSecond int) *pacer {
	return &pacer{every: time.Second / time.Duration(max(perSecond, 1))}
}

// limit changes how many packets may leave in a second.
func (p *pacer) limit(perSecond int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.every = time.Second / time.Duration(max(perSecond, 1))
}

// take waits until n packets may leave.
func (p *pacer) take(ctx context.Context, n int) error {
	p.mu.Lock()
	now := time.Now()
	if oldest := now.Add(-burst); p.next.Before(oldest) {
		p.next = oldest
	}
	wait := p.next.Sub(now)
	p.next = p.next.Add(p.every * time.Duration(n*max(p.slower, 1)))
	p.mu.Unlock()
	return sleep(ctx, wait)
}

// owe counts packets that left without being asked for: the acknowledgements and
// the end of a connection. Whoever comes next waits for them.
func (p *pacer) owe(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = p.next.Add(p.every * time.Duration(n*max(p.slower, 1)))
}

// late doubles the space between packets, onTime halves it again.
func (p *pacer) late() { p.pace(2, 1) }

func (p *pacer) onTime() { p.pace(1, 2) }

func (p *pacer) pace(times, by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slower = min(max(p.slower, 1)*times/by, maxSlower)
}

// sleep waits, and returns why it was cut short.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
