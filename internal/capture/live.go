package capture

import (
	"errors"
	"time"
)

// ErrIdle is what Next of a live source returns when no frame came for
// LiveConfig.Idle. It is no failure: call Next again.
var ErrIdle = errors.New("no frame yet")

// LiveConfig says how to capture on an interface.
type LiveConfig struct {
	// Interface is what to capture on; OpenInput knows other sources, too.
	Interface string
	// Filter is an expression of the pcap-filter language; see CompileFilter.
	Filter string
	// RingBytes is the size of the ring shared with the kernel; 0 means 64 MiB.
	RingBytes int
	// Snaplen cuts longer frames; 0 means MaxFrame.
	Snaplen int
	// Promiscuous asks for the frames of other stations too.
	Promiscuous bool
	// Idle makes Next return ErrIdle after that long without a frame, so that its
	// caller can do other work in the same goroutine; 0 means wait for ever.
	Idle time.Duration
}

func (c *LiveConfig) fill() {
	const defaultRing = 64 << 20
	if c.RingBytes <= 0 {
		c.RingBytes = defaultRing
	}
	if c.Snaplen <= 0 || c.Snaplen > MaxFrame {
		c.Snaplen = MaxFrame
	}
}
