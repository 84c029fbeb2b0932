// Package risk scores a device from 0 to 100 out of five factors:
// vulnerabilities 40 %, exposure 25 %, authentication 20 %, behaviour 10 % and
// compliance 5 %.
//
// The score is a pure function of its input and keeps three promises, each
// held by a property test: news that is bad never lowers it, it does not
// depend on the order of anything, and what is not known widens the interval
// (Low, High) instead of passing for good. Every point of it has a reason
// whose weight is exact: what the score would lose without that reason.
package risk

import (
	"math"
	"slices"

	"github.com/heron-iot/heron"
)

// Input is what is known of one device.
type Input struct {
	Device          *heron.Device
	Vulnerabilities []heron.Vulnerability
	Controls        []heron.ControlResult
	// Alerts are those of the device that are open, or ended within a week.
	Alerts []heron.Alert
	// Baseline is nil while nothing was learned.
	Baseline *heron.Baseline
	Now      heron.Time
	// Prior is the share of bad among the known devices of the same type for a
	// control, 0 to 1; nil takes defaultPrior.
	Prior func(controlID string) float64
}

// defaultPrior is what an unknown fact counts for when nothing is known of its
// peers: the mean of the Beta(1, 3) prior.
const defaultPrior = 0.25

// Score computes the risk of a device.
func Score(in Input) heron.RiskScore {
	c := collect(in)
	point := c.total(asExpected)
	out := heron.RiskScore{
		DeviceID: in.Device.ID,
		Time:     in.Now,
		RiskSummary: heron.RiskSummary{
			Score: round(point), Low: round(c.total(asGood)), High: round(c.total(asBad)),
			Coverage: math.Round(100*c.coverage()) / 100, Level: heron.LevelOf(round(point)),
		},
	}
	for _, f := range heron.Factors() {
		out.Factors = append(out.Factors, heron.FactorScore{
			Factor: f, Weight: f.Weight(), Score: round(c.factor(f, asExpected)),
			Known: math.Round(100*c.known(f)) / 100, Reasons: c.reasons(f, point),
		})
	}
	out.Floors = c.floorReasons(point)
	out.Moves = c.moves(point)
	return out
}

// assume says how to take what is not known.
type assume uint8

const (
	asExpected assume = iota // at its prior
	asGood
	asBad
)

// total is the whole score: the weighted sum of the factors, or the highest floor.
func (c *card) total(a assume) float64 {
	sum := 0.0
	for _, f := range heron.Factors() {
		sum += f.Weight() * c.factor(f, a)
	}
	for _, f := range c.floors {
		if !c.dropped(f.keys...) {
			sum = max(sum, f.score)
		}
	}
	return min(sum, 100)
}

// factor is one factor, 0 to 100.
func (c *card) factor(f heron.Factor, a assume) float64 {
	switch f {
	case heron.FactorVulnerabilities:
		return c.vulnerabilities(a)
	case heron.FactorCompliance:
		return c.compliance(a)
	case heron.FactorBehavior:
		return c.behavior(a)
	}
	left := 1.0
	for _, x := range c.facts {
		if x.factor == f {
			left *= 1 - x.value(c, a)
		}
	}
	return 100 * (1 - left)
}

// vulnerabilities damps a noisy-or by rank, so that the worst finding leads
// and the hundredth hardly counts. Raising any weight, or adding a finding,
// cannot lower it: the sorted list dominates the old one rank by rank.
func (c *card) vulnerabilities(a assume) float64 {
	weights := make([]float64, 0, len(c.vulns)+1)
	for i := range c.vulns {
		if v := &c.vulns[i]; !c.dropped(v.key) {
			weights = append(weights, v.weight(a))
		}
	}
	weights = append(weights, c.unmatched(a))
	slices.SortFunc(weights, func(x, y float64) int {
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	left, damp := 1.0, 1.0
	for _, w := range weights {
		left *= 1 - w*damp
		damp /= 2
	}
	return 100 * (1 - left)
}

// unmatched is the weight of what could not be matched because the model is
// not known: a device nobody can name is not a clean one.
func (c *card) unmatched(a assume) float64 {
	if c.in.Device.Identity.Model != nil || a == asGood {
		return 0
	}
	if a == asBad {
		return 0.6
	}
	return 0.1
}

// behavior is the worst trouble seen, halved for each day since.
func (c *card) behavior(a assume) float64 {
	worst := 0.0
	for _, b := range c.alerts {
		if !c.dropped(b.key) {
			worst = max(worst, b.weight)
		}
	}
	if c.learned() {
		return 100 * worst
	}
	// While the baseline is learning, trouble could go unseen.
	switch a {
	case asGood:
		return 100 * worst
	case asBad:
		return 100 * max(worst, 0.4)
	}
	return 100 * max(worst, 0.05)
}

// compliance is the weighted share of controls that fail, with a control whose
// outcome is unknown at its prior.
func (c *card) compliance(a assume) float64 {
	bad, all := 0.0, 0.0
	for _, x := range c.controls {
		all += x.weight
		bad += x.weight * x.value(c, a)
	}
	if all == 0 {
		return 0
	}
	return 100 * bad / all
}

// coverage is the share of the score that rests on known facts.
func (c *card) coverage() float64 {
	sum := 0.0
	for _, f := range heron.Factors() {
		sum += f.Weight() * c.known(f)
	}
	return sum
}

// known is the share of a factor's facts that are known.
func (c *card) known(f heron.Factor) float64 {
	switch f {
	case heron.FactorVulnerabilities:
		switch id := c.in.Device.Identity; {
		case id.Model == nil:
			return 0
		case id.Firmware == nil:
			return 0.5
		}
		return 1
	case heron.FactorBehavior:
		if c.in.Baseline == nil {
			return 0
		}
		return c.in.Baseline.Maturity
	case heron.FactorCompliance:
		return shareKnown(c.controls, func(fact) bool { return true })
	}
	return shareKnown(c.facts, func(x fact) bool { return x.factor == f })
}

func shareKnown(facts []fact, want func(fact) bool) float64 {
	known, all := 0.0, 0.0
	for _, x := range facts {
		if !want(x) {
			continue
		}
		all += x.weight
		if x.state != isUnknown {
			known += x.weight
		}
	}
	if all == 0 {
		return 0
	}
	return known / all
}

func (c *card) learned() bool { return c.in.Baseline != nil && c.in.Baseline.Maturity >= 0.5 }

func round(x float64) float64 { return math.Round(10*x) / 10 }
