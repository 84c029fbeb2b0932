package app

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/flow"
)

// nobody takes all that a flow table tells, and has each flow settled by its first
// message.
type nobody struct{ flows int }

func (*nobody) Message(m *heron.Message) heron.Verdict {
	return heron.Verdict{Consumed: len(m.Payload), Done: true}
}
func (*nobody) Sighting(heron.Endpoint, heron.Time) {}

func (*nobody) Direct(heron.Endpoint, uint8, heron.Time) {}
func (*nobody) Handshake(*flow.Handshake)                {}
func (n *nobody) Flow(*heron.Flow)                       { n.flows++ }

// BenchmarkFloor reads the capture that HERON_CAPTURE names into a flow table with
// nothing behind it: less than this no reader of that capture can cost. Run it with
// -benchtime 1x, and compare the time with that of other tools.
func BenchmarkFloor(b *testing.B) {
	path := os.Getenv("HERON_CAPTURE")
	if path == "" {
		b.Skip("HERON_CAPTURE names no capture")
	}
	for b.Loop() {
		src, err := capture.Open([]string{path})
		if err != nil {
			b.Fatal(err)
		}
		table := flow.New(flow.Config{}, &nobody{})
		packets := 0
		for p := (heron.Packet{}); ; packets++ {
			if err := src.Next(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			table.Packet(&p)
		}
		b.ReportMetric(float64(packets), "packets")
		if err := src.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
