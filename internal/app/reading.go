package app

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
)

// reading is a ring of a source being read, by one goroutine.
type reading struct {
	src     packetSource
	take    func([]*heron.Packet) error // takes those that were read at once
	idle    func()                      // hears that none came for a while
	second  heron.Time                  // of the last packet
	counted capture.Stats               // told to the sensor so far
}

// readAll reads all rings, each in a goroutine of its own where there are
// several; when one ends, all do.
func (s *sensor) readAll(ctx context.Context, rings []packetSource) error {
	if len(rings) == 1 {
		return s.read(ctx, &reading{src: rings[0], take: s.take, idle: func() {}})
	}
	fan := s.fan
	defer context.AfterFunc(ctx, fan.release)()
	errs := make([]error, len(rings))
	var all sync.WaitGroup
	for i, src := range rings {
		all.Go(func() {
			errs[i] = s.read(ctx, &reading{
				src:  src,
				take: func(ps []*heron.Packet) error { fan.take(i, ps); return nil },
				idle: func() { fan.idle(i) },
			})
			closeRings(rings)
		})
	}
	all.Wait()
	for _, err := range errs {
		if !errors.Is(err, io.EOF) {
			return err
		}
	}
	return io.EOF
}

func (s *sensor) read(ctx context.Context, r *reading) error {
	defer s.count(r)
	b := newBlock(r.src)
	next := b.next
	if s.pace != nil { // each has a time of its own
		next = b.one
	}
	for {
		ps, err := next()
		switch {
		case errors.Is(err, capture.ErrIdle):
			s.count(r)
			r.idle()
			continue
		case err != nil:
			return err
		case s.pace != nil && !s.pace(ctx, ps[0].Time):
			return ctx.Err()
		}
		if second := ps[len(ps)-1].Time / heron.Second; second > r.second {
			r.second = second
			s.count(r)
		}
		if ring := s.ring.Load(); ring != nil {
			for _, p := range ps {
				ring.Add(p)
			}
		}
		if err := r.take(ps); err != nil {
			return err
		}
	}
}

// take gives packets to the pipeline.
func (s *sensor) take(ps []*heron.Packet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pipe.take(ps)
}

// count adds what the kernel dropped and gave since it was asked last, which
// only the reading goroutine may.
func (s *sensor) count(r *reading) {
	src, ok := r.src.(interface{ Stats() capture.Stats })
	if !ok {
		return
	}
	of := src.Stats()
	s.drops.Add(of.KernelDrops - r.counted.KernelDrops)
	s.packets.Add(of.Packets - r.counted.Packets)
	s.bytes.Add(of.Bytes - r.counted.Bytes)
	r.counted = of
}
