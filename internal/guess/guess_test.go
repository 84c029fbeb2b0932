package guess_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/guess"
)

func obs(pairs ...string) []heron.Observation {
	var out []heron.Observation
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, heron.Observation{Key: pairs[i], Value: pairs[i+1], Source: "flow"})
	}
	return out
}

// profile makes up what a device did: so many packets of a size, to so many peers.
func profile(r *rand.Rand, size uint64, peers int) *heron.Baseline {
	packets := 50 + r.Uint64N(50)
	b := &heron.Baseline{Features: map[string]heron.Tail{"bytes_out": {Windows: 5, Max: float64(size * packets)}}}
	b.Traffic = heron.Traffic{
		BytesOut: size * packets, BytesIn: 60 * packets, PacketsOut: packets, PacketsIn: packets, ClientFlows: 5,
		BytesEncrypted: size * packets,
		Used:           []heron.ServiceUse{{Transport: heron.TCP, Port: 443, Protocol: "tls", Flows: 5}},
	}
	b.Traffic.SizesOut[min(7, size/128)] = uint32(packets)
	for i := range peers {
		b.Peers = append(b.Peers, heron.Peer{Address: fmt.Sprintf("198.51.100.%d", i+1), BytesOut: size * packets / uint64(peers), Flows: 1})
	}
	return b
}

// kinds are made-up products: what they say, and how much they send.
var kinds = []struct {
	product, kind string
	said          []string
	size          uint64
	peers         int
}{
	{"cam one", "camera", []string{"tls.ja4", "t12d_aa_bb", "client.protocol", "tls", "ip.ttl", "64", "client.port", "udp/123"}, 1000, 1},
	{"cam two", "camera", []string{"tls.ja4", "t12d_aa_cc", "client.protocol", "tls", "ip.ttl", "64", "client.port", "tcp/8443"}, 900, 2},
	{"plug one", "smart_plug", []string{"tls.ja4", "t12i_dd_ee", "client.protocol", "tls", "ip.ttl", "255", "client.port", "udp/123"}, 90, 1},
	{"plug two", "smart_plug", []string{"tls.ja4", "t12i_dd_ff", "client.protocol", "tls", "ip.ttl", "255", "client.port", "tcp/8883"}, 100, 1},
	{"box", "tv", []string{"tls.ja4", "t13d_gg_hh", "client.protocol", "tls", "ip.ttl", "64", "service.open", "tcp/8009"}, 300, 12},
	{"plant", "plc", []string{"service.protocol", "tcp/502/modbus", "service.open", "tcp/502", "ip.ttl", "128"}, 70, 3},
}

func examples(captures int) []*guess.Example {
	r := rand.New(rand.NewPCG(7, 7))
	var out []*guess.Example
	for _, k := range kinds {
		for c := range captures {
			for v := range guess.Views {
				e := &guess.Example{Dataset: "test", Product: k.product, Type: k.kind, Capture: fmt.Sprint(k.product, c), View: v}
				said := obs(k.said...)
				if r.IntN(4) == 0 {
					said = append(said, obs("igmp.version", "3")...)
				}
				p := profile(r, k.size, k.peers)
				e.Observations, e.Baseline = v.Show(said, p, p)
				out = append(out, e)
			}
		}
	}
	return out
}

// trained is a model of the made-up products.
var trained = sync.OnceValue(func() *guess.Model {
	m, _, err := guess.Train(examples(6), 3)
	if err != nil {
		panic(err)
	}
	return m
})

