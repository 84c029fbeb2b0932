package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// presenceOptions are those of a site whose types follow from the fourth octet of MACs.
func presenceOptions() inventory.Options {
	kinds := map[byte]string{1: "plc", 2: "motion_sensor", 3: "phone", 4: "workstation"}
	return inventory.Options{
		SiteID: "site", Presence: true,
		Identify: func(obs []heron.Observation, _ []heron.Correction) heron.Identification {
			kind := heron.Unknown
			for i := range obs {
				if k := kinds[obs[i].MAC[3]]; k != "" {
					kind = k
				}
			}
			return heron.Identification{Identity: heron.Identity{Type: heron.Claim{Value: kind, Confidence: 1}}}
		},
	}
}

// begin is a whole number of minutes.
const begin = 1_700_000_040 * heron.Second

// seenAt is that a device of a kind was seen, with a number of seconds.
func seenAt(kind, number byte, seconds int) heron.Observation {
	o := heron.Observation{Key: heron.KeyFrame, Source: "link", Sensor: "s", Count: 1, First: begin + heron.Time(seconds)*heron.Second}
	o.MAC, o.IP, o.Last = heron.MAC{0x00, 0x11, 0x22, kind, 0, number}, ip(fmt.Sprintf("10.0.%d.%d", kind, number)), o.First
	o.Value = o.IP.String()
	return o
}

// lives are the sightings of a plant in order: a controller that speaks each minute, a
// sensor that wakes every five hours, a phone that goes, a workstation that is off at
// night, and a monitor that is always there. The controller is off from from to until,
// in seconds.
func lives(days, from, until int) []heron.Observation {
	const hour, day = 3600, 86400
	var out []heron.Observation
	for t := 0; t < days*day; t += 60 {
		out = append(out, seenAt(0, 9, t))
		if t < from || t >= until {
			out = append(out, seenAt(1, 1, t+1))
		}
		if t%(5*hour) == 0 {
			out = append(out, seenAt(2, 2, t+2))
		}
		if t%day < 3*hour && t < 2*day {
			out = append(out, seenAt(3, 3, t+3))
		}
		if t%day > 8*hour && t%day < 18*hour {
			out = append(out, seenAt(4, 4, t+4))
		}
	}
	return out
}

// news is what became of a device's presence.
type news struct {
	kind heron.ChangeKind
	id   string
	at   heron.Time
}

// live gives sightings to an inventory in batches of at most so many, and returns
// what it tells of presence.
func live(v *inventory.Inventory, r *rand.Rand, obs []heron.Observation, most int) (out []news, deltas []inventory.Delta) {
	for len(obs) > 0 {
		n := 1 + r.IntN(min(most, len(obs)))
		d := v.Apply(obs[n-1].Last, obs[:n]).Then(v.Watch("s", obs[n-1].Last))
		for _, c := range d.Changes {
			if c.Kind == heron.DeviceAway || c.Kind == heron.DeviceBack {
				out = append(out, news{c.Kind, c.DeviceID, c.Time})
			}
		}
		deltas = append(deltas, d)
		obs = obs[n:]
	}
	slices.SortFunc(out, func(a, b news) int { return int(a.at - b.at) })
	return out, deltas
}

func stateOf(t *testing.T, v *inventory.Inventory, kind byte) *heron.Device {
	t.Helper()
	for d := range v.All() {
		if len(d.MACs) > 0 && d.MACs[0][3] == kind {
			return d
		}
	}
	t.Fatalf("no device of kind %d", kind)
	return nil
}

