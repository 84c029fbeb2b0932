package app

import (
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/lab"
)

// agentOf is where a device of the lab answers SNMP.
func agentOf(t *testing.T, n *lab.Network, model string) string {
	t.Helper()
	d, ok := n.Find(model)
	if !ok {
		t.Fatalf("the lab has no %s", model)
	}
	for _, p := range d.Ports {
		if port, ok := strings.CutSuffix(strings.TrimPrefix(p, "udp/"), "/snmp"); ok {
			return d.IP.String() + ":" + port
		}
	}
	t.Fatalf("%s answers on %v", model, d.Ports)
	return ""
}

// Two switches and the gateway of the lab are asked: every device is at the port that
// its cable is in, and the gateway knows whose addresses are whose.
func TestWhichPortDevicesAreAt(t *testing.T) {
	t.Parallel()
	n, err := lab.Start(t.Context(), lab.Config{Name: "ports"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	dir := t.TempDir()
	conf := testConfig(dir)
	conf.Discovery.Enabled, conf.Discovery.NewDevices = true, false
	for _, model := range []string{"cisco-switch", "scalance-switch", "mikrotik-router"} {
		conf.Discovery.Switches = append(conf.Discovery.Switches, config.DiscoverySwitch{Address: agentOf(t, n, model), Credential: "lab"})
	}
	if err := conf.Validate(); err != nil {
		t.Fatal(err)
	}
	p, c := platformOf(t, conf)
	lab := heron.Credential{Name: "lab", Kind: heron.SNMPCommunity}
	if _, err := c.PutCredential(t.Context(), lab, heron.Secrets{Community: "public"}); err != nil {
		t.Fatal(err)
	}
	if err := p.discovery.readSwitches(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := map[heron.MAC]heron.Device{}
	for d, err := range c.Devices(t.Context(), client.DeviceQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range d.MACs {
			found[m] = d
		}
	}
	names := map[string]string{"cisco-switch": "sw-core", "scalance-switch": "scalance"}
	for _, want := range n.Devices() {
		d := found[want.MAC]
		if want.Switch == "" {
			if len(d.Attached) > 0 {
				t.Errorf("the switch %s is at %v", want.Name, &d.Attached[0])
			}
			continue
		}
		if len(d.Attached) != 1 || d.Attached[0].Port != want.SwitchPort || !strings.HasPrefix(d.Attached[0].Name, names[want.Switch]) {
			t.Errorf("%s is at %+v, want %s of %s", want.Name, d.Attached, want.SwitchPort, want.Switch)
		}
	}
	audited := 0
	for e, err := range c.Audit(t.Context(), client.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Action == "switch.read" && e.Outcome == "ok" && e.Detail["requests"] != "" {
			audited++
		}
	}
	if audited < 3 {
		t.Errorf("%d questions are in the audit log", audited)
	}
}

// Sightings of a switch count as such, and a switch that is asked no more makes nobody
// absent.
func TestSwitchesAreWatchers(t *testing.T) {
	t.Parallel()
	p, c := platformOf(t, testConfig(t.TempDir()))
	m := heron.MAC{0x00, 0x11, 0x22, 3, 4, 5}
	at := heron.Attachment{Switch: "192.0.2.2", Port: "Gi1/0/7", VLAN: 20}
	now := heron.TimeOf(time.Now())
	o := heron.Observation{
		Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: m}}, Key: heron.KeyPort, Value: at.Fact(), Source: "snmp", First: now, Last: now, Count: 1,
	}
	if err := p.core.heard(t.Context(), []heron.Observation{o}); err != nil {
		t.Fatal(err)
	}
	for d, err := range c.Devices(t.Context(), client.DeviceQuery{Search: "presence:present mac:" + m.String()}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Attached) != 1 || d.Attached[0].Since != now || d.Presence.Since != now {
			t.Errorf("got %+v, %+v", d.Attached, d.Presence)
		}
		return
	}
	t.Error("no device is found by its presence")
}
