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

// TestWhatIsAskedSaysWhatItIs goes the whole way, from the question to the identity.
func TestWhatIsAskedSaysWhatItIs(t *testing.T) {
	n, err := lab.Start(t.Context(), lab.Config{Name: "asked", Models: []string{
		"hp-laserjet", "epson-receipt", "yeelight-bulb", "roomba", "hid-door", "axis-camera", "sel-relay",
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	for _, c := range []struct {
		model, profile, kind, vendor, product string
		answers, not                          []string
	}{
		{model: "hp-laserjet", profile: probe.ProfileDeep, kind: "printer", vendor: "HP", product: "LaserJet", answers: []string{"ipp", "pjl"}},
		{model: "epson-receipt", profile: probe.ProfileDeep, not: []string{"pjl"}},
		{model: "yeelight-bulb", profile: probe.ProfileStandard, kind: "smart_bulb", vendor: "Yeelight", answers: []string{"yeelight"}},
		{model: "roomba", profile: probe.ProfileStandard, kind: "vacuum_robot", vendor: "iRobot", product: "Roomba 980", answers: []string{"irobot"}},
		{model: "hid-door", profile: probe.ProfileStandard, kind: "access_control", vendor: "HID", product: "EVO-V2000", answers: []string{"hid_discovery"}},
		{model: "axis-camera", profile: probe.ProfileDeep, kind: "camera", vendor: "Axis", product: "M3045-V", answers: []string{"axis"}},
		{
			model: "sel-relay", profile: probe.ProfileDeep, kind: "ied", vendor: "SEL", product: "751",
			answers: []string{"modbus", "mms", "dnp3"},
		},
		{model: "sel-relay", profile: probe.ProfileSafe, answers: []string{"modbus", "mms"}, not: []string{"dnp3"}},
	} {
		t.Run(c.model+"_"+c.profile, func(t *testing.T) {
			t.Parallel()
			d, ok := n.Find(c.model)
			if !ok {
				t.Fatal("the lab has none")
			}
			got, answered := askedOf(t, d, c.profile)
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
}
