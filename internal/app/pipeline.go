package app

import (
	"errors"
	"io"
	"math"
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
	crew  crew
	place uint64 // of the last packet
	cutAt uint64 // the place where the batch began
	time  trafficTime
	until heron.Time // the last moment of the traffic second of the batch being gathered
}

func newPipeline(c pipelineConfig) *pipeline {
	p := &pipeline{batcher: newBatcher(c), until: endOfSecond(0)}
	p.crew = newCrew(p.memory, c, p.batch)
	return p
}

// take takes packets that follow one another, and emits the batches of the traffic
// seconds that they end.
func (p *pipeline) take(ps []*heron.Packet) error {
	for len(ps) > 0 {
		if err := p.begin(ps[0]); err != nil {
			return err
		}
		n := p.see(ps)
		p.crew.packets(ps[:n], p.place+1)
		p.place += uint64(n)
		ps = ps[n:]
	}
	return nil
}

// begin cuts what ends before a packet.
func (p *pipeline) begin(pkt *heron.Packet) error {
	if pkt.Time > p.until {
		if err := p.turn(pkt.Time); err != nil {
			return err
		}
	}
	if p.place-p.cutAt >= maxUncut {
		return p.flush()
	}
	return nil
}

// see notes the times of the packets up to where the next batch begins, and returns
// how many these are: the first of them always.
func (p *pipeline) see(ps []*heron.Packet) int {
	ps = ps[:min(uint64(len(ps)), maxUncut-(p.place-p.cutAt))]
	for n, pkt := range ps {
		if pkt.Time > p.until {
			return n
		}
		if pkt.Time <= 0 {
			pkt.Time = p.time.now
		}
		p.time.see(pkt.Time)
	}
	return len(ps)
}

// turn begins a new traffic second: what was learned in the one before is cut,
// and then the timers run.
func (p *pipeline) turn(at heron.Time) error {
	if p.until > endOfSecond(0) { // else there was no second before
		if err := p.flush(); err != nil {
			return err
		}
	}
	p.until = endOfSecond(at)
	return p.crew.tick(at)
}

// endOfSecond is the last moment of a traffic second, or of time.
func endOfSecond(at heron.Time) heron.Time {
	begin := at - at%heron.Second
	return begin + min(heron.Second-1, math.MaxInt64-begin)
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
