package identify_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func load(text string) (*identify.Pack, error) {
	return identify.Load(fstest.MapFS{"test.yaml": {Data: []byte(text)}})
}

func TestLoad_refuses_what_it_does_not_understand(t *testing.T) {
	t.Parallel()
	const good = "- {id: a.b, match: [{key: k.x, equals: v}], yields: {type: [camera, 3]}}"
	if _, err := load(good); err != nil {
		t.Fatalf("a good file: %v", err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"unknown field":     {"- {id: a.b, mach: []}", "mach"},
		"no id":             {"- {match: [{key: k, equals: v}], yields: {type: [camera, 3]}}", "no id"},
		"no match":          {"- {id: a.b, yields: {type: [camera, 3]}}", "no match"},
		"no yields":         {"- {id: a.b, match: [{key: k, equals: v}]}", "yields nothing"},
		"no operator":       {"- {id: a.b, match: [{key: k}], yields: {type: [camera, 3]}}", "no operator"},
		"no key":            {"- {id: a.b, match: [{equals: v}], yields: {type: [camera, 3]}}", "no key"},
		"unknown key set":   {`- {id: a.b, match: [{key: "@all", equals: v}], yields: {type: [camera, 3]}}`, "@all"},
		"unknown attribute": {"- {id: a.b, match: [{key: k, equals: v}], yields: {colour: [red, 3]}}", "colour"},
		"weight missing":    {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: camera}}", "[value, weight]"},
		"weight zero":       {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: [camera, 0]}}", "weight"},
		"short literal":     {"- {id: a.b, match: [{key: k, contains: ab}], yields: {type: [camera, 3]}}", "at least 3"},
		"broken regexp":     {"- {id: a.b, match: [{key: k, regexp: '(abc'}], yields: {type: [camera, 3]}}", "regexp"},
		"costly regexp":     {"- {id: a.b, match: [{key: k, regexp: '^[a-z]+$'}], yields: {type: [camera, 3]}}", "no text"},
		"claims of nothing": {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: }}", "yields type: want a value"},
		"empty example":     {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: [camera, 3]}, examples: [{k: v, want.type: }]}", "want.type has no value"},
		"strange wish":      {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: [camera, 3]}, examples: [{k: v, want.: x}]}", "want."},
		"two documents":     {good + "\n---\n" + good, "more than one"},
		"not a list":        {"id: a.b", "cannot unmarshal"},
	} {
		_, err := load(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one that says %q", name, err, c.want)
		} else if heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("%s: code %q, want %q", name, heron.ErrorCode(err), heron.CodeInvalid)
		}
	}
	if _, err := identify.Load(fstest.MapFS{}); heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("an empty folder: got %v", err)
	}
}

func TestLint_finds_what_is_unwise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"same id twice":   {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: [camera, 3]}}\n- {id: a.b, match: [{key: k, equals: w}], yields: {type: [camera, 3]}}", "not unique"},
		"shouted id":      {"- {id: A.B, match: [{key: k, equals: v}], yields: {type: [camera, 3]}}", "lower-case"},
		"no such type":    {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: [teleporter, 3]}}", "teleporter"},
		"vendor spelling": {"- {id: a.b, match: [{key: k, equals: v}], yields: {vendor: [Signify, 3]}}", `"Philips"`},
		"heavy":           {"- {id: a.b, match: [{key: k, equals: v}], yields: {type: [camera, 30]}}", "beyond"},
		"no anchor":       {"- {id: a.b, match: [{key: k, regexp: 'abc[0-9]'}], yields: {type: [camera, 3]}, examples: [{k: abc1}]}", "anchored"},
		"greedy":          {"- {id: a.b, match: [{key: k, regexp: '^abc.*def'}], yields: {type: [camera, 3]}, examples: [{k: abcdef}]}", "bound"},
		"no example":      {"- {id: a.b, match: [{key: k, prefix: abc}], yields: {type: [camera, 3]}}", "example"},
		"misspelt key":    {"- {id: a.b, match: [{key: http.titel, equals: v}], yields: {type: [camera, 3]}}", "nobody tells the key http.titel: http.title?"},
		"no such key":     {"- {id: a.b, match: [{key: host.name, equals: v}], unless: [{key: acme.colour, equals: w}], yields: {type: [camera, 3]}}", "key acme.colour"},
		"circular":        {"- {id: a.b, match: [{key: identity.vendor, equals: Sonos}], yields: {vendor: [Bose, 3]}}", "cannot speak"},
		"two claims": {
			"- {id: a.b, match: [{key: k, prefix: abc}], yields: {type: [camera, 3]}, examples: [{k: abcd}]}\n" +
				"- {id: a.c, match: [{key: k, word: abcd}], yields: {type: [oven, 3]}, examples: [{k: abcd}]}", "equal weight",
		},
	} {
		p, err := load(c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var all []string
		for _, problem := range identify.Lint(p) {
			all = append(all, problem.Message)
		}
		if !strings.Contains(strings.Join(all, "\n"), c.want) {
			t.Errorf("%s: got %q, want one that says %q", name, all, c.want)
		}
	}
}

