package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/heron-iot/heron"
)

// metrics shows the counters of sensors and of the core to Prometheus; loss among
// them.
type metrics struct {
	p *Platform
}

func newMetrics(p *Platform) prometheus.Collector { return &metrics{p} }

// counter is one counter of a sensor.
type counter struct {
	desc  *prometheus.Desc
	value func(*heron.Stats) uint64
}

func counters() []counter {
	c := func(name, help string, value func(*heron.Stats) uint64) counter {
		return counter{prometheus.NewDesc("heron_sensor_"+name+"_total", help, []string{"sensor"}, nil), value}
	}
	return []counter{
		c("packets", "Packets taken in.", func(s *heron.Stats) uint64 { return s.Packets }),
		c("bytes", "Bytes on the wire of packets taken in.", func(s *heron.Stats) uint64 { return s.Bytes }),
		c("flows", "Flows begun.", func(s *heron.Stats) uint64 { return s.Flows }),
		c("malformed", "Messages that break their protocol.", func(s *heron.Stats) uint64 { return s.Malformed }),
		c("undecoded", "Packets of a link or network type not known.", func(s *heron.Stats) uint64 { return s.Undecoded }),
		c("kernel_drops", "Frames the kernel had no room for.", func(s *heron.Stats) uint64 { return s.KernelDrops }),
		c("flow_evictions", "Flows ended for want of room.", func(s *heron.Stats) uint64 { return s.TableEvictions }),
		c("stream_gap_bytes", "TCP bytes never seen.", func(s *heron.Stats) uint64 { return s.StreamGaps }),
		c("stream_drop_bytes", "TCP bytes dropped for want of memory.", func(s *heron.Stats) uint64 { return s.StreamDrops }),
		c("unsupported", "Packets in an encapsulation that cannot be read.", func(s *heron.Stats) uint64 { return s.Unsupported }),
		c("stream_gaps", "Holes in TCP streams.", func(s *heron.Stats) uint64 { return s.Gaps }),
		c("fragments_dropped", "IP fragments that never became a datagram.", func(s *heron.Stats) uint64 { return s.Fragments }),
		c("one_way_flows", "TCP flows with payload, seen of one side only.", func(s *heron.Stats) uint64 { return s.OneWay }),
		c("clock_jumps", "Steps of the packets' clock.", func(s *heron.Stats) uint64 { return s.ClockJumps }),
		c("late", "Packets older than the reordering window.", func(s *heron.Stats) uint64 { return s.Late }),
		c("unplaced_observations", "Observations that the inventory had no room for.", func(s *heron.Stats) uint64 { return s.Unplaced }),
		c("shed_flows", "Reports on flows left out for want of room on the way to the core.", func(s *heron.Stats) uint64 { return s.ShedFlows }),
		c("shed_observations", "Repeated observations left out for want of room.", func(s *heron.Stats) uint64 { return s.ShedFacts }),
		c("dissector_faults", "Faults of dissectors, each a bug.", func(s *heron.Stats) uint64 { return s.Panics }),
	}
}

// dropped describes the core's counter of observations without a device.
func dropped() *prometheus.Desc {
	return prometheus.NewDesc("heron_core_dropped_observations_total",
		"Observations that were about nobody or beyond a bound, since the site was loaded.", nil, nil)
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, c := range counters() {
		ch <- c.desc
	}
	for _, g := range healthGauges() {
		ch <- g.desc
	}
	ch <- dropped()
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	m.p.core.mu.Lock()
	defer m.p.core.mu.Unlock()
	for id, s := range m.p.core.sensors {
		if s.Health != nil {
			collectHealth(ch, id, s.Health) // its sources have the counters
			continue
		}
		for _, c := range counters() {
			ch <- prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, float64(c.value(&s.Stats)), id)
		}
	}
	if a := m.p.core.analyzer; a != nil {
		ch <- prometheus.MustNewConstMetric(dropped(), prometheus.CounterValue, float64(a.inventory.Dropped()))
	}
}
