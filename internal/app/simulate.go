package app

import (
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/lab"
)

// simulated is the lab's stream as a source of packets.
type simulated struct{ *lab.Source }

// DemoAttacks are the attacks that a demonstration plays.
func DemoAttacks() []string { return []string{"port-scan", "arp-spoof", "telnet-botnet"} }

// Simulate returns an endless simulated network that began a while ago: its
// first packets come at once, so that the page is full when it opens, and then
// it goes on in step with the clock.
func Simulate(devices int, attacks []string) (packetSource, error) {
	const before = 20 * time.Minute
	src, err := lab.Stream(lab.StreamConfig{
		Seed: 1, Start: heron.TimeOf(time.Now().Add(-before)), Duration: time.Hour,
		Devices: devices, Attacks: attacks, AttackAfter: before + 30*time.Second, Loop: true,
	})
	if err != nil {
		return nil, err
	}
	return simulated{src}, nil
}
