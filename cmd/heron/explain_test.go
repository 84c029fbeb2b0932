package main

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

// What the model says is told as a guess, and what signatures say is not.
func TestGuessesAreCalledGuesses(t *testing.T) {
	t.Parallel()
	of := &heron.Identification{
		Identity: heron.Identity{Type: heron.Claim{Value: "sensor", Confidence: 0.9}, OS: &heron.Claim{Value: "lwIP", Confidence: 0.8}},
		Evidence: []heron.Evidence{
			{Key: "profile.peers", Value: "3", Source: "model", Supports: "type", Claim: "sensor", Weight: 3},
			{Key: "dhcp.params", Value: "1,3", Source: "dhcp", Supports: "os", Claim: "lwIP", Weight: 3, Signature: "os.lwip"},
		},
	}
	var out strings.Builder
	printReasons(&terminal{out: &out}, of)
	for _, want := range []string{"Sensor  90 %, a guess by how it behaves\n", "profile.peers = 3  [model]", "lwIP  80 %\n", "[os.lwip]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	of.Identity.Type.By = heron.ByUser
	out.Reset()
	if printReasons(&terminal{out: &out}, of); strings.Contains(out.String(), "guess") {
		t.Errorf("a person's word is called a guess:\n%s", out.String())
	}
}
