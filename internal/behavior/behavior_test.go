package behavior_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/behavior"
)

const start = heron.Time(1_700_006_400_000_000) // midnight

// net is a device that is watched.
type net struct {
	tracker *behavior.Tracker
	flows   int
	now     heron.Time
	events  []heron.Event
}

func newNet() *net { return &net{tracker: behavior.New("site"), now: start} }

// send is one flow of the camera with a server: bytes out and in.
func (n *net) send(server string, out, in uint64) {
	n.flows++
	f := &heron.Flow{
		ID: heron.FlowID{byte(n.flows), byte(n.flows >> 8), byte(n.flows >> 16)}, Transport: heron.TCP, ServerPort: 443, Protocol: "tls", State: heron.FlowClosed, Ended: true,
		First: n.now, Last: n.now, ClientBytes: out, ServerBytes: in, ClientPackets: 1 + out/1000, ServerPackets: 1 + in/1000,
		ClientDevice: "cam",
	}
	f.Client.IP, f.Server.IP = netip.MustParseAddr("10.0.0.5"), netip.MustParseAddr(server)
	n.tracker.Flow(f, 0, 0)
}

// pass lets time go by.
func (n *net) pass(t heron.Time) {
	n.now += t
	n.events = append(n.events, n.tracker.Advance(n.now)...)
}

// ordinary is a day or more of bursts: every ten minutes a bit, every six
// hours a lot.
func (n *net) ordinary(r *rand.Rand, days int) {
	for minute := range days * 1440 {
		if minute%10 == 0 {
			n.send("203.0.113.1", uint64(500+r.IntN(500)), uint64(500+r.IntN(500)))
		}
		if minute%360 == 0 {
			n.send("203.0.113.2", uint64(80_000+r.IntN(20_000)), 3000)
		}
		n.pass(heron.Minute)
	}
}

func features(events []heron.Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Attrs["feature"])
	}
	return out
}