func TestKnownKindsAreRecognised(t *testing.T) {
	t.Parallel()
	_, r, err := guess.Train(examples(6), 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Views {
		if s.HeldOut == "capture" && (s.Forced < 0.95 || s.Wrong > 0.02) {
			t.Errorf("%s: %.2f would be right, %.2f are wrong", s.Of, s.Forced, s.Wrong)
		}
	}
	if r.Products != len(kinds) || r.Types != 4 || r.Captures != 6*len(kinds) {
		t.Errorf("the report counts %d products, %d types, %d captures", r.Products, r.Types, r.Captures)
	}
}

func TestStrangersAreUnknown(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	m := trained()
	for name, q := range map[string]guess.Subject{
		"nothing":        {},
		"a profile":      {Profile: profile(r, 500, 3)},
		"strange words":  {Observations: obs("tls.ja4", "t13q_x_y", "client.port", "tcp/4444", "ip.ttl", "32", "ssh.hassh", "abc"), Profile: profile(r, 500, 30)},
		"names alone":    {Observations: obs("host.name", "camera", "mdns.service", "_camera._tcp")},
		"a common trait": {Observations: obs("ip.ttl", "64")},
	} {
		if e := m.Evidence(&q); len(e) > 0 {
			t.Errorf("%s: taken for a %s: %v", name, e[0].Claim, e)
		}
	}
}

func TestWeightsMakeTheConfidence(t *testing.T) {
	t.Parallel()
	k := kinds[0]
	q := guess.Subject{Observations: obs(k.said...), Profile: profile(rand.New(rand.NewPCG(2, 2)), k.size, k.peers)}
	e := trained().Evidence(&q)
	if len(e) == 0 {
		t.Fatal("nothing is said of a device that is known")
	}
	sum := 0.0
	for _, one := range e {
		sum += one.Weight
		if one.Claim != "camera" || one.Supports != "type" || one.Source != guess.Source || one.Key == "" || one.Value == "" {
			t.Errorf("evidence is %+v", one)
		}
	}
	if p := 1 / (1 + math.Exp(2-sum)); p < 0.5 || p > 0.96 {
		t.Errorf("the weights make a confidence of %.2f", p)
	}
}

// TestControlDevicesAreNotGuessed: of what was seen to control nothing is said, and
// nothing else is taken for a control device.
func TestControlDevicesAreNotGuessed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	for _, k := range kinds {
		for _, control := range []bool{false, true} {
			e := trained().Evidence(&guess.Subject{Observations: obs(k.said...), Profile: profile(r, k.size, k.peers), Control: control})
			if silent := control || k.kind == "plc"; silent != (len(e) == 0) {
				t.Errorf("%s, control %v: %v", k.product, control, e)
			}
		}
	}
}

// TestSettlingTellsNothing: a device that only got its address and joined groups is as
// any with the same program for that, however well it is known.
func TestSettlingTellsNothing(t *testing.T) {
	t.Parallel()
	k := kinds[0]
	q := guess.Subject{Observations: obs(k.said...), Profile: profile(rand.New(rand.NewPCG(2, 2)), k.size, k.peers)}
	for talks, protocol := range map[bool]string{false: "dhcp", true: "tls"} {
		for i := range q.Profile.Peers {
			q.Profile.Peers[i].Protocol = protocol
		}
		if e := trained().Evidence(&q); talks != (len(e) > 0) {
			t.Errorf("of a device that speaks %s, it says %v", protocol, e)
		}
	}
}

// TestWhatWasHardlySeenIsNoModel: likeness to the one capture of a device that nobody
// labelled is no answer; to one that somebody did, it is.
func TestWhatWasHardlySeenIsNoModel(t *testing.T) {
	t.Parallel()
	const once = "plug two"
	for _, unlabelled := range []bool{false, true} {
		list := slices.DeleteFunc(examples(6), func(e *guess.Example) bool { return e.Product == once && e.Capture != once+"0" })
		var seen *guess.Example
		for _, e := range list {
			if e.Product == once {
				e.Unlabelled = unlabelled
				if e.View == guess.Whole {
					seen = e
				}
			}
		}
		m, _, err := guess.Train(list, 3)
		if err != nil {
			t.Fatal(err)
		}
		e := m.Evidence(&guess.Subject{Observations: seen.Observations, Profile: seen.Baseline})
		if unlabelled != (len(e) == 0) {
			t.Errorf("unlabelled %v: of the capture that was learned from, it says %v", unlabelled, e)
		}
	}
}

// TestStrangersAreHeldOutWhole: nothing of a maker or a type is known where it is held out.
func TestStrangersAreHeldOutWhole(t *testing.T) {
	t.Parallel()
	list := examples(4)
	for _, e := range list {
		e.Maker = e.Type // so that there is nobody of the type left either way
	}
	_, r, err := guess.Train(list, 6)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]int{}
	for _, s := range r.Views {
		held[s.HeldOut]++
		if unlike := s.HeldOut == "maker" || s.HeldOut == "type"; unlike && s.Forced > 0 {
			t.Errorf("%s held out, %s: %.2f would be right", s.HeldOut, s.Of, s.Forced)
		}
	}
	for _, h := range []string{"capture", "product", "maker", "type"} {
		if held[h] != int(guess.Views) {
			t.Errorf("%d views with each %s held out", held[h], h)
		}
	}
}

