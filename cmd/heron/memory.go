package main

import (
	"context"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A reader's memory should be small beside that of the tools it runs among, and
// most captures are read with little: until that is in use, to collect is work for
// nothing. From then on the collector runs earlier than usual, for of what a reader
// allocates little lives long. What it knows only grows; once that is much, a
// collection is rare whatever the room between two, and so that room is made small,
// too.
const (
	freeHeap  = 44 << 20 // bytes
	readGC    = 50
	largeGC   = 25
	largeHeap = 512 << 20 // bytes
)

// tendMemory runs the collector as a reader needs it, until ctx ends.
func tendMemory(ctx context.Context) {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(2 * freeHeap) // should the first look come late
	if !waitForHeap(ctx, "/memory/classes/heap/objects:bytes", freeHeap, 10*time.Millisecond) {
		return
	}
	debug.SetGCPercent(readGC)
	debug.SetMemoryLimit(math.MaxInt64)
	if waitForHeap(ctx, "/gc/heap/live:bytes", largeHeap, time.Second) {
		debug.SetGCPercent(largeGC)
	}
}

// waitForHeap waits until a size of the heap is beyond a bound. It reports false
// when ctx ended first.
func waitForHeap(ctx context.Context, size string, bound uint64, every time.Duration) bool {
	tick := time.NewTicker(every)
	defer tick.Stop()
	sample := []metrics.Sample{{Name: size}}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
		if metrics.Read(sample); sample[0].Value.Uint64() > bound {
			return true
		}
	}
}
