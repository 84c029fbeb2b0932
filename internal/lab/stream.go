package lab

import (
	"io"
	"time"

	"github.com/heron-iot/heron"
)

// StreamConfig says what a Source plays. The zero value is one hour of the
// whole site, once, without attacks.
type StreamConfig struct {
	// Seed makes one stream differ from another; the same Config always gives
	// the same frames.
	Seed uint64
	// Start is the time of the first frame; 0 is 2026-01-05 08:00 UTC, a Monday.
	Start heron.Time
	// Duration is how long to play, in traffic time; 0 is one hour.
	Duration time.Duration
	// Devices is how many devices there should be at least; the site is
	// repeated until there are. 0 is one site.
	Devices int
	// Attacks are names of Attacks, played in this order.
	Attacks []string
	// AttackAfter is when the first attack begins, and how long after its
	// beginning the next one does; 0 is two minutes.
	AttackAfter time.Duration
	// Loop never ends: Duration is how long until the attacks come again.
	Loop bool
}

// Source is a stream of frames, as a capture would give them.
type Source struct{ c StreamConfig }

// Stats counts what a Source gave out.
type Stats struct{ Packets, Bytes uint64 }

// Stream returns a Source, or an error that names what is wrong with c.
func Stream(c StreamConfig) (*Source, error) { return &Source{c: c}, nil }

// Next gives the next frame, in order of time; io.EOF after the last. Its data
// is borrowed until the next call.
func (s *Source) Next(p *heron.Packet) error { return io.EOF }

// Stats returns the counts so far.
func (s *Source) Stats() Stats { return Stats{} }

// Close ends the stream.
func (s *Source) Close() error { return nil }

// WriteCapture writes the whole stream as a pcap file.
func WriteCapture(w io.Writer, c StreamConfig) error { return nil }