func TestTracker(t *testing.T) {
	t.Parallel()
	t.Run("says nothing of an ordinary week, bursts and all", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		n.ordinary(rand.New(rand.NewPCG(1, 1)), 7)
		if len(n.events) != 0 {
			t.Errorf("got %v", n.events)
		}
	})
	t.Run("finds exfiltration, a flood and new peers", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		n.ordinary(rand.New(rand.NewPCG(2, 1)), 5)
		n.send("203.0.113.1", 5_000_000, 1000)
		n.pass(2 * heron.Minute)
		if got := features(n.events); !slices.Contains(got, "bytes_out") || !slices.Contains(got, "packets_out") {
			t.Errorf("exfiltration: got %v", got)
		}
		n.events = nil
		for i := range 40 {
			n.send(fmt.Sprint("203.0.113.", 100+i), 60, 0)
		}
		n.pass(2 * heron.Minute)
		if got := features(n.events); !slices.Contains(got, "peers") {
			t.Errorf("peers: got %v", got)
		}
	})
	t.Run("does not judge what it does not know yet", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		n.ordinary(rand.New(rand.NewPCG(3, 1)), 1)
		n.now -= 2 * heron.Minute
		n.send("203.0.113.1", 50_000_000, 1000)
		n.pass(4 * heron.Minute)
		young := newNet()
		young.send("203.0.113.1", 50, 50)
		young.pass(30 * heron.Hour) // old, but hardly ever active
		young.send("203.0.113.1", 50_000_000, 1000)
		young.pass(2 * heron.Minute)
		if len(young.events) != 0 {
			t.Errorf("got %v", young.events)
		}
	})
	t.Run("an attacker cannot raise the threshold at once", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		n.ordinary(rand.New(rand.NewPCG(4, 1)), 5)
		for range 20 {
			n.send("203.0.113.1", 5_000_000, 1000)
			n.pass(heron.Minute)
		}
		n.pass(heron.Minute)
		over := 0
		for _, f := range features(n.events) {
			if f == "bytes_out" {
				over++
			}
		}
		if over != 20 {
			t.Errorf("%d of 20 minutes were unusual", over)
		}
	})
	t.Run("counts a flow that is reported again and again once", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		f := &heron.Flow{ID: heron.FlowID{0xff}, ClientDevice: "cam", ServerDevice: "nas", First: n.now, State: heron.FlowEstablished, ServerPort: 445}
		f.Client.IP, f.Server.IP = netip.MustParseAddr("10.0.0.5"), netip.MustParseAddr("10.0.0.9")
		for i := range 5 {
			f.Last = n.now + heron.Time(i)*heron.Minute
			f.ClientBytes, f.ServerBytes = uint64(i+1)*100, uint64(i+1)*10
			f.Ended = i == 4
			n.tracker.Flow(f, 0, 0)
		}
		n.pass(10 * heron.Minute)
		baselines, peers := n.tracker.Drain()
		if len(baselines) != 2 {
			t.Fatalf("got %d baselines, want those of both ends", len(baselines))
		}
		p := peers["cam"]
		if len(p) != 1 || p[0].BytesOut != 500 || p[0].BytesIn != 50 || p[0].Flows != 1 || p[0].DeviceID != "nas" || p[0].Address != "10.0.0.9" {
			t.Errorf("got %+v", p)
		}
		if q := peers["nas"]; len(q) != 1 || q[0].BytesOut != 50 || q[0].BytesIn != 500 || q[0].DeviceID != "cam" {
			t.Errorf("got %+v", q)
		}
		if got := baselines[0].Features["bytes_out"]; got.Windows != 5 || got.Mean != 100 || got.Max != 100 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("counts a flow that is still open", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		f := &heron.Flow{ID: heron.FlowID{0xff}, ClientDevice: "cam", ServerDevice: "nas", First: n.now, Last: n.now, State: heron.FlowEstablished, ClientBytes: 9}
		n.tracker.Flow(f, 0, 0)
		n.pass(2 * heron.Minute)
		_, peers := n.tracker.Drain()
		for _, id := range []string{"cam", "nas"} {
			if p := peers[id]; len(p) != 1 || p[0].Flows != 1 {
				t.Errorf("peers of %s: %+v", id, p)
			}
		}
	})
	t.Run("takes the late end of a flow for no traffic", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		f := talk(1)
		f.State = heron.FlowEstablished
		f.ServerBytes, f.ServerPackets = 60, 1
		first := n.tracker.Flow(f, 0, 0)
		n.pass(3 * heron.Minute)
		f.State, f.Ended = heron.FlowExpired, true
		last := n.tracker.Flow(f, 0, 0)
		n.pass(3 * heron.Minute)
		if first.Still || !last.Still {
			t.Errorf("got %+v, then %+v", first, last)
		}
		for b := range n.tracker.All() {
			if w := b.Features["bytes_out"].Windows; w != 1 {
				t.Errorf("%s had traffic in %d windows, want one", b.DeviceID, w)
			}
		}
	})
	t.Run("knows a peer by its name, whatever its address", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		n.tracker.Event(&heron.Event{Kind: "dns.answer", Attrs: map[string]string{
			"name": "cloud.example.com", "answers": "edge.example.net 203.0.113.7 203.0.113.8",
		}})
		n.send("203.0.113.7", 100, 1)
		n.send("203.0.113.8", 100, 1)
		n.pass(2 * heron.Minute)
		_, peers := n.tracker.Drain()
		if p := peers["cam"]; len(p) != 1 || p[0].Name != "cloud.example.com" || p[0].BytesOut != 200 || p[0].Address != "203.0.113.8" {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("keeps names that it has when there are too many", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		tell := func(name, address string) {
			n.tracker.Event(&heron.Event{Kind: "dns.answer", Attrs: map[string]string{"name": name, "answers": address}})
		}
		tell("known.example.com", "203.0.113.7")
		n.tracker.FillNames()
		tell("made-up.example.com", "203.0.113.8")
		tell("known.example.com", "203.0.113.9")
		for _, address := range []string{"203.0.113.7", "203.0.113.8", "203.0.113.9"} {
			n.send(address, 100, 1)
		}
		n.pass(2 * heron.Minute)
		_, peers := n.tracker.Drain()
		names := map[string]uint64{}
		for _, p := range peers["cam"] {
			names[p.Name] += p.BytesOut
		}
		if names["known.example.com"] != 200 || names[""] != 100 || len(names) != 2 {
			t.Errorf("got %v", names)
		}
	})
	t.Run("is the same after storing and loading", func(t *testing.T) {
		t.Parallel()
		n := newNet()
		n.ordinary(rand.New(rand.NewPCG(5, 1)), 4)
		n.send("203.0.113.1", 500, 1)
		n.pass(10 * heron.Minute)
		baselines, _ := n.tracker.Drain()
		again := newNet()
		again.tracker.Load(baselines[0])
		again.now = n.now
		again.send("203.0.113.1", 500, 1)
		again.pass(2 * heron.Minute)
		again.now += reportGap
		again.send("203.0.113.1", 500, 1)
		again.pass(2 * heron.Minute)
		got, _ := again.tracker.Drain()
		if len(got) != 1 || got[0].Since != baselines[0].Since || len(got[0].Peers) != len(baselines[0].Peers) ||
			got[0].Features["bytes_out"].Windows != baselines[0].Features["bytes_out"].Windows+2 {
			t.Errorf("got %+v, want %+v", got, baselines[0])
		}
		again.send("203.0.113.1", 5_000_000, 1)
		again.pass(2 * heron.Minute)
		if !slices.Contains(features(again.events), "bytes_out") {
			t.Error("exfiltration after loading was not found")
		}
	})
	t.Run("gives the same for the same input", func(t *testing.T) {
		t.Parallel()
		run := func() ([]heron.Event, []heron.Baseline) {
			n := newNet()
			n.ordinary(rand.New(rand.NewPCG(6, 1)), 3)
			n.send("203.0.113.9", 9_000_000, 9)
			n.pass(2 * heron.Minute)
			b, _ := n.tracker.Drain()
			return n.events, b
		}
		e1, b1 := run()
		e2, b2 := run()
		if !slices.EqualFunc(e1, e2, func(a, b heron.Event) bool { return cmp.Equal(a.Attrs, b.Attrs) && a.Time == b.Time }) || !cmp.Equal(b1, b2) {
			t.Error("two runs differ")
		}
	})
}

