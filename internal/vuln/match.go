package vuln

import (
	"fmt"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Product is what a match needs to know of a device, or of a piece of software on it.
type Product struct {
	Vendor   string `json:"vendor"`
	Model    string `json:"model"`
	Firmware string `json:"firmware"`
	// Component and ComponentVersion name software inside, as an application
	// of a NAS.
	Component        string `json:"component,omitempty"`
	ComponentVersion string `json:"component_version,omitempty"`
	// Service tells that the version was read from a service's banner: makers
	// back-port fixes there without a new number.
	Service string `json:"service,omitempty"`
}

// Finding is one advisory that matches a product.
type Finding struct {
	CVE     string      `json:"cve"`
	Grade   heron.Grade `json:"grade"`
	Reason  string      `json:"reason"`
	FixedIn string      `json:"fixed_in,omitempty"`
}

// Match returns the vulnerabilities of a device, worst first. State, First and
// Last are left for the caller.
func (x *Index) Match(d *heron.Device) []heron.Vulnerability {
	best := map[string]Finding{}
	for _, p := range products(d) {
		for _, f := range x.MatchProduct(p) {
			if old, ok := best[f.CVE]; !ok || f.Grade > old.Grade {
				best[f.CVE] = f
			}
		}
	}
	out := make([]heron.Vulnerability, 0, len(best))
	for _, f := range best {
		out = append(out, x.vulnerability(d, f))
	}
	slices.SortFunc(out, func(a, b heron.Vulnerability) int {
		if a.Grade != b.Grade {
			return int(b.Grade) - int(a.Grade)
		}
		return strings.Compare(b.CVE, a.CVE)
	})
	return out
}

func (x *Index) vulnerability(d *heron.Device, f Finding) heron.Vulnerability {
	a := x.byCVE[f.CVE]
	return heron.Vulnerability{
		ID: heron.DeriveID("vulnerability", d.ID, f.CVE), DeviceID: d.ID, CVE: f.CVE, Title: a.Title,
		Grade: f.Grade, Reason: f.Reason, CVSS: a.CVSS, KEV: a.KEV, EPSS: a.EPSS, Exploit: a.Exploit,
		FixedIn: f.FixedIn, State: heron.VulnOpen,
	}
}

// products lists what a device is made of, as far as it is known: itself, and
// the software that its services name.
func products(d *heron.Device) []Product {
	var out []Product
	if id := d.Identity; id.Vendor != nil && id.Model != nil {
		p := Product{Vendor: id.Vendor.Value, Model: id.Model.Value}
		if id.Firmware != nil {
			p.Firmware = id.Firmware.Value
		}
		out = append(out, p)
	}
	for _, s := range d.Services {
		if s.Product != "" && s.Version != "" {
			out = append(out, Product{Vendor: s.Product, Model: s.Product, Firmware: s.Version, Service: s.Protocol})
		}
	}
	return out
}

// MatchProduct returns the findings of one product: for each CVE the most
// certain one, in the order of the CVE.
func (x *Index) MatchProduct(p Product) []Finding {
	best := map[string]Finding{}
	for _, e := range x.byVendor[vendorKey(p.Vendor)] {
		f, ok := e.match(p)
		if !ok {
			continue
		}
		if old, seen := best[f.CVE]; !seen || f.Grade > old.Grade {
			best[f.CVE] = f
		}
	}
	out := make([]Finding, 0, len(best))
	for _, f := range best {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Finding) int { return strings.Compare(a.CVE, b.CVE) })
	return out
}

// match applies one statement to a product.
func (e *entry) match(p Product) (Finding, bool) {
	model, text := p.Model, p.Firmware
	if p.Component != "" && e.named(p.Component) {
		model, text = p.Component, p.ComponentVersion
	}
	if !e.named(model) {
		return Finding{}, false
	}
	grade, why := e.grade(text)
	if grade == heron.GradeType {
		return Finding{}, false
	}
	if p.Service != "" && grade > heron.GradeProbable {
		grade, why = heron.GradeProbable, why+"; read from a banner, so the fix may be back-ported"
	}
	name := strings.TrimSpace(p.Vendor + " " + model)
	return Finding{CVE: e.advisory.CVE, Grade: grade, Reason: name + " " + why, FixedIn: e.FixedIn}, true
}

func (e *entry) named(model string) bool {
	for i := range e.models {
		if e.models[i].match(model) {
			return true
		}
	}
	return false
}

// grade compares a version with the statement. GradeType means: not affected.
func (e *entry) grade(text string) (heron.Grade, string) {
	if e.All {
		return heron.GradeModel, "is named without a version"
	}
	v, ok := parseVersion(text)
	if !ok {
		return heron.GradeModel, "is named; its firmware version is not known"
	}
	for _, x := range e.Exact {
		if w, _ := parseVersion(x); same(v, w) {
			return heron.GradeExact, "version " + text + " is listed"
		}
	}
	if len(e.Exact) > 0 {
		return heron.GradeType, ""
	}
	return e.inRange(v, text)
}

func same(a, b version) bool {
	c, ok := compare(a, b)
	return ok && c == 0
}

// inRange decides whether v lies within From and To.
func (e *entry) inRange(v version, text string) (heron.Grade, string) {
	low, okLow := e.bound(v, e.From)
	high, okHigh := e.bound(v, e.To)
	if !okLow || !okHigh {
		return heron.GradeModel, fmt.Sprintf("is named; version %s does not compare with %s", text, e.span())
	}
	if e.From != "" && (low < 0 || low == 0 && e.FromEx) {
		return heron.GradeType, ""
	}
	if e.To != "" && (high > 0 || high == 0 && e.ToEx && !e.buildUnknown(v)) {
		return heron.GradeType, ""
	}
	if high == 0 && e.To != "" && e.buildUnknown(v) {
		return heron.GradeProbable, fmt.Sprintf("version %s is the last of %s, and its build is not known", text, e.span())
	}
	return heron.GradeRange, fmt.Sprintf("version %s is within %s", text, e.span())
}

func (e *entry) bound(v version, bound string) (int, bool) {
	if bound == "" {
		return 0, true
	}
	b, _ := parseVersion(bound)
	return compare(v, b)
}

// buildUnknown reports that the bound names a build and the version does not.
func (e *entry) buildUnknown(v version) bool {
	b, _ := parseVersion(e.To)
	return b.build != "" && v.build == ""
}

// span is the range in words.
func (e *entry) span() string {
	to := e.To
	if e.ToEx {
		to = "before " + to
	} else {
		to = "up to " + to
	}
	if e.From == "" {
		return to
	}
	return "from " + e.From + " " + to
}
