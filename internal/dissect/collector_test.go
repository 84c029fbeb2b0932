package dissect_test

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

// end returns the endpoint 192.0.2.n with a MAC address to match.
func end(n byte) heron.Endpoint {
	return heron.Endpoint{MAC: heron.MAC{2, 0, 0, 0, 0, n}, IP: netip.AddrFrom4([4]byte{192, 0, 2, n})}
}

// collect is a collector with a message at hand.
type collect struct {
	*dissecttest.Recorder
	m heron.Message
}

func newCollect(c dissect.CollectorConfig) *collect {
	k := &collect{Recorder: dissecttest.NewRecorder(c)}
	k.at(heron.Second)
	return k
}

func (k *collect) at(t heron.Time) {
	k.m = heron.Message{
		Time: t, Transport: heron.UDP, FromClient: true, Src: end(12), Dst: end(5), SrcPort: 40000, DstPort: 53,
	}
	k.Begin(&k.m, "test")
}

func TestAFactIsToldOnceAndCounted(t *testing.T) {
	t.Parallel()
	k := newCollect(dissect.CollectorConfig{Sensor: "s1"})
	about := k.m.Sender()
	for i := range 3 {
		k.at(heron.Time(i+1) * heron.Second)
		k.Observe(about, "a", []byte("x"))
	}
	k.ObserveString(about, "a", "y")
	got, _ := k.Drain()
	want := []heron.Observation{
		{Subject: about, Key: "a", Value: "x", Source: "test", Sensor: "s1", First: heron.Second, Last: 3 * heron.Second, Count: 3},
		{Subject: about, Key: "a", Value: "y", Source: "test", Sensor: "s1", First: 3 * heron.Second, Last: 3 * heron.Second, Count: 1},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Error(diff)
	}
	if again, _ := k.Drain(); len(again) != 0 {
		t.Errorf("told again: %v", again)
	}
}

func TestAKnownFactIsToldAgainAfterAnHourWithItsCount(t *testing.T) {
	t.Parallel()
	k := newCollect(dissect.CollectorConfig{})
	about := k.m.Sender()
	k.ObserveString(about, "a", "x")
	k.Drain()
	for _, minute := range []heron.Time{10, 59} {
		k.at(heron.Second + minute*heron.Minute)
		k.ObserveString(about, "a", "x")
		if got, _ := k.Drain(); len(got) != 0 {
			t.Fatalf("told again after %d minutes", minute)
		}
	}
	k.at(heron.Second + heron.Hour)
	k.ObserveString(about, "a", "x")
	got, _ := k.Drain()
	if len(got) != 1 || got[0].Count != 3 || got[0].First != heron.Second+10*heron.Minute || got[0].Last != k.m.Time || got[0].Value != "x" {
		t.Errorf("got %+v", got)
	}
}

func TestValuesAreMadeSafeAndTheSameTextIsOneFact(t *testing.T) {
	t.Parallel()
	k := newCollect(dissect.CollectorConfig{})
	about := k.m.Sender()
	k.Observe(about, "a", []byte(" x\x00\x1b[31m\xff "))
	k.Observe(about, "a", []byte("x\x01\x1b[31m\xff"))
	k.Observe(about, "a", []byte("\x00 \x00"))
	k.Observe(about, "long", []byte(strings.Repeat("x", 5000)))
	got, _ := k.Drain()
	if len(got) != 2 || got[0].Value != "x  [31mÿ" || got[0].Count != 2 || len(got[1].Value) != heron.MaxObservationValue {
		t.Errorf("got %+v", got)
	}
}

func TestAddressesOfNobodyAreNoSubject(t *testing.T) {
	t.Parallel()
	k := newCollect(dissect.CollectorConfig{})
	mac := heron.MAC{2, 0, 0, 0, 0, 1}
	for _, e := range []heron.Endpoint{
		{MAC: mac, IP: netip.IPv4Unspecified()},
		{MAC: mac, IP: netip.MustParseAddr("239.255.255.250")},
		{MAC: heron.MAC{255, 255, 255, 255, 255, 255}, IP: netip.MustParseAddr("255.255.255.255")},
		{},
	} {
		k.ObserveString(heron.Subject{Endpoint: e}, "a", "x")
		k.Sighting(e, heron.Second)
	}
	got, _ := k.Drain()
	if len(got) != 2 || got[0].Endpoint != (heron.Endpoint{MAC: mac}) || got[1].Key != heron.KeyMAC {
		t.Errorf("got %+v", got)
	}
}

