package app

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/guess"
	"github.com/heron-iot/heron/internal/store"
)

// siteCore is the core of one site over a store that several share.
func siteCore(t *testing.T, db *store.DB, know *knowledge, site string) *core {
	t.Helper()
	model, err := guess.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	c := &core{
		site: site, store: db, log: slog.New(slog.DiscardHandler), identify: know, guess: model,
		digest: func() string { return know.now.Load().Digest() }, changed: func(...string) {}, sensors: map[string]heron.Sensor{},
	}
	if err := c.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// seenAtSite is one thing that the sensor of a site told of a device.
func seenAtSite(site string, m heron.MAC, address, key, value string, at heron.Time) heron.Observation {
	return heron.Observation{
		Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: m, IP: netip.MustParseAddr(address)}},
		Key:     key, Value: value, Source: "test", Sensor: "sensor-" + site, First: at, Last: at, Count: 1,
	}
}

// Two sites have the same network, in which the same addresses are of other devices;
// one MAC, one name and one serial number are at both, by cloning. Nothing of one site
// becomes a part of the other's, nor when a core begins anew.
func TestTwoSitesWithOneNetwork(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "heron.db"), store.Options{AuditHash: audit.Hash})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	know, err := newKnowledge("", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	cloned := heron.MAC{0x00, 0x40, 0x8c, 9, 9, 9}
	sites := map[string]heron.MAC{"north": {0x00, 0x17, 0x88, 1, 1, 1}, "south": {0x28, 0x63, 0x36, 2, 2, 2}}
	tell := func(c *core, seq uint64, at heron.Time) {
		t.Helper()
		obs := []heron.Observation{
			seenAtSite(c.site, sites[c.site], "192.168.1.10", heron.KeyARP, "192.168.1.10", at),
			seenAtSite(c.site, sites[c.site], "192.168.1.10", heron.KeyHostname, "host-of-"+c.site, at),
			seenAtSite(c.site, cloned, "192.168.1.20", heron.KeyARP, "192.168.1.20", at),
			seenAtSite(c.site, cloned, "192.168.1.20", heron.KeyHostname, "camera", at),
			seenAtSite(c.site, cloned, "192.168.1.20", "upnp.serial_number", "SN4815162342", at),
		}
		b := &heron.Batch{SensorID: "sensor-" + c.site, SiteID: c.site, Epoch: "1", Seq: seq, Now: at, Observations: obs}
		if err := c.apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string) {
		t.Helper()
		list, err := db.ListDevices(t.Context(), heron.DeviceFilter{Merged: true}, heron.Page{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		bySite := map[string]int{}
		for i := range list.Items {
			d := &list.Items[i]
			bySite[d.SiteID]++
			own := len(d.MACs) == 1 && (d.MACs[0] == cloned || d.MACs[0] == sites[d.SiteID])
			from := len(d.Sensors) == 1 && d.Sensors[0] == "sensor-"+d.SiteID
			if !own || !from || len(d.IPs) != 1 || d.MergedInto != "" || d.MACs[0] != cloned && d.Hostnames[0] != "host-of-"+d.SiteID {
				t.Errorf("%s: a device of %s is %v %v %v, seen by %v", when, d.SiteID, d.MACs, d.IPs, d.Hostnames, d.Sensors)
			}
		}
		if len(list.Items) != 4 || bySite["north"] != 2 || bySite["south"] != 2 {
			t.Errorf("%s: devices by site are %v", when, bySite)
		}
	}
	at := heron.Time(1_700_000_000) * heron.Second
	north, south := siteCore(t, db, know, "north"), siteCore(t, db, know, "south")
	for i := range heron.Time(3) { // by turns
		tell(north, uint64(i+1), at+i*heron.Minute)
		tell(south, uint64(i+1), at+i*heron.Minute)
	}
	check("after both told by turns")
	north, south = siteCore(t, db, know, "north"), siteCore(t, db, know, "south")
	tell(south, 4, at+heron.Hour)
	tell(north, 4, at+heron.Hour)
	check("after both began anew")
	if n, s := north.deviceAt(netip.MustParseAddr("192.168.1.10")), south.deviceAt(netip.MustParseAddr("192.168.1.10")); n == nil || s == nil || n.ID == s.ID {
		t.Errorf("at one address there are %v and %v", n, s)
	}
}