func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	for _, k := range kinds {
		said := obs(append(slices.Clone(k.said), "ssh.hassh", "never seen")...)
		p := profile(r, k.size, k.peers)
		want := trained().Evidence(&guess.Subject{Observations: said, Profile: p, Control: k.kind == "plc"})
		for range 20 {
			mixed := append(slices.Clone(said), said[r.IntN(len(said))])
			r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
			if got := trained().Evidence(&guess.Subject{Observations: mixed, Profile: p, Control: k.kind == "plc"}); !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", k.product, got, want)
			}
		}
	}
}

func TestTrainingIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b := examples(3), examples(3)
	rand.New(rand.NewPCG(5, 5)).Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
	x, _, err := guess.Train(a, 3)
	if err != nil {
		t.Fatal(err)
	}
	y, _, err := guess.Train(b, 3)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x.Encode(), y.Encode()) {
		t.Error("the same examples in another order give another model")
	}
}

func TestTooFewExamplesAreRefused(t *testing.T) {
	t.Parallel()
	if _, _, err := guess.Train(nil, 3); err == nil {
		t.Error("a model is made of nothing")
	}
	one := examples(3)[:12]
	if _, _, err := guess.Train(one, 3); err == nil {
		t.Error("a model is made of one type")
	}
}

// TestEmbeddedModelIsWhole holds the file to its form: what is read of it is
// written the same.
func TestEmbeddedModelIsWhole(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("model.bin")
	if err != nil {
		t.Fatal(err)
	}
	m, err := guess.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(m.Encode(), want) {
		t.Error("model.bin is not in the form that Encode writes")
	}
	if len(want) > 1<<20 {
		t.Errorf("model.bin has %d bytes", len(want))
	}
}

// TestHeldOutModelsHaveNotSeen: a model of those that are held out knows other
// captures of a product, and nothing of a product that is.
func TestHeldOutModelsHaveNotSeen(t *testing.T) {
	t.Parallel()
	list := slices.DeleteFunc(examples(4), func(e *guess.Example) bool { return e.View == guess.Bare }) // too little is told there
	for _, products := range []bool{false, true} {
		models, fold, err := guess.HoldOut(list, products)
		if err != nil {
			t.Fatal(err)
		}
		answers, right := 0, 0
		for _, e := range list {
			m := models[fold(e.Product, e.Capture)]
			if said := m.Evidence(&guess.Subject{Observations: e.Observations, Profile: e.Baseline, Control: e.Type == "plc"}); len(said) > 0 {
				answers++
				if said[0].Claim == e.Type {
					right++
				}
			}
		}
		switch {
		case !products && right < len(list)*8/10:
			t.Errorf("of %d captures of known products, %d are recognised", len(list), right)
		case products && answers-right > len(list)/20:
			t.Errorf("of %d captures of strangers, %d are mistaken", len(list), answers-right)
		}
	}
}

func TestDamagedModelsAreRefused(t *testing.T) {
	t.Parallel()
	b := trained().Encode()
	for n := 0; n < len(b); n += 1 + n/50 {
		if _, err := guess.Decode(b[:n]); err == nil {
			t.Fatalf("%d bytes of %d are a model", n, len(b))
		}
	}
	if _, err := guess.Decode(append(b, 0)); err == nil {
		t.Error("a model with more behind it is a model")
	}
}

func FuzzDecode(f *testing.F) {
	k := kinds[0]
	q := guess.Subject{Observations: obs(k.said...), Profile: profile(rand.New(rand.NewPCG(6, 6)), k.size, k.peers)}
	f.Add(trained().Encode())
	f.Fuzz(func(_ *testing.T, b []byte) {
		if m, err := guess.Decode(b); err == nil {
			m.Evidence(&q)
		}
	})
}

