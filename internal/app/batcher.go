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

// see takes the time of a packet; what it does to now is the caller's.
func (t *trafficTime) see(at heron.Time) {
	if t.first == 0 {
		t.first = at
	}
	if t.last != 0 && (at < t.last-jumpBack || at > t.last+jumpAhead) {
		t.jumps++
	}
	t.last = at
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

// batch makes one of what the workers learned, and emits it.
func (p *batcher) batch(c cut, of []harvest) error {
	rounds := make([]*dissect.Round, len(of))
	b := &heron.Batch{SensorID: p.conf.sensor, SiteID: p.conf.site, Epoch: p.epoch, Now: c.now, Last: c.last}
	for i := range of {
		rounds[i] = of[i].facts
		b.Layers = addLayers(b.Layers, of[i].layers)
		b.Stats.Add(&of[i].stats)
	}
	p.memory.Take(rounds...)
	b.Flows = p.order.inOrder(of)
	p.memory.Flows(b.Flows, p.ours)
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
