package bus

import (
	"context"
	"sync/atomic"
)

// Stats counts what a bus did since it was opened. Loss is data: every way to
// lose something has its number.
type Stats struct {
	Published uint64 // batches (or parts) stored
	Applied   uint64 // batches consumed and acknowledged
	Repeated  uint64 // deliveries beyond the first
	Aside     uint64 // batches set aside because they could not be applied
	Forwarded uint64 // batches handed to the core's bus
	Stalls    uint64 // times the watchdog began a consumer anew
	// DroppedBatches, ShedFlows and ShedObservations were given up for want of
	// room while the core was out of reach.
	DroppedBatches   uint64
	ShedFlows        uint64
	ShedObservations uint64
	// Waiting and Bytes are the batches that wait now, and their size on disk, of
	// which MaxBytes may be.
	Waiting  uint64
	Bytes    uint64
	MaxBytes int64
	// Parked is how many batches lie aside now.
	Parked uint64
}

type counters struct {
	published, applied, repeated, aside, forwarded, stalls, droppedBatches atomic.Uint64
}

// Stats returns the counts. Those of now are zero when the bus does not answer.
func (b *Bus) Stats(ctx context.Context) Stats {
	c := &b.stats
	s := Stats{
		Published: c.published.Load(), Applied: c.applied.Load(), Repeated: c.repeated.Load(),
		Aside: c.aside.Load(), Forwarded: c.forwarded.Load(), Stalls: c.stalls.Load(),
		DroppedBatches: c.droppedBatches.Load(),
	}
	lost := b.room.shed.totals()
	s.ShedFlows, s.ShedObservations = lost.flows, lost.observations
	s.MaxBytes = b.room.limit.Load()
	if batches, err := b.js.Stream(ctx, batchStream); err == nil {
		s.Waiting, s.Bytes = batches.CachedInfo().State.Msgs, batches.CachedInfo().State.Bytes
	}
	if aside, err := b.js.Stream(ctx, asideStream); err == nil {
		s.Parked = aside.CachedInfo().State.Msgs
	}
	return s
}
