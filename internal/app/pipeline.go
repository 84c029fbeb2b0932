package app

import (
	"errors"
	"io"
	"net/netip"

	"github.com/heron-iot/heron"
)

// packetSource is where packets come from: an interface, files, the lab.
type packetSource interface {
	Next(p *heron.Packet) error
	Close() error
}

// pipelineConfig is what a pipeline is made of.
type pipelineConfig struct {
	site, sensor string
	table        int            // flows kept at once; 0 is the default of flow
	local        []netip.Prefix // ours beside the private ranges
	workers      int            // that share the flows; below 2 the caller does the work itself
	// emit takes each batch, in order, from one goroutine at a time. Its error
	// ends the work and comes back from the next call of the pipeline.
	emit func(*heron.Batch) error
	// room, when set, returns the sheaf that the next batch is to be in; else each
	// has one of its own.
	room func() *sheaf
}

// pipeline turns packets into batches of what they tell: no clock but the
// packets' own. Batches are cut at whole seconds of traffic time, so that the
// same packets always make the same batches, whatever the number of workers.
type pipeline struct {
	batcher
	crew   crew
	place  uint64 // of the last packet
	cutAt  uint64 // the place where the batch began
	time   trafficTime
	second heron.Time // traffic second of the batch being gathered
}

func newPipeline(c pipelineConfig) *pipeline {
	p := &pipeline{batcher: newBatcher(c)}
	p.crew = newCrew(p.memory, c, p.batch)
	return p
}

// take takes packets that follow one another.
func (p *pipeline) take(ps []*heron.Packet) error {
	p.crew.ahead(ps)
	for _, pkt := range ps {
		if err := p.packet(pkt); err != nil {
			return err
		}
	}
	return nil
}

// packet takes one packet, and emits the batch of the traffic second that it ended.
func (p *pipeline) packet(pkt *heron.Packet) error {
	if pkt.Time <= 0 {
		pkt.Time = p.time.now
	}
	p.time.see(pkt.Time)
	if s := pkt.Time / heron.Second; s > p.second {
		if err := p.turn(s, pkt.Time); err != nil {
			return err
		}
	}
	p.time.now = max(p.time.now, pkt.Time)
	if p.place++; p.place-p.cutAt > maxUncut {
		if err := p.flush(); err != nil {
			return err
		}
	}
	return p.crew.packet(pkt, p.place, p.time.now)
}

// turn begins a new traffic second: what was learned in the one before is cut,
// and then the timers run.
func (p *pipeline) turn(second, at heron.Time) error {
	if p.second != 0 {
		if err := p.flush(); err != nil {
			return err
		}
	}
	p.second = second
	return p.crew.tick(at)
}

// maxUncut is how many packets a batch is made of at most: more than come in a
// second, unless time stands still, as it does for as long as packets are earlier
// than one whose time was wrong.
const maxUncut = 1 << 17

// flush emits what was learned since the last batch, if anything was.
func (p *pipeline) flush() error {
	p.cutAt = p.place
	return p.crew.cut(p.cut(false))
}

// finish ends all flows and emits the last batch, which there always is.
func (p *pipeline) finish() error { return p.crew.finish(p.cut(true)) }

func (p *pipeline) cut(last bool) cut {
	c := cut{last: last}
	c.join(&p.time)
	return c
}

// run reads src to its end. Damage in a file is told to damaged and does not
// end the run.
func (p *pipeline) run(src packetSource, damaged func(error)) error {
	block := newBlock(src)
	for {
		ps, err := block.next()
		if errors.Is(err, io.EOF) {
			return p.finish()
		}
		if err != nil {
			damaged(err)
			continue
		}
		if err := p.take(ps); err != nil {
			p.crew.stop()
			return err
		}
	}
}
