package flow_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
)

var heronGroup = netip.MustParseAddr("224.0.0.251")

func TestSightings(t *testing.T) {
	t.Parallel()
	s := newScript(t, "s")
	s.feed(client.udp(server, "x")).feed(client.udp(server, "y")).feed(server.udp(client, "z"))
	s.want("s 02:00:00:00:00:0a 10.0.0.1 +0s", "s 02:00:00:00:00:0b 10.0.0.2 +0s")
	s.after(39 * time.Second).feed(client.udp(server, "x")).want()
	s.after(2 * time.Second).feed(client.udp(server, "x")).want("s 02:00:00:00:00:0a 10.0.0.1 +41s") // the next minute has begun

	moved := client
	moved.mac = macB
	s.feed(moved.udp(server, "x")).want("s 02:00:00:00:00:0b 10.0.0.1 +41s")
	s.feed(client.udp(server, "x")).feed(moved.udp(server, "x")).want()

	nobody := client
	nobody.ip = netip.IPv4Unspecified()
	s.feed(nobody.udp(server, "dhcp")).want("s 02:00:00:00:00:0a  +41s")
	s.feed(frame.AppendARP(nil, frame.Ethernet{Src: macA, Dst: macB}, frame.ARP{SenderIP: ipA, TargetIP: ipB})).want()
	s.after(time.Minute).feed(frame.AppendARP(nil, frame.Ethernet{Src: macA, Dst: macB, VLAN: 9}, frame.ARP{SenderIP: ipA, TargetIP: ipB}))
	s.want("s 02:00:00:00:00:0a @9 +1m41s")
}

func TestTrafficTime(t *testing.T) {
	t.Parallel()
	s := newScript(t, "f")
	if s.table.Now() != 0 {
		t.Errorf("Now before the first frame is %v", s.table.Now())
	}
	s.feed(client.udp(server, "x"))
	s.after(10 * time.Second).feed(client.udp(server, "x"))
	now := s.now
	s.after(-time.Second).feed(client.udp(server, "within the reordering that is accepted"))
	s.after(-7 * time.Second).feed(client.udp(server, "late"))
	s.now = 0
	s.feed(client.udp(server, "no time at all"))
	st := s.table.Stats()
	if s.table.Now() != now || st.Late != 1 || st.Packets != 5 || st.CaptureSeconds != 10 {
		t.Errorf("now %v, stats %+v; want %v, 1 late of 5 in 10 s", s.table.Now(), st, now)
	}
	s.table.Flush()
	s.want(
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0",
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 unanswered 2/0",
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 unanswered 5/0 ended",
	)
}

func TestVLANsKeepFlowsApart(t *testing.T) {
	t.Parallel()
	s := newScript(t, "f")
	for _, vlan := range []uint16{0, 5, 6} {
		e, ip := client.headers(server)
		e.VLAN = vlan
		s.feed(frame.AppendUDP(nil, e, ip, frame.UDP{SrcPort: 40000, DstPort: 80}, nil))
	}
	s.want(
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0",
		"f udp 10.0.0.1:40000@5 > 10.0.0.2:80@5 attempt 1/0",
		"f udp 10.0.0.1:40000@6 > 10.0.0.2:80@6 attempt 1/0",
	)
}

// traffic is random but repeatable frames among a few hosts.
func traffic(seed uint64, n int) []heron.Packet {
	r := rand.New(rand.NewPCG(seed, 7))
	out := make([]heron.Packet, 0, n)
	now := start
	for range n {
		a := side{macA, netip.AddrFrom4([4]byte{10, 0, 0, byte(r.IntN(20))}), uint16(40000 + r.IntN(50))}
		b := side{macB, netip.AddrFrom4([4]byte{10, 0, 1, byte(r.IntN(20))}), []uint16{22, 80, 443, 1883}[r.IntN(4)]}
		if r.IntN(2) == 0 {
			a, b = b, a
		}
		data := a.udp(b, "datagram")
		if r.IntN(3) > 0 {
			flags := []uint8{frame.SYN, frame.SYN | frame.ACK, frame.ACK, frame.ACK, frame.FIN | frame.ACK, frame.RST}[r.IntN(6)]
			data = a.tcp(b, flags, uint32(r.IntN(3000)), uint32(r.IntN(3000)), string(make([]byte, r.IntN(1000))))
		}
		now += heron.Time(r.IntN(200_000))
		out = append(out, heron.Packet{Time: now, Data: data, OrigLen: len(data), Link: heron.LinkEthernet})
	}
	return out
}

