package app

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
)

// TestSensorIsToldWhileItScans has the core learn, while a sensor asks a host, that it is
// a control device.
func TestSensorIsToldWhileItScans(t *testing.T) {
	t.Parallel()
	const host = "127.88.11.1"
	webServer(t, host, true)
	y := coreOf(t)
	y.core.stop()
	y.conf.Data = t.TempDir()
	core, c := platformOf(t, y.conf)
	y.c = c
	p := y.join(t, t.TempDir(), allowed())
	x, err := c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{host}, Profile: "standard", Sensor: "dock", Rate: 2})
	if err != nil {
		t.Fatal(err)
	}
	told := func() heron.ScanHost {
		e := p.field.errands
		e.mu.Lock()
		defer e.mu.Unlock()
		if w := e.list[x.ID]; w != nil && w.scan != nil {
			return w.scan.told(netip.MustParseAddr(host))
		}
		return heron.ScanHost{}
	}
	eventually(t, "the sensor to scan", func() bool { now, err := c.Scan(t.Context(), x.ID); return err == nil && now.Packets > 0 })
	if told().Control {
		t.Fatal("it was a control device before anybody knew")
	}
	now := wallClock()
	at := heron.Subject{Endpoint: heron.Endpoint{IP: netip.MustParseAddr(host)}, Transport: heron.TCP, Port: 502}
	heard := heron.Observation{Subject: at, Key: heron.KeyServiceProtocol, Value: "tcp/502/modbus", Source: "modbus", First: now, Last: now, Count: 1}
	if err := core.core.heard(t.Context(), []heron.Observation{heard}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the sensor to be told", func() bool { return told().Control })
	if took := wallClock() - now; took > 10*heron.Second {
		t.Errorf("it was told after %v, as of any report", took.Std())
	}
	if _, err := c.StopScan(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	ended(t, c, x.ID)
}

// What is told again and again keeps what was told before, and only what is new wakes a sensor.
func TestLore(t *testing.T) {
	t.Parallel()
	a := netip.MustParseAddr("192.0.2.1")
	var l lore
	for i, step := range []struct {
		host heron.ScanHost
		news bool
		want heron.ScanHost
	}{
		{heron.ScanHost{Addr: a, Control: true}, true, heron.ScanHost{Addr: a, Control: true}},
		{heron.ScanHost{Addr: a, Control: true, Kind: true}, false, heron.ScanHost{Addr: a, Control: true, Kind: true}},
		{heron.ScanHost{Addr: a, Skip: true}, true, heron.ScanHost{Addr: a, Control: true, Skip: true}},
		{heron.ScanHost{Addr: a}, false, heron.ScanHost{Addr: a, Control: true, Skip: true}},
	} {
		if news := l.add([]heron.ScanHost{step.host}); news != step.news || len(l.learned) != 1 || l.learned[0] != step.want {
			t.Errorf("step %d: news %v, %+v", i, news, l.learned)
		}
	}
	for range 3 {
		l.marked(make([]string, maxChanged/2))
	}
	if !l.all || len(l.changed) > 0 {
		t.Errorf("%d devices are looked up one by one", len(l.changed))
	}
}

// TestWhoAsksNewDevices has sensors that heard a device: one of them asks it where it may,
// no stronger than it may.
func TestWhoAsksNewDevices(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	conf.Discovery.Enabled, conf.Discovery.NewDevices, conf.Discovery.Profile = true, false, "standard"
	p, _ := platformOf(t, conf)
	for name, scanner := range map[string]*heron.ScannerHealth{
		"dock": {Allowed: true, Strongest: "deep", SNMPPublic: config.SNMPPublicAuto},
		"gate": {Allowed: true, Strongest: "safe", SNMPPublic: config.SNMPPublicAuto},
		"mute": {},
		"own":  nil,
	} {
		p.core.report(name, &heron.SensorHealth{Sources: []heron.SourceHealth{{ID: name + "-eth0"}}, Scanner: scanner})
	}
	for _, x := range []struct {
		heard           []string
		sensor, profile string
	}{
		{nil, "", "standard"},
		{[]string{"mute-eth0"}, "", "standard"},
		{[]string{"upload"}, "", "standard"},
		{[]string{"dock-eth0", "mute-eth0"}, "dock", "standard"},
		{[]string{"gate-eth0"}, "gate", "safe"},
		{[]string{"dock-eth0", "own-eth0"}, "", "standard"}, // as near to the server
	} {
		if sensor, profile := p.discovery.asker(x.heard); sensor != x.sensor || profile != x.profile {
			t.Errorf("heard by %v: %q asks, with %q", x.heard, sensor, profile)
		}
	}
}
