package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
	"github.com/heron-iot/heron/internal/store"
)

// relayPoll is how often the outbox is looked at when no commit was announced:
// another process may have written to it.
const relayPoll = time.Second

// relay moves rows of the outbox to the bus, oldest first. A row is marked only
// when the bus has it, so that a crash in between sends it again; readers drop
// what they have seen by its number.
type relay struct {
	store *store.DB
	bus   *bus.Bus
	log   *slog.Logger
}

// Run relays until ctx ends.
func (r *relay) Run(ctx context.Context) error {
	poll := time.NewTicker(relayPoll)
	defer poll.Stop()
	for {
		if err := r.drain(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("relay of the outbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
		case <-r.store.Committed():
		}
	}
}

func (r *relay) drain(ctx context.Context) error {
	for {
		rows, err := r.store.Outbox(ctx, 500)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, l := range rows {
			if err := r.bus.PublishLive(ctx, l); err != nil {
				return err
			}
		}
		if err := r.store.MarkPublished(ctx, rows[len(rows)-1].Seq); err != nil {
			return err
		}
	}
}

// respond proposes what a playbook advises for new alerts, by listening to the
// live stream like any other reader.
func (p *Platform) respond(ctx context.Context) error {
	return p.bus.SubscribeLive(ctx, func(l heron.Live) {
		if l.Kind == heron.LiveAlert {
			p.propose(ctx, l.ID)
		}
	})
}
