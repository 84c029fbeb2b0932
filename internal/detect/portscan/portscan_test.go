package portscan_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect/detecttest"
	"github.com/heron-iot/heron/internal/detect/portscan"
)

const (
	attacker = "10.0.0.66"
	victim   = "10.0.0.5"
)

// tries are n contacts, each to the host and port that to gives.
func tries(n int, every float64, state heron.FlowState, to func(i int) (string, uint16)) []detecttest.Step {
	var out []detecttest.Step
	for i := range n {
		host, port := to(i)
		out = append(out, detecttest.TCP(float64(i)*every, attacker, host, port, state))
	}
	return out
}

func ports(i int) (string, uint16)  { return victim, uint16(1 + i) }
func hosts(i int) (string, uint16)  { return fmt.Sprint("10.0.1.", 1+i), 445 }
func mixed(i int) (string, uint16)  { return fmt.Sprint("10.0.1.", 1+i), uint16(1000 + i) }
func remote(i int) (string, uint16) { return fmt.Sprint("203.0.113.", 1+i), uint16(20000 + 7*i) }
func same(int) (string, uint16)     { return victim, 8080 }

func TestPortScan(t *testing.T) {
	t.Parallel()
	plc := detecttest.Device("press", "plc", attacker)
	silent := tries(40, 1, heron.FlowUnanswered, ports)
	for i := range silent {
		silent[i] = silent[i].Sent(5000)
	}
	udp := make([]detecttest.Step, 0, 20)
	for i := range 20 {
		udp = append(udp, detecttest.Flow(float64(i), heron.UDP, attacker, victim, uint16(1+i), heron.FlowRejected))
	}
	fromOutside := make([]detecttest.Step, 0, 20)
	for i := range 20 {
		host, port := hosts(i)
		fromOutside = append(fromOutside, detecttest.TCP(float64(i), "203.0.113.9", host, port, heron.FlowUnanswered))
	}
	detecttest.Run(t, portscan.Detector(), []detecttest.Scenario{
		{Name: "ports of one host that refuse", Script: tries(20, 0.01, heron.FlowRejected, ports), Want: []string{"high 10.0.0.66 → 10.0.0.5: open, 10.0.0.66 tried 20 ports of 10.0.0.5 in vain"}},
		{Name: "ports of one host that do not answer", Script: tries(20, 0.01, heron.FlowUnanswered, ports), Want: []string{"high 10.0.0.66 → 10.0.0.5: open"}},
		{Name: "the ninth failure decides", Script: tries(9, 1, heron.FlowRejected, ports), Want: []string{"high 10.0.0.66 → 10.0.0.5: open"}},
		{Name: "eight failures do not", Script: tries(8, 1, heron.FlowRejected, ports)},
		{Name: "one port of many hosts", Script: tries(20, 0.1, heron.FlowUnanswered, hosts), Want: []string{"high 10.0.0.66 → : open, 10.0.0.66 tried port 445 of 20 hosts in vain"}},
		{Name: "a port an hour", Script: tries(12, 3600, heron.FlowUnanswered, ports), Want: []string{"high 10.0.0.66 → 10.0.0.5: "}},
		{Name: "another port on each of several hosts of ours", Script: tries(12, 1, heron.FlowUnanswered, mixed), Want: []string{"high 10.0.0.66 → : open"}},
		{Name: "UDP ports that are refused", Script: udp, Want: []string{"high 10.0.0.66 → 10.0.0.5: open"}},
		{Name: "a control device that scans", Network: []heron.Device{plc}, Script: tries(12, 1, heron.FlowUnanswered, ports), Want: []string{"critical 10.0.0.66 → 10.0.0.5: open, press (10.0.0.66) tried"}},
		{Name: "the Internet scanning us", Script: fromOutside, Want: []string{"medium 203.0.113.9 → : open"}},
		{Name: "retries of a service that is gone", Script: tries(100, 1, heron.FlowUnanswered, same)},
		{Name: "an application that contacts many servers as it starts", Script: tries(60, 0.1, heron.FlowEstablished, hosts)},
		{Name: "a peer-to-peer client and absent peers", Script: tries(60, 1, heron.FlowUnanswered, remote)},
		{Name: "a capture of one direction only", Script: silent},
		{
			Name:   "successes speak against a scan",
			Script: append(tries(12, 1, heron.FlowEstablished, hosts), tries(8, 1, heron.FlowRejected, ports)...),
		},
		{
			Name:   "is over after an hour of quiet",
			Script: append(tries(20, 0.01, heron.FlowRejected, ports), detecttest.Clock(120), detecttest.Clock(4000)),
			Want:   []string{"high 10.0.0.66 → 10.0.0.5: closed"},
		},
	})
}
