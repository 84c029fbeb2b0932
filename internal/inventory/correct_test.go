package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// obeying is an inventory whose devices are what people say, else cameras.
func obeying() inventory.Options {
	return inventory.Options{
		SiteID: "site",
		Identify: func(_ []heron.Observation, said []heron.Correction) heron.Identification {
			out := heron.Identification{Identity: heron.Identity{Type: heron.Claim{Value: "camera", Confidence: 0.8}}}
			for _, c := range said {
				if c.Ruling != heron.RulingReject {
					out.Identity.Type = heron.Claim{Value: c.Value, Confidence: 1, By: heron.ByUser}
				}
			}
			return out
		},
	}
}

// rulings shows what stands of a device.
func rulings(d *heron.Device) string {
	var out []string
	for _, c := range d.Corrections {
		out = append(out, string(c.Ruling)+" "+c.Field+" "+c.Value)
	}
	return d.Identity.Type.Value + ": " + strings.Join(out, ", ")
}

func lock(value string) heron.Correction {
	return heron.Correction{Field: "type", Ruling: heron.RulingLock, Value: value, Reason: "seen"}
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	rows := []row{
		{0, camera, "10.0.0.5", arp, ""},
		{0, camera, "10.0.0.5", "http.server", "a"},
		{1, printer, "10.0.0.6", arp, ""},
		{1, printer, "10.0.0.6", "http.server", "b"},
	}
	must := func(t *testing.T, d inventory.Delta, err error) inventory.Delta {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	t.Run("changes the device at once, in a person's name, and is undone", func(t *testing.T) {
		t.Parallel()
		v := network(t, obeying(), rows)
		id := find(t, v, camera).ID
		d, err := v.Correct(at(9), "anna", id, lock("plc"))
		must(t, d, err)
		if got := rulings(v.Device(id)); got != "plc: lock type plc" {
			t.Errorf("got %q", got)
		}
		if len(d.Changes) != 1 || d.Changes[0].Actor != "anna" || d.Changes[0].Summary != "type is plc, not camera" {
			t.Errorf("changes: %+v", d.Changes)
		}
		c := v.Device(id).Corrections[0]
		if c.Actor != "anna" || c.Reason != "seen" || c.Time != at(9) || c.ID != d.Ledger[0].ID {
			t.Errorf("correction: %+v", c)
		}
		v.Apply(at(10), observations(t, []row{{10, camera, "10.0.0.5", "http.server", "c"}}))
		if got := rulings(v.Device(id)); got != "plc: lock type plc" {
			t.Errorf("after new evidence: %q", got)
		}
		if _, err := v.Undo(at(11), "anna", c.ID); err != nil {
			t.Fatal(err)
		}
		if got := rulings(v.Device(id)); got != "camera: " {
			t.Errorf("undone: %q", got)
		}
	})
	t.Run("a later word takes the place of an earlier, and all are taken back together", func(t *testing.T) {
		t.Parallel()
		v := network(t, obeying(), rows)
		id := find(t, v, camera).ID
		for i, c := range []heron.Correction{
			lock("plc"),
			{Field: "type", Ruling: heron.RulingReject},
			lock("hmi"),
			{Field: "type", Ruling: heron.RulingReject, Value: "camera"},
		} {
			d, err := v.Correct(at(5+i), "anna", id, c)
			must(t, d, err)
		}
		if got := rulings(v.Device(id)); got != "hmi: reject type plc, lock type hmi, reject type camera" {
			t.Errorf("got %q", got)
		}
		d, err := v.TakeBack(at(20), "ben", id, "type")
		must(t, d, err)
		if got := rulings(v.Device(id)); got != "camera: " || len(d.Ledger) != 4 {
			t.Errorf("taken back: %q, %d entries", got, len(d.Ledger))
		}
		for _, e := range d.Ledger {
			if !e.Undone || e.Detail["undone_by"] != "ben" {
				t.Errorf("entry %+v", e)
			}
		}
		if _, err := v.TakeBack(at(21), "ben", id, "type"); code(err) != heron.CodeNotFound {
			t.Errorf("taken back twice: %v", err)
		}
	})
	t.Run("goes with its device through merge, split and restart", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(obeying())
		deltas := []inventory.Delta{v.Apply(at(0), observations(t, rows))}
		c, p := find(t, v, camera).ID, find(t, v, printer).ID
		keep := func(d inventory.Delta, err error) {
			t.Helper()
			deltas = append(deltas, must(t, d, err))
		}
		keep(v.Correct(at(5), "anna", p, lock("printer")))
		keep(v.Merge(at(6), "anna", "one box", c, []string{p}))
		if got := rulings(v.Device(c)); got != "printer: lock type printer" {
			t.Errorf("merged: %q", got)
		}
		if diff := cmp.Diff(v.Device(c).Corrections, reload(deltas).Device(c).Corrections); diff != "" {
			t.Errorf("after a restart (-before +after):\n%s", diff)
		}
		keep(v.Split(at(7), "anna", "two after all", c, []string{printer}))
		if a, b := rulings(v.Device(c)), rulings(find(t, v, printer)); a != "camera: " || b != "printer: lock type printer" {
			t.Errorf("split: %q and %q", a, b)
		}
		again := reload(deltas)
		if got := len(find(t, again, printer).Corrections); got != 1 {
			t.Errorf("%d corrections after a restart", got)
		}
	})
	t.Run("says what is wrong", func(t *testing.T) {
		t.Parallel()
		v := network(t, obeying(), rows)
		id := find(t, v, camera).ID
		for name, c := range map[string]heron.Correction{
			"no such type":        lock("toaster-oven-x"),
			"no value":            lock(""),
			"no such field":       {Field: "colour", Ruling: heron.RulingLock, Value: "red"},
			"no such ruling":      {Field: "type", Ruling: "maybe", Value: "plc"},
			"nothing to confirm":  {Field: "model", Ruling: heron.RulingConfirm},
			"a line break":        {Field: "model", Ruling: heron.RulingLock, Value: "a\nb"},
			"a value beyond size": {Field: "model", Ruling: heron.RulingLock, Value: strings.Repeat("x", 97)},
		} {
			if _, err := v.Correct(at(1), "anna", id, c); code(err) != heron.CodeInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := v.Correct(at(1), "anna", "nobody", lock("plc")); code(err) != heron.CodeNotFound {
			t.Errorf("no such device: %v", err)
		}
	})
}

func TestInForce(t *testing.T) {
	t.Parallel()
	of := func(words string) heron.Correction {
		w := strings.Fields(words)
		return heron.Correction{Ruling: heron.Ruling(w[0]), Field: w[1], Value: w[2]}
	}
	for all, want := range map[string]string{
		"lock type plc; lock type hmi":                        "lock type hmi",
		"confirm type plc; lock type plc":                     "lock type plc",
		"reject type plc; confirm type PLC":                   "confirm type PLC",
		"lock type plc; reject type plc":                      "reject type plc",
		"lock type plc; reject type hmi; lock vendor Siemens": "lock type plc; reject type hmi; lock vendor Siemens",
		"reject model a; reject model b; reject model A":      "reject model b; reject model A",
	} {
		var list []heron.Correction
		for _, one := range strings.Split(all, "; ") {
			list = append(list, of(one))
		}
		var got []string
		for _, c := range heron.InForce(list) {
			got = append(got, string(c.Ruling)+" "+c.Field+" "+c.Value)
		}
		if !slices.Equal(got, strings.Split(want, "; ")) {
			t.Errorf("%s: got %q, want %q", all, got, want)
		}
	}
}
