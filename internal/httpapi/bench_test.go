package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/heron-iot/heron"
)

// crowd fills the store with n devices that look like those of a large site.
func (w *world) crowd(n int) {
	w.t.Helper()
	vendors := []string{"Axis Communications", "Hikvision", "Siemens", "Philips", "HP", "Cisco"}
	types := []string{"camera", "plc", "smart_bulb", "printer", "switch", "infusion_pump"}
	batch := make([]heron.Device, 0, 5000)
	for i := range n {
		addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		batch = append(batch, heron.Device{
			ID: fmt.Sprintf("d%06d", i), Local: true, MACs: []heron.MAC{{0, 0x11, 0x22, byte(i >> 16), byte(i >> 8), byte(i)}},
			IPs: []netip.Addr{addr}, Hostnames: []string{fmt.Sprintf("host-%d", i)},
			Identity: heron.Identity{
				Vendor: &heron.Claim{Value: vendors[i%len(vendors)], Confidence: 0.97}, Model: &heron.Claim{Value: fmt.Sprintf("M%d", i%97), Confidence: 0.9},
				Type: heron.Claim{Value: types[i%len(types)], Confidence: 0.95}, Firmware: &heron.Claim{Value: fmt.Sprintf("%d.%d", i%12, i%7), Confidence: 0.9},
			},
			Evidence: []heron.Evidence{
				{Key: "dhcp.vendor_class", Value: "AXIS,Network Camera,P1448-LE,9.80.3.1", Source: "dhcp", Supports: "model", Claim: "P1448-LE", Weight: 4.2},
				{Key: "http.server", Value: "Apache/2.4", Source: "http", Supports: "type", Claim: "camera", Weight: 1.1},
				{Key: "mac.oui", Value: "Axis Communications AB", Source: "arp", Supports: "vendor", Claim: "Axis", Weight: 3},
			},
			Services: []heron.Service{{Transport: heron.TCP, Port: 80, Protocol: "http"}, {Transport: heron.TCP, Port: 554, Protocol: "rtsp"}},
			First:    heron.Time(i + 1), Last: heron.Time(n - i),
		})
		if len(batch) == cap(batch) || i == n-1 {
			w.devices(batch...)
			batch = batch[:0]
		}
	}
}

// BenchmarkDeviceList answers requests for 100 of 100,000 devices through the
// whole handler: token, role, store, JSON.
func BenchmarkDeviceList(b *testing.B) {
	w := newWorld(b)
	w.crowd(100_000)
	key := w.token(heron.Viewer).bearer
	for _, path := range []string{
		"/api/v1/devices?limit=100",
		"/api/v1/devices?limit=100&sort=-last_seen",
		"/api/v1/devices?limit=100&sort=name",
		"/api/v1/devices?limit=100&type=camera&vendor=Axis+Communications",
		"/api/v1/devices?limit=100&q=vendor:axis+firmware%3C10+-type:printer",
		"/api/v1/devices/facets",
		"/api/v1/devices/d050000",
	} {
		b.Run(path, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
				r.Header.Set("Authorization", "Bearer "+key)
				rec := httptest.NewRecorder()
				start := time.Now()
				w.srv.Handler().ServeHTTP(rec, r)
				took = append(took, time.Since(start))
				if rec.Code != http.StatusOK {
					b.Fatalf("%d %s", rec.Code, rec.Body)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}
