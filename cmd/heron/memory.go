package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A reader's memory should be small beside that of the tools it runs among: of
// what it allocates little lives long, so that the collector runs earlier than
// usual. What it knows only grows; once that is much, a collection is rare
// whatever the room between two, and so that room is made small, too.
const (
	readGC    = 50
	largeGC   = 25
	largeHeap = 512 << 20 // bytes
)

// tendMemory runs the collector as a reader needs it, until ctx ends.
func tendMemory(ctx context.Context) {
	debug.SetGCPercent(readGC)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if metrics.Read(live); live[0].Value.Uint64() > largeHeap {
			debug.SetGCPercent(largeGC)
			return
		}
	}
}
