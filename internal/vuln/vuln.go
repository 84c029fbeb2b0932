// Package vuln matches devices to known vulnerabilities. It holds advisories
// (one source's statements each, never flattened) in an index by vendor, and
// says of each match how certain it is and why in one line. Matching is a pure
// function of the device and the index.
//
// The embedded start set is a few dozen vulnerabilities of IoT and OT devices
// that are exploited most.
package vuln

import (
	"bytes"
	_ "embed" // the start set
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/heron-iot/heron"
)

//go:embed advisories.yaml
var startSet []byte

// Index finds the advisories that concern a product. It is read-only and safe
// for concurrent use.
type Index struct {
	byCVE    map[string]*heron.Advisory
	byVendor map[string][]entry
}

// entry is one statement of one advisory, ready to match.
type entry struct {
	advisory *heron.Advisory
	heron.Statement
	models []modelMatcher
}

// fileAdvisory is the YAML form of heron.Advisory.
type fileAdvisory struct {
	CVE      string          `yaml:"cve"`
	Title    string          `yaml:"title"`
	CVSS     float64         `yaml:"cvss"`
	KEV      bool            `yaml:"kev"`
	EPSS     float64         `yaml:"epss"`
	Exploit  bool            `yaml:"public_exploit"`
	Affected []fileStatement `yaml:"affected"`
}

type fileStatement struct {
	Vendor  string   `yaml:"vendor"`
	Models  []string `yaml:"models"`
	From    string   `yaml:"from"`
	FromEx  bool     `yaml:"from_excluded"`
	To      string   `yaml:"to"`
	ToEx    bool     `yaml:"to_excluded"`
	Exact   []string `yaml:"exact"`
	All     bool     `yaml:"all"`
	FixedIn string   `yaml:"fixed_in"`
}

// New returns the index of the embedded start set.
func New() (*Index, error) {
	list, err := Parse(startSet)
	if err != nil {
		return nil, fmt.Errorf("start set: %w", err)
	}
	return NewIndex(list), nil
}

// Parse reads advisories in Heron's YAML form, strictly.
func Parse(b []byte) ([]heron.Advisory, error) {
	var file []fileAdvisory
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, err
	}
	out := make([]heron.Advisory, 0, len(file))
	for _, f := range file {
		a := heron.Advisory{CVE: f.CVE, Title: f.Title, CVSS: f.CVSS, KEV: f.KEV, EPSS: f.EPSS, Exploit: f.Exploit}
		for _, s := range f.Affected {
			a.Affected = append(a.Affected, heron.Statement{
				Source: "heron", Vendor: s.Vendor, Models: s.Models, From: s.From, FromEx: s.FromEx,
				To: s.To, ToEx: s.ToEx, Exact: s.Exact, All: s.All, FixedIn: s.FixedIn,
			})
		}
		if err := check(a); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// check refuses an advisory that could never match, or would match too much.
func check(a heron.Advisory) error {
	if !strings.HasPrefix(a.CVE, "CVE-") || a.Title == "" || a.CVSS < 0 || a.CVSS > 10 || len(a.Affected) == 0 {
		return fmt.Errorf("advisory %q: want cve, title, cvss from 0 to 10 and affected", a.CVE)
	}
	for _, s := range a.Affected {
		if s.Vendor == "" || len(s.Models) == 0 {
			return fmt.Errorf("advisory %s: a statement without vendor or models", a.CVE)
		}
		if !s.All && s.From == "" && s.To == "" && len(s.Exact) == 0 {
			return fmt.Errorf("advisory %s: %s: want from, to, exact, or all", a.CVE, s.Vendor)
		}
		for _, v := range append([]string{s.From, s.To}, s.Exact...) {
			if _, ok := parseVersion(v); v != "" && !ok {
				return fmt.Errorf("advisory %s: version %q has no number", a.CVE, v)
			}
		}
	}
	return nil
}

// NewIndex makes an index of advisories.
func NewIndex(list []heron.Advisory) *Index {
	x := &Index{byCVE: map[string]*heron.Advisory{}, byVendor: map[string][]entry{}}
	for i := range list {
		a := &list[i]
		x.byCVE[a.CVE] = a
		for _, s := range a.Affected {
			e := entry{advisory: a, Statement: s}
			for _, m := range s.Models {
				e.models = append(e.models, newModelMatcher(m))
			}
			k := vendorKey(s.Vendor)
			x.byVendor[k] = append(x.byVendor[k], e)
		}
	}
	return x
}

// Len returns how many advisories the index holds.
func (x *Index) Len() int { return len(x.byCVE) }

// Advisory returns the advisory of a CVE.
func (x *Index) Advisory(cve string) (*heron.Advisory, bool) {
	a, ok := x.byCVE[strings.ToUpper(cve)]
	return a, ok
}

// Search returns advisories whose CVE, title, vendor or models contain text,
// newest CVE first.
func (x *Index) Search(text string) []heron.Advisory {
	text = strings.ToLower(text)
	var out []heron.Advisory
	for _, a := range x.byCVE {
		if strings.Contains(strings.ToLower(words(a)), text) {
			out = append(out, *a)
		}
	}
	slices.SortFunc(out, func(a, b heron.Advisory) int { return strings.Compare(b.CVE, a.CVE) })
	return out
}

func words(a *heron.Advisory) string {
	w := a.CVE + " " + a.Title
	for _, s := range a.Affected {
		w += " " + s.Vendor + " " + strings.Join(s.Models, " ")
	}
	return w
}
