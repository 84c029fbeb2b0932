package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/guess"
	"github.com/heron-iot/heron/internal/identify"
)

// reasonsShown is how many reasons a person is told for one claim.
const reasonsShown = 3

// printReasons says for each claim about a device how sure it is, the best
// reasons for it, and what else it might be.
func printReasons(t *terminal, of *heron.Identification) {
	for _, field := range heron.IdentityFields() {
		c := of.Identity.Claim(field)
		if c == nil {
			continue
		}
		fmt.Fprintf(t.out, "  %-10s %s  %s\n", field, shown(field, c.Value), sureness(c)+byLikeness(of, field, c)+orElse(field, of.RunnerUp.Claim(field)))
		printEvidence(t, of.Evidence, field, c.Value)
	}
}

// sureness says how sure a claim is, or that a person made it.
func sureness(c *heron.Claim) string {
	if c.By == heron.ByUser {
		return percent(c.Confidence) + ", by a person's word"
	}
	return percent(c.Confidence)
}

// byLikeness says that a claim is the model's: no signature knows the device, it
// behaves like others that are known.
func byLikeness(of *heron.Identification, field string, c *heron.Claim) string {
	isIt := func(e heron.Evidence) bool {
		return e.Source == guess.Source && e.Supports == field && e.Claim == c.Value
	}
	if c.By == "" && slices.ContainsFunc(of.Evidence, isIt) {
		return ", a guess by how it behaves"
	}
	return ""
}

// printExplanation is printReasons, with what speaks against, what would settle
// what is in doubt, and what people said.
func printExplanation(t *terminal, x *heron.Explanation) {
	printReasons(t, &x.Identification)
	if against := identify.Against(&x.Identification); len(against) > 0 {
		fmt.Fprintln(t.out, "  against")
		for _, e := range against[:min(len(against), 2*reasonsShown)] {
			fmt.Fprintf(t.out, "    %+5.1f   %s %s  %s\n", e.Weight, e.Supports, shown(e.Supports, e.Claim), t.faint(reason(&e)))
		}
	}
	if len(x.Settles) > 0 {
		fmt.Fprintln(t.out, "  would settle it")
		for _, s := range x.Settles {
			fmt.Fprintf(t.out, "    %-8s %s %s → %s  %s\n", s.Field, shown(s.Field, s.Claim), percent(s.Now), percent(s.Then),
				t.faint(joinWords(present(s.Key, like(s.Value), bracket(s.Signature)))))
		}
	}
	for _, c := range x.Corrections {
		fmt.Fprintf(t.out, "  %s: %s is %s %s%s  %s\n", c.Actor, c.Field, ruled(c.Ruling), shown(c.Field, c.Value), because(c.Reason), t.faint(ago(c.Time.Std())))
	}
}

func like(value string) string {
	if value == "" {
		return ""
	}
	return "as " + value
}

// ruled is a person's ruling in words.
func ruled(r heron.Ruling) string {
	switch r {
	case heron.RulingLock:
		return "locked to"
	case heron.RulingConfirm:
		return "confirmed as"
	}
	return "not"
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

// reason is a piece of evidence in one line.
func reason(e *heron.Evidence) string {
	from := e.Signature
	if e.Source == guess.Source {
		from = e.Source
	}
	return strings.TrimSpace(e.Key + " = " + e.Value + "  " + bracket(from))
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
		fmt.Fprintf(t.out, "    %+5.1f   %s\n", e.Weight, t.faint(reason(&e)))
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

// serviceFields are the services of a device, for terminal.fields.
func serviceFields(d *heron.Device) (pairs []string) {
	for _, s := range d.Services {
		at := fmt.Sprintf("%s/%d", s.Transport, s.Port)
		pairs = append(pairs, "service", joinWords(present(at, s.Protocol, s.Product, s.Version)))
	}
	return pairs
}
