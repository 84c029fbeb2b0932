package bus

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/heron-iot/heron"
)

// PublishBatch returns when b is stored durably. While the bus does not answer,
// or has no room, it tries again until ctx ends. A bus that forwards makes room
// instead, see Forward.
func (b *Bus) PublishBatch(ctx context.Context, batch *heron.Batch) error {
	batch, err := b.thin(ctx, batch)
	if err != nil {
		return err
	}
	list, err := pieces(batch)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := b.publish(ctx, batchSubject(p.batch.SiteID, "", p.batch.SensorID), p.batch.ID(), p.data); err != nil {
			return err
		}
		b.stats.published.Add(1)
	}
	return nil
}

// publish stores one message, however long it takes.
func (b *Bus) publish(ctx context.Context, subject, id string, data []byte) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := send(ctx, b.js, subject, id, data)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return unavailable("the bus did not take a batch", context.Cause(ctx))
		}
		if isFull(err) && b.room.on.Load() {
			if err := b.dropOldest(ctx, int64(len(data))); err != nil {
				return err
			}
			continue
		}
		b.log.Warn("bus does not take a batch; trying again", "error", err, "wait", wait)
		pause(ctx, wait)
	}
}

// sendWait is how long one attempt to store a message may take.
const sendWait = 10 * time.Second

// send stores one message under an id that makes a second copy harmless.
func send(ctx context.Context, js jetstream.JetStream, subject, id string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendWait)
	defer cancel()
	m := nats.NewMsg(subject)
	m.Data = data
	_, err := js.PublishMsg(ctx, m, jetstream.WithMsgID(id))
	return err
}

// isFull reports whether the stream refused a message for want of room.
func isFull(err error) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	// 10077: a limit of the stream; 10047: no storage left for the server.
	return ok && (e.ErrorCode == 10077 || e.ErrorCode == 10047)
}

// roomMaker is on while a bus forwards to a core: then it must never stand
// still for want of room, for the traffic goes on.
type roomMaker struct {
	on    atomic.Bool
	limit atomic.Int64 // in bytes
	level atomic.Int64 // of shedding, as last said
	warn  atomic.Int64 // when it was last said, in seconds
	shed  *shedder
}

// MakeRoom makes the bus give up what matters least, counted in Stats and
// logged, rather than refuse batches when the disk limit nears.
func (b *Bus) MakeRoom() { b.room.on.Store(true) }

// thin leaves out of a batch what there is no room for. Without need nothing is
// left out; what is told is noted in any case.
func (b *Bus) thin(ctx context.Context, batch *heron.Batch) (*heron.Batch, error) {
	if !b.room.on.Load() {
		return batch, nil
	}
	s, err := b.js.Stream(ctx, batchStream)
	if err != nil {
		return nil, unavailable("the bus does not answer", err)
	}
	l := levelOf(s.CachedInfo().State.Bytes, b.room.limit.Load())
	if was := level(b.room.level.Swap(int64(l))); was != l {
		b.log.Warn("the room for what waits for the core: "+[...]string{
			"nothing is left out any more", "reports on known quiet conversations are left out",
			"all reports on flows are left out", "reports on flows and repeated observations are left out",
		}[l], "bytes", s.CachedInfo().State.Bytes, "max_bytes", b.room.limit.Load())
	}
	return b.room.shed.thin(batch, l), nil
}

// SetMaxBytes changes how much may wait on disk.
func (b *Bus) SetMaxBytes(ctx context.Context, n int64) error {
	s, err := b.js.Stream(ctx, batchStream)
	if err != nil {
		return unavailable("the bus does not answer", err)
	}
	c := s.CachedInfo().Config
	c.MaxBytes = n
	if _, err := b.js.UpdateStream(ctx, c); err != nil {
		return unavailable("the limit of the bus cannot be changed", err)
	}
	b.room.limit.Store(n)
	return nil
}

// dropOldest makes room for need bytes by giving up the oldest batches.
func (b *Bus) dropOldest(ctx context.Context, need int64) error {
	s, err := b.js.Stream(ctx, batchStream)
	if err != nil {
		return unavailable("the bus does not answer", err)
	}
	state := s.CachedInfo().State
	if state.Msgs == 0 {
		return heron.Errorf(heron.CodeInvalid, "the bus may keep %d bytes, less than one batch: raise its limit", b.room.limit.Load())
	}
	// A twentieth at a time, at least what is needed, judged by the mean size.
	mean := max(1, int64(state.Bytes/state.Msgs))
	n := uint64(max(need, b.room.limit.Load()/20)/mean) + 1
	if err := s.Purge(ctx, jetstream.WithPurgeSequence(state.FirstSeq+n)); err != nil {
		return unavailable("the bus cannot make room", err)
	}
	after, err := s.Info(ctx)
	if err != nil {
		return unavailable("the bus does not answer", err)
	}
	b.stats.droppedBatches.Add(state.Msgs - min(state.Msgs, after.State.Msgs))
	b.sayLoss("the core is out of reach and the disk limit is reached: the oldest batches are dropped")
	return nil
}

// sayLoss warns about loss, at most once a minute.
func (b *Bus) sayLoss(text string) {
	now := time.Now().Unix()
	if last := b.room.warn.Load(); now-last < 60 || !b.room.warn.CompareAndSwap(last, now) {
		return
	}
	b.log.Warn(text, "dropped_batches", b.stats.droppedBatches.Load(), "max_bytes", b.room.limit.Load())
}