const reportGap = 6 * heron.Minute

func TestBaseline(t *testing.T) {
	t.Parallel()
	n := newNet()
	n.ordinary(rand.New(rand.NewPCG(7, 1)), 7)
	list, _ := n.tracker.Drain()
	if len(list) != 1 {
		t.Fatalf("got %d baselines", len(list))
	}
	b := list[0]
	sum := 0.0
	for _, h := range b.Hours {
		sum += h
	}
	if math.Abs(sum-1) > 1e-9 || b.Hours[0] <= b.Hours[1] {
		t.Errorf("hours %v", b.Hours)
	}
	if b.Maturity < 0.95 || b.Maturity > 1 {
		t.Errorf("maturity %v", b.Maturity)
	}
	f := b.Features["bytes_out"]
	if f.Threshold <= f.Max || f.Threshold > 1.5*f.Max+2048 || f.Mean <= 0 || f.Deviation <= 0 {
		t.Errorf("bytes_out: %+v", f)
	}
	if len(b.Peers) != 2 || b.Peers[0].Address != "203.0.113.2" && b.Peers[0].BytesOut < b.Peers[1].BytesOut {
		t.Errorf("peers %+v", b.Peers)
	}
}

// talk is a flow of the camera with the recorder.
func talk(id ...byte) *heron.Flow {
	f := &heron.Flow{
		ID: heron.FlowID(append(id, make([]byte, 16-len(id))...)), Transport: heron.TCP, ServerPort: 554, ClientDevice: "cam", ServerDevice: "nvr", First: start, Last: start, State: heron.FlowAttempt,
		ClientBytes: 60, ClientPackets: 1,
	}
	f.Client.IP, f.Server.IP = netip.MustParseAddr("10.0.0.5"), netip.MustParseAddr("10.0.0.9")
	f.ClientSizes[0], f.ClientGaps[0] = 1, 1
	return f
}

