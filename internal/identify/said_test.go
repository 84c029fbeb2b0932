package identify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// says makes corrections of "ruling field value".
func says(words ...string) []heron.Correction {
	var out []heron.Correction
	for _, w := range words {
		p := strings.SplitN(w, " ", 3)
		out = append(out, heron.Correction{ID: w, Ruling: heron.Ruling(p[0]), Field: p[1], Value: p[2], Actor: "anna"})
	}
	return out
}

// typeOf shows a claim of the type, and who made it.
func typeOf(x heron.Identification) string {
	return strings.TrimSpace(x.Identity.Type.Value + " " + x.Identity.Type.By)
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	id := with(t, lamps)
	lamp := seen("http.title=the lamp", "host.name=lamp-7", "ftp.banner=oven")
	for name, c := range map[string]struct {
		obs  []heron.Observation
		said []heron.Correction
		want string
	}{
		"nobody says anything":           {lamp, nil, "smart_bulb"},
		"a lock decides":                 {lamp, says("lock type camera"), "camera user"},
		"a lock needs no evidence":       {nil, says("lock type camera"), "camera user"},
		"what is confirmed stays":        {lamp, says("confirm type smart_bulb"), "smart_bulb user"},
		"what is rejected is not said":   {lamp, says("reject type smart_bulb"), "oven"},
		"nor what follows":               {lamp, says("reject type smart_bulb", "reject type oven"), "unknown"},
		"another's rejection is nothing": {lamp, says("reject type camera"), "smart_bulb"},
	} {
		if got := typeOf(id.Correct(c.obs, c.said)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	x := id.Correct(seen("mac.vendor=x"), says("lock vendor Philips"))
	if x.Identity.Vendor == nil || *x.Identity.Vendor != (heron.Claim{Value: "Philips", Confidence: 1, By: heron.ByUser}) {
		t.Errorf("vendor: %+v", x.Identity.Vendor)
	}
	if typeOf(x) != "smart_bulb" {
		t.Errorf("what follows of a locked vendor: %q", typeOf(x))
	}
	if e := x.Evidence[0]; e.Source != heron.ByUser || e.Key != "user.lock" || e.Claim != "Philips" {
		t.Errorf("evidence: %+v", e)
	}
	if x := id.Correct(lamp, says("lock type camera")); x.RunnerUp.Type != nil {
		t.Errorf("a locked field has a runner-up: %+v", x.RunnerUp.Type)
	}
}

func TestCorrect_rejecting_a_kind_rejects_its_kinds(t *testing.T) {
	t.Parallel()
	id := with(t, `
- id: bell.name
  match: [{key: host.name, prefix: bell-}]
  yields: {type: [doorbell_camera, 4]}
  examples: [{host.name: bell-1}]
`)
	if got := typeOf(id.Correct(seen("host.name=bell-1"), says("reject type camera"))); got != "unknown" {
		t.Errorf("no camera, yet a %q", got)
	}
}

func TestAgainst(t *testing.T) {
	t.Parallel()
	x := with(t, lamps).Identify(seen("http.title=the lamp", "host.name=lamp-7", "ftp.banner=oven"))
	var got []string
	for _, e := range identify.Against(&x) {
		got = append(got, e.Signature)
	}
	if !slices.Equal(got, []string{"oven.banner"}) {
		t.Errorf("against a lamp: %q", got)
	}
}

func TestNothingSettlesWhatAPersonRuledOut(t *testing.T) {
	t.Parallel()
	id := with(t, lamps)
	no := []heron.Correction{{Field: "type", Ruling: heron.RulingReject, Value: "smart_bulb"}}
	for _, s := range id.Settles(seen("http.title=the lamp", "ftp.banner=oven"), no) {
		if s.Claim == "smart_bulb" {
			t.Errorf("%+v", s)
		}
	}
}

func TestSettles(t *testing.T) {
	t.Parallel()
	id := with(t, lamps)
	list := id.Settles(seen("http.title=the lamp", "ftp.banner=oven"), nil)
	var got []string
	for _, s := range list {
		got = append(got, s.Claim+" by "+s.Key+" of "+s.Signature)
		if s.Then <= s.Now || s.Then > 1 || s.Field != "type" {
			t.Errorf("%+v", s)
		}
	}
	// Another voice of the web server is an echo of its title, a name is not.
	want := []string{"smart_bulb by host.name of lamp.name", "smart_bulb by http.server of lamp.server"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// What it says comes true.
	would := id.Identify(seen("http.title=the lamp", "ftp.banner=oven", "host.name=lamp-1"))
	if got := would.Identity.Type.Confidence; got < list[0].Then {
		t.Errorf("said %v, came to %v", list[0].Then, got)
	}
	for name, c := range map[string]struct {
		obs  []heron.Observation
		said []heron.Correction
	}{
		"what is sure":            {seen("http.title=the lamp", "http.server=lampd/2", "host.name=lamp-1"), nil},
		"what a person locked":    {seen("http.title=the lamp", "ftp.banner=oven"), says("lock type oven", "lock vendor Bosch", "lock model x")},
		"what was told otherwise": {seen("http.title=the lamp", "http.server=nginx", "host.name=x"), nil},
	} {
		if got := id.Settles(c.obs, c.said); len(got) > 0 && got[0].Field == "type" {
			t.Errorf("%s needs settling: %+v", name, got)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	camera := heron.Correction{Field: "type", Ruling: heron.RulingLock, Value: "camera"}
	noPrinter := heron.Correction{Field: "type", Ruling: heron.RulingReject, Value: "printer"}
	for _, tt := range []struct {
		name           string
		said           []heron.Correction
		field, answer  string
		right, decided bool
	}{
		{"nothing said", nil, "type", "camera", false, false},
		{"of another field", []heron.Correction{camera}, "vendor", "Axis", false, false},
		{"the same", []heron.Correction{camera}, "type", "camera", true, true},
		{"a kind of it", []heron.Correction{camera}, "type", "doorbell_camera", true, true},
		{"another", []heron.Correction{camera}, "type", "printer", false, true},
		{"ruled out", []heron.Correction{noPrinter}, "type", "printer", false, true},
		{"not ruled out", []heron.Correction{noPrinter}, "type", "camera", false, false},
		{"another is ruled out, too", []heron.Correction{noPrinter, camera}, "type", "camera", true, true},
	} {
		if right, decided := identify.Judge(tt.said, tt.field, tt.answer); right != tt.right || decided != tt.decided {
			t.Errorf("%s: got %v, %v", tt.name, right, decided)
		}
	}
}
