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
	// live, when set, says that the source is an interface: its Next may wait for
	// a packet, and the kernel may drop some.
	live bool

	drops, packets, bytes atomic.Uint64                 // of the source so far
	ring                  atomic.Pointer[evidence.Ring] // nil when packets are not kept

	mu    sync.Mutex        // one packet of a pipeline, or one flush, at a time
	conf  pipelineConfig    // of pipe or fan
	pipe  *pipeline         // for a source that one goroutine reads
	fan   *fan              // for one with several rings
	queue chan *heron.Batch // to be sent
}

// Run reads the source, which may have several rings, until it or ctx ends, and
// closes it.
func (s *sensor) Run(ctx context.Context, rings ...packetSource) error {
	if s.live {
		// Only an interface keeps Next waiting, and may be closed meanwhile.
		defer context.AfterFunc(ctx, func() { closeRings(rings) })()
	}
	defer closeRings(rings)
	s.begin(len(rings))
	sent := make(chan error, 1)
	go func() { sent <- s.sendAll(ctx, s.queue) }()
	var flusher sync.WaitGroup
	reading, done := context.WithCancel(ctx)
	flusher.Go(func() { s.flush(reading) })

	err := s.readAll(ctx, rings)
	done()
	flusher.Wait()
	err = errors.Join(s.fault(ctx, err), s.end())
	close(s.queue)
	return errors.Join(err, <-sent)
}

func closeRings(rings []packetSource) {
	for _, r := range rings {
		_ = r.Close()
	}
}

// begin makes what a run on that many rings needs.
func (s *sensor) begin(rings int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = make(chan *heron.Batch, queueLen)
	s.conf.emit = func(b *heron.Batch) error {
		s.queue <- b
		return nil
	}
	if rings > 1 {
		s.fan = newFan(s.conf, rings)
		return
	}
	s.pipe = newPipeline(s.conf)
}

// end ends what begin made.
func (s *sensor) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	pipe, fan := s.pipe, s.fan
	s.pipe, s.fan = nil, nil
	if fan != nil {
		return fan.finish()
	}
	return pipe.finish()
}

// reshape changes what the pipeline is made of: a new one takes over between
// two packets, and the kernel's ring holds what comes meanwhile.
func (s *sensor) reshape(change func(*pipelineConfig)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.conf)
	switch {
	case s.fan != nil:
		return s.fan.reshape(s.conf)
	case s.pipe == nil:
		return nil
	}
	err := s.pipe.finish()
	s.pipe = newPipeline(s.conf)
	return err
}

// keepIn makes a ring that which packets are kept in, and returns the one before.
func (s *sensor) keepIn(ring *evidence.Ring) *evidence.Ring { return s.ring.Swap(ring) }

// kept returns the ring that packets are kept in; nil for none.
func (s *sensor) kept() *evidence.Ring { return s.ring.Load() }

// health tells the state of the source.
func (s *sensor) health(source string) (h heron.SourceHealth, queued int) {
	s.mu.Lock()
	queue := s.queue
	s.mu.Unlock()
	h = heron.SourceHealth{
		ID: s.name, Source: source, Packets: s.packets.Load(), Bytes: s.bytes.Load(), KernelDrops: s.drops.Load(),
	}
	if ring := s.kept(); ring != nil {
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
			err := s.flushLocked()
			s.mu.Unlock()
			if ring := s.kept(); ring != nil {
				ring.Flush()
			}
			if err != nil {
				s.log.Error("gather what was learned", "sensor", s.name, "error", err)
			}
		}
	}
}

func (s *sensor) flushLocked() error {
	if s.fan != nil {
		return s.fan.flush()
	}
	return s.pipe.flush()
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