// Two tables find the same in the same frames, though their indexes are seeded
// differently; and every flow that opens ends once, with all its packets.
func TestSameFramesGiveTheSame(t *testing.T) {
	t.Parallel()
	packets := traffic(1, 20_000)
	run := func() *script {
		s := newScriptWith(t, "", flow.Config{MaxFlows: 300, MaxStreamBytes: 64 << 10})
		for _, p := range packets {
			s.feedPacket(p)
		}
		s.table.Flush()
		return s
	}
	a, b := run(), run()
	if !slices.Equal(a.sink.lines, b.sink.lines) || a.table.Stats() != b.table.Stats() {
		t.Error("two runs over the same frames differ")
	}
	if st := a.table.Stats(); st.TableEvictions == 0 || st.StreamGaps == 0 {
		t.Errorf("stats %+v: the traffic does not test much", st)
	}
}

// ledger checks the reports of flows against one another.
type ledger struct {
	t       *testing.T
	open    map[heron.FlowID]heron.Flow
	ended   int
	packets uint64
}

func (l *ledger) Message(m *heron.Message) heron.Verdict {
	return heron.Verdict{Consumed: len(m.Payload) / 2}
}
func (l *ledger) Sighting(heron.Endpoint, heron.Time) {}

func (l *ledger) Direct(heron.Endpoint, uint8, heron.Time) {}
func (l *ledger) Handshake(*flow.Handshake)                {}
func (l *ledger) Flow(f *heron.Flow) {
	before, known := l.open[f.ID]
	if known && (f.ClientPackets < before.ClientPackets || f.First != before.First || f.Client.IP != before.Client.IP) {
		l.t.Errorf("flow %s went from %+v to %+v", f.ID, before, f)
	}
	l.open[f.ID] = *f
	if f.Ended {
		delete(l.open, f.ID)
		l.ended++
		l.packets += f.ClientPackets + f.ServerPackets
	}
}

func TestEveryFlowEndsOnceWithAllItsPackets(t *testing.T) {
	t.Parallel()
	l := &ledger{t: t, open: map[heron.FlowID]heron.Flow{}}
	table := flow.New(flow.Config{MaxFlows: 500}, l)
	packets := traffic(2, 30_000)
	for i := range packets {
		table.Packet(&packets[i])
	}
	table.Flush()
	if st := table.Stats(); len(l.open) != 0 || uint64(l.ended) != st.Flows || l.packets != st.Packets {
		t.Errorf("%d flows still open, %d ended of %d, with %d packets of %d",
			len(l.open), l.ended, st.Flows, l.packets, st.Packets)
	}
}

// Whatever is lost is counted, each kind by its own number.
func TestLossIsCounted(t *testing.T) {
	t.Parallel()
	pieces := fragmented(client, server, 1, "a datagram in several fragments", 16)
	oneWay := func(s *script) {
		for i := range uint32(3) {
			s.feed(client.tcp(server, frame.ACK, 100+5*i, 1, "hello"))
		}
	}
	tests := []struct {
		name string
		run  func(s *script)
		want heron.Stats
	}{
		{"a fragment that never came", func(s *script) { s.feed(pieces[0]).feed(pieces[1]) }, heron.Stats{Fragments: 2}},
		{"fragments that overlap", func(s *script) {
			other := fragmented(client, server, 1, "a datagram in several fragments", 24)
			s.feed(pieces[0]).feed(other[0]).feed(pieces[1])
		}, heron.Stats{Fragments: 3, Malformed: 1}},
		{"all fragments", func(s *script) {
			for _, b := range pieces {
				s.feed(b)
			}
		}, heron.Stats{}},
		{"one side alone", oneWay, heron.Stats{OneWay: 1}},
		{"both sides", func(s *script) { oneWay(s); s.feed(server.tcp(client, frame.ACK, 1, 115, "")) }, heron.Stats{}},
		{"a SYN that nobody answers", func(s *script) { s.feed(client.tcp(server, frame.SYN, 1, 0, "")) }, heron.Stats{}},
		{"a hole", func(s *script) {
			s.handshake().feed(client.tcp(server, frame.ACK, 103, 500, "later")).feed(server.tcp(client, frame.ACK, 500, 108, ""))
		}, heron.Stats{Gaps: 1, StreamGaps: 3}},
	}
	for _, tt := range tests {
		s := newScript(t, "x")
		tt.run(s)
		s.table.Flush()
		st := s.table.Stats()
		got := heron.Stats{Fragments: st.Fragments, Malformed: st.Malformed, OneWay: st.OneWay, Gaps: st.Gaps, StreamGaps: st.StreamGaps}
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
