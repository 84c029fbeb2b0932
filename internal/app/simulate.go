package app

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/wire"
)

// Simulation is a simulated network as a source of packets. It can hold
// devices: their frames then stop, as those of a quarantined device do.
type Simulation struct {
	*lab.Source
	mu      sync.Mutex
	held    map[heron.MAC]bool
	dropped uint64
}

// SimulationSource is the name under which a sensor watches a simulation.
const SimulationSource = "simulation"

// DemoAttacks are the attacks that a demonstration plays.
func DemoAttacks() []string { return []string{"port-scan", "arp-spoof", "telnet-botnet"} }

// demoStrangers are the things of a demonstration that nobody knows, alike enough to be
// named together.
const demoStrangers = 7

// Simulate returns an endless simulated network that began a while ago: its
// first packets come at once, so that the page is full when it opens, and then
// it goes on in step with the clock. The attacks begin after half a minute,
// soon after each other: nobody watches a quiet page for long.
func Simulate(devices int, attacks []string) (*Simulation, error) {
	const before = 20 * time.Minute
	src, err := lab.Stream(lab.StreamConfig{
		Seed: 1, Start: heron.TimeOf(time.Now().Add(-before)), Duration: time.Hour,
		Devices: devices, Strangers: demoStrangers, Attacks: attacks, AttackAfter: before + 30*time.Second, AttackEvery: 40 * time.Second, Loop: true,
	})
	if err != nil {
		return nil, err
	}
	return &Simulation{Source: src, held: map[heron.MAC]bool{}}, nil
}

// Stats implements capture.Source.
func (s *Simulation) Stats() capture.Stats {
	n := s.Source.Stats()
	return capture.Stats{Packets: n.Packets, Bytes: n.Bytes}
}

// Next gives the next frame of a device that is not held.
func (s *Simulation) Next(p *heron.Packet) error {
	for {
		if err := s.Source.Next(p); err != nil || !s.drops(p.Data) {
			return err
		}
	}
}

func (s *Simulation) drops(frame []byte) bool {
	r := wire.NewReader(frame)
	ends := r.Bytes(12)
	if ends == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[heron.MAC(ends[:6])] || s.held[heron.MAC(ends[6:])] {
		s.dropped++
		return true
	}
	return false
}

// hold holds devices by their addresses, or lets them go.
func (s *Simulation) hold(macs []heron.MAC, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range macs {
		if on {
			s.held[m] = true
		} else {
			delete(s.held, m)
		}
	}
}

func (s *Simulation) holds(macs []heron.MAC) (bool, uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range macs {
		if !s.held[m] {
			return false, s.dropped
		}
	}
	return true, s.dropped
}

// executor quarantines devices of the simulation; it touches nothing real.
func (s *Simulation) executor() action.Executor {
	return action.Executor{
		Name:       "simulation",
		Doc:        "Stops a simulated device's frames. Nothing real is touched.",
		Operations: []heron.Operation{heron.OpQuarantine},
		Safety:     action.Network,
		Available:  func(context.Context) error { return nil },
		Plan:       s.plan,
		Backup: func(_ context.Context, t action.Target) (string, error) {
			b, err := json.Marshal(t.Device.MACs)
			return string(b), err
		},
		Do: func(_ context.Context, t action.Target) error {
			s.hold(t.Device.MACs, true)
			return nil
		},
		Verify: func(_ context.Context, t action.Target) (string, error) {
			held, dropped := s.holds(t.Device.MACs)
			if !held {
				return "", fmt.Errorf("the simulation does not hold %s", t.Device.Title())
			}
			return fmt.Sprintf("the simulation holds its frames; %d stopped so far in all", dropped), nil
		},
		Undo: func(_ context.Context, _ action.Target, backup string) error {
			var macs []heron.MAC
			if err := json.Unmarshal([]byte(backup), &macs); err != nil {
				return fmt.Errorf("backup of the simulation: %w", err)
			}
			s.hold(macs, false)
			return nil
		},
	}
}

func (s *Simulation) plan(_ context.Context, t action.Target) (heron.ActionPlan, error) {
	if len(t.Device.MACs) == 0 {
		return heron.ActionPlan{}, heron.Errorf(heron.CodeUnsupported, "%s has no address on the link that could be held", t.Device.Title())
	}
	p := heron.ActionPlan{
		Affects: []string{t.Device.Title()},
		WayBack: "release lets the frames pass again; so does the end of the timer",
		Limits:  []string{"this is a simulation: nothing real is touched"},
		Control: t.Device.IsControl(),
	}
	for _, m := range t.Device.MACs {
		p.Changes = append(p.Changes, "stop the frames from and to "+m.String())
	}
	return p, nil
}
