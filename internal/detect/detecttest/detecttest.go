// Package detecttest is the suite that every detector must pass: tables of
// scenarios, each a script of what happens on a network and the alerts that
// must come of it.
//
// A scenario is run on the real engine, twice, and must give the same alerts
// with the same ids both times: a detector may depend on nothing but its input.
package detecttest

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// Start is second 0 of every scenario.
const Start = heron.Time(1_700_000_000_000_000)

// At returns the time some seconds into a scenario.
func At(seconds float64) heron.Time { return Start + heron.Time(seconds*float64(heron.Second)) }

// Scenario is something that happens, and what must be said about it.
type Scenario struct {
	Name string
	// Network are the devices there are; none means that nothing is known.
	Network []heron.Device
	Script  []Step
	// Want are the alerts at the end, each as "severity src → dst: state", or
	// with less: an alert must begin with the text given. Empty: no alert.
	Want []string
}

// Step is one input of a script.
type Step struct {
	at     heron.Time
	flow   *heron.Flow
	event  *heron.Event
	change *heron.DeviceChange
	sensor *detect.Sensor
}

// Device makes a device of a network. Addresses are MACs and IPs; a device has
// the type, and the roles, given.
func Device(id, kind string, addresses ...string) heron.Device {
	d := heron.Device{ID: id, Local: true, Hostnames: []string{id}, First: Start, Last: Start}
	d.Identity.Type.Value = kind
	for _, a := range addresses {
		if ip, err := netip.ParseAddr(a); err == nil {
			d.IPs = append(d.IPs, ip)
		} else if m, err := heron.ParseMAC(a); err == nil {
			d.MACs = append(d.MACs, m)
		} else {
			d.Roles = append(d.Roles, a)
		}
	}
	return d
}

// flowID is the same for the same parts.
func flowID(parts ...any) heron.FlowID {
	sum := sha256.Sum256(fmt.Append(nil, parts...))
	return heron.FlowID(sum[:len(heron.FlowID{})])
}

// Flow is a flow between two addresses, reported in the state given. A flow
// with an answer has packets of both sides.
func Flow(seconds float64, transport heron.Transport, client, server string, port uint16, state heron.FlowState) Step {
	f := &heron.Flow{
		ID: flowID(seconds, client, server, port), Transport: transport, ServerPort: port, ClientPort: 40000, State: state,
		First: At(seconds), Last: At(seconds), ClientPackets: 1, ClientBytes: 60,
	}
	f.Client.IP, f.Server.IP = netip.MustParseAddr(client), netip.MustParseAddr(server)
	switch state {
	case heron.FlowEstablished, heron.FlowClosed, heron.FlowReset, heron.FlowRejected:
		f.ServerPackets, f.ServerBytes = 1, 60
	}
	return Step{at: f.Last, flow: f}
}

// TCP is a Flow over TCP.
func TCP(seconds float64, client, server string, port uint16, state heron.FlowState) Step {
	return Flow(seconds, heron.TCP, client, server, port, state)
}

// From gives a flow's client a MAC address.
func (s Step) From(mac string) Step {
	s.flow.Client.MAC = mustMAC(mac)
	return s
}

// Sent sets how many bytes a flow's client sent.
func (s Step) Sent(bytes uint64) Step {
	s.flow.ClientBytes = bytes
	return s
}

// ARP is an ARP packet: kind is request, reply or announce; the sender says
// that its MAC has the IP, to the target.
func ARP(seconds float64, kind, mac, ip, targetMAC, targetIP string) Step {
	e := &heron.Event{
		Time: At(seconds), Kind: "arp." + kind, Protocol: "arp", Transport: heron.Link,
		Attrs: map[string]string{"sender_mac": mac, "sender_ip": ip, "target_ip": targetIP},
	}
	if kind == "reply" {
		e.Attrs["target_mac"] = targetMAC
	}
	e.Src.MAC = mustMAC(mac)
	e.Src.IP, _ = netip.ParseAddr(ip) // none is none
	return Step{at: e.Time, event: e}
}

// Event is any event.
func Event(seconds float64, kind string, attrs map[string]string) Step {
	return Step{at: At(seconds), event: &heron.Event{Time: At(seconds), Kind: kind, Attrs: attrs}}
}

// New is a device seen for the first time.
func New(seconds float64, d heron.Device) Step {
	d.First = At(seconds)
	return Step{at: At(seconds), change: &heron.DeviceChange{Time: At(seconds), Kind: heron.DeviceNew, DeviceID: d.ID, Device: &d}}
}

