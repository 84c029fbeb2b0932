package dissecttest

import (
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// Recorder is a Collector with a Memory of its own.
type Recorder struct {
	*dissect.Collector
	*dissect.Memory
}

// NewRecorder returns an empty Recorder.
func NewRecorder(c dissect.CollectorConfig) *Recorder {
	m := dissect.NewMemory(c)
	return &Recorder{dissect.NewCollector(m), m}
}

// Drain returns what was learned since the last call. Flow records are dropped:
// Records has them.
func (r *Recorder) Drain() ([]heron.Observation, []heron.Event) {
	r.Records()
	r.Take(r.Cut())
	obs, events := r.Memory.Drain()
	return slices.Clone(obs), slices.Clone(events)
}
