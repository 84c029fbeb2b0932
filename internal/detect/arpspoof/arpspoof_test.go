package arpspoof_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect/arpspoof"
	"github.com/heron-iot/heron/internal/detect/detecttest"
)

const (
	routerMAC   = "00:11:22:00:00:fe"
	cameraMAC   = "00:11:22:00:00:01"
	printerMAC  = "00:11:22:00:00:02"
	attackerMAC = "00:11:22:00:00:66"
	virtualMAC  = "00:00:5e:00:01:01"

	router, camera, printer, attacker = "10.0.0.1", "10.0.0.5", "10.0.0.6", "10.0.0.66"
)

// steps joins scripts.
func steps(parts ...[]detecttest.Step) []detecttest.Step { return slices.Concat(parts...) }

// morning is everybody asking for the router, which is how the detector learns
// who has which address.
func morning() []detecttest.Step {
	return []detecttest.Step{
		detecttest.ARP(0, "request", routerMAC, router, "", camera),
		detecttest.ARP(1, "request", cameraMAC, camera, "", router),
		detecttest.ARP(2, "request", printerMAC, printer, "", router),
		detecttest.ARP(3, "request", attackerMAC, attacker, "", router),
	}
}

// lies are unasked replies, one a second: the MAC has the address.
func lies(from float64, n int, mac, ip, toMAC, to string) []detecttest.Step {
	var out []detecttest.Step
	for i := range n {
		out = append(out, detecttest.ARP(from+float64(i), "reply", mac, ip, toMAC, to))
	}
	return out
}

// alive is a flow from the host that has an address.
func alive(at float64, mac, ip string) detecttest.Step {
	return detecttest.TCP(at, ip, "203.0.113.1", 443, heron.FlowEstablished).From(mac)
}