// Sensor is what a sensor says of itself with a batch: its counters in one run,
// which began before.
func Sensor(seconds float64, id, epoch string, stats heron.Stats) Step {
	return Step{at: At(seconds), sensor: &detect.Sensor{ID: id, Epoch: epoch, Seq: 2, Stats: &stats}}
}

// AsLast makes it the last that a sensor says.
func (s Step) AsLast() Step {
	s.sensor.Last = true
	return s
}

// Clock is time going by with nothing happening.
func Clock(seconds float64) Step { return Step{at: At(seconds)} }

func mustMAC(s string) heron.MAC {
	m, err := heron.ParseMAC(s)
	if err != nil {
		panic(err) // a fault in a scenario
	}
	return m
}

// Run runs the scenarios on a detector.
func Run(t *testing.T, d detect.Detector, scenarios []Scenario) {
	t.Helper()
	t.Run("describes itself", func(t *testing.T) {
		t.Parallel()
		describes(t, d)
	})
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			alerts := s.run(d)
			if got := texts(alerts); !matches(got, s.Want) {
				t.Errorf("alerts:\n  got  %s\n  want %s", strings.Join(got, "\n       "), strings.Join(s.Want, "\n       "))
			}
			again := s.run(d)
			if !slices.EqualFunc(alerts, again, func(a, b heron.Alert) bool { return a.ID == b.ID && a.Count == b.Count && a.Summary == b.Summary }) {
				t.Error("a second run gave other alerts")
			}
			for _, a := range alerts {
				wellFormed(t, a)
			}
		})
	}
}

// describes fails for a detector that lacks what people need to read of it.
func describes(t *testing.T, d detect.Detector) {
	t.Helper()
	if d.ID == "" || d.Title == "" || len(d.Attack) == 0 || d.Watches == 0 || d.Start == nil {
		t.Errorf("%q: id, title, attack, watches and start must be set", d.ID)
	}
	for _, part := range []string{"Sees ", "Fires ", "What fools it"} {
		if !strings.Contains(d.Doc, part) {
			t.Errorf("%s: the doc lacks a part that begins with %q", d.ID, part)
		}
	}
}

// wellFormed fails for an alert that a person could not use.
func wellFormed(t *testing.T, a heron.Alert) {
	t.Helper()
	if a.Summary == "" || a.Confidence <= 0 || a.Confidence > 1 || a.First > a.DetectedAt || a.DetectedAt > a.Last || len(a.Attack) == 0 {
		t.Errorf("alert is not well formed: %+v", a)
	}
	if len(a.Evidence) == 0 {
		t.Errorf("alert without evidence: %s", a.Summary)
	}
}

// run plays the script on the engine and returns every alert as it was last.
func (s *Scenario) run(d detect.Detector) []heron.Alert {
	v := &view{devices: s.Network}
	e := detect.NewEngine([]detect.Detector{d}, "site")
	last := map[string]int{}
	var out []heron.Alert
	for _, step := range s.Script {
		e.Apply(v, &detect.Input{Now: step.at, Flow: step.flow, Event: step.event, Change: step.change, Sensor: step.sensor})
		for _, a := range e.Drain() {
			i, known := last[a.ID]
			if !known {
				i = len(out)
				last[a.ID] = i
				out = append(out, a)
			}
			out[i] = a
		}
	}
	return out
}

// texts writes alerts as scenarios want them.
func texts(alerts []heron.Alert) []string {
	out := make([]string, 0, len(alerts))
	for _, a := range alerts {
		out = append(out, fmt.Sprintf("%s %s → %s: %s, %s", a.Severity, a.Src, a.Dst, a.State, a.Summary))
	}
	return out
}

func matches(got, want []string) bool {
	return slices.EqualFunc(got, want, strings.HasPrefix)
}

// view is a network that does not change.
type view struct{ devices []heron.Device }

// DeviceAt implements detect.View: a MAC decides where there is one.
func (v *view) DeviceAt(e heron.Endpoint, _ heron.Time) *heron.Device {
	for i := range v.devices {
		d := &v.devices[i]
		if (!e.MAC.IsZero() && slices.Contains(d.MACs, e.MAC)) || (e.MAC.IsZero() && slices.Contains(d.IPs, e.IP)) {
			return d
		}
	}
	return nil
}

// Device implements detect.View.
func (v *view) Device(id string) *heron.Device {
	for i := range v.devices {
		if v.devices[i].ID == id {
			return &v.devices[i]
		}
	}
	return nil
}

// Since implements detect.View.
func (v *view) Since() heron.Time { return Start }
