package app

import (
	"errors"
	"io"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	dissectall "github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/flow"
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
}

// pipeline turns packets into batches of what they tell: one goroutine, no
// clock but the packets' own.
type pipeline struct {
	conf       pipelineConfig
	table      *flow.Table
	dispatcher *dissect.Dispatcher
	collector  *dissect.Collector
	flows      []heron.Flow
	epoch      string
	seq        uint64
	second     heron.Time // traffic second of the batch being gathered
}

func newPipeline(c pipelineConfig) *pipeline {
	p := &pipeline{conf: c, epoch: heron.NewID()}
	p.collector = dissect.NewCollector(dissect.CollectorConfig{Sensor: c.sensor})
	p.dispatcher = dissect.NewDispatcher(dissectall.Protocols(), p.collector)
	p.table = flow.New(flow.Config{
		MaxFlows:     c.table,
		ProtocolName: p.dispatcher.ProtocolName,
	}, p)
	return p
}

// Message hands payload to the dissectors. It implements flow.Sink.
func (p *pipeline) Message(m *heron.Message) heron.Verdict { return p.dispatcher.Message(m) }

// Sighting tells that an address was in use. It implements flow.Sink.
func (p *pipeline) Sighting(e heron.Endpoint, at heron.Time) { p.collector.Sighting(e, at) }

// Flow keeps a report, and what it tells of its ends. It implements flow.Sink.
func (p *pipeline) Flow(f *heron.Flow) {
	p.flows = append(p.flows, *f)
	p.collector.Flow(f)
	if f.State == heron.FlowEstablished && f.Transport == heron.TCP {
		p.exposure(f)
	}
}

// exposure tells when one end of an answered flow is on the Internet.
func (p *pipeline) exposure(f *heron.Flow) {
	clientOurs, serverOurs := p.ours(f.Client.IP), p.ours(f.Server.IP)
	if clientOurs == serverOurs {
		return
	}
	where := f.Transport.String() + "/" + strconv.Itoa(int(f.ServerPort))
	if serverOurs {
		server := heron.Subject{Endpoint: f.Server, Transport: f.Transport, Port: f.ServerPort}
		p.collector.ObserveString(server, heron.KeyInbound, where)
		return
	}
	p.collector.ObserveString(heron.Subject{Endpoint: f.Client}, heron.KeyOutbound, where)
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

// packet takes one packet. It returns the batch of the traffic second that
// this packet ended, or nil. Batches are cut at whole seconds of traffic time
// and nowhere else, so that the same packets always make the same batches.
func (p *pipeline) packet(pkt *heron.Packet) *heron.Batch {
	var done *heron.Batch
	if s := pkt.Time / heron.Second; s > p.second {
		if p.second != 0 {
			done = p.batch()
		}
		p.second = s
	}
	p.table.Packet(pkt)
	return done
}

// batch gathers what was learned since the last one, or nil when nothing was.
func (p *pipeline) batch() *heron.Batch {
	b := p.gather()
	if len(b.Observations) == 0 && len(b.Events) == 0 && len(b.Flows) == 0 && len(b.Layers) == 0 {
		return nil
	}
	p.number(b)
	return b
}

// finish ends all flows and returns the last batch, which is never nil.
func (p *pipeline) finish() *heron.Batch {
	p.table.Flush()
	b := p.gather()
	p.number(b)
	b.Last = true
	return b
}

// gather takes what is new out of the stages.
func (p *pipeline) gather() *heron.Batch {
	b := &heron.Batch{SensorID: p.conf.sensor, SiteID: p.conf.site, Now: p.table.Now()}
	b.Observations, b.Events = p.collector.Drain(b.Now)
	b.Flows, p.flows = p.flows, nil
	b.Layers = append(p.table.Layers(), p.dispatcher.Frames()...)
	return b
}

// number makes b the next batch of this run.
func (p *pipeline) number(b *heron.Batch) {
	p.seq++
	b.Epoch, b.Seq, b.Stats = p.epoch, p.seq, p.stats()
}

func (p *pipeline) stats() heron.Stats {
	s := p.table.Stats()
	s.Panics = p.dispatcher.Faults()
	s.Malformed += p.dispatcher.Malformed()
	s.Observations = p.collector.Stats().Distinct
	return s
}

// run reads src to its end and hands each batch to fn, the last one included.
// Damage in a file is told to damaged and does not end the run.
func (p *pipeline) run(src packetSource, damaged func(error), fn func(*heron.Batch) error) error {
	var pkt heron.Packet
	for {
		err := src.Next(&pkt)
		if errors.Is(err, io.EOF) {
			return fn(p.finish())
		}
		if err != nil {
			damaged(err)
			continue
		}
		if b := p.packet(&pkt); b != nil {
			if err := fn(b); err != nil {
				return err
			}
		}
	}
}