func TestTest_runs_examples_and_counterexamples(t *testing.T) {
	t.Parallel()
	p, err := load(`
- id: a.b
  match: [{key: k, regexp: '^abc-(?P<model>[0-9]+)'}]
  unless: [{key: other, equals: "no"}]
  yields: {model: ["M${model}", 3]}
  examples:
    - {k: abc-12, want.model: M12}
    - {k: abc-12, want.model: M13}
    - {k: xyz}
    - {k: abc-12, other: "no"}
  counterexamples:
    - {k: xyz}
    - {k: abc-7}
`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range identify.Test(p) {
		got = append(got, f.Problem)
	}
	want := []string{`yields model "M12", want "M13"`, "is not matched", "is not matched", "is matched, and must not be"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		condition, value string
		want             bool
	}{
		{"equals: Abc", "aBC", true},
		{"equals: abc", "abcd", false},
		{"prefix: abc", "ABCdef", true},
		{"prefix: abc", "xabc", false},
		{"contains: abc", "xABCx", true},
		{"word: abc", "an abc!", true},
		{"word: abc", "xabc", false},
		{"word: abc", "abcd", false},
		{"word: abc", "abc9", true},
		{"word: ab9", "ab9c", true},
		{"word: [zzz, abc]", "xabc abc", true},
		{"domain: example.org", "a.b.example.org", true},
		{"domain: example.org", "example.org.", true},
		{"domain: example.org", "badexample.org", false},
		{"domain: example.org", "example.org.evil.net", false},
		{"regexp: '^ab[cd](?:ef|gh)$'", "ABDGH", true},
		{"regexp: '^ab[cd](?:ef|gh)$'", "abdg", false},
		{"exists: true", "", true},
	} {
		id := with(t, "- {id: a.b, match: [{key: k, "+c.condition+"}], yields: {type: [camera, 5]}}")
		got := id.Identify(seen("k=" + c.value)).Identity.Type.Value
		if (got == "camera") != c.want {
			t.Errorf("%s on %q: got %v, want %v", c.condition, c.value, got == "camera", c.want)
		}
	}
}

func TestExplain_tells_what_matched_and_what_nearly_did(t *testing.T) {
	t.Parallel()
	id := with(t, `
- {id: a.both, match: [{key: k, equals: v}, {key: l, equals: w}], yields: {type: [camera, 3]}}
- {id: a.far, match: [{key: z, equals: v}], yields: {type: [oven, 3]}}
- {id: a.idle, match: [{key: k, exists: true}, {key: z, equals: v}], yields: {type: [oven, 3]}}
- {id: a.not, match: [{key: k, equals: v}], unless: [{key: m, exists: true}], yields: {type: [oven, 3]}}
- {id: a.one, match: [{key: k, equals: v}], yields: {type: [camera, 3]}}
`)
	var got []string
	for _, e := range id.Explain(seen("k=v", "m=1")) {
		line := e.Signature
		for _, c := range e.Conditions {
			line += map[bool]string{true: " +", false: " -"}[c.Held] + c.Condition
		}
		got = append(got, line+map[bool]string{true: " matched"}[e.Matched])
	}
	want := []string{"a.one +k equals v matched", "a.both +k equals v -l equals w", "a.not +k equals v +m exists"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestSkeleton_is_a_valid_signature(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"acme", "Acme Cams 2", "", "…"} {
		p, err := load(identify.Skeleton(name))
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		for _, f := range identify.Test(p) {
			t.Errorf("%q: example %s %s", name, f.Example, f.Problem)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(identify.Skeleton("acme"))
	f.Add("- {id: a.b, match: [{key: k, prefix: abc}], yields: {type: }, examples: [{k: abcd, want.: }]}")
	f.Add("- {id: a.b, match: [{key: k, regexp: '^(?:ab|c[de]){2,3}x'}], yields: {type: [[camera, 3], [oven, -1]]}}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := load(text)
		if err != nil {
			return
		}
		identify.Lint(p)
		identify.Test(p)
		id, err := identify.NewWith(p)
		if err != nil {
			t.Fatalf("a pack that loads gives no identifier: %v", err)
		}
		id.Identify(seen("k=v"))
	})
}
