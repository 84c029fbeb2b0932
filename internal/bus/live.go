package bus

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/heron-iot/heron"
)

// PublishLive tells whoever listens now.
func (b *Bus) PublishLive(_ context.Context, l heron.Live) error {
	data, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("encode live message: %w", err)
	}
	if err := b.conn.Publish(liveSubject(b.conf.SiteID), data); err != nil {
		return unavailable("the bus does not take live messages", err)
	}
	return nil
}

// liveWaiting bounds the messages that wait for one listener; beyond it they
// are dropped, and the listener finds them in the outbox.
const liveWaiting = 65_536

// SubscribeLive calls fn for each live message of all sites, one at a time,
// until ctx ends; then it returns nil.
func (b *Bus) SubscribeLive(ctx context.Context, fn func(heron.Live)) error {
	msgs := make(chan *nats.Msg, liveWaiting)
	sub, err := b.conn.ChanSubscribe(liveSubjects, msgs)
	if err != nil {
		return unavailable("the bus does not take a listener", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // fails only when the connection is gone
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-msgs:
			var l heron.Live
			if err := json.Unmarshal(m.Data, &l); err != nil {
				b.log.Warn("live message cannot be read", "subject", m.Subject, "error", err)
				continue
			}
			fn(l)
		}
	}
}