func TestARPSpoof(t *testing.T) {
	t.Parallel()
	network := []heron.Device{
		detecttest.Device("gate", "router", routerMAC, router, "router"), detecttest.Device("cam", "camera", cameraMAC, camera),
		detecttest.Device("print", "printer", printerMAC, printer), detecttest.Device("rogue", "laptop", attackerMAC, attacker),
	}
	detecttest.Run(t, arpspoof.Detector(), []detecttest.Scenario{
		{
			Name: "the router's address, at the first packet", Network: network,
			Script: steps(morning(), lies(20, 1, attackerMAC, router, cameraMAC, camera)),
			Want:   []string{"critical 10.0.0.66 → 10.0.0.1: open, rogue (00:11:22:00:00:66) claims the address of gate (10.0.0.1)"},
		},
		{
			Name: "another's address, three times unasked", Network: network,
			Script: steps(morning(), lies(20, 3, attackerMAC, camera, printerMAC, printer)),
			Want:   []string{"high 10.0.0.66 → 10.0.0.5: open"},
		},
		{
			Name: "another's address while it speaks, by requests", Network: network,
			Script: steps(morning(), []detecttest.Step{
				detecttest.ARP(20, "request", attackerMAC, camera, "", printer), alive(21, cameraMAC, camera),
				detecttest.ARP(22, "request", attackerMAC, camera, "", printer), detecttest.ARP(23, "request", attackerMAC, camera, "", printer),
				detecttest.ARP(24, "request", attackerMAC, camera, "", printer),
			}),
			Want: []string{"high 10.0.0.66 → 10.0.0.5: open"},
		},
		{
			Name: "both ends of a conversation: the second at once", Network: network,
			Script: steps(morning(), lies(20, 1, attackerMAC, router, cameraMAC, camera), lies(20.5, 1, attackerMAC, camera, routerMAC, router)),
			Want:   []string{"critical 10.0.0.66 → 10.0.0.1: open", "high 10.0.0.66 → 10.0.0.5: open"},
		},
		{
			Name: "two hosts told that each is the other, when nothing is known",
			Script: steps(lies(0, 1, attackerMAC, printer, cameraMAC, camera), lies(0.1, 1, attackerMAC, camera, printerMAC, printer),
				lies(1, 1, attackerMAC, printer, cameraMAC, camera)),
			Want: []string{"high 00:11:22:00:00:66 → 10.0.0.6: open, 00:11:22:00:00:66 tells 10.0.0.6 and 10.0.0.5, unasked, that it is the other"},
		},
		{
			Name: "is over when the holder has its address back", Network: network,
			Script: steps(morning(), lies(20, 1, attackerMAC, router, cameraMAC, camera), []detecttest.Step{
				alive(100, routerMAC, router), detecttest.Clock(200), detecttest.Clock(300),
			}),
			Want: []string{"critical 10.0.0.66 → 10.0.0.1: closed"},
		},
		{
			Name: "an address leased again, as the server says", Network: network,
			Script: steps(morning(), []detecttest.Step{
				detecttest.Event(60, "dhcp.ack", map[string]string{"client_mac": printerMAC, "address": camera}),
				detecttest.ARP(61, "announce", printerMAC, camera, "", camera), detecttest.ARP(62, "announce", printerMAC, camera, "", camera),
			}, lies(63, 5, printerMAC, camera, routerMAC, router)),
		},
		{
			Name: "an address taken up when its holder is long silent", Network: network,
			Script: steps(morning(), []detecttest.Step{detecttest.Clock(700)}, lies(800, 5, printerMAC, camera, routerMAC, router)),
		},
		{
			Name: "a host that boots with another's old address announces itself", Network: network,
			Script: steps(morning(), []detecttest.Step{
				detecttest.ARP(60, "announce", printerMAC, camera, "", camera), detecttest.ARP(61, "announce", printerMAC, camera, "", camera),
				detecttest.ARP(62, "request", printerMAC, camera, "", router), detecttest.ARP(63, "request", printerMAC, camera, "", "10.0.0.9"),
				detecttest.ARP(64, "request", routerMAC, router, "", camera), detecttest.ARP(64.1, "reply", printerMAC, camera, routerMAC, router),
			}),
		},
		{
			Name: "a virtual router's address moves with its MAC", Network: network,
			Script: steps(morning(), []detecttest.Step{
				detecttest.ARP(20, "announce", virtualMAC, router, "", router), detecttest.ARP(21, "announce", virtualMAC, router, "", router),
				detecttest.ARP(22, "announce", routerMAC, router, "", router), detecttest.ARP(23, "announce", virtualMAC, router, "", router),
			}),
		},
		{
			Name:    "the second interface of the same device",
			Network: []heron.Device{detecttest.Device("nas", "nas", cameraMAC, printerMAC, camera)},
			Script:  steps(morning()[1:2], lies(20, 5, printerMAC, camera, routerMAC, router)),
		},
		{
			Name: "answers that were asked for", Network: network,
			Script: steps(morning(), []detecttest.Step{
				detecttest.ARP(20, "request", cameraMAC, camera, "", printer), detecttest.ARP(20.1, "reply", printerMAC, printer, cameraMAC, camera),
				detecttest.ARP(30, "request", printerMAC, printer, "", camera), detecttest.ARP(30.1, "reply", cameraMAC, camera, printerMAC, printer),
			}),
		},
		{
			Name: "a proxy that answers for hosts that asked",
			Script: []detecttest.Step{
				detecttest.ARP(0, "request", cameraMAC, camera, "", printer), detecttest.ARP(0.1, "reply", routerMAC, printer, cameraMAC, camera),
				detecttest.ARP(1, "request", printerMAC, printer, "", camera), detecttest.ARP(1.1, "reply", routerMAC, camera, printerMAC, printer),
				detecttest.ARP(20, "request", cameraMAC, camera, "", printer), detecttest.ARP(20.1, "reply", routerMAC, printer, cameraMAC, camera),
			},
		},
		{
			Name:   "probes and nonsense claim nothing",
			Script: []detecttest.Step{detecttest.ARP(0, "announce", cameraMAC, "0.0.0.0", "", camera), detecttest.Event(1, "arp.reply", nil), detecttest.Event(2, "dhcp.ack", nil)},
		},
	})
}
