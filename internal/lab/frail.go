package lab

import (
	"context"
	"errors"
	"io"
	"syscall"

	"github.com/heron-iot/heron"
)

// life is that of a host on real sockets.
type life struct {
	ctx  context.Context //nolint:containedctx // ends when the host goes down
	end  context.CancelFunc
	open int    // connections
	fell string // what it broke at
}

func newLife(ctx context.Context) *life {
	v := &life{}
	v.ctx, v.end = context.WithCancel(ctx)
	return v
}

// What devices break at.
const (
	fellCrowded = "a second connection while one was open"
	fellReset   = "a connection that was reset"
)

// closes closes a socket when its host goes down.
func (v *life) closes(s io.Closer) (stop func() bool) {
	return context.AfterFunc(v.ctx, func() { _ = s.Close() }) // it ends its reader; nothing is buffered
}

// frail tells whether a host breaks: one of a type that does, in a network that is
// Fragile.
func (n *Network) frail(h *Host) bool {
	t, _ := heron.TypeOf(h.Model.Type)
	return n.c.Fragile && t.Fragility == heron.FragilityFragile
}

// fall takes a host down for good: nothing of it answers any more.
func (n *Network) fall(h *Host, why string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v := n.lives[h]
	if !n.frail(h) || v.ctx.Err() != nil {
		return
	}
	v.fell = why
	v.end()
	n.c.Log.Warn("a device of the lab went down", "device", h.Name, "cause", why)
}

// Fallen tells which devices of a Fragile network went down, and what they broke at.
func (n *Network) Fallen() map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[string]string{}
	for h, v := range n.lives {
		if v.fell != "" {
			out[h.Name] = v.fell
		}
	}
	return out
}

// enter counts a connection of a host, and reports whether it still stands.
func (n *Network) enter(h *Host) bool {
	n.mu.Lock()
	v := n.lives[h]
	v.open++
	crowded := v.open > 1
	n.mu.Unlock()
	if crowded {
		n.fall(h, fellCrowded)
	}
	return v.ctx.Err() == nil
}

func (n *Network) leave(h *Host) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lives[h].open--
}

// wasReset tells whether the other side ended a connection with a reset.
func wasReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
