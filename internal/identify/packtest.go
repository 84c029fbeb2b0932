package identify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Failure is an example that did not come out as its signature says.
type Failure struct {
	Signature string `json:"signature"`
	File      string `json:"file"`
	Example   string `json:"example"`
	Problem   string `json:"problem"`
}

// wantPrefix marks the keys of an example that say what must come out.
const wantPrefix = "want."

// Test runs the examples and counter-examples of all signatures: each example
// must be matched by its signature and yield what it wants, no counter-example
// may be.
func Test(p *Pack) []Failure {
	g := p.program
	var out []Failure
	for i := range p.signatures {
		s, r := &p.signatures[i], &g.rules[i]
		fail := func(e Example, problem string) {
			out = append(out, Failure{s.ID, s.File, e.String(), problem})
		}
		for _, e := range s.Examples {
			if problem := g.tryExample(r, e); problem != "" {
				fail(e, problem)
			}
		}
		for _, e := range s.Counterexamples {
			if _, found := g.run(e); r.fires(found) {
				fail(e, "is matched, and must not be")
			}
		}
	}
	return out
}

// tryExample returns what is wrong with the example, "" for nothing.
func (g *program) tryExample(r *rule, e Example) string {
	facts, found := g.run(e)
	if !r.fires(found) {
		return "is not matched"
	}
	votes := g.say(nil, r, facts, found)
	for _, key := range slices.Sorted(maps.Keys(e)) {
		attribute, ok := strings.CutPrefix(key, wantPrefix)
		if !ok {
			continue
		}
		said := ""
		for _, v := range votes {
			if string(v.attribute) == attribute {
				said = v.value
				break
			}
		}
		if want := e[key][0]; said != want {
			return fmt.Sprintf("yields %s %q, want %q", attribute, said, want)
		}
	}
	return ""
}

// run finds the conditions that the observations of an example meet.
func (g *program) run(e Example) ([]fact, hits) {
	var r room
	g.factsOf(&r, e.observations())
	g.search(&r, all)
	return r.facts, r.found
}

// observations returns what the example observes.
func (e Example) observations() []heron.Observation {
	var out []heron.Observation
	for _, key := range slices.Sorted(maps.Keys(e)) {
		if strings.HasPrefix(key, wantPrefix) {
			continue
		}
		for _, v := range e[key] {
			out = append(out, heron.Observation{Key: exampleKey(key), Value: v, Source: "example"})
		}
	}
	return out
}

// String returns the example in one line, as it might stand in the file.
func (e Example) String() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(e)) {
		for _, v := range e[key] {
			parts = append(parts, fmt.Sprintf("%s: %q", key, v))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
