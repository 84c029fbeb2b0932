package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

// TestRouteCheck makes sure that New would refuse a route that forgot to say
// who may call it, or that nobody would hear of.
func TestRouteCheck(t *testing.T) {
	t.Parallel()
	good := Route{Method: http.MethodGet, Path: "/x", ID: "x", Summary: "X", Role: heron.Viewer}
	for name, tt := range map[string]struct {
		spoil func(*Route)
		want  string
	}{
		"good":              {func(*Route) {}, ""},
		"no_role":           {func(r *Route) { r.Role = heron.NoRole }, "declare a role"},
		"role_and_public":   {func(r *Route) { r.Public = true }, "declare a role"},
		"change_unaudited":  {func(r *Route) { r.Method = http.MethodPost }, "needs Audit"},
		"delete_unaudited":  {func(r *Route) { r.Method = http.MethodDelete }, "needs Audit"},
		"without_a_summary": {func(r *Route) { r.Summary = "" }, "needs ID and Summary"},
	} {
		r := good
		tt.spoil(&r)
		err := r.check()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

func TestFillNil(t *testing.T) {
	t.Parallel()
	l := heron.List[heron.Device]{Items: []heron.Device{{}}}
	raw := heron.Live{}
	fillNil(&l)
	fillNil(&raw)
	if d := l.Items[0]; d.MACs == nil || d.Evidence == nil || d.Services == nil {
		t.Errorf("device: %+v", d)
	}
	if raw.Data != nil {
		t.Error("raw JSON was filled: it would not be JSON any more")
	}
	var empty heron.List[heron.Device]
	if fillNil(&empty); empty.Items == nil {
		t.Error("list of nothing")
	}
}

func TestNoneMatch(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		`"1"`: true, `W/"1"`: true, `"0", "1"`: true, "*": true, `"11"`: false, "": false, "1": false,
	} {
		if got := noneMatch(header, `"1"`); got != want {
			t.Errorf("%s: got %v", header, got)
		}
	}
	for tag, want := range map[string]int64{"": 0, "*": 0, `"7"`: 7, `W/"7"`: 7} {
		if got, err := matchTag(tag); got != want || err != nil {
			t.Errorf("%s: got %v %v", tag, got, err)
		}
	}
	for _, bad := range []string{`"x"`, `"-1"`, `"0"`, `"1", "2"`} {
		if _, err := matchTag(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
