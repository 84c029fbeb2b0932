package risk

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/heron-iot/heron"
)

// maxReasons bounds the reasons told for each factor, and the moves.
const maxReasons = 8

// reasons explains one factor: each known bad fact, with the points that the
// whole score would lose without it.
func (c *card) reasons(f heron.Factor, point float64) []heron.RiskReason {
	var out []heron.RiskReason
	add := func(key, text string) {
		out = append(out, heron.RiskReason{Code: key, Text: text, Points: round(point - c.without(key))})
	}
	switch f {
	case heron.FactorVulnerabilities:
		for _, v := range c.vulns {
			add(v.key, fmt.Sprintf("%s %s (%s): %s", v.CVE, v.Title, v.Grade, v.Reason))
		}
	case heron.FactorBehavior:
		for _, a := range c.alerts {
			add(a.key, a.text)
		}
	case heron.FactorCompliance:
		for _, x := range c.controls {
			if x.state == isBad {
				add(x.key, x.key+": "+x.text)
			}
		}
	default:
		for _, x := range c.facts {
			if x.factor == f && x.state == isBad {
				add(x.key, x.text)
			}
		}
	}
	return top(out, func(r heron.RiskReason) (float64, string) { return r.Points, r.Code })
}

// floorReasons lists the floors that hold the score up now.
func (c *card) floorReasons(point float64) []heron.RiskReason {
	var out []heron.RiskReason
	for _, f := range c.floors {
		out = append(out, heron.RiskReason{Code: f.keys[0], Text: f.text, Points: round(point - c.without(f.keys...))})
	}
	return top(out, func(r heron.RiskReason) (float64, string) { return r.Points, r.Code })
}

// moves ranks what a person could do by what it takes away.
func (c *card) moves(point float64) []heron.RiskMove {
	var out []heron.RiskMove
	add := func(code, text string, keys ...string) {
		if points := round(point - c.without(keys...)); points > 0 {
			out = append(out, heron.RiskMove{Code: code, Text: text, Points: points})
		}
	}
	keys, version := c.upgrade()
	if len(keys) > 0 {
		add("upgrade", fmt.Sprintf("Upgrade the firmware to %s: closes %s", version, plural(len(keys), "vulnerability", "vulnerabilities")), keys...)
	}
	for key, text := range mends() {
		if c.bad(key) {
			add(key, text, key)
		}
	}
	for _, a := range c.alerts {
		add(a.key, "Settle the alert: "+a.text, a.key)
	}
	return top(out, func(m heron.RiskMove) (float64, string) { return m.Points, m.Code })
}

// mends says what to do about each control that a score may rest on.
func mends() map[string]string {
	return map[string]string{
		"S04": "Block connections from the Internet",
		"S03": "Block its way to the Internet",
		"A05": "Turn off Telnet",
		"A06": "Turn off FTP and TFTP",
		"A07": "Serve the web interface over HTTPS only",
		"A08": "Use an encrypted login, and change the password that was seen",
		"A12": "Change to SNMP version 3",
		"A19": "Ask for a login on the MQTT broker",
		"C01": "Turn off TLS before 1.2",
		"C02": "Renew the certificate",
		"F01": "Turn off services that nobody uses",
	}
}

func (c *card) bad(key string) bool {
	is := func(x fact) bool { return x.key == key && x.state == isBad }
	return slices.ContainsFunc(c.facts, is) || slices.ContainsFunc(c.controls, is)
}

// upgrade names the vulnerabilities that a known version fixes.
func (c *card) upgrade() (keys []string, version string) {
	for _, v := range c.vulns {
		if v.FixedIn != "" {
			keys = append(keys, v.key)
			version = max(version, v.FixedIn)
		}
	}
	return keys, version
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// top sorts by points, then code, and keeps the first few.
func top[T any](list []T, key func(T) (float64, string)) []T {
	slices.SortFunc(list, func(a, b T) int {
		pa, ca := key(a)
		pb, cb := key(b)
		return cmp.Or(cmp.Compare(pb, pa), cmp.Compare(ca, cb))
	})
	return list[:min(len(list), maxReasons)]
}
