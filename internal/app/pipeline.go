package app

import (
	"errors"
	"io"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
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
}

// pipeline turns packets into batches of what they tell: no clock but the
// packets' own. Batches are cut at whole seconds of traffic time, so that the
// same packets always make the same batches, whatever the number of workers.
type pipeline struct {
	conf   pipelineConfig
	memory *dissect.Memory
	crew   crew
	epoch  string
	seq    uint64

	place  uint64     // of the last packet
	first  heron.Time // of the first packet
	last   heron.Time // of the last packet
	now    heron.Time // traffic time
	second heron.Time // traffic second of the batch being gathered
	jumps  uint64     // of the packets' clock
}

func newPipeline(c pipelineConfig) *pipeline {
	p := &pipeline{conf: c, epoch: heron.NewID()}
	p.memory = dissect.NewMemory(dissect.CollectorConfig{Sensor: c.sensor})
	p.crew = newCrew(p.memory, c, p.batch)
	return p
}

// packet takes one packet, and emits the batch of the traffic second that it ended.
func (p *pipeline) packet(pkt *heron.Packet) error {
	if pkt.Time <= 0 {
		pkt.Time = p.now
	}
	if p.first == 0 {
		p.first = pkt.Time
	}
	p.clock(pkt.Time)
	if s := pkt.Time / heron.Second; s > p.second {
		if err := p.turn(s, pkt.Time); err != nil {
			return err
		}
	}
	p.now = max(p.now, pkt.Time)
	p.place++
	return p.crew.packet(pkt, p.place, p.now)
}

// A clock jumped when a packet is so much earlier or later than the one before.
const (
	jumpBack  = 2 * heron.Second
	jumpAhead = heron.Hour
)

// clock counts the jumps of the clock that stamps packets.
func (p *pipeline) clock(at heron.Time) {
	if p.last != 0 && (at < p.last-jumpBack || at > p.last+jumpAhead) {
		p.jumps++
	}
	p.last = at
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

// flush emits what was learned since the last batch, if anything was.
func (p *pipeline) flush() error { return p.crew.cut(cut{now: p.now, first: p.first, jumps: p.jumps}) }

// finish ends all flows and emits the last batch, which there always is.
func (p *pipeline) finish() error {
	return p.crew.finish(cut{now: p.now, first: p.first, jumps: p.jumps, last: true})
}

// cut says where a batch ends.
type cut struct {
	now, first heron.Time
	jumps      uint64 // of the clock so far
	last       bool
}

// batch makes one of what the workers learned, and emits it.
func (p *pipeline) batch(c cut, of []harvest) error {
	rounds := make([]*dissect.Round, len(of))
	b := &heron.Batch{SensorID: p.conf.sensor, SiteID: p.conf.site, Epoch: p.epoch, Now: c.now, Last: c.last}
	for i := range of {
		rounds[i] = of[i].facts
		b.Layers = addLayers(b.Layers, of[i].layers)
		b.Stats.Add(&of[i].stats)
	}
	p.memory.Take(rounds...)
	b.Flows = inOrder(of)
	for i := range b.Flows {
		p.flow(&b.Flows[i])
	}
	b.Observations, b.Events = p.memory.Drain()
	if !c.last && len(b.Observations) == 0 && len(b.Events) == 0 && len(b.Flows) == 0 && len(b.Layers) == 0 {
		return nil
	}
	kept := p.memory.Stats()
	b.Stats.Observations, b.Stats.DroppedValues = kept.Distinct, kept.DroppedValues
	b.Stats.DroppedFacts, b.Stats.DroppedEvents = kept.DroppedFacts, kept.DroppedEvents
	b.Stats.ClockJumps = c.jumps
	b.Stats.CaptureSeconds = c.now.Sub(c.first).Seconds()
	p.seq++
	b.Seq = p.seq
	return p.conf.emit(b)
}

// flow learns what a report on a flow tells of its ends.
func (p *pipeline) flow(f *heron.Flow) {
	p.memory.Flow(f)
	if f.Transport != heron.TCP || !f.Answered() {
		return
	}
	// One end of an answered flow may be on the Internet.
	clientOurs, serverOurs := p.ours(f.Client.IP), p.ours(f.Server.IP)
	switch {
	case clientOurs == serverOurs:
	case serverOurs:
		p.memory.Inbound(f)
	default:
		p.memory.Outbound(f)
	}
}

// ours tells addresses of our networks from the Internet's.
func (p *pipeline) ours(ip netip.Addr) bool {
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return true
	}
	for _, n := range p.conf.local {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// run reads src to its end. Damage in a file is told to damaged and does not
// end the run.
func (p *pipeline) run(src packetSource, damaged func(error)) error {
	var pkt heron.Packet
	for {
		err := src.Next(&pkt)
		if errors.Is(err, io.EOF) {
			return p.finish()
		}
		if err != nil {
			damaged(err)
			continue
		}
		if err := p.packet(&pkt); err != nil {
			p.crew.stop()
			return err
		}
	}
}
