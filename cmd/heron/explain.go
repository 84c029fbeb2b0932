package main

import (
	"fmt"
	"strings"

	"github.com/heron-iot/heron"
)

// reasonsShown is how many reasons a person is told for one claim.
const reasonsShown = 3

// printReasons says for each claim about a device how sure it is, the best
// reasons for it, and what else it might be.
func printReasons(t *terminal, d *heron.Device) {
	id, other := d.Identity, d.RunnerUp
	var kind *heron.Claim
	if id.Type.Value != heron.Unknown {
		kind = &id.Type
	}
	for _, x := range []struct {
		name            string
		claim, runnerUp *heron.Claim
	}{
		{"type", kind, other.Type},
		{"vendor", id.Vendor, other.Vendor},
		{"model", id.Model, other.Model},
		{"os", id.OS, other.OS},
		{"firmware", id.Firmware, nil},
	} {
		if x.claim == nil {
			continue
		}
		fmt.Fprintf(t.out, "  %-10s %s  %s\n", x.name, shown(x.name, x.claim.Value), percent(x.claim.Confidence)+orElse(x.name, x.runnerUp))
		printEvidence(t, d.Evidence, x.name, x.claim.Value)
	}
}

// shown is a claim as a person knows it.
func shown(attribute, value string) string {
	if attribute == "type" {
		return heron.TypeTitle(value)
	}
	return value
}

func orElse(attribute string, c *heron.Claim) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf(", or else %s %s", shown(attribute, c.Value), percent(c.Confidence))
}

// printEvidence prints the best reasons for one claim; many keys may carry one
// text, which counts once here.
func printEvidence(t *terminal, all []heron.Evidence, attribute, claim string) {
	seen := map[string]bool{}
	for _, e := range all {
		if e.Supports != attribute || !strings.EqualFold(e.Claim, claim) || seen[e.Value] {
			continue
		}
		seen[e.Value] = true
		fmt.Fprintf(t.out, "    %+5.1f   %s\n", e.Weight, t.faint(strings.TrimSpace(e.Key+" = "+e.Value+"  "+bracket(e.Signature))))
		if len(seen) == reasonsShown {
			return
		}
	}
}

func bracket(s string) string {
	if s == "" {
		return ""
	}
	return "[" + s + "]"
}

func printServices(t *terminal, d *heron.Device) {
	for _, s := range d.Services {
		at := fmt.Sprintf("%s/%d", s.Transport, s.Port)
		t.fields("service", joinWords(present(at, s.Protocol, s.Product, s.Version)))
	}
}
