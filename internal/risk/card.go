package risk

import (
	"fmt"
	"math"
	"slices"

	"github.com/heron-iot/heron"
)

// card is an Input sorted into what the formulas need. Leaving out a key and
// computing again gives the exact weight of a reason.
type card struct {
	in       Input
	vulns    []weakness
	facts    []fact // exposure and authentication
	controls []fact // compliance
	alerts   []trouble
	floors   []floor
	left     []string // keys left out for now
}

// weakness is one vulnerability match that counts.
type weakness struct {
	heron.Vulnerability
	key string
}

// fact is one yes-or-no that the network shows, or does not.
type fact struct {
	key    string // of the control it comes from
	factor heron.Factor
	text   string
	weight float64
	state  state
	prior  float64
}

type state uint8

const (
	isUnknown state = iota
	isGood
	isBad
)

// trouble is one alert.
type trouble struct {
	key, text string
	weight    float64
}

// floor is a fact that alone holds the score up.
type floor struct {
	keys  []string // it falls when any of these is mended
	text  string
	score float64
}

func (c *card) dropped(keys ...string) bool {
	for _, k := range keys {
		if slices.Contains(c.left, k) {
			return true
		}
	}
	return false
}

// without computes the score as if what the keys name were mended.
func (c *card) without(keys ...string) float64 {
	c.left = keys
	defer func() { c.left = nil }()
	return c.total(asExpected)
}

// value is the part of the weight that counts, 0 to 1 of it for compliance
// and the probability itself for exposure and authentication.
func (x fact) value(c *card, a assume) float64 {
	full := x.weight
	if x.factor == heron.FactorCompliance {
		full = 1
	}
	switch {
	case c.dropped(x.key) || x.state == isGood:
		return 0
	case x.state == isBad || a == asBad:
		return full
	case a == asGood:
		return 0
	}
	return full * x.prior
}

// rule says what a failed control means for exposure or authentication. The
// weights are probabilities of a noisy-or.
type rule struct {
	control string
	factor  heron.Factor
	weight  float64
	text    string
}

func rules() []rule {
	const e, a = heron.FactorExposure, heron.FactorAuthentication
	return []rule{
		{"S04", e, 0.95, "a host on the Internet reached it"},
		{"A05", e, 0.25, "Telnet can be reached"},
		{"A06", e, 0.20, "FTP or TFTP can be reached"},
		{"A07", e, 0.20, "its web interface can be reached without encryption"},
		{"S03", e, 0.30, "a control device talks to the Internet"},
		{"A08", a, 0.60, "a password crossed the network in clear"},
		{"A05", a, 0.40, "logins over Telnet are in clear"},
		{"A19", a, 0.60, "MQTT lets anyone in"},
		{"A12", a, 0.30, "SNMP has no encryption and a shared community"},
		{"A07", a, 0.30, "the web login is in clear"},
		{"C01", a, 0.20, "it accepts obsolete TLS"},
		{"C02", a, 0.15, "its certificate has expired"},
	}
}

// isOpenByDesign reports whether a control protocol is one without any login.
func isOpenByDesign(protocol string) bool {
	switch protocol {
	case "modbus", "s7comm", "bacnet", "enip", "dnp3", "iec60870_104", "omron", "opcua_none":
		return true
	}
	return false
}

func collect(in Input) *card {
	c := &card{in: in}
	results := map[string]heron.ControlResult{}
	for _, r := range in.Controls {
		results[r.ControlID] = r
		if r.Status != heron.ControlNotApplicable {
			c.controls = append(c.controls, c.fact(r, heron.FactorCompliance, 1, r.Reason))
		}
	}
	for _, r := range rules() {
		if res, ok := results[r.control]; ok && res.Status != heron.ControlNotApplicable {
			c.facts = append(c.facts, c.fact(res, r.factor, r.weight, r.text))
		}
	}
	c.collectServices()
	c.collectVulnerabilities()
	c.collectAlerts()
	c.collectFloors(results)
	return c
}

