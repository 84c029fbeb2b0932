package app

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// Who was heard serving a protocol of control systems is one, by its address or, where it
// has none, by its network card; who asks such a server is not.
func TestPlantHearsControlDevices(t *testing.T) {
	t.Parallel()
	card := heron.MAC{2, 0, 0, 0, 0, 1}
	at := func(ip string, mac heron.MAC) heron.Subject {
		e := heron.Endpoint{MAC: mac}
		if ip != "" {
			e.IP = netip.MustParseAddr(ip)
		}
		return heron.Subject{Endpoint: e}
	}
	p := &plant{}
	p.hear(&heron.Batch{Observations: []heron.Observation{
		{Subject: at("10.0.0.1", heron.MAC{2, 9}), Key: heron.KeyServiceProtocol, Value: "tcp/502/modbus"},
		{Subject: at("10.0.0.2", heron.MAC{2, 9}), Key: heron.KeyClientProtocol, Value: "modbus"},
		{Subject: at("10.0.0.3", heron.MAC{2, 9}), Key: heron.KeyServiceProtocol, Value: "tcp/80/http"},
		{Subject: at("10.0.0.4", heron.MAC{2, 9}), Key: "s7.szl.0011", Value: "6ES7 214"},
		{Subject: at("", card), Key: "pn_dcp.station_name", Value: "cell-1"},
	}})
	for _, x := range []struct {
		ip   string
		mac  heron.MAC
		want bool
	}{
		{"10.0.0.1", heron.MAC{}, true},
		{"10.0.0.2", heron.MAC{}, false},
		{"10.0.0.3", heron.MAC{2, 9}, false},
		{"10.0.0.4", heron.MAC{}, true},
		{"10.0.0.5", card, true},
		{"10.0.0.5", heron.MAC{}, false},
	} {
		if got := p.has(probe.Host{Addr: netip.MustParseAddr(x.ip), MAC: x.mac}); got != x.want {
			t.Errorf("%s, %v may be a control device: %v, want %v", x.ip, x.mac, got, x.want)
		}
	}
	addr := netip.MustParseAddr("10.1.0.0")
	for range maxPlant {
		p.hear(&heron.Batch{Observations: []heron.Observation{{Subject: at(addr.String(), heron.MAC{}), Key: "cip.identity.vendor", Value: "1"}}})
		addr = addr.Next()
	}
	if n := len(p.addrs) + len(p.macs); n > maxPlant || !p.has(probe.Host{Addr: netip.MustParseAddr("10.0.0.3")}) {
		t.Errorf("%d addresses are remembered, and others are taken for harmless", n)
	}
}

// What the core knows of hosts goes with the task of a scan, and steers it at the sensor.
func TestWhatIsKnownTravels(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	p, _ := platformOf(t, conf)
	now := wallClock()
	card := heron.MAC{0, 0x1d, 0x9c, 1, 2, 3}
	subject := heron.Subject{Endpoint: heron.Endpoint{IP: netip.MustParseAddr("192.168.9.1"), MAC: card}}
	told := func(key, value string) heron.Observation {
		return heron.Observation{Subject: subject, Key: key, Value: value, Source: "test", First: now, Last: now, Count: 1}
	}
	service := told(heron.KeyServiceProtocol, "tcp/44818/enip")
	service.Port, service.Transport = 44818, heron.TCP
	if err := p.core.heard(t.Context(), []heron.Observation{told(heron.KeyARP, "192.168.9.1"), service}); err != nil {
		t.Fatal(err)
	}
	list := p.core.hostsIn([]string{"192.168.9.0/24"}, []string{card.String()}, nil)
	if len(list) != 1 || !list[0].Control || !list[0].Skip || list[0].Addr != subject.IP {
		t.Fatalf("known is %+v of %+v", list, p.core.deviceAt(subject.IP))
	}
	if other := p.core.hostsIn([]string{"192.168.8.0/24"}, nil, nil); len(other) != 0 {
		t.Errorf("elsewhere is %+v", other)
	}

	list[0].Kind = false
	var o probe.Options
	scanHooks{told: func(probe.Host) heron.ScanHost { return list[0] }}.apply(&o, &exclusions{})
	if h := (probe.Host{Addr: subject.IP}); !o.Control(h) || !o.Skip(h) || o.Printer(h) || o.Knows(h.Addr) != probe.KnowsLittle {
		t.Errorf("what was told of %+v does not steer the scan", list[0])
	}
	list[0] = heron.ScanHost{Addr: subject.IP, Kind: true, Model: true, Printer: true}
	if h := (probe.Host{Addr: subject.IP}); o.Control(h) || o.Skip(h) || !o.Printer(h) || o.Knows(h.Addr) != probe.KnowsAll {
		t.Errorf("what was told of %+v does not steer the scan", list[0])
	}
}
