package flow_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// consumer is a sink that takes everything and keeps nothing.
type consumer struct{ messages int }

func (c *consumer) Message(m *heron.Message) heron.Verdict {
	c.messages++
	return heron.Verdict{Consumed: len(m.Payload)}
}
func (c *consumer) Sighting(heron.Endpoint, heron.Time) {}

func (c *consumer) Direct(heron.Endpoint, uint8, heron.Time) {}
func (c *consumer) Handshake(*flow.Handshake)                {}
func (c *consumer) Flow(*heron.Flow)                         {}

// steady is a table with flows open, and a function that feeds it one more frame
// of them: TCP data both ways and datagrams, and those in tunnels.
func steady(flows int, tunnelled bool) (table *flow.Table, next func()) {
	table = flow.New(flow.Config{}, &consumer{})
	payload := string(make([]byte, 400))
	var frames [][]byte
	for i := range flows {
		c := client
		c.port = uint16(20000 + i)
		table.Packet(&heron.Packet{Time: start, Data: c.tcp(server, frame.SYN, 99, 0, ""), OrigLen: 60, Link: heron.LinkEthernet})
		frames = append(frames, c.tcp(server, frame.ACK, 100, 100, payload), server.tcp(c, frame.ACK, 100, 100, payload), c.udp(server, payload))
		if tunnelled {
			frames = append(frames, overUDP(frame.PortVXLAN, frame.AppendVXLAN(nil, uint32(i), c.udp(server, payload))),
				overLink(frame.TypeMPLS, frame.AppendMPLS(nil, c.udp(server, payload)[14:], 7)))
		}
	}
	i, round := 0, uint32(0)
	return table, func() {
		b := frames[i]
		const seqAt = 14 + 20 + 4
		if b[14+9] == frame.ProtoTCP {
			binary.BigEndian.PutUint32(b[seqAt:], 100+400*round)
		}
		table.Packet(&heron.Packet{Time: start + heron.Time(round), Data: b, OrigLen: len(b), Link: heron.LinkEthernet})
		if i++; i == len(frames) {
			i, round = 0, round+1
		}
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	_, next := steady(100, true)
	for range 1000 {
		next()
	}
	if n := testing.AllocsPerRun(5000, next); n != 0 {
		t.Errorf("%v allocations a frame, want 0", n)
	}
}

func BenchmarkTable(b *testing.B) {
	for _, bb := range []struct {
		name      string
		flows     int
		tunnelled bool
	}{{"100 flows", 100, false}, {"20000 flows", 20_000, false}, {"100 flows with tunnels", 100, true}} {
		b.Run(bb.name, func(b *testing.B) {
			_, next := steady(bb.flows, bb.tunnelled)
			b.SetBytes(454)
			b.ReportAllocs()
			for b.Loop() {
				next()
			}
		})
	}
}
