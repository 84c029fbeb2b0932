// Package evidence keeps the last packets of a source on disk, in a ring of
// segment files, so that the traffic behind an alert can be looked at.
//
// A segment is an ordinary pcap file, written in one go from front to back: a
// crash leaves a file that is readable up to where it was cut. Beside each lies
// an index of its blocks (from when to when, and which hosts and pairs of hosts
// may be in it), which is made anew from the segment when it is missing or
// damaged. The oldest segment goes when there is no more room.
//
// Capture never waits for the disk: Add copies a frame into a bounded buffer,
// and what finds no room there is counted and not kept.
package evidence

import (
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"github.com/heron-iot/heron"
)

// Config says where and how much to keep.
type Config struct {
	// Dir is a folder of the ring's own; it is made where it is missing.
	Dir string
	// MaxBytes bounds the segments and indexes on disk; at least MinBytes.
	MaxBytes int64
	// Source names the packets' origin in what is extracted.
	Source string
	// Log gets what an operator should know; nil discards.
	Log *slog.Logger
}

// MinBytes is the smallest ring: less holds no useful stretch of traffic.
const MinBytes = 4 << 20

// Sizes of what waits for the disk.
const (
	bufferSize = 256 << 10
	buffers    = 32
)

// Stats counts what a ring did since it was opened.
type Stats struct {
	Packets uint64 // written
	Bytes   uint64 // written
	Dropped uint64 // packets that could not be written
	Size    int64  // on disk now
	Oldest  heron.Time
}

// Ring is an open ring. Its methods may be called from any goroutine.
type Ring struct {
	conf Config
	log  *slog.Logger

	mu     sync.Mutex // of what follows
	fill   *buffer
	spare  []*buffer // to be filled, the one that was written last first
	made   int       // buffers so far
	closed bool

	full  chan *buffer // to be written
	done  chan struct{}
	limit atomic.Int64

	packets, bytes, dropped atomic.Uint64
	disk                    disk
}

// buffer is a stretch of packets of one link type, as they stand in a segment.
type buffer struct {
	link    heron.LinkType
	data    []byte
	packets uint64
	settle  bool // nothing of it is to wait for more
	// written, when set, is closed once all before it is on disk.
	written chan struct{}
}

// Open opens the ring in a folder, with what earlier runs left there.
func Open(c Config) (*Ring, error) {
	if c.MaxBytes < MinBytes {
		return nil, heron.Errorf(heron.CodeInvalid, "a ring of packets has at least %d bytes, not %d", MinBytes, c.MaxBytes)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "folder of the ring of packets: %v", err)
	}
	r := &Ring{
		conf: c, log: c.Log, done: make(chan struct{}), full: make(chan *buffer, buffers),
	}
	r.limit.Store(c.MaxBytes)
	if err := r.disk.recover(c.Dir); err != nil {
		return nil, err
	}
	go r.write()
	return r, nil
}

// SetLimit changes how much is kept, from the next segment on.
func (r *Ring) SetLimit(n int64) { r.limit.Store(max(n, MinBytes)) }

// Add keeps a frame, unless the disk is too far behind.
func (r *Ring) Add(p *heron.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	size := recordHeader + min(len(p.Data), maxFrame)
	if r.fill != nil && (r.fill.link != p.Link || len(r.fill.data)+size > bufferSize) {
		r.handOverLocked(nil)
	}
	if r.fill == nil {
		if r.fill = r.emptyLocked(); r.fill == nil {
			r.dropped.Add(1)
			return
		}
	}
	r.fill.link = p.Link
	r.fill.data = appendRecord(r.fill.data, p)
	r.fill.packets++
}

// handOverLocked gives the filled buffer to the writer, which has room for all
// there are. The next one is taken when a frame needs it.
func (r *Ring) handOverLocked(written chan struct{}) {
	if r.fill == nil || r.closed || len(r.fill.data) == 0 && written == nil && !r.fill.settle {
		return
	}
	r.fill.written = written
	r.full <- r.fill
	r.fill = nil
}

// emptyLocked returns a buffer to be filled, or nil while all there may be wait
// for the disk. The one that was written last is likely to be in the processor's
// cache, and most are never needed.
func (r *Ring) emptyLocked() *buffer {
	if n := len(r.spare); n > 0 {
		b := r.spare[n-1]
		r.spare = r.spare[:n-1]
		return b
	}
	if r.made == buffers {
		return nil
	}
	r.made++
	return &buffer{data: make([]byte, 0, bufferSize)}
}

// giveBack takes a buffer that is on disk.
func (r *Ring) giveBack(b *buffer) {
	b.data, b.packets, b.settle, b.written = b.data[:0], 0, false, nil
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spare = append(r.spare, b)
}

// Flush hands over what a quiet source left in the buffer.
func (r *Ring) Flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	// A partly filled buffer waits while the disk is behind: it would only make
	// more work.
	if len(r.full) > 0 || r.closed {
		return
	}
	if r.fill == nil {
		r.fill = r.emptyLocked()
	}
	if r.fill != nil {
		r.fill.settle = true
		r.handOverLocked(nil)
	}
}

// Stats returns the counts.
func (r *Ring) Stats() Stats {
	s := Stats{Packets: r.packets.Load(), Bytes: r.bytes.Load(), Dropped: r.dropped.Load()}
	s.Size, s.Oldest = r.disk.size()
	return s
}

// Close writes what is buffered and ends the ring.
func (r *Ring) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.handOverLocked(nil)
	r.closed = true
	r.mu.Unlock()
	close(r.full)
	<-r.done
	return r.disk.close()
}
