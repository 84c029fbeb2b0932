// Package flow turns frames into flows and messages: it decodes link, network
// and transport headers in one pass, puts IP fragments and TCP streams together
// again within bounded memory, and keeps the table of flows.
//
// Everything is decided by the bytes and the times of the frames: the same
// frames in the same order give the same calls of the Sink, read from a file or
// from a wire. Timers run on traffic time, the largest time seen so far. In
// steady state a frame costs no allocation.
package flow

import (
	"github.com/heron-iot/heron"
)

// Sink receives what the table finds, in the order of the frames. Everything
// that a pointer leads to is borrowed for the call.
type Sink interface {
	// Message takes application payload, or a frame that is not IP. For ICMP the
	// payload starts with the ICMP header, and the ports are type and code.
	Message(m *heron.Message) heron.Verdict
	// Sighting tells that a frame came from e: the first time a source MAC and
	// source IP are seen together, or a MAC on a frame that is not IP, and again
	// after a minute of traffic time.
	Sighting(e heron.Endpoint, at heron.Time)
	// Flow takes a report on a flow: when it opens, when its state changes, every
	// minute of traffic time while it lives, and when it ends.
	Flow(f *heron.Flow)
}

// Config bounds a Table. The zero value means the defaults.
type Config struct {
	// MaxFlows is how many flows are followed at once; 0 means 262,144.
	MaxFlows int
	// MaxStreamBytes is the memory for TCP bytes that wait: for the rest of a
	// message, or for bytes that come before them; 0 means 16 MiB.
	MaxStreamBytes int
	// ProtocolName names the protocol whose FlowScratch.Protocol is i+1; nil
	// leaves flows unnamed.
	ProtocolName func(i uint16) string
}

// Table decodes frames and follows their flows. It is for one goroutine.
type Table struct {
	cfg   Config
	sink  Sink
	now   heron.Time
	stats heron.Stats
}

// New returns an empty table that tells what it finds to s.
func New(c Config, s Sink) *Table {
	return &Table{cfg: c, sink: s}
}

// Packet takes the next frame; p and its data are not kept.
func (t *Table) Packet(p *heron.Packet) {}

// Flush ends all flows, as at the end of a capture.
func (t *Table) Flush() {}

// Now is the traffic time: the largest time of a frame so far.
func (t *Table) Now() heron.Time { return t.now }

// Stats counts what the table has seen.
func (t *Table) Stats() heron.Stats { return t.stats }
