package jsonscan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/proto/jsonscan"
)

// walk writes each value of a document on a line.
func walk(doc string) (string, bool) {
	var b strings.Builder
	s := jsonscan.New([]byte(doc))
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		fmt.Fprintf(&b, "%d %s/%s %d %s\n", v.Depth, v.Parent, v.Key, v.Kind, jsonscan.Append(nil, v.Raw))
	}
	return b.String(), s.Whole()
}

func TestWalk(t *testing.T) {
	t.Parallel()
	got, whole := walk(`{"system": {"model":"P\u00e9-\"1\"", "on":true, "n":-1.5e3, "x":null}, "list":[1,{"a":"b"}]}`)
	want := "1 /system 5 \n2 system/model 1 Pé-\"1\"\n2 system/on 3 true\n2 system/n 2 -1.5e3\n2 system/x 4 null\n" +
		"1 /list 6 \n2 list/ 2 1\n2 list/ 5 \n3 /a 1 b\n"
	if got != want || !whole {
		t.Errorf("whole %t, got\n%s", whole, got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{``, `x`, `{"a"`, `{"a":`, `{"a" 1}`, `{a:1}`, `{"a":x}`, `{"a":"b`, strings.Repeat("[", 99)} {
		if _, whole := walk(doc); whole {
			t.Errorf("%q is whole", doc)
		}
	}
}

// FuzzScanner checks that what the standard library takes for a document is
// walked through to its end.
func TestFind(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"name":"lamp"}`: "lamp", `{"a":{"name" : "lamp"`: "lamp", `{"value":"name","name":"lamp"}`: "lamp",
		`{"name":1}`: "", `{"name":"a\"b"}`: "", `{"rename":"x"}`: "", `{"name":"cut`: "", "": "",
	} {
		if got := string(jsonscan.Find([]byte(in), "name")); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte(`{"a":[1,true,null,"\u0041"],"b":{"c":-1}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		s := jsonscan.New(in)
		for v, ok := s.Next(); ok; v, ok = s.Next() {
			jsonscan.Append(nil, v.Raw)
		}
		var doc any
		if json.Unmarshal(in, &doc) != nil || strings.Count(string(in), "[")+strings.Count(string(in), "{") > 32 {
			return
		}
		switch doc.(type) {
		case map[string]any, []any:
			if !s.Whole() {
				t.Fatalf("%q is a document", in)
			}
		}
	})
}
