package httpapi

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
)

func TestParseSearch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, q string
		want    []heron.Term
	}{
		{"nothing", "  ", nil},
		{"words", "axis camera", []heron.Term{{Value: "axis"}, {Value: "camera"}}},
		{"all_at_once", `vendor:axis firmware<10 zone:ot -type:printer "exact words"`, []heron.Term{
			{Field: "vendor", Op: ":", Value: "axis"},
			{Field: "firmware", Op: "<", Value: "10"},
			{Field: "zone", Op: ":", Value: "ot"},
			{Field: "type", Op: ":", Value: "printer", Not: true},
			{Value: "exact words"},
		}},
		{"operators", "risk>=60 risk<=80 risk>1 risk=5", []heron.Term{
			{Field: "risk", Op: ">=", Value: "60"},
			{Field: "risk", Op: "<=", Value: "80"},
			{Field: "risk", Op: ">", Value: "1"},
			{Field: "risk", Op: "=", Value: "5"},
		}},
		{"quoted_value", `vendor:"Axis Communications" name:"say \"hi\" \\"`, []heron.Term{
			{Field: "vendor", Op: ":", Value: "Axis Communications"}, {Field: "name", Op: ":", Value: `say "hi" \`},
		}},
		{"addresses_are_words", "aa:bb:cc:00:11:22 fe80::1 fe::2 ace:b::1 10.0.0.1", []heron.Term{
			{Value: "aa:bb:cc:00:11:22"}, {Value: "fe80::1"}, {Value: "fe::2"}, {Value: "ace:b::1"}, {Value: "10.0.0.1"},
		}},
		{"address_in_a_field", "mac:aa:bb:cc:00:11:22 ip:fe80::1", []heron.Term{
			{Field: "mac", Op: ":", Value: "aa:bb:cc:00:11:22"}, {Field: "ip", Op: ":", Value: "fe80::1"},
		}},
		{"field_in_capitals", "Vendor:Axis", []heron.Term{{Field: "vendor", Op: ":", Value: "Axis"}}},
		{"quoted_field_is_words", `"vendor:axis"`, []heron.Term{{Value: "vendor:axis"}}},
		{"not_a_word", `-"two words" -x`, []heron.Term{{Value: "two words", Not: true}, {Value: "x", Not: true}}},
		{"other_scripts", "名前 Türsprechstelle", []heron.Term{{Value: "名前"}, {Value: "Türsprechstelle"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseSearch(tt.q, deviceFields())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(got, tt.want); d != "" {
				t.Errorf("got -, want +:\n%s", d)
			}
		})
	}
}

func TestParseSearchErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ q, want string }{
		{"axis colour:red", `character 6: no field "colour"`},
		{"é vendor:", "character 10: a value must follow vendor:"},
		{`name:"open`, "character 6: the quote is not closed"},
		{`"a"b`, "character 4: a space must follow"},
		{`ab"c"`, "character 3: a quote must stand at the beginning"},
		{`"a\n"`, `character 3: after \ only`},
		{"- x", `character 1: "-" must stand right before`},
		{`""`, "character 1: a value must follow"},
		{strings.Repeat("a ", 33), "more than 32 terms"},
		{strings.Repeat("a", 1025), "longer than 1024"},
		{"\xff", "not valid UTF-8"},
	}
	for _, tt := range tests {
		_, err := parseSearch(tt.q, deviceFields())
		if heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %q", tt.q, err, tt.want)
		}
	}
}

// write writes terms as a person would, quoting everything.
func write(terms []heron.Term) string {
	var b strings.Builder
	for _, t := range terms {
		if t.Not {
			b.WriteByte('-')
		}
		b.WriteString(t.Field + t.Op + `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t.Value) + `" `)
	}
	return b.String()
}

// FuzzParseSearch checks that whatever is understood can be written down and
// is understood the same again.
func FuzzParseSearch(f *testing.F) {
	for _, s := range []string{
		`vendor:axis firmware<10 zone:ot -type:printer "exact words"`, `name:"say \"hi\" \\"`, "fe80::1 aa:bb:cc:dd:ee:ff", "- -", `"`, "risk>=",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, q string) {
		terms, err := parseSearch(q, deviceFields())
		if err != nil {
			if heron.ErrorCode(err) != heron.CodeInvalid || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: error %v", q, err)
			}
			return
		}
		text := write(terms)
		if len(text) > maxSearch {
			return
		}
		again, err := parseSearch(text, deviceFields())
		if err != nil || cmp.Diff(terms, again) != "" {
			t.Fatalf("%q: %v %s", q, err, cmp.Diff(terms, again))
		}
	})
}
