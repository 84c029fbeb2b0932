package app

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// crew is the workers of a pipeline: one that works in the caller's goroutine,
// or several beside it.
type crew interface {
	// packets takes packets that follow one another in the source, the first from
	// that place.
	packets(ps []*heron.Packet, place uint64)
	// tick runs the timers of all workers.
	tick(at heron.Time) error
	// cut makes a batch of what was learned since the last one.
	cut(c cut) error
	// finish is cut after the end of all flows; the crew is no more.
	finish(c cut) error
	// stop gives up: what was not cut is lost.
	stop()
}

func newCrew(memory *dissect.Memory, c pipelineConfig, batch func(cut, []*harvest) error) crew {
	if c.workers > 1 {
		return newTeam(memory, c, batch)
	}
	return &solo{worker: newWorker(memory, c.table, share{of: 1}), batch: batch}
}

// solo is a crew of one that works where it is called.
type solo struct {
	worker *worker
	batch  func(cut, []*harvest) error
	out    [1]*harvest
}

func (s *solo) packets(ps []*heron.Packet, place uint64) {
	s.worker.table.Ahead(ps)
	for i, p := range ps {
		s.worker.packet(p, place+uint64(i))
	}
}

func (s *solo) tick(at heron.Time) error {
	s.worker.tick(at)
	return nil
}

func (s *solo) cut(c cut) error {
	s.out[0] = s.worker.cut()
	return s.batch(c, s.out[:])
}

func (s *solo) finish(c cut) error {
	s.worker.finish()
	return s.cut(c)
}

func (s *solo) stop() {}
