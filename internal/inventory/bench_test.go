package inventory_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// factory is a network of n devices with ten observations each.
func factory(n int) []heron.Observation {
	var out []heron.Observation
	for i := range n {
		m := heron.MAC{0x00, 0x11, 0x22, byte(i >> 16), byte(i >> 8), byte(i)}
		a := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		add := func(key, value string, port uint16) {
			o := heron.Observation{Key: key, Value: value, Source: "test", Sensor: "s", First: at(i / 100), Last: at(i / 100), Count: 1}
			o.MAC, o.IP = m, a
			if port != 0 {
				o.Transport, o.Port = heron.TCP, port
			}
			out = append(out, o)
		}
		add(heron.KeyFrame, a.String(), 0)
		add(heron.KeyARP, a.String(), 0)
		add("dhcp.params", "1,3,6,15", 0)
		add("dhcp.vendor_class", "udhcp 1.24", 0)
		add(heron.KeyHostname, fmt.Sprint("device-", i), 0)
		add(heron.KeyServiceProtocol, "tcp/80/http", 80)
		add("http.server", "lighttpd/1.4.35", 80)
		add("http.title", "Device", 80)
		add(heron.KeyContact, "time.example.com", 0)
		add("ssdp.usn", fmt.Sprintf("uuid:2f402f80-da50-11e1-9b23-%012x::upnp:rootdevice", i), 0)
	}
	return out
}

// BenchmarkApply takes in batches of 1,000 observations of a site of 100,000
// devices: "new" the first time, "known" when nothing but the time is new.
func BenchmarkApply(b *testing.B) {
	obs := factory(100_000)
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v := inventory.New(inventory.Options{SiteID: "site"})
			inBatches(v, obs)
		}
		b.ReportMetric(float64(len(obs))*float64(b.N)/b.Elapsed().Seconds(), "obs/s")
	})
	b.Run("known", func(b *testing.B) {
		v := inventory.New(inventory.Options{SiteID: "site"})
		inBatches(v, obs)
		var after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportAllocs()
		for b.Loop() {
			for i := range obs {
				obs[i].Last += heron.Hour
				obs[i].Count++
			}
			inBatches(v, obs)
		}
		b.ReportMetric(float64(len(obs))*float64(b.N)/b.Elapsed().Seconds(), "obs/s")
		b.ReportMetric(float64(after.HeapAlloc)/100_000, "heap-B/device")
	})
}

// BenchmarkDeviceAt asks who has an address, as is done twice for each flow.
func BenchmarkDeviceAt(b *testing.B) {
	obs := factory(100_000)
	v := inventory.New(inventory.Options{SiteID: "site"})
	inBatches(v, obs)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i = (i + 7919) % len(obs)
		if v.DeviceAt(obs[i].Endpoint, obs[i].Last) == nil {
			b.Fatal("nobody has the address")
		}
	}
}

func inBatches(v *inventory.Inventory, obs []heron.Observation) {
	for len(obs) > 0 {
		n := min(1000, len(obs))
		v.Apply(obs[n-1].Last, obs[:n])
		obs = obs[n:]
	}
}

// BenchmarkBehindARouter adds 900 addresses that pass through one MAC, each in a
// batch of its own.
func BenchmarkBehindARouter(b *testing.B) {
	for b.Loop() {
		v := inventory.New(inventory.Options{Quiet: true})
		for i := range 900 {
			o := heron.Observation{Key: heron.KeyFrame, First: at(i), Last: at(i), Count: 1, Source: "test"}
			o.MAC, o.IP = madeUp(1), address(i*256)
			v.Apply(at(i), []heron.Observation{o})
		}
	}
}
