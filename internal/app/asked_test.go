package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/probe"
	probeall "github.com/heron-iot/heron/internal/probe/all"
)

// askedOf scans one device of the lab over real sockets, and returns what it is found to
// be and which probes it answered. Nothing but its answers tells: no hardware address
// is observed.
func askedOf(t *testing.T, d lab.Device, profile string) (*heron.Device, []string) {
	t.Helper()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	area := probe.Area{Hosts: []probe.Host{{Addr: d.IP, MAC: d.MAC}}}
	a := newAnalyzer(analyzerConfig{site: "scan", identify: id, local: prefixesOf(area)})
	var mu sync.Mutex
	known := func(addr netip.Addr) *heron.Device {
		mu.Lock()
		defer mu.Unlock()
		return a.known(addr)
	}
	o := probe.Options{Probes: probeall.Probes(), Read: overhear, Timeout: 3 * time.Second}
	o.Profile(profile)
	o.Printer = func(h probe.Host) bool { x := known(h.Addr); return x != nil && isPrinter(x) }
	o.Control = func(h probe.Host) bool { x := known(h.Addr); return x != nil && x.IsControl() }
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		to := netip.MustParseAddrPort(address)
		high := to.Port() + lab.PortOffset // where a plain user's lab has it
		if to.Port() < 1024 && slices.ContainsFunc(d.Ports, func(p string) bool { return strings.HasPrefix(p, fmt.Sprintf("%s/%d/", network, high)) }) {
			to = netip.AddrPortFrom(to.Addr(), high)
		}
		return new(net.Dialer).DialContext(ctx, network, to.String())
	}
	s, err := probe.NewScanner(o)
	if err != nil {
		t.Fatal(err)
	}
	var answered []string
	err = s.Run(t.Context(), area, func(x probe.Answer) {
		mu.Lock()
		defer mu.Unlock()
		if x.Probe != "" && len(x.Observations) > 0 {
			answered = append(answered, x.Probe)
		}
		a.inventory.Apply(wallClock(), x.Observations)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := known(d.IP)
	if got == nil {
		t.Fatal("it is not known")
	}
	return got, answered
}

// TestWhatIsAskedSaysWhatItIs goes the whole way, from the question to the identity: every
// probe is answered by a device of the lab, and no device breaks that old ones would.
func TestWhatIsAskedSaysWhatItIs(t *testing.T) {
	const standard, deep = probe.ProfileStandard, probe.ProfileDeep
	cases := []struct {
		model, profile, kind, vendor, product string
		answers, not                          []string
	}{
		{model: "hp-laserjet", profile: deep, kind: "printer", vendor: "HP", product: "LaserJet", answers: []string{"ipp", "pjl"}},
		{model: "epson-receipt", profile: deep, not: []string{"pjl"}},
		{model: "yeelight-bulb", profile: standard, kind: "smart_bulb", vendor: "Yeelight", answers: []string{"yeelight"}},
		{model: "roomba", profile: standard, kind: "vacuum_robot", vendor: "iRobot", product: "Roomba 980", answers: []string{"irobot"}},
		{model: "hid-door", profile: standard, kind: "access_control", vendor: "HID", product: "EVO-V2000", answers: []string{"hid_discovery"}},
		{model: "axis-camera", profile: deep, kind: "camera", vendor: "Axis", product: "M3045-V", answers: []string{"axis", "wsd", "rtsp", "mdns"}},
		{
			model: "sel-relay", profile: deep, kind: "ied", vendor: "SEL", product: "751",
			answers: []string{"modbus", "mms", "dnp3"},
		},
		{model: "sel-relay", profile: probe.ProfileSafe, answers: []string{"modbus", "mms"}, not: []string{"dnp3"}},

		{model: "siemens-s7-1200", profile: standard, kind: "plc", vendor: "Siemens", product: "6ES7 214-1AG40-0XB0", answers: []string{"s7comm", "snmp"}},
		{model: "rockwell-micrologix", profile: standard, kind: "plc", vendor: "Rockwell", product: "1766-L32BWA", answers: []string{"enip"}},
		{model: "rockwell-micrologix", profile: deep, answers: []string{"enip", "enip_tcp"}},
		{model: "omron-cj2m", profile: standard, kind: "plc", vendor: "Omron", product: "CJ2M-CPU33", answers: []string{"fins"}},
		{model: "mitsubishi-q", profile: deep, kind: "plc", vendor: "Mitsubishi Electric", product: "Q03UDVCPU", answers: []string{"melsec"}},
		{model: "beckhoff-cx", profile: deep, kind: "plc", vendor: "Beckhoff", answers: []string{"ads"}},
		{model: "beckhoff-cx", profile: standard, not: []string{"ads"}},
		{model: "phoenix-plcnext", profile: standard, kind: "plc", vendor: "Phoenix Contact", product: "AXC F 2152", answers: []string{"opcua"}},
		{model: "emerson-gateway", profile: standard, vendor: "Emerson", answers: []string{"hart_ip"}},
		{model: "veeder-gauge", profile: deep, kind: "tank_gauge", vendor: "Veeder-Root", answers: []string{"atg"}},
		{model: "moxa-nport", profile: standard, kind: "serial_device_server", vendor: "Moxa", product: "5110", answers: []string{"moxa"}},
		{model: "lantronix-uds", profile: standard, answers: []string{"lantronix"}},
		{model: "gira-knx", profile: standard, kind: "knx_gateway", vendor: "Gira", answers: []string{"knxip"}},
		{model: "niagara-jace", profile: standard, kind: "building_controller", vendor: "Tridium", product: "JACE", answers: []string{"bacnet", "fox"}},
		{model: "crestron-mc3", profile: standard, kind: "av_controller", vendor: "Crestron", product: "MC3", answers: []string{"crestron"}},
		{model: "orthanc-pacs", profile: deep, kind: "pacs_server", product: "Orthanc", answers: []string{"dicom"}},

		{model: "mikrotik-router", profile: standard, kind: "router", vendor: "Mikrotik", answers: []string{"snmp"}},
		{model: "mikrotik-router", profile: deep, answers: []string{"ntp"}},
		{model: "windows-server", profile: deep, answers: []string{"smb", "ldap", "rdp", "nbns"}},
		{model: "postgres-server", profile: deep, kind: "database_server", answers: []string{"pgsql", "ssh"}},
		{model: "supermicro-bmc", profile: standard, kind: "bmc", vendor: "Supermicro", answers: []string{"ipmi"}},
		{model: "raspberry-broker", profile: standard, kind: "mqtt_broker", answers: []string{"mqtt"}},
		{model: "asterisk-pbx", profile: standard, kind: "pbx", answers: []string{"sip"}},
		{model: "unifi-ap", profile: standard, vendor: "Ubiquiti", answers: []string{"ubnt"}},
		{model: "canon-pixma", profile: standard, answers: []string{"bjnp"}},
		{model: "dahua-camera", profile: standard, kind: "camera", vendor: "Dahua", product: "IPC-HDW4433C-A", answers: []string{"dhip"}},
		{model: "xm-dvr", profile: deep, kind: "dvr", product: "NBD6808T-PL", answers: []string{"onvif"}},

		{model: "athom-plug", profile: standard, kind: "smart_plug", answers: []string{"mdns", "esphome"}},
		{model: "apollo-air", profile: standard, answers: []string{"mdns", "esphome"}},
		{model: "wiz-bulb", profile: standard, kind: "smart_bulb", vendor: "WiZ", product: "ESP01_SHRGB1C_31", answers: []string{"wiz"}},
		{model: "tapo-plug", profile: standard, kind: "smart_plug", vendor: "TP-Link", product: "Tapo P110", answers: []string{"tdp"}},
		{model: "kasa-plug", profile: deep, kind: "smart_plug", vendor: "TP-Link", product: "HS110", answers: []string{"tplinksmarthome", "tplinksmarthome_tcp"}},
		{model: "lifx-bulb", profile: standard, kind: "smart_bulb", vendor: "LIFX", answers: []string{"lifx"}},
		{model: "xiaomi-purifier", profile: standard, kind: "air_purifier", vendor: "Xiaomi", product: "airpurifier.mc1", answers: []string{"mdns", "miio"}},
		{model: "onkyo-receiver", profile: standard, kind: "av_receiver", vendor: "Onkyo", product: "TX-NR609", answers: []string{"eiscp"}},
		{model: "sensortag", profile: standard, kind: "sensor", answers: []string{"coap"}},
		{model: "sonos-one", profile: standard, kind: "smart_speaker", vendor: "Sonos", answers: []string{"ssdp"}},
		{model: "chromecast", profile: standard, kind: "streaming_player", vendor: "Google", product: "Chromecast", answers: []string{"description"}},
	}
	var models []string
	turn := map[string]*sync.Mutex{} // one scan of a device at a time
	for _, c := range cases {
		models = append(models, c.model)
		turn[c.model] = &sync.Mutex{}
	}
	n, err := lab.Start(t.Context(), lab.Config{Name: "asked", Fragile: true, Models: models})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	var mu sync.Mutex
	all := map[string]bool{}
	t.Run("devices", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.model+"_"+c.profile, func(t *testing.T) {
				t.Parallel()
				d, ok := n.Find(c.model)
				if !ok {
					t.Fatal("the lab has none")
				}
				turn[c.model].Lock()
				got, answered := askedOf(t, d, c.profile)
				turn[c.model].Unlock()
				mu.Lock()
				for _, p := range answered {
					all[p] = true
				}
				mu.Unlock()
				i := got.Identity
				if c.kind != "" && i.Type.Value != c.kind {
					t.Errorf("type %q, want %q", i.Type.Value, c.kind)
				}
				if c.vendor != "" && (i.Vendor == nil || i.Vendor.Value != c.vendor) {
					t.Errorf("vendor %+v, want %q", i.Vendor, c.vendor)
				}
				if c.product != "" && (i.Model == nil || !strings.Contains(i.Model.Value, c.product)) {
					t.Errorf("model %+v, want %q in it", i.Model, c.product)
				}
				for _, p := range c.answers {
					if !slices.Contains(answered, p) {
						t.Errorf("%s was not answered: %q", p, answered)
					}
				}
				for _, p := range c.not {
					if slices.Contains(answered, p) {
						t.Errorf("%s was asked", p)
					}
				}
			})
		}
	})
	for _, p := range probeall.Probes() {
		if !all[p.Name] {
			t.Errorf("no device of the lab answers %s", p.Name)
		}
	}
	for name, why := range n.Fallen() {
		t.Errorf("%s broke at %s", name, why)
	}
}
