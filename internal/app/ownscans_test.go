package app

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// What the platform sends is its own between its addresses and those that it asks, as long
// as it asks, and nothing else is.
func TestOwnScans(t *testing.T) {
	t.Parallel()
	const began, ended = 1000 * heron.Second, 1060 * heron.Second
	scan := heron.Scan{
		ID: "a", From: []string{"10.0.0.9", "fe80::9"}, Started: began, State: heron.ScanRunning,
		ScanRequest: heron.ScanRequest{Targets: []string{"10.0.1.0/24", "10.0.2.7"}},
	}
	o := &ownScans{}
	never := []netip.Prefix{netip.MustParsePrefix("10.0.1.66/32")}
	o.note(&scan, never)
	check := func(from, to string, at heron.Time, want bool) {
		t.Helper()
		if got := o.sent(netip.MustParseAddr(from), netip.MustParseAddr(to), at); got != want {
			t.Errorf("%s to %s at %v is ours: %v, want %v", from, to, at, got, want)
		}
	}
	check("10.0.0.9", "10.0.1.5", began+heron.Hour, true) // it runs
	scan.State, scan.Ended = heron.ScanDone, ended
	o.note(&scan, never)
	check("10.0.0.9", "10.0.1.5", began, true)
	check("10.0.1.5", "10.0.0.9", began, true) // an answer from another port
	check("10.0.0.9", "10.0.2.7", ended+2*heron.Second, true)
	check("10.0.0.9", "10.0.2.8", began, false)
	check("10.0.0.9", "10.0.1.66", began, false) // who was to be left alone
	check("10.0.0.8", "10.0.1.5", began, false)
	check("10.0.1.4", "10.0.1.5", began, false)
	check("10.0.0.9", "10.0.1.5", ended+heron.Minute, false)
	check("10.0.0.9", "10.0.1.5", began-heron.Minute, false)
	scan.Offset = -60
	o.note(&scan, never)
	check("10.0.0.9", "10.0.1.5", began-heron.Minute, true) // by a sensor's clock
	check("10.0.0.9", "10.0.1.5", began-2*heron.Minute, false)
	scan.Offset = -1e300
	o.note(&scan, never)
	check("10.0.0.9", "10.0.1.5", began-heron.Hour, true)
	check("10.0.0.9", "10.0.1.5", began-2*heron.Hour, false)
	scan.Offset = 0
	scan.State, scan.Ended = heron.ScanInterrupted, began+heron.Day
	o.note(&scan, never)
	check("10.0.0.9", "10.0.1.5", began+2*heron.Hour, false)
	for i := range maxOwnScans + 10 {
		o.note(&heron.Scan{ID: string(rune(i + 1000))}, nil)
	}
	if n := len(*o.list.Load()); n != maxOwnScans {
		t.Errorf("%d scans are remembered", n)
	}
	check("10.0.0.9", "10.0.1.5", began, false) // the oldest are forgotten
	if (*ownScans)(nil).sent(netip.Addr{}, netip.Addr{}, began) {
		t.Error("who scans nothing sent something")
	}
}

// A device that nobody saw but who asked is news like any other.
func TestWhoAnswersIsNews(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	p, c := platformOf(t, conf)
	hear := func(ip string, mac byte, at heron.Time) {
		t.Helper()
		addr := netip.MustParseAddr(ip)
		err := p.core.heard(t.Context(), []heron.Observation{{
			Subject: heron.Subject{Endpoint: heron.Endpoint{IP: addr, MAC: heron.MAC{0xb8, 0x27, 0xeb, 1, 2, mac}}},
			Key:     heron.KeyARP, Value: ip, Source: "scan", First: at, Last: at, Count: 1,
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	now := wallClock()
	hear("192.168.7.1", 1, now-2*heron.Hour)
	hear("192.168.7.2", 2, now)
	hear("192.168.7.2", 2, now+heron.Second)
	var got []heron.Alert
	for a, err := range c.Alerts(t.Context(), client.AlertQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if a.Src == "192.168.7.2" {
			got = append(got, a)
		}
	}
	if len(got) != 1 || got[0].Detector != "device.new" || got[0].Count != 1 || got[0].IncidentID == "" {
		t.Errorf("alerts are %+v", got)
	}
}