// trafficOf is what the tracker counted for each device.
func trafficOf(tr *behavior.Tracker) map[string]heron.Traffic {
	out := map[string]heron.Traffic{}
	for b := range tr.All() {
		out[b.DeviceID] = b.Traffic
	}
	return out
}

func TestTraffic(t *testing.T) {
	t.Parallel()
	t.Run("is what reports of one flow add, seen from both ends", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		f := talk('a')
		tr.Flow(f, 0, 0)
		f.State, f.Protocol, f.ClientBytes, f.ServerBytes, f.ClientPackets, f.ServerPackets = heron.FlowEstablished, "rtsp", 160, 1000, 2, 3
		f.ClientSizes[1], f.ServerSizes[5], f.ServerGaps[2] = 1, 3, 3
		f.Last += heron.Minute
		tr.Flow(f, 0, 0)
		f.Ended, f.State = true, heron.FlowClosed
		tr.Flow(f, 0, 0)
		used := []heron.ServiceUse{{Transport: heron.TCP, Port: 554, Protocol: "rtsp", Flows: 1, Last: f.Last}}
		sent, received := [heron.FlowBuckets]uint32{1, 1}, [heron.FlowBuckets]uint32{5: 3}
		want := map[string]heron.Traffic{
			"cam": {
				BytesOut: 160, BytesIn: 1000, PacketsOut: 2, PacketsIn: 3, ClientFlows: 1, BytesClear: 1160, Used: used,
				SizesOut: sent, SizesIn: received, GapsOut: [heron.FlowBuckets]uint32{1}, GapsIn: [heron.FlowBuckets]uint32{2: 3},
			},
			"nvr": {
				BytesOut: 1000, BytesIn: 160, PacketsOut: 3, PacketsIn: 2, ServerFlows: 1, BytesClear: 1160, Offered: used,
				SizesOut: received, SizesIn: sent, GapsOut: [heron.FlowBuckets]uint32{2: 3}, GapsIn: [heron.FlowBuckets]uint32{1},
			},
		}
		if d := cmp.Diff(want, trafficOf(tr)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		again := behavior.New("site")
		for b := range tr.All() {
			again.Load(*b)
		}
		if d := cmp.Diff(want, trafficOf(again)); d != "" {
			t.Errorf("after storing and loading (-want +got):\n%s", d)
		}
	})
	t.Run("is encrypted, clear, or neither by its protocol", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		for i, protocol := range []string{"tls", "wg", "http", "rtp", ""} {
			f := talk(byte(i), byte(i>>8))
			f.Protocol, f.ClientBytes, f.Ended = protocol, 100<<i, true
			tr.Flow(f, 0, 0)
		}
		if got := trafficOf(tr)["cam"]; got.BytesEncrypted != 300 || got.BytesClear != 400 || got.BytesOut != 3100 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("offers what it answers on, and uses what it is not refused", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		for i, state := range []heron.FlowState{heron.FlowClosed, heron.FlowRejected, heron.FlowUnanswered} {
			for k, protocol := range []string{"", "syslog"} {
				f := talk(byte(i), byte(k))
				f.State, f.Protocol, f.ServerPort, f.Ended = state, protocol, uint16(10*i+k), true
				tr.Flow(f, 0, 0)
			}
		}
		ports := func(list []heron.ServiceUse) (out []uint16) {
			for _, s := range list {
				out = append(out, s.Port)
			}
			return out
		}
		got := trafficOf(tr)
		if used, offered := ports(got["cam"].Used), ports(got["nvr"].Offered); !slices.Equal(used, []uint16{1, 21}) || !slices.Equal(offered, []uint16{1}) {
			t.Errorf("used %v, offered %v", used, offered)
		}
	})
	t.Run("keeps the services with the most flows", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		for i := range 400 {
			f := talk(byte(i), byte(i>>8))
			f.State, f.Ended, f.ServerPort = heron.FlowClosed, true, uint16(1000+i)
			if i%4 == 0 {
				f.ServerPort = 554
			}
			tr.Flow(f, 0, 0)
		}
		got := trafficOf(tr)["nvr"].Offered
		if len(got) != 16 || got[0].Port != 554 || got[0].Flows != 100 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("never counts beyond a counter", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		b := heron.Baseline{DeviceID: "cam"}
		b.Traffic.SizesOut[0] = math.MaxUint32
		tr.Load(b)
		tr.Flow(talk('a'), 0, 0)
		if got := trafficOf(tr)["cam"]; got.SizesOut[0] != math.MaxUint32 || got.GapsOut[0] != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

// TestStateIsBounded holds the budget of 8 KiB a device.
func TestStateIsBounded(t *testing.T) {
	t.Parallel()
	if behavior.StateBytes > 8<<10 {
		t.Errorf("a device costs %d bytes", behavior.StateBytes)
	}
	n := newNet()
	for i := range 5000 {
		n.send(fmt.Sprintf("203.%d.%d.1", i/250, i%250), 100, 1)
	}
	n.pass(2 * heron.Minute)
	list, _ := n.tracker.Drain()
	if len(list[0].Peers) != 64 {
		t.Errorf("kept %d peers", len(list[0].Peers))
	}
}

// TestStateIsInWholeCacheLines, or else what a report changes is in more of them.
func TestStateIsInWholeCacheLines(t *testing.T) {
	t.Parallel()
	for i, size := range behavior.Sizes {
		if size%64 != 0 {
			t.Errorf("size %d is %d", i, size)
		}
	}
}

// TestPeersThatComeAgainStay crowds a device's list with peers that come once.
func TestPeersThatComeAgainStay(t *testing.T) {
	t.Parallel()
	n := newNet()
	for i := range 5000 {
		if i%20 == 0 {
			n.send("203.0.113.1", 100, 1)
		}
		n.send(fmt.Sprintf("198.51.%d.%d", i/250, i%250), 100, 1)
	}
	n.pass(2 * heron.Minute)
	_, peers := n.tracker.Drain()
	if i := slices.IndexFunc(peers["cam"], func(p heron.Peer) bool { return p.Address == "203.0.113.1" }); i < 0 || peers["cam"][i].Flows != 250 {
		t.Errorf("got %+v", peers["cam"])
	}
}

// BenchmarkFlow counts flows of 10,000 devices.
func BenchmarkFlow(b *testing.B) {
	tr := behavior.New("site")
	flows := make([]heron.Flow, 10_000)
	for i := range flows {
		f := &flows[i]
		f.ID, f.Number = heron.FlowID{byte(i), byte(i >> 8)}, uint32(i)
		f.ClientDevice, f.ServerPort, f.Protocol = fmt.Sprint("d", i), 443, "tls"
		f.Client.IP = netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
		f.Server.IP = netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)})
	}
	i := 0
	now := start
	b.ReportAllocs()
	for b.Loop() {
		f := &flows[i%len(flows)]
		f.First, f.Last, f.ClientBytes = now, now, f.ClientBytes+100
		f.ClientSizes[2]++
		f.ClientGaps[5]++
		tr.Flow(f, 0, 0)
		if i++; i%len(flows) == 0 {
			now += heron.Second
			tr.Advance(now)
		}
	}
}
