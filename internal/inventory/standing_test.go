package inventory_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// standingOf shows how a device stands: "high by type, 1 by zone, ot by zone".
func standingOf(d *heron.Device) string {
	var out []string
	for _, h := range []heron.Held{d.Standing.Criticality, d.Standing.Purdue, d.Standing.ZoneKind} {
		if h.Value == "" {
			out = append(out, "-")
			continue
		}
		out = append(out, h.Value+" by "+h.By)
	}
	return strings.Join(out, ", ")
}

func TestStanding(t *testing.T) {
	t.Parallel()
	set := func(field, value string) heron.Correction {
		return heron.Correction{Field: field, Ruling: heron.RulingLock, Value: value, Reason: "seen"}
	}
	level := func(x float64) *float64 { return &x }
	for name, c := range map[string]struct {
		kind string
		zone heron.Zone // "" in Kind for none
		said []heron.Correction
		want string
	}{
		"by its type":                       {"plc", heron.Zone{}, nil, "high by type, 1 by type, ot by type"},
		"nothing of what nobody knows":      {heron.Unknown, heron.Zone{}, nil, "-, -, -"},
		"nothing of a type nobody listed":   {"marmalade", heron.Zone{}, nil, "-, -, -"},
		"the zone before the type":          {"camera", heron.Zone{Kind: "ot", Purdue: level(2), Criticality: "critical"}, nil, "critical by zone, 2 by zone, ot by zone"},
		"a zone of level 0":                 {"camera", heron.Zone{Kind: "ot", Purdue: level(0)}, nil, "medium by type, 0 by zone, ot by zone"},
		"a zone says what the type is not":  {"plc", heron.Zone{Kind: "guest"}, nil, "high by type, 1 by type, guest by zone"},
		"a zone speaks for the unknown":     {heron.Unknown, heron.Zone{Kind: "ot", Purdue: level(1)}, nil, "-, 1 by zone, ot by zone"},
		"a person before the zone":          {"camera", heron.Zone{Kind: "ot", Purdue: level(2), Criticality: "low"}, []heron.Correction{set("criticality", "critical"), set("purdue_level", "3.5")}, "critical by user, 3.5 by user, ot by zone"},
		"a person of what nobody knows":     {heron.Unknown, heron.Zone{}, []heron.Correction{set("criticality", "low")}, "low by user, -, -"},
		"the type that a person locks":      {"camera", heron.Zone{}, []heron.Correction{set("type", "infusion_pump"), set("purdue_level", "2")}, "critical by type, 2 by user, medical by type"},
		"the last that a person says":       {"camera", heron.Zone{}, []heron.Correction{set("criticality", "low"), set("criticality", "high")}, "high by user, 4 by type, iot by type"},
		"what is said of the type is apart": {"plc", heron.Zone{}, []heron.Correction{{Field: "type", Ruling: heron.RulingReject, Value: "camera"}}, "high by type, 1 by type, ot by type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := obeying()
			if c.zone.Kind != "" {
				c.zone.ID, c.zone.Prefixes = "z", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
				o.Zones = []heron.Zone{c.zone}
			}
			o.Identify = typed(c.kind)
			v := network(t, o, []row{{0, camera, "10.0.0.5", arp, ""}, {0, camera, "10.0.0.5", "http.server", "a"}})
			id := find(t, v, camera).ID
			for i, said := range c.said {
				if _, err := v.Correct(at(5+i), "anna", id, said); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(c.want, standingOf(v.Device(id))); diff != "" {
				t.Error(diff)
			}
			for _, said := range v.Device(id).Corrections {
				if said.Field != "type" {
					t.Errorf("%s is told as a correction of the identity", said.Field)
				}
			}
		})
	}
}

// typed identifies every device as of one type, unless a person says another.
func typed(kind string) func([]heron.Observation, []heron.Correction) heron.Identification {
	return func(_ []heron.Observation, said []heron.Correction) heron.Identification {
		out := heron.Identification{Identity: heron.Identity{Type: heron.Claim{Value: kind, Confidence: 0.8}}}
		for _, c := range said {
			if c.Ruling == heron.RulingLock {
				out.Identity.Type.Value = c.Value
			}
		}
		return out
	}
}

func TestStandingChanges(t *testing.T) {
	t.Parallel()
	v := network(t, obeying(), []row{{0, camera, "10.0.0.5", arp, ""}, {0, camera, "10.0.0.5", "http.server", "a"}})
	id := find(t, v, camera).ID
	said := heron.Correction{Field: "criticality", Ruling: heron.RulingLock, Value: "critical", Reason: "the only one at the gate"}
	d, err := v.Correct(at(5), "anna", id, said)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Changes) != 1 || d.Changes[0].Kind != heron.DeviceStanding || d.Changes[0].Summary != "criticality is critical, not medium" || d.Changes[0].Actor != "anna" {
		t.Errorf("changes: %+v", d.Changes)
	}
	want := heron.Held{Value: "critical", By: heron.ByUser, Actor: "anna", Reason: "the only one at the gate"}
	if got := v.Device(id).Standing.Criticality; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if e := d.Ledger[0]; e.Op != "lock" || e.Detail["was"] != "medium" || e.Detail["value"] != "critical" {
		t.Errorf("ledger: %+v", e)
	}
	before := v.Apply(at(6), observations(t, []row{{6, camera, "10.0.0.5", "http.server", "b"}}))
	before.Devices[0].Standing = heron.Standing{} // as it was stored before there were standings
	again := reload([]inventory.Delta{before})
	if got := standingOf(find(t, again, camera)); got != "medium by type, 4 by type, iot by type" {
		t.Errorf("without the ledger: %s", got)
	}
	zone := heron.Zone{ID: "z", Kind: "dmz", Purdue: new(3.5), Criticality: "low", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	if got := v.SetZones([]heron.Zone{zone}); len(got.Devices) != 1 || standingOf(&got.Devices[0]) != "critical by user, 3.5 by zone, dmz by zone" {
		t.Errorf("in a zone: %+v", got.Devices)
	}
	zone.Purdue, zone.Kind = nil, "it" // the same zone says less
	if got := v.SetZones([]heron.Zone{zone}); len(got.Devices) != 1 || standingOf(&got.Devices[0]) != "critical by user, 4 by type, it by zone" {
		t.Errorf("in a zone without a level: %+v", got.Devices)
	}
	if _, err := v.TakeBack(at(7), "ben", id, "criticality"); err != nil {
		t.Fatal(err)
	}
	if got := standingOf(v.Device(id)); got != "low by zone, 4 by type, it by zone" {
		t.Errorf("taken back: %s", got)
	}
	for name, c := range map[string]heron.Correction{
		"no such criticality": {Field: "criticality", Ruling: heron.RulingLock, Value: "huge"},
		"no such level":       {Field: "purdue_level", Ruling: heron.RulingLock, Value: "6"},
		"no number":           {Field: "purdue_level", Ruling: heron.RulingLock, Value: "NaN"},
		"a level below none":  {Field: "purdue_level", Ruling: heron.RulingLock, Value: "-0"},
		"not as it is stored": {Field: "purdue_level", Ruling: heron.RulingLock, Value: "1.0"},
		"nothing to confirm":  {Field: "criticality", Ruling: heron.RulingConfirm, Value: "low"},
		"the kind of zone":    {Field: "zone_kind", Ruling: heron.RulingLock, Value: "ot"},
	} {
		if _, err := v.Correct(at(8), "anna", id, c); code(err) != heron.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
