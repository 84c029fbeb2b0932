package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/evidence"
)

// Sending: what was learned goes out at least this often in wall-clock time,
// packets or not. A batch that the bus does not take is tried again for as long
// as it takes, while queueLen batches and the kernel's ring hold what comes.
const (
	flushEvery = time.Second
	retryAfter = 250 * time.Millisecond
	queueLen   = 16
	lastWords  = 5 * time.Second
)

// sensor reads one source and publishes batches.
type sensor struct {
	name    string
	log     *slog.Logger
	publish func(context.Context, *heron.Batch) error
	// pace, when set, waits until a packet's time has come: for sources that
	// are not live, such as the simulated network.
	pace func(ctx context.Context, at heron.Time) bool
	// live, when set, is the source as an interface: its Next may wait for a
	// packet, and the kernel may drop some.
	live interface{ Stats() capture.Stats }

	drops, packets, bytes atomic.Uint64 // of the source so far

	mu    sync.Mutex     // one packet, or one flush, at a time
	conf  pipelineConfig // of pipe
	pipe  *pipeline
	ring  *evidence.Ring    // nil when packets are not kept
	queue chan *heron.Batch // to be sent
}

// Run reads src until ctx or src ends, and closes it.
func (s *sensor) Run(ctx context.Context, src packetSource) error {
	if s.live != nil {
		// Only an interface keeps Next waiting, and may be closed meanwhile.
		defer context.AfterFunc(ctx, func() { _ = src.Close() })()
	}
	defer src.Close()
	s.begin()
	sent := make(chan error, 1)
	go func() { sent <- s.sendAll(ctx, s.queue) }()
	var flusher sync.WaitGroup
	reading, done := context.WithCancel(ctx)
	flusher.Go(func() { s.flush(reading) })

	err := s.read(ctx, src)
	done()
	flusher.Wait()
	err = errors.Join(s.fault(ctx, err), s.end())
	close(s.queue)
	return errors.Join(err, <-sent)
}

// begin makes what a run needs.
func (s *sensor) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = make(chan *heron.Batch, queueLen)
	s.conf.emit = func(b *heron.Batch) error {
		s.queue <- b
		return nil
	}
	s.pipe = newPipeline(s.conf)
}

// end ends the pipeline of a run.
func (s *sensor) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	pipe := s.pipe
	s.pipe = nil
	return pipe.finish()
}

// reshape changes what the pipeline is made of: a new one takes over between
// two packets, and the kernel's ring holds what comes meanwhile.
func (s *sensor) reshape(change func(*pipelineConfig)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.conf)
	if s.pipe == nil {
		return nil
	}
	err := s.pipe.finish()
	s.pipe = newPipeline(s.conf)
	return err
}

// keepIn makes a ring that which packets are kept in, and returns the one before.
func (s *sensor) keepIn(ring *evidence.Ring) *evidence.Ring {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.ring
	s.ring = ring
	return before
}

// kept returns the ring that packets are kept in; nil for none.
func (s *sensor) kept() *evidence.Ring {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ring
}

// health tells the state of the source.
func (s *sensor) health(source string) (h heron.SourceHealth, queued int) {
	s.mu.Lock()
	ring, queue := s.ring, s.queue
	s.mu.Unlock()
	h = heron.SourceHealth{
		ID: s.name, Source: source, Packets: s.packets.Load(), Bytes: s.bytes.Load(), KernelDrops: s.drops.Load(),
	}
	if ring != nil {
		k := ring.Stats()
		h.Evidence = &heron.EvidenceHealth{Bytes: k.Size, Packets: k.Packets, Dropped: k.Dropped, Oldest: k.Oldest}
	}
	return h, len(queue)
}

// fault tells a broken source from the end of it.
func (s *sensor) fault(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, io.EOF) || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("sensor %s: %w", s.name, err)
}

func (s *sensor) read(ctx context.Context, src packetSource) error {
	var p heron.Packet
	for {
		err := src.Next(&p)
		switch {
		case errors.Is(err, capture.ErrIdle):
			s.count()
			continue
		case err != nil:
			return err
		case s.pace != nil && !s.pace(ctx, p.Time):
			return ctx.Err()
		}
		if err := s.packet(&p); err != nil {
			return err
		}
	}
}

// packet gives one packet to the pipeline, and asks for the kernel's drops with
// each second of traffic.
func (s *sensor) packet(p *heron.Packet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Time/heron.Second > s.pipe.second {
		s.count()
	}
	if s.ring != nil {
		s.ring.Add(p)
	}
	return s.pipe.packet(p)
}

// count asks for the kernel's drops, which only the reading goroutine may.
func (s *sensor) count() {
	if s.live != nil {
		of := s.live.Stats()
		s.drops.Store(of.KernelDrops)
		s.packets.Store(of.Packets)
		s.bytes.Store(of.Bytes)
	}
}

// flush sends what a quiet source left behind.
func (s *sensor) flush(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.mu.Lock()
			err := s.pipe.flush()
			if s.ring != nil {
				s.ring.Flush()
			}
			s.mu.Unlock()
			if err != nil {
				s.log.Error("gather what was learned", "sensor", s.name, "error", err)
			}
		}
	}
}

// sendAll publishes batches in order until the queue is closed. After the end
// of ctx the bus gets a few seconds to take what is left; once that failed the
// rest is drained, so that nobody waits for room in the queue.
func (s *sensor) sendAll(ctx context.Context, queue <-chan *heron.Batch) error {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, cancel) })
	defer stop()
	var failed error
	for b := range queue {
		if failed == nil {
			failed = s.send(last, b)
		}
	}
	return failed
}

// send publishes one batch until the bus has it.
func (s *sensor) send(ctx context.Context, b *heron.Batch) error {
	b.Stats.KernelDrops = s.drops.Load()
	for tries := 0; ; tries++ {
		err := s.publish(ctx, b)
		if err == nil {
			return nil
		}
		if tries%20 == 0 {
			s.log.Warn("the bus does not take a batch; trying again", "sensor", s.name, "batch", b.Seq, "error", err)
		}
		if !sleep(ctx, retryAfter) {
			return fmt.Errorf("batch %d of sensor %s was not sent: %w", b.Seq, s.name, err)
		}
	}
}
