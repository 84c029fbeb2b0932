package botnet_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect/botnet"
	"github.com/heron-iot/heron/internal/detect/detecttest"
)

const bot = "10.0.0.20"

// tries are n connections to a port of n hosts.
func tries(n int, every float64, port uint16, state heron.FlowState) []detecttest.Step {
	var out []detecttest.Step
	for i := range n {
		out = append(out, detecttest.TCP(float64(i)*every, bot, fmt.Sprint("203.0.113.", 1+i), port, state))
	}
	return out
}

// scan is twenty ports of one host.
func scan() []detecttest.Step {
	var out []detecttest.Step
	for i := range 20 {
		out = append(out, detecttest.TCP(float64(i)/10, bot, "203.0.113.1", uint16(80+i), heron.FlowRejected))
	}
	return out
}

func TestBotnet(t *testing.T) {
	t.Parallel()
	camera := []heron.Device{detecttest.Device("hall camera", "camera", bot)}
	laptop := []heron.Device{detecttest.Device("annas laptop", "laptop", bot)}
	detecttest.Run(t, botnet.Detector(), []detecttest.Scenario{
		{Name: "three hosts in a minute", Network: camera, Script: tries(3, 10, 23, heron.FlowAttempt), Want: []string{"critical 10.0.0.20 → 203.0.113.3: open, hall camera (10.0.0.20) looks for telnet on other hosts: 3 in a minute"}},
		{Name: "of which one answers", Network: camera, Script: append(tries(4, 5, 2323, heron.FlowUnanswered), detecttest.TCP(21, bot, "203.0.113.99", 23, heron.FlowEstablished)), Want: []string{"critical 10.0.0.20 → "}},
		{Name: "two hosts", Network: camera, Script: tries(2, 1, 23, heron.FlowAttempt)},
		{Name: "three hosts in three minutes", Network: camera, Script: tries(3, 61, 23, heron.FlowAttempt)},
		{Name: "one host again and again", Network: camera, Script: []detecttest.Step{
			detecttest.TCP(0, bot, "10.0.0.1", 23, heron.FlowAttempt), detecttest.TCP(5, bot, "10.0.0.1", 23, heron.FlowAttempt),
			detecttest.TCP(10, bot, "10.0.0.1", 23, heron.FlowAttempt), detecttest.TCP(15, bot, "10.0.0.1", 23, heron.FlowAttempt),
		}},
		{Name: "other ports", Network: camera, Script: tries(30, 1, 443, heron.FlowAttempt)},
		{
			Name: "a port scan that meets telnet", Network: camera,
			Script: append(scan(), tries(5, 1, 23, heron.FlowRejected)...),
		},
		{Name: "a person at a computer", Network: laptop, Script: tries(5, 1, 23, heron.FlowAttempt)},
		{Name: "a computer that was taken over", Network: laptop, Script: tries(20, 1, 23, heron.FlowUnanswered), Want: []string{"critical 10.0.0.20 → "}},
		{Name: "a script that logs in to what is there", Network: camera, Script: tries(20, 1, 23, heron.FlowEstablished)},
		{
			Name: "is over after an hour of quiet", Network: camera,
			Script: append(tries(3, 1, 23, heron.FlowAttempt), detecttest.Clock(4000)), Want: []string{"critical 10.0.0.20 → 203.0.113.3: closed"},
		},
	})
}
