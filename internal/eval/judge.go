package eval

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/heron-iot/heron"
)

// What is judged of an answer, in the order of reports.
const (
	ofType = iota
	ofVendor
	ofModel
	levels
)

var levelNames = [levels]string{"type", "vendor", "model"}

// Verdict is how an answer compares with the truth. Wrong is worse than
// abstaining.
type Verdict uint8

// The verdicts: Unjudged where the truth is not known.
const (
	Unjudged Verdict = iota
	Right
	Wrong
	Abstained
)

var verdictNames = [...]string{"", "right", "wrong", "abstained"}

func (v Verdict) String() string { return verdictNames[v] }

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// truth is what is known of the device of a capture.
func (c *Capture) truth() [levels]string { return [levels]string{c.Type, c.Vendor, c.Model} }

// said is what an identity says, in the order of levels.
func said(id *heron.Identity) [levels]heron.Claim {
	out := [levels]heron.Claim{ofType: id.Type}
	if id.Vendor != nil {
		out[ofVendor] = *id.Vendor
	}
	if id.Model != nil {
		out[ofModel] = *id.Model
	}
	return out
}

// names are what is taken for the same, beside what every evaluation knows.
type names struct{ vendors, models map[string][]string }

// judge compares what was said with what is true.
func (n *names) judge(level int, want, got string) Verdict {
	switch folded := fold(got); {
	case want == "":
		return Unjudged
	case folded == "" || folded == heron.Unknown || folded == "generic":
		return Abstained
	case level == ofType && sameType(want, got),
		level == ofVendor && sameName(got, append([]string{want}, n.vendors[want]...)),
		level == ofModel && n.sameModel(want, folded):
		return Right
	}
	return Wrong
}

// fold leaves letters and digits, in lower case.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func sameType(a, b string) bool {
	return a == b || slices.ContainsFunc(sameTypes, func(s []string) bool { return slices.Contains(s, a) && slices.Contains(s, b) })
}

// short is how long a name may be that must stand alone to be found: "GE" is
// no part of "generic".
const short = 3

// sameName reports whether a text speaks of one of the names.
func sameName(text string, names []string) bool {
	whole := fold(text)
	var words []string
	for _, w := range strings.Fields(strings.ReplaceAll(text, "-", " ")) {
		words = append(words, fold(w))
	}
	return slices.ContainsFunc(names, func(name string) bool {
		switch name = fold(name); {
		case name == "":
			return false
		case utf8.RuneCountInString(name) <= short:
			return name == whole || slices.Contains(words, name)
		}
		return strings.Contains(whole, name) || utf8.RuneCountInString(whole) > short && strings.Contains(name, whole)
	})
}

// sameModel reports whether a folded text names the model: whole, in other words,
// or by a number of it.
func (n *names) sameModel(want, got string) bool {
	folded := fold(want)
	in := func(name string) bool { return strings.Contains(got, fold(name)) }
	switch {
	case slices.Contains(brandWords, got):
		return false
	case slices.ContainsFunc(productCodes[folded], in) || slices.ContainsFunc(n.models[want], in) || strings.Contains(got, folded):
		return true
	case len(got) >= 5 && strings.Contains(folded, got):
		return true
	}
	return slices.ContainsFunc(strings.FieldsFunc(want, isBetween), func(part string) bool {
		part = fold(part)
		return len(part) >= 4 && strings.ContainsFunc(part, unicode.IsDigit) &&
			(strings.Contains(got, part) || len(got) >= 4 && strings.Contains(part, got))
	})
}

// isBetween tells what stands between the parts of a model's name.
func isBetween(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(),", r) }
