package app

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// invented writes n signatures of the shapes that ours have: prefixes, words,
// whole values, expressions and domains, from the syllables that makers share.
func invented(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	heads := []string{"smart", "cam", "net", "pro", "home", "air", "tech", "link", "view", "http", "server", "ubuntu", "linux", "upnp", "ip"}
	tails := []string{"cam", "hub", "plug", "net", "sense", "link", "view", "box", "gate", "tek", "sys", "bot", "dome", "eye", "server"}
	word := func() string {
		return heads[r.IntN(len(heads))] + tails[r.IntN(len(tails))] + string(rune('a'+r.IntN(26))) + fmt.Sprint(r.IntN(1000))
	}
	keys := []string{
		"http.server", "http.title", "@hostname", "@model", "@text", "@self", "mdns.instance", "upnp.model_name",
		"snmp.sysdescr", "dhcp.vendor_class",
	}
	types := []string{"camera", "plc", "printer", "smart_plug", "router"}
	var b strings.Builder
	for i := range n {
		key, w := keys[r.IntN(len(keys))], word()
		fmt.Fprintf(&b, "- {id: x.s%05d, match: [{", i)
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, "key: %q, prefix: %s-", key, w)
		case 1:
			fmt.Fprintf(&b, "key: %q, word: %s", key, w)
		case 2:
			fmt.Fprintf(&b, "key: %q, equals: [%s, %s, %s]", key, w, word(), word())
		case 3:
			fmt.Fprintf(&b, "key: %q, regexp: '^%s[- ](?P<model>[A-Z]{2}[0-9]{2,5})'", key, w)
		case 4:
			fmt.Fprintf(&b, "key: \"@contact\", domain: %s.com", w)
		}
		fmt.Fprintf(&b, "}], yields: {vendor: [Maker%d, 4], type: [%s, 3]}}\n", r.IntN(900), types[r.IntN(len(types))])
	}
	return b.String()
}

// labDevices are the observations of each device of the laboratory.
func labDevices(tb testing.TB) [][]heron.Observation {
	tb.Helper()
	byID := map[string][]heron.Observation{}
	var order []string
	_, err := Read(tb.Context(), ReadOptions{Files: []string{scanned(tb)}, Observation: func(o *heron.DeviceObservation) error {
		if byID[o.DeviceID] == nil {
			order = append(order, o.DeviceID)
		}
		byID[o.DeviceID] = append(byID[o.DeviceID], o.Observation)
		return nil
	}})
	if err != nil {
		tb.Fatal(err)
	}
	out := make([][]heron.Observation, len(order))
	for i, id := range order {
		out[i] = byID[id]
	}
	return out
}

// knowing returns an identifier with n signatures more than the embedded.
func knowing(tb testing.TB, n int) *identify.Identifier {
	tb.Helper()
	p, err := identify.EmbeddedOver(fstest.MapFS{"x.yaml": {Data: []byte(invented(n))}})
	if err != nil {
		tb.Fatal(err)
	}
	id, err := identify.NewWith(p)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// many is how many signatures must cost hardly more than the embedded alone.
const many = 15000

func TestManySignaturesCostHardlyMore(t *testing.T) {
	devices := labDevices(t)
	all := func(id *identify.Identifier) time.Duration {
		return work(t, func() {
			for _, obs := range devices {
				id.Identify(obs)
			}
		})
	}
	var first, again [2]time.Duration // with few signatures and with many
	for i, n := range []int{1, many} {
		for range 2 {
			id := knowing(t, n)
			first[i] = least(first[i], all(id))
			for range 5 {
				again[i] = least(again[i], all(id))
			}
		}
	}
	t.Logf("%d devices: %v where no fact was seen before, %v with %d signatures more; %v and %v where all were",
		len(devices), first[0], first[1], many, again[0], again[1])
	if first[1] > 2*first[0] || again[1] > 2*again[0] {
		t.Errorf("with %d signatures more a device costs more than twice", many)
	}
}

// least is the shorter of two times, of which the first may not be known yet.
func least(a, b time.Duration) time.Duration {
	if a == 0 || b < a {
		return b
	}
	return a
}

func BenchmarkIdentify(b *testing.B) {
	devices := labDevices(b)
	for _, n := range []int{1, many} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			id := knowing(b, n)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				id.Identify(devices[i%len(devices)])
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-held")
		})
	}
}
