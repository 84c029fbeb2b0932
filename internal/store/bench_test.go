package store_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/store"
	"github.com/heron-iot/heron/internal/store/storetest"
)

// fleet is the number of devices that lists must be fast with.
const fleet = 100_000

func fleetDevice(i int) heron.Device {
	vendors := []string{"Philips", "Axis", "Siemens", "Schneider Electric", "Hikvision", "Espressif", "Cisco", "HP", "Sonos", "Ring"}
	types := []string{"hub", "camera", "plc", "hmi", "camera", "iot_module", "switch", "printer", "smart_speaker", "doorbell_camera"}
	kind, _ := heron.TypeOf(types[i%10])
	ip := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	return heron.Device{
		ID: heron.DeriveID("fleet", fmt.Sprint(i)), SiteID: "site", Local: i%20 != 0, Zone: fmt.Sprintf("zone-%d", i%12),
		MACs: []heron.MAC{{2, 0, byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}}, IPs: []netip.Addr{ip},
		Hostnames: []string{fmt.Sprintf("host-%d.example.net", i)}, Sensors: []string{fmt.Sprintf("sensor-%d", i%4)},
		Identity: heron.Identity{
			Vendor: &heron.Claim{Value: vendors[i%10], Confidence: 0.9}, Type: heron.Claim{Value: types[i%10], Confidence: 0.9},
			Model: &heron.Claim{Value: fmt.Sprintf("Model %d", i%300), Confidence: 0.8}, Firmware: &heron.Claim{Value: fmt.Sprintf("%d.%d", i%9, i%17)},
		},
		Evidence: []heron.Evidence{{Key: "http.server", Value: strings.Repeat("x", 60), Source: "http", Supports: "vendor", Weight: 2}},
		Services: []heron.Service{{Transport: heron.TCP, Port: 80, Protocol: "http"}, {Transport: heron.TCP, Port: 443, Protocol: "tls"}},
		Standing: heron.Standing{
			Criticality: heron.Held{Value: kind.Criticality, By: heron.ByType}, Purdue: heron.Held{Value: heron.PurdueText(kind.Purdue), By: heron.ByType},
		},
		Presence: heron.Presence{State: heron.PresenceStates()[i%13%5]},
		First:    storetest.Start - heron.Time(i)*heron.Second, Last: storetest.Start + heron.Time(i*7919%fleet)*heron.Second,
	}
}

func fill(b *testing.B, db *store.DB) {
	b.Helper()
	for from := 0; from < fleet; from += 1000 {
		devices := make([]heron.Device, 0, 1000)
		for i := from; i < from+1000; i++ {
			devices = append(devices, fleetDevice(i))
		}
		if err := db.PutDevices(b.Context(), &heron.DeviceEdit{Devices: devices}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDevices measures what the page asks for, with 100,000 devices.
func BenchmarkDevices(b *testing.B) {
	for _, engine := range []struct {
		name   string
		newURL func(testing.TB) string
	}{
		{"sqlite", storetest.SQLite},
		{"postgres", postgres},
	} {
		b.Run(engine.name, func(b *testing.B) {
			db, err := store.Open(b.Context(), engine.newURL(b), store.Options{AuditHash: audit.Hash})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			fill(b, db)
			benchmarkLists(b, db)
		})
	}
}

func benchmarkLists(b *testing.B, db *store.DB) {
	yes := true
	filters := []struct {
		name string
		f    heron.DeviceFilter
		sort string
	}{
		{"all_by_name", heron.DeviceFilter{}, "name"},
		{"all_by_last", heron.DeviceFilter{}, "-last_seen"},
		{"local", heron.DeviceFilter{Local: &yes}, "name"},
		{"type", heron.DeviceFilter{Types: []string{"plc"}}, "-last_seen"},
		{"all_by_priority", heron.DeviceFilter{}, "-priority"},
		{"critical_by_priority", heron.DeviceFilter{Criticalities: []string{"critical", "high"}, Purdue: []string{"1"}}, "-priority"},
		{"away", heron.DeviceFilter{Presence: []heron.PresenceState{heron.PresenceAway}}, "name"},
		{"text_common", heron.DeviceFilter{Terms: []heron.Term{{Value: "siemens"}}}, "name"},
		{"text_rare", heron.DeviceFilter{Terms: []heron.Term{{Value: "host-77777"}}}, "name"},
		{"fields", heron.DeviceFilter{Terms: []heron.Term{{Field: "vendor", Value: "axis"}, {Field: "firmware", Op: "<", Value: "5"}, {Field: "port", Value: "443"}}}, "ip"},
	}
	for _, f := range filters {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				l, err := db.ListDevices(b.Context(), f.f, heron.Page{Sort: f.sort})
				if err != nil || l.Total == 0 {
					b.Fatal(l.Total, err)
				}
			}
		})
	}
	b.Run("facets", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.CountDevices(b.Context(), heron.DeviceFilter{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("overview", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Overview(b.Context(), storetest.Start); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("get", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := db.GetDevice(b.Context(), heron.DeriveID("fleet", fmt.Sprint(i*7919%fleet))); err != nil {
				b.Fatal(err)
			}
		}
	})
}