func TestOneDeviceCannotFillTheMemory(t *testing.T) {
	t.Parallel()
	k := newCollect(dissect.CollectorConfig{MaxEvents: 10})
	for i := range 1000 {
		k.ObserveString(k.m.Sender(), "a", strconv.Itoa(i))
		k.Event(heron.Event{Kind: "e"})
	}
	obs, events := k.Drain()
	s := k.Stats()
	if len(obs) != heron.MaxValuesPerKey || len(events) != 10 || s.DroppedValues != 1000-heron.MaxValuesPerKey || s.DroppedEvents != 990 {
		t.Errorf("%d observations, %d events, %+v", len(obs), len(events), s)
	}
}

func TestWhatIsForgottenIsToldAgain(t *testing.T) {
	t.Parallel()
	for _, ticks := range []bool{false, true} {
		const limit = 50
		k := newCollect(dissect.CollectorConfig{MaxFacts: limit})
		often := heron.Subject{Endpoint: end(1)}
		told := 0
		for i := range 20 * limit {
			if ticks {
				k.Tick(k.m.Time)
			}
			e := end(2)
			e.MAC[4], e.MAC[5] = byte(i>>8), byte(i)
			k.ObserveString(heron.Subject{Endpoint: e}, "a", "x")
			k.ObserveString(often, "often", "x") // stays known, however many others come
			obs, _ := k.Drain()
			for _, o := range obs {
				if o.Key == "often" {
					told++
				}
			}
		}
		if told != 1 || k.Stats().Generations < 15 {
			t.Errorf("told %d times, %+v", told, k.Stats())
		}
		k.ObserveString(heron.Subject{Endpoint: heron.Endpoint{MAC: heron.MAC{2}, IP: end(2).IP}}, "a", "x")
		if obs, _ := k.Drain(); len(obs) != 1 {
			t.Error("the oldest was not forgotten")
		}
	}
}

func TestEventsAreFilledInFromTheMessage(t *testing.T) {
	t.Parallel()
	k := newCollect(dissect.CollectorConfig{})
	k.Event(heron.Event{Kind: "e", Attrs: map[string]string{"a": "x\x00y"}})
	k.Event(heron.Event{Kind: "f", Time: 7, Protocol: "p", Src: end(9)})
	_, got := k.Drain()
	want := []heron.Event{
		{
			Time: heron.Second, Kind: "e", Protocol: "test", Transport: heron.UDP, Src: end(12), Dst: end(5),
			SrcPort: 40000, DstPort: 53, Attrs: map[string]string{"a": "x y"},
		},
		{Time: 7, Kind: "f", Protocol: "p", Transport: heron.UDP, Src: end(9)},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Error(diff)
	}
}