// FuzzEvidence: whatever devices say, the model says the same of it twice and
// with weights that are numbers.
func FuzzEvidence(f *testing.F) {
	m, err := guess.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("tls.ja4", "t12d_aa_bb", "tcp.syn", "64:mss*4:1:1460:mss,sok:df", uint64(100), uint64(1<<63))
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string, a, b uint64) {
		p := &heron.Baseline{Traffic: heron.Traffic{BytesOut: a, BytesIn: b, PacketsOut: b, PacketsIn: a, ClientFlows: a, ServerFlows: b}}
		q := guess.Subject{Observations: obs(k1, v1, k2, v2, "client.protocol", "tls"), Profile: p}
		first := m.Evidence(&q)
		if !slices.Equal(first, m.Evidence(&q)) {
			t.Error("twice the same question has two answers")
		}
		for _, e := range first {
			if math.IsNaN(e.Weight) || math.IsInf(e.Weight, 0) {
				t.Errorf("weight is %v", e.Weight)
			}
		}
	})
}

func TestViewsHideWhatTheySay(t *testing.T) {
	t.Parallel()
	said := []heron.Observation{
		{Key: "dhcp.params", Value: "1,3,6", Source: "dhcp"},
		{Key: "client.port", Value: "udp/53", Source: "flow"},
		{Key: "client.protocol", Value: "http", Source: "http"},
		{Key: "service.protocol", Value: "tcp/8899/http", Source: "http"},
		{Key: "contact.name", Value: "example.com", Source: "dns"},
		{Key: "igmp.version", Value: "3", Source: "igmp"},
		{Key: "tls.ja4", Value: "t12", Source: "tls"},
		{Key: "client.port", Value: "tcp/443", Source: "flow"},
	}
	whole, hidden := &heron.Baseline{DeviceID: "whole"}, &heron.Baseline{DeviceID: "hidden"}
	for v, want := range map[guess.View]string{
		guess.Whole: "8 whole", guess.Unnamed: "3 whole", guess.Bare: "3 -", guess.Nameless: "4 whole", guess.Encrypted: "3 hidden",
	} {
		shown, p := v.Show(said, whole, hidden)
		got := fmt.Sprint(len(shown), " -")
		if p != nil {
			got = fmt.Sprint(len(shown), " ", p.DeviceID)
		}
		if got != want {
			t.Errorf("%v shows %s, want %s: %v", v, got, want, shown)
		}
	}
}

// hello is a device that says as much as most do.
func hello() *guess.Subject {
	return &guess.Subject{
		Observations: obs(
			"tls.ja4", "t12i700500_d1ca360fb3a8_a1e935682795", "tls.ja3", "03219efe210c7d362ae83b2f96a1e6a4", "tls.client_version", "1.2",
			"tcp.syn", "64:mss*4:1:1460:mss,sok,ts,nop,ws:df,id", "ip.ttl", "64", "client.port", "tcp/443", "client.protocol", "tls",
			"flow.outbound", "tcp/443", "eapol.key", "rsn", "eapol.version", "1", "igmp.version", "3", "igmp.group", "224.0.0.251", "ntp.version", "3",
		),
		Profile: profile(rand.New(rand.NewPCG(8, 8)), 200, 5),
	}
}

// TestSilenceCostsNoMemory: most devices are none that the model knows.
func TestSilenceCostsNoMemory(t *testing.T) {
	m, err := guess.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	q := hello()
	if e := m.Evidence(q); len(e) > 0 {
		t.Fatalf("a device that is made up is taken for a %s", e[0].Claim)
	}
	// Of what is kept for the next, all in all nine pieces, the race detector has a pool forget one
	// in four: two or three a run.
	const forgotten = 4
	if n := testing.AllocsPerRun(100, func() { m.Evidence(q) }); n > forgotten {
		t.Errorf("%.0f allocations", n)
	}
}

func BenchmarkSilence(b *testing.B) {
	m, err := guess.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	q := hello()
	b.ReportAllocs()
	for b.Loop() {
		m.Evidence(q)
	}
}

// BenchmarkAnswer asks a small model of a device that it knows.
func BenchmarkAnswer(b *testing.B) {
	k := kinds[0]
	q := guess.Subject{Observations: obs(k.said...), Profile: profile(rand.New(rand.NewPCG(8, 8)), k.size, k.peers)}
	m := trained()
	b.ReportAllocs()
	for b.Loop() {
		m.Evidence(&q)
	}
}
