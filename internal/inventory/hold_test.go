package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// counting takes a device for what most of its titles say; of as many, for what
// comes first by name. It is the surer the greater the lead.
func counting(quiet bool) inventory.Options {
	return inventory.Options{
		SiteID: "site", Quiet: quiet,
		Identify: func(obs []heron.Observation, _ []heron.Correction) heron.Identification {
			var n [2]int
			for _, o := range obs {
				if o.Key == "http.title" && o.Value[0] == 'a' {
					n[0]++
				} else if o.Key == "http.title" {
					n[1]++
				}
			}
			first, second, lead := "camera", "plc", n[0]-n[1]
			if lead < 0 {
				first, second, lead = second, first, -lead
			}
			out := heron.Identification{Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}}
			if n[0]+n[1] > 0 {
				sure := min(0.95, 0.55+0.15*float64(lead))
				out.Identity.Type = heron.Claim{Value: first, Confidence: sure}
				out.RunnerUp.Type = &heron.Claim{Value: second, Confidence: 0.98 - sure}
			}
			return out
		},
		Reads: func(key, _ string) bool { return key == "http.title" },
	}
}

func TestAnIdentityDoesNotWaver(t *testing.T) {
	t.Parallel()
	const minute = 60
	title := func(at int, value string) row { return row{at, camera, "10.0.0.5", "http.title", value} }
	seen := func(at int) row { return row{at, camera, "10.0.0.5", arp, ""} }
	for name, c := range map[string]struct {
		rows []row
		want string
	}{
		"what comes at once is weighed at once":      {[]row{title(0, "a1"), title(20, "p1"), title(40, "p2")}, "plc"},
		"a lead that is narrow waits":                {[]row{title(0, "a1"), title(5*minute, "p1"), title(5*minute, "p2")}, "camera"},
		"until it has stood for a while":             {[]row{title(0, "a1"), title(5*minute, "p1"), title(5*minute, "p2"), seen(11 * minute)}, "plc"},
		"a clear lead does not wait":                 {[]row{title(0, "a1"), title(5*minute, "p1"), title(5*minute, "p2"), title(5*minute, "p3"), title(5*minute, "p4")}, "plc"},
		"what was overturned may be right after all": {[]row{title(0, "a1"), title(5*minute, "p1"), title(5*minute, "p2"), title(6*minute, "a2"), seen(20 * minute)}, "camera"},
	} {
		last := at(c.rows[len(c.rows)-1].seconds)
		whole := inventory.New(counting(false))
		whole.Apply(last, observations(t, c.rows))
		if got := find(t, whole, camera).Identity.Type.Value; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		for _, quiet := range []bool{false, true} {
			cut := inventory.New(counting(quiet))
			var deltas []inventory.Delta
			for _, one := range c.rows {
				deltas = append(deltas, cut.Apply(at(one.seconds), observations(t, []row{one})))
			}
			if got, want := find(t, cut, camera).Identity, find(t, whole, camera).Identity; got != want {
				t.Errorf("%s, in batches, quiet %v: got %+v, want %+v", name, quiet, got, want)
			}
			if quiet {
				continue
			}
			if got := find(t, reloadAs(counting(false), deltas), camera).Identity.Type.Value; got != c.want {
				t.Errorf("%s, after a restart: got %q", name, got)
			}
		}
	}
}

// However the evidence is cut into batches, at the same time the same is shown.
func TestAnIdentityDoesNotWaverWhateverTheBatches(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		var rows []row
		for second := 0; len(rows) < 12; second += r.IntN(200) {
			value := fmt.Sprintf("%c%d", "ap"[r.IntN(2)], r.IntN(6))
			rows = append(rows, row{second, []string{camera, printer}[r.IntN(2)], "", "http.title", value})
		}
		last := at(rows[len(rows)-1].seconds)
		whole := inventory.New(counting(false))
		whole.Apply(last, observations(t, rows))
		for _, quiet := range []bool{false, true} {
			cut := inventory.New(counting(quiet))
			for left := rows; len(left) > 0; {
				n := 1 + r.IntN(len(left))
				cut.Apply(at(left[n-1].seconds), observations(t, left[:n]))
				left = left[n:]
			}
			same(t, fmt.Sprintf("seed %d, quiet %v", seed, quiet), devices(cut), devices(whole))
		}
	}
}

func TestAHeldIdentityIsLetGoWithoutNews(t *testing.T) {
	t.Parallel()
	v := inventory.New(counting(false))
	v.Apply(at(0), observations(t, []row{{0, camera, "10.0.0.5", "http.title", "a1"}}))
	v.Apply(at(300), observations(t, []row{{300, camera, "10.0.0.5", "http.title", "p1"}, {300, camera, "10.0.0.5", "http.title", "p2"}}))
	d := v.Apply(at(601), observations(t, []row{{601, printer, "10.0.0.6", arp, ""}}))
	var told []string
	for _, c := range d.Changes {
		told = append(told, fmt.Sprint(c.Kind, " ", c.Summary))
	}
	if len(told) != 2 || told[0] != "identity type is plc, not camera" {
		t.Errorf("told: %q", told)
	}
}