func TestAnsweredFlowsAreServices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		over  heron.Transport
		port  uint16
		state heron.FlowState
		want  string
	}{
		{heron.TCP, 80, heron.FlowEstablished, "tcp/80"},
		{heron.TCP, 50000, heron.FlowEstablished, "tcp/50000"},
		{heron.TCP, 80, heron.FlowAttempt, ""},
		{heron.TCP, 80, heron.FlowRejected, ""},
		{heron.UDP, 53, heron.FlowEstablished, "udp/53"},
		{heron.UDP, 50000, heron.FlowEstablished, ""},
		{heron.ICMP, 8, heron.FlowEstablished, ""},
	} {
		k := newCollect(dissect.CollectorConfig{})
		k.Flows([]heron.Flow{{
			Transport: c.over, Server: end(5), ServerPort: c.port, State: c.state, Last: heron.Second, Client: end(12),
		}}, func(netip.Addr) bool { return true })
		got, _ := k.Drain()
		if len(got) == 2 && got[1].Key == heron.KeyClientPort && got[1].Value == c.want && got[1].IP == end(12).IP {
			got = got[:1]
		}
		switch {
		case c.want == "" && len(got) != 0:
			t.Errorf("%+v: got %+v", c, got)
		case c.want != "" && (len(got) != 1 || got[0].Value != c.want || got[0].Key != heron.KeyService || got[0].Port != c.port):
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestSightingsAreToldEachMinute(t *testing.T) {
	t.Parallel()
	k := newCollect(dissect.CollectorConfig{})
	told := 0
	for second := range heron.Time(150) {
		k.Sighting(end(5), second*heron.Second)
		obs, _ := k.Drain()
		told += len(obs)
	}
	if told != 3 {
		t.Errorf("told %d times in 150 seconds", told)
	}
}

func TestAKnownFactCostsNoAllocation(t *testing.T) { // alone: allocations are counted
	k := newCollect(dissect.CollectorConfig{})
	value := []byte("a value\x00")
	k.Observe(k.m.Sender(), "key", value)
	k.Drain()
	if n := testing.AllocsPerRun(100, func() { k.Observe(k.m.Sender(), "key", value) }); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func BenchmarkKnownFact(b *testing.B) {
	k := newCollect(dissect.CollectorConfig{})
	value := []byte("Linux/3.14.0 UPnP/1.0 IpBridge/1.24.0")
	b.ReportAllocs()
	for b.Loop() {
		k.Observe(k.m.Sender(), "ssdp.server", value)
	}
}

// spread gives the same facts to several collectors, and returns what comes of it.
func spread(workers int, ticks bool) (obs []heron.Observation, events []heron.Event) {
	memory := dissect.NewMemory(dissect.CollectorConfig{})
	list := make([]*dissect.Collector, workers)
	for i := range list {
		list[i] = dissect.NewCollector(memory)
	}
	r := rand.New(rand.NewPCG(1, 2))
	place := uint64(0)
	for second := range 400 {
		now := heron.Time(second+1) * heron.Second * 40
		for range 20 {
			place += 1 + uint64(r.IntN(3))
			from := r.IntN(6)
			c := list[(from+second)%workers]
			late := heron.Time(r.IntN(5)/4) * heron.Time(r.IntN(300)) * heron.Second
			m := heron.Message{Time: max(0, now+heron.Time(r.IntN(1000))-late), Src: end(byte(from)), FromClient: true}
			c.Place(place)
			c.Begin(&m, "test")
			c.ObserveString(m.Sender(), "a", strconv.Itoa(r.IntN(90)))
			c.ObserveString(m.Sender(), "b", strings.Repeat("\x00", r.IntN(3))+strconv.Itoa(r.IntN(4)))
			c.Sighting(m.Src, m.Time)
			c.Event(heron.Event{Kind: strconv.Itoa(r.IntN(9))})
		}
		rounds := make([]*dissect.Round, workers)
		for i, c := range list {
			rounds[i] = c.Cut()
		}
		memory.Take(rounds...)
		o, e := memory.Drain()
		obs, events = append(obs, o...), append(events, e...)
		if ticks {
			for _, c := range list {
				c.Tick(now + heron.Second*40)
			}
		}
	}
	return obs, events
}

// What is kept back, and by whom, makes no difference either.
func TestWorkersMakeNoDifference(t *testing.T) {
	t.Parallel()
	wantObs, wantEvents := spread(1, false)
	for _, n := range []int{1, 2, 3, 6} {
		for _, ticks := range []bool{false, true} {
			obs, events := spread(n, ticks)
			if !slices.Equal(wantObs, obs) {
				t.Errorf("%d workers, ticks %t: %s", n, ticks, cmp.Diff(wantObs, obs, cmpopts.EquateComparable(netip.Addr{})))
			}
			if !reflect.DeepEqual(wantEvents, events) {
				t.Errorf("%d workers, ticks %t: %s", n, ticks, cmp.Diff(wantEvents, events, cmpopts.EquateComparable(netip.Addr{})))
			}
		}
	}
}
