package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/heron-iot/heron"
)

// healthGauge is one number of a sensor's health.
type healthGauge struct {
	desc  *prometheus.Desc
	value func(*heron.SensorHealth) float64
}

func healthGauges() []healthGauge {
	g := func(name, help string, value func(*heron.SensorHealth) float64) healthGauge {
		return healthGauge{prometheus.NewDesc("heron_sensor_"+name, help, []string{"sensor"}, nil), value}
	}
	evidence := func(of func(*heron.EvidenceHealth) float64) func(*heron.SensorHealth) float64 {
		return func(h *heron.SensorHealth) (sum float64) {
			for _, s := range h.Sources {
				if s.Evidence != nil {
					sum += of(s.Evidence)
				}
			}
			return sum
		}
	}
	sources := func(of func(*heron.SourceHealth) uint64) func(*heron.SensorHealth) float64 {
		return func(h *heron.SensorHealth) (sum float64) {
			for i := range h.Sources {
				sum += float64(of(&h.Sources[i]))
			}
			return sum
		}
	}
	return []healthGauge{
		g("source_packets", "Packets that the sources gave.", sources(func(s *heron.SourceHealth) uint64 { return s.Packets })),
		g("source_kernel_drops", "Frames the kernel had no room for.", sources(func(s *heron.SourceHealth) uint64 { return s.KernelDrops })),
		g("queue_batches", "Batches made that are not on disk yet.", func(h *heron.SensorHealth) float64 { return float64(h.Queue) }),
		g("spool_batches", "Batches that wait for the core.", func(h *heron.SensorHealth) float64 { return float64(h.Spool.Batches) }),
		g("spool_bytes", "Their bytes on disk.", func(h *heron.SensorHealth) float64 { return float64(h.Spool.Bytes) }),
		g("spool_max_bytes", "How many bytes may wait.", func(h *heron.SensorHealth) float64 { return float64(h.Spool.MaxBytes) }),
		g("spool_shed_flows", "Reports on flows left out for want of room.", func(h *heron.SensorHealth) float64 { return float64(h.Spool.ShedFlows) }),
		g("spool_shed_observations", "Repeated observations left out for want of room.", func(h *heron.SensorHealth) float64 { return float64(h.Spool.ShedObservations) }),
		g("spool_shed_batches", "Whole batches given up for want of room.", func(h *heron.SensorHealth) float64 { return float64(h.Spool.ShedBatches) }),
		g("cpu", "Processors in use.", func(h *heron.SensorHealth) float64 { return h.CPU }),
		g("memory_bytes", "Memory in use.", func(h *heron.SensorHealth) float64 { return float64(h.Memory) }),
		g("clock_offset_seconds", "How far the core's clock is ahead.", func(h *heron.SensorHealth) float64 { return h.ClockOffset }),
		g("evidence_bytes", "Packets kept on disk.", evidence(func(e *heron.EvidenceHealth) float64 { return float64(e.Bytes) })),
		g("evidence_dropped_packets", "Packets that could not be kept.", evidence(func(e *heron.EvidenceHealth) float64 { return float64(e.Dropped) })),
	}
}

// fieldMetrics shows the health of this process to Prometheus.
type fieldMetrics struct{ f *field }

// Describe implements prometheus.Collector.
func (m *fieldMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, g := range healthGauges() {
		ch <- g.desc
	}
}

// Collect implements prometheus.Collector.
func (m *fieldMetrics) Collect(ch chan<- prometheus.Metric) {
	collectHealth(ch, m.f.base.Sensor.Name, m.f.health(context.Background()))
}

func collectHealth(ch chan<- prometheus.Metric, name string, h *heron.SensorHealth) {
	for _, g := range healthGauges() {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, g.value(h), name)
	}
}