func TestPresence(t *testing.T) {
	t.Parallel()
	const hour = 3600
	r := rand.New(rand.NewPCG(1, 1))
	v := inventory.New(presenceOptions())
	from, until := 100*hour, 101*hour
	all := lives(6, from, until)
	at := slices.IndexFunc(all, func(o heron.Observation) bool { return o.First >= begin+heron.Time(from+30*60)*heron.Second })
	got, _ := live(v, r, all[:at], 40)
	plc := stateOf(t, v, 1)
	if p := plc.Presence; p.State != heron.PresenceAway || p.Since != begin+heron.Time(from-59)*heron.Second || p.Silence != 300 {
		t.Errorf("a controller that stopped half an hour ago is %+v", p)
	}
	if len(got) != 1 || got[0].kind != heron.DeviceAway || got[0].at != plc.Presence.Since+300*heron.Second {
		t.Errorf("half an hour after a controller stopped, news are %+v", got)
	}
	for kind, want := range map[byte]heron.PresenceState{2: heron.PresenceAsleep, 3: heron.PresenceAway, 4: heron.PresenceAsleep, 0: heron.PresencePresent} {
		if p := stateOf(t, v, kind).Presence; p.State != want {
			t.Errorf("kind %d is %+v, want %s", kind, p, want)
		}
	}
	got, _ = live(v, r, all[at:], 40)
	if len(got) != 1 || got[0].kind != heron.DeviceBack || got[0].at != begin+heron.Time(until+1)*heron.Second {
		t.Errorf("after a controller came back, news are %+v", got)
	}
	if p := stateOf(t, v, 1).Presence; p.State != heron.PresencePresent || p.Since != got[0].at {
		t.Errorf("it is %+v", p)
	}
}

// Who is there does not depend on how what was seen is cut into batches, nor on
// restarts in between.
func TestPresenceIsTheSameHoweverItIsCut(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		from := 3600 * (1 + r.IntN(60))
		obs := lives(3, from, from+60*(5+r.IntN(3000)))
		whole, few := inventory.New(presenceOptions()), inventory.New(presenceOptions())
		want, _ := live(whole, r, obs, 1)
		got, _ := live(few, r, obs, 300)
		if d := gocmp.Diff(want, got, gocmp.AllowUnexported(news{})); d != "" {
			t.Fatalf("seed %d: news in other batches (-one by one +others):\n%s", seed, d)
		}
		same(t, fmt.Sprintf("seed %d: other batches", seed), devices(few), devices(whole))

		half := r.IntN(len(obs))
		first := inventory.New(presenceOptions())
		before, deltas := live(first, r, obs[:half], 50)
		again := reloadAs(presenceOptions(), deltas)
		after, _ := live(again, r, obs[half:], 50)
		if d := gocmp.Diff(want, append(before, after...), gocmp.AllowUnexported(news{})); d != "" {
			t.Fatalf("seed %d: news with a restart (-without +with):\n%s", seed, d)
		}
		same(t, fmt.Sprintf("seed %d: a restart", seed), devices(again), devices(whole))
	}
}

// A sensor that stands still makes nobody absent, neither meanwhile nor afterwards.
func TestPresenceOfASensorThatStoodStill(t *testing.T) {
	t.Parallel()
	const hour = 3600
	r := rand.New(rand.NewPCG(2, 2))
	v := inventory.New(presenceOptions())
	all := lives(3, 0, 0)
	var seen []heron.Observation
	for _, o := range all {
		if at := int((o.First - begin) / heron.Second); at < 40*hour || at > 52*hour {
			seen = append(seen, o)
		}
	}
	half := slices.IndexFunc(seen, func(o heron.Observation) bool { return o.First > begin+45*hour*heron.Second })
	got, _ := live(v, r, seen[:half], 20)
	d := v.Watch("another", begin+50*hour*heron.Second)
	if p := stateOf(t, v, 1).Presence; p.State != heron.PresenceUnknown || len(got)+len(d.Changes) > 0 {
		t.Errorf("while nobody watches a controller is %+v; news are %+v, %+v", p, got, d.Changes)
	}
	if got, _ = live(v, r, seen[half:], 20); len(got) > 0 {
		t.Errorf("after nobody watched, news are %+v", got)
	}
	if p := stateOf(t, v, 1).Presence; p.State != heron.PresencePresent {
		t.Errorf("and it is %+v", p)
	}
}
