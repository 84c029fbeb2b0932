package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/heron-iot/heron"
)

// ConsumeBatches calls fn for each batch of a site, one at a time, in the order
// that each sensor published them, until ctx ends; then it returns nil. A batch
// is done with when fn returns nil. When fn fails the batch is tried again,
// with growing pauses and before any later one; after Config.MaxTries it is set
// aside, but never for an error with CodeUnavailable. Only one process at a
// time should consume a site; a second one gets batches too, out of order.
func (b *Bus) ConsumeBatches(ctx context.Context, siteID string, fn func(context.Context, *heron.Batch) error) error {
	c := &consumer{
		bus: b, name: coreConsumer(siteID), filter: siteFilter(siteID), ackWait: b.conf.AckWait,
		handle: func(ctx context.Context, m jetstream.Msg) bool { return b.apply(ctx, m, fn) },
	}
	b.dropConsumer(ctx, forwardConsumer)
	return c.run(ctx)
}

// dropConsumer ends a consumer that the same folder served in another role: in
// a stream where each message has one reader, it would stand in the way.
func (b *Bus) dropConsumer(ctx context.Context, name string) {
	if b.server == nil {
		return
	}
	err := b.js.DeleteConsumer(ctx, batchStream, name)
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		b.log.Warn("consumer of another role cannot be ended", "consumer", name, "error", err)
	}
}

// coreConsumer is the durable name of the consumer of a site.
func coreConsumer(site string) string { return "core_" + strings.ReplaceAll(token(site), "=", "_") }

// forwardConsumer is the durable name of Forward.
const forwardConsumer = "forward"

// apply takes one message to its end. It reports whether it is done with: false
// means that ctx ended first.
func (b *Bus) apply(ctx context.Context, m jetstream.Msg, fn func(context.Context, *heron.Batch) error) bool {
	batch, err := decode(m.Data())
	if err == nil {
		err = checkSubject(m.Subject(), batch)
	}
	if err != nil {
		return b.setAside(ctx, m, err)
	}
	delivered := deliveries(m)
	if delivered > 1 {
		b.stats.repeated.Add(1)
	}
	// Deliveries without an answer are crashes: of these, more are allowed.
	if delivered > 4*b.conf.MaxTries {
		return b.setAside(ctx, m, fmt.Errorf("delivered %d times without an answer", delivered))
	}
	wait := 100 * time.Millisecond
	for try := 1; ; {
		err := fn(ctx, batch)
		if err == nil {
			b.stats.applied.Add(1)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		b.log.Error("batch not applied", "sensor", batch.SensorID, "seq", batch.Seq, "try", try, "error", err)
		if heron.ErrorCode(err) != heron.CodeUnavailable {
			if try == b.conf.MaxTries {
				return b.setAside(ctx, m, err)
			}
			try++
		}
		if !pause(ctx, wait) {
			return false
		}
		wait = min(2*wait, 5*time.Second)
	}
}

func deliveries(m jetstream.Msg) int {
	if meta, err := m.Metadata(); err == nil {
		return int(meta.NumDelivered)
	}
	return 1
}

// consumer takes the messages of a filter one after the other.
type consumer struct {
	bus     *Bus
	name    string // durable: it goes on where it stopped, in whatever process
	filter  string
	ackWait time.Duration
	handle  func(context.Context, jetstream.Msg) bool
}

// Each request for messages lives this long; a request that the server lost
// costs no more than that.
const fetchWait = 2 * time.Second

// stallLimit is how many fetches in a row may come back empty, although
// messages wait, before the consumer is begun anew.
const stallLimit = 3

var errStalled = errors.New("messages wait but are not delivered")

func (c *consumer) run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := c.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, errStalled) {
			c.bus.stats.stalls.Add(1)
			// Messages not acknowledged stay in the stream; only the server's
			// record of who has which is made anew.
			err = errors.Join(err, c.bus.js.DeleteConsumer(ctx, batchStream, c.name))
		}
		c.bus.log.Warn("consumer of the bus begins anew", "consumer", c.name, "error", err)
		pause(ctx, 500*time.Millisecond)
	}
	return nil
}

// session fetches until something is wrong.
func (c *consumer) session(ctx context.Context) error {
	cons, err := c.bus.js.CreateOrUpdateConsumer(ctx, batchStream, jetstream.ConsumerConfig{
		Durable: c.name, FilterSubject: c.filter, AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.ackWait,
		// One at a time: nothing overtakes a batch that is tried again.
		MaxAckPending: 1,
	})
	if err != nil {
		return err
	}
	for empty := 0; ctx.Err() == nil; {
		found, err := c.fetch(ctx, cons)
		if err != nil {
			return err
		}
		if found {
			empty = 0
			continue
		}
		empty++
		waiting, err := c.waiting(ctx, cons)
		if err != nil {
			return err
		}
		if !waiting {
			empty = 0
		}
		if empty >= stallLimit {
			return errStalled
		}
	}
	return nil
}

// waiting reports whether there is something that should have been delivered. A
// message with another consumer comes back after AckWait; until then it is not
// a stall.
func (c *consumer) waiting(ctx context.Context, cons jetstream.Consumer) (bool, error) {
	info, err := cons.Info(ctx)
	if err != nil {
		return false, err
	}
	return info.NumPending > 0 && info.NumAckPending == 0, nil
}

// fetch handles the next message and reports whether there was one. A request is
// for one message: while it is handled no other request of this consumer waits,
// which would get a message that is given back, and nobody would read it.
func (c *consumer) fetch(ctx context.Context, cons jetstream.Consumer) (bool, error) {
	fetchCtx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	m, err := cons.Next(jetstream.FetchContext(fetchCtx))
	switch {
	case err == nil:
		return true, c.one(ctx, m)
	case errors.Is(err, nats.ErrTimeout), fetchCtx.Err() != nil:
		return false, nil // the request's time was over
	}
	return false, err
}

// one handles a message, and tells the server meanwhile that it is in work.
func (c *consumer) one(ctx context.Context, m jetstream.Msg) error {
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		beat := time.NewTicker(c.ackWait / 3)
		defer beat.Stop()
		for {
			select {
			case <-stop:
				return
			case <-beat.C:
				_ = m.InProgress() // at worst the message comes once more
			}
		}
	}()
	done := c.handle(ctx, m)
	close(stop)
	<-stopped
	if !done {
		return m.Nak() // for whoever comes next, at once
	}
	ackCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWait)
	defer cancel()
	return m.DoubleAck(ackCtx)
}
