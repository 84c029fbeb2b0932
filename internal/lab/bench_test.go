package lab_test

import (
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/lab"
)

// BenchmarkStream is the cost of one frame, of one site and of a large one.
func BenchmarkStream(b *testing.B) {
	for name, devices := range map[string]int{"one site": 0, "1000 devices": 1000} {
		b.Run(name, func(b *testing.B) {
			s, err := lab.Stream(lab.StreamConfig{Seed: 1, Loop: true, Devices: devices, Duration: time.Hour})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			var p heron.Packet
			for b.Loop() {
				if err := s.Next(&p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
