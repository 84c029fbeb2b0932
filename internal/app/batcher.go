package app

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// batcher makes batches of what workers learned.
type batcher struct {
	conf   pipelineConfig
	memory *dissect.Memory
	epoch  string
	seq    uint64
	order  idOrder
	rounds []*dissect.Round      // re-used
	layers []heron.ProtocolCount // re-used
}

func newBatcher(c pipelineConfig) batcher {
	return batcher{conf: c, epoch: heron.NewID(), memory: dissect.NewMemory(dissect.CollectorConfig{Sensor: c.sensor})}
}

// trafficTime is what the packets' own clock tells.
type trafficTime struct {
	first heron.Time // of the first packet
	last  heron.Time // of the last packet
	now   heron.Time // traffic time
	jumps uint64     // of the clock
}

// A clock jumped when a packet is so much earlier or later than the one before.
const (
	jumpBack  = 2 * heron.Second
	jumpAhead = heron.Hour
)

// see takes the time of a packet.
func (t *trafficTime) see(at heron.Time) {
	if t.first == 0 {
		t.first = at
	}
	if t.last != 0 && (at < t.last-jumpBack || at > t.last+jumpAhead) {
		t.jumps++
	}
	t.last, t.now = at, max(t.now, at)
}

// cut says where a batch ends.
type cut struct {
	now, first heron.Time
	jumps      uint64 // of the clock so far
	last       bool
}

// join adds the traffic time of one who reads packets.
func (c *cut) join(t *trafficTime) {
	if c.first == 0 || t.first != 0 && t.first < c.first {
		c.first = t.first
	}
	c.now = max(c.now, t.now)
	c.jumps += t.jumps
}

// batch makes one of what the workers learned, if anything, and emits it.
func (p *batcher) batch(c cut, of []*harvest) error {
	p.rounds, p.layers = p.rounds[:0], p.layers[:0]
	for _, h := range of {
		p.rounds = append(p.rounds, h.facts)
		p.layers = addLayers(p.layers, h.layers)
	}
	p.memory.Take(p.rounds...)
	in := p.sheaf()
	flows := p.order.inOrder(of, &in.flows)
	p.memory.Flows(flows, p.ours)
	obs, events := p.memory.Drain()
	if !c.last && len(obs) == 0 && len(events) == 0 && len(flows) == 0 && len(p.layers) == 0 {
		return nil
	}
	p.seq++
	b := in.add(heron.Batch{
		SensorID: p.conf.sensor, SiteID: p.conf.site, Epoch: p.epoch, Seq: p.seq, Now: c.now, Last: c.last,
		Flows: flows, Events: in.events.keep(events), Observations: in.observations.keep(obs), Layers: in.layers.keep(p.layers),
	})
	p.count(&b.Stats, c, of)
	return p.conf.emit(b)
}

// sheaf returns where the next batch is to be made.
func (p *batcher) sheaf() *sheaf {
	if p.conf.room != nil {
		return p.conf.room()
	}
	return newSheaf(1)
}

// count sums up what was counted up to a cut.
func (p *batcher) count(s *heron.Stats, c cut, of []*harvest) {
	*s = of[0].stats
	for _, h := range of[1:] {
		s.Add(&h.stats)
	}
	kept := p.memory.Stats()
	s.Observations, s.DroppedValues = kept.Distinct, kept.DroppedValues
	s.DroppedFacts, s.DroppedEvents = kept.DroppedFacts, kept.DroppedEvents
	s.ClockJumps = c.jumps
	s.CaptureSeconds = c.now.Sub(c.first).Seconds()
}

// ours tells addresses of our networks from the Internet's.
func (p *batcher) ours(ip netip.Addr) bool {
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
