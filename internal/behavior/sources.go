package behavior

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/heron-iot/heron"
)

// Bounds of what is known of flows.
const (
	flowChunk = 256        // made at once
	maxChunks = 4096       // of all sensors; one that asks for more wraps around
	maxSilent = heron.Hour // after which the flows of a sensor are forgotten
)

// sources are the sensors of a site, with the flows of each.
type sources struct {
	list   []*source // few, and so looked through
	at     *source   // that is heard
	chunks int       // of all
}

// source is what is known of the flows of one sensor. Each has the place that
// its number says, so that there is nothing to look up.
type source struct {
	sensor string
	heard  heron.Time // last, when another was turned to
	chunks []*[flowChunk]known
}

// From says which sensor the flows to come are from.
func (t *Tracker) From(sensor string) {
	if s := &t.sources; s.at == nil || s.at.sensor != sensor {
		s.turn(sensor, t.now)
	}
}

// turn makes a sensor the one that is heard, and forgets those long silent.
func (s *sources) turn(sensor string, now heron.Time) {
	if s.at != nil {
		s.at.heard = now
	}
	for _, o := range slices.Clone(s.list) {
		if o.sensor != sensor && now-o.heard > maxSilent {
			s.forget(o)
		}
	}
	i := slices.IndexFunc(s.list, func(o *source) bool { return o.sensor == sensor })
	if i < 0 {
		i = len(s.list)
		s.list = append(s.list, &source{sensor: sensor})
	}
	s.at = s.list[i]
}

func (s *sources) forget(o *source) {
	for _, c := range o.chunks {
		if c != nil {
			s.chunks--
		}
	}
	s.list = slices.DeleteFunc(s.list, func(q *source) bool { return q == o })
}

// flow returns the place of a flow, and whether it is known there: else the
// place is free, or another's, which has ended.
func (s *sources) flow(f *heron.Flow) (k *known, found bool) {
	chunk, i := int(f.Number/flowChunk)%maxChunks, f.Number%flowChunk
	if chunk >= len(s.at.chunks) || s.at.chunks[chunk] == nil {
		s.make(chunk)
	}
	k = &s.at.chunks[chunk][i]
	return k, k.live && k.check == checkOf(f)
}

// make makes a chunk for the sensor that is heard. At the bound, those that were
// silent longest make room; there are others, for it has not got all.
func (s *sources) make(chunk int) {
	for s.chunks >= maxChunks {
		others := slices.DeleteFunc(slices.Clone(s.list), func(o *source) bool { return o == s.at })
		s.forget(slices.MinFunc(others, func(a, b *source) int {
			return cmp.Or(cmp.Compare(a.heard, b.heard), cmp.Compare(a.sensor, b.sensor))
		}))
	}
	if more := chunk + 1 - len(s.at.chunks); more > 0 {
		s.at.chunks = append(s.at.chunks, make([]*[flowChunk]known, more)...)
	}
	s.at.chunks[chunk] = new([flowChunk]known)
	s.chunks++
}

// checkOf tells a flow from others that had its number.
func checkOf(f *heron.Flow) uint32 { return binary.LittleEndian.Uint32(f.ID[:]) }