func (c *card) fact(r heron.ControlResult, f heron.Factor, weight float64, text string) fact {
	x := fact{key: r.ControlID, factor: f, text: text, weight: weight, prior: defaultPrior}
	switch r.Status {
	case heron.ControlPass:
		x.state = isGood
	case heron.ControlFail:
		x.state = isBad
	}
	if c.in.Prior != nil {
		x.prior = min(max(c.in.Prior(r.ControlID), 0), 1)
	}
	return x
}

// collectServices adds what the list of services says.
func (c *card) collectServices() {
	n := len(c.in.Device.Services)
	s := isUnknown
	if n > 0 {
		s = isGood
	}
	if n > 12 {
		s = isBad
	}
	c.facts = append(c.facts, fact{
		key: "F01", factor: heron.FactorExposure, weight: 0.10, state: s, prior: defaultPrior,
		text: fmt.Sprintf("%d services answer", n),
	})
	for _, svc := range c.in.Device.Services {
		if isOpenByDesign(svc.Protocol) {
			c.facts = append(c.facts, fact{
				key: "open:" + svc.Protocol, factor: heron.FactorAuthentication, weight: 0.30,
				state: isBad, text: svc.Protocol + " has no login by design",
			})
			return
		}
	}
}

// collectVulnerabilities keeps what is open; accepted ones still count.
func (c *card) collectVulnerabilities() {
	for _, v := range c.in.Vulnerabilities {
		if v.State == heron.VulnFixed || v.State == heron.VulnNotAffected || v.State == heron.VulnFalsePositive {
			continue
		}
		c.vulns = append(c.vulns, weakness{v, "cve:" + v.CVE})
	}
}

// weight grows with certainty, severity and likelihood of exploitation. A
// match by model alone stands for itself when the unknown is taken as good or bad.
func (w *weakness) weight(a assume) float64 {
	confidence := w.Grade.Confidence()
	if w.Grade == heron.GradeModel && a == asGood {
		confidence = 0
	}
	if w.Grade == heron.GradeModel && a == asBad {
		confidence = heron.GradeRange.Confidence()
	}
	severity := w.CVSS
	if severity == 0 {
		severity = 5 // not scored: in the middle
	}
	x := confidence * severity / 10 * severity / 10 * w.likelihood()
	if w.State == heron.VulnMitigated {
		x /= 2
	}
	return x
}

func (w *weakness) likelihood() float64 {
	if w.KEV {
		return 1
	}
	x := 0.20 + 0.80*math.Sqrt(w.EPSS)
	if w.Exploit {
		x = max(x, 0.60)
	}
	return min(x, 0.95)
}

// collectAlerts weighs alerts by severity and age.
func (c *card) collectAlerts() {
	bySeverity := map[heron.Severity]float64{heron.Low: 0.2, heron.Medium: 0.4, heron.High: 0.8, heron.Critical: 1}
	for _, a := range c.in.Alerts {
		if a.State == heron.AlertSuppressed || a.Verdict == heron.VerdictFalse || a.Verdict == heron.VerdictExpected {
			continue
		}
		days := max(0, c.in.Now.Sub(a.Last).Hours()/24)
		w := bySeverity[a.Severity] * a.Confidence * math.Exp2(-days)
		if w >= 0.01 {
			c.alerts = append(c.alerts, trouble{"alert:" + a.ID, a.Summary, w})
		}
	}
}

// collectFloors lists facts that a weighted mean would drown.
func (c *card) collectFloors(results map[string]heron.ControlResult) {
	internet := results["S04"].Status == heron.ControlFail
	for _, v := range c.vulns {
		if !v.KEV || v.Grade < heron.GradeRange || v.State == heron.VulnMitigated {
			continue
		}
		c.floors = append(c.floors, floor{[]string{v.key}, v.CVE + " is being exploited in the wild", 60})
		if internet {
			c.floors = append(c.floors, floor{[]string{v.key, "S04"}, v.CVE + " is being exploited and the device can be reached from the Internet", 80})
		}
	}
	for _, a := range c.in.Alerts {
		if a.Severity == heron.Critical && a.State == heron.AlertOpen {
			c.floors = append(c.floors, floor{[]string{"alert:" + a.ID}, "critical alert: " + a.Summary, 80})
		}
	}
}
