package app

import (
	"slices"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/cluster"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/inventory"
	"github.com/heron-iot/heron/internal/lab"
)

// unlabelled are the devices of the lab as somebody sees them who knows none of
// them, and what they are: the names of their models, and their types.
func unlabelled(t *testing.T, devices int) (members []cluster.Member, models, types map[string]string) {
	t.Helper()
	members, models, types, _ = watched(t, lab.StreamConfig{Seed: 5, Duration: 15 * time.Minute, Devices: devices})
	return members, models, types
}

// watched is unlabelled for any stream. It returns the devices too.
func watched(t *testing.T, c lab.StreamConfig) (members []cluster.Member, models, types map[string]string, devices []heron.Device) {
	t.Helper()
	src, err := lab.Stream(c)
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	obs, profiles := map[string][]heron.Observation{}, map[string]*heron.Baseline{}
	r, err := readSource(t.Context(), src, id, ReadOptions{
		Observation: func(o *heron.DeviceObservation) error {
			obs[o.DeviceID] = append(obs[o.DeviceID], o.Observation)
			return nil
		},
		Profile: func(b *heron.Baseline) error {
			profiles[b.DeviceID] = b
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	models, types = map[string]string{}, map[string]string{}
	hosts := map[heron.MAC]*lab.Model{}
	for _, h := range src.Site().Hosts {
		hosts[h.MAC] = h.Model
	}
	for i := range r.Devices {
		d := &r.Devices[i]
		if len(d.MACs) == 0 || hosts[d.MACs[0]] == nil {
			continue
		}
		models[d.ID], types[d.ID] = hosts[d.MACs[0]].Name, hosts[d.MACs[0]].Type
		members = append(members, cluster.Member{ID: d.ID, Title: models[d.ID], Facts: cluster.Facts(d, obs[d.ID], profiles[d.ID])})
	}
	return members, models, types, r.Devices
}

// Of the strangers of a demonstration nobody knows what they are, but that they are alike.
func TestStrangersAreUnknownAndAlike(t *testing.T) {
	t.Parallel()
	members, models, _, devices := watched(t, lab.StreamConfig{Seed: 1, Duration: 15 * time.Minute, Strangers: demoStrangers})
	unknown := map[string]bool{}
	for i := range devices {
		if d := &devices[i]; models[d.ID] == "stranger" {
			unknown[d.ID] = true
			if d.Identity.Type.Value != heron.Unknown {
				t.Errorf("%s is said to be %s", d.Title(), d.Identity.Type.Value)
			}
		}
	}
	members = slices.DeleteFunc(members, func(m cluster.Member) bool { return !unknown[m.ID] })
	found := cluster.Group(members)
	if len(unknown) != demoStrangers || len(found.Items) != 1 || len(found.Items[0].Members) != demoStrangers {
		t.Errorf("%d strangers in %d groups", len(unknown), len(found.Items))
	}
}

// agreement compares groups with labels: the adjusted Rand index, 1 where they
// are the same and 0 where it is chance, and the share of devices that are where
// most of their group have the same label (purity).
func agreement(group map[string]int, label map[string]string) (rand, purity float64) {
	cells, groups, labels := map[int]map[string]int{}, map[int]int{}, map[string]int{}
	for id, g := range group {
		if cells[g] == nil {
			cells[g] = map[string]int{}
		}
		cells[g][label[id]]++
		groups[g]++
		labels[label[id]]++
	}
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	var both, byGroup, byLabel float64
	for _, row := range cells {
		most := 0
		for _, n := range row {
			both += pairs(n)
			most = max(most, n)
		}
		purity += float64(most) / float64(len(group))
	}
	for _, n := range groups {
		byGroup += pairs(n)
	}
	for _, n := range labels {
		byLabel += pairs(n)
	}
	chance := byGroup * byLabel / pairs(len(group))
	return (both - chance) / ((byGroup+byLabel)/2 - chance), purity
}

// TestDevicesOfOneModelAreAlike groups the devices of the lab, whose identities
// nobody is told.
func TestDevicesOfOneModelAreAlike(t *testing.T) {
	t.Parallel()
	for devices, floor := range map[int]float64{0: 0.88, 300: 0.97} { // most models once, and several times
		members, models, types := unlabelled(t, devices)
		found := cluster.Group(members)
		group := map[string]int{}
		for i := range members {
			group[members[i].ID] = -1 - i // alone, until found among others
		}
		for i, c := range found.Items {
			for _, m := range c.Members {
				group[m.DeviceID] = i
			}
		}
		byModel, purity := agreement(group, models)
		byType, pureTypes := agreement(group, types)
		t.Logf("%d devices: %d groups, %d alone; by model: adjusted Rand index %.3f, purity %.3f; by type: %.3f, %.3f",
			found.Unknown, len(found.Items), found.Alone, byModel, purity, byType, pureTypes)
		if byModel < floor || purity < floor {
			t.Errorf("of %d devices, groups and models agree to %.3f, with a purity of %.3f", found.Unknown, byModel, purity)
		}
	}
}

// TestAGroupIsNamedWholeOrNotAtAll: when a member is no device of its own any
// more, nothing is said of the others.
func TestAGroupIsNamedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	v := inventory.New(inventory.Options{SiteID: "s"})
	var obs []heron.Observation
	for i := range 3 {
		mac := heron.MAC{2, 0, 0, 0, 0, byte(i)}
		obs = append(obs, heron.Observation{
			Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: mac}}, Key: heron.KeyMAC, Value: mac.String(), Source: "link", First: 1, Last: 1, Count: 1,
		})
	}
	v.Apply(1, obs)
	var members []heron.ClusterMember
	for d := range v.All() {
		members = append(members, heron.ClusterMember{DeviceID: d.ID, Title: d.Title()})
	}
	said := heron.Correction{Field: "type", Ruling: heron.RulingLock, Value: "camera"}
	if _, err := correctAll(v, 2, "ann", append(members, heron.ClusterMember{DeviceID: "gone"}), said); heron.ErrorCode(err) != heron.CodeConflict {
		t.Errorf("a member is gone: %v", err)
	}
	if _, err := correctAll(v, 2, "ann", members, heron.Correction{Field: "type", Ruling: heron.RulingLock, Value: "teapot"}); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("a type that is none: %v", err)
	}
	for d := range v.All() {
		if len(d.Corrections) > 0 {
			t.Errorf("something was said of %s", d.Title())
		}
	}
	delta, err := correctAll(v, 2, "ann", members, said)
	if err != nil || len(delta.Devices) != 3 || len(delta.Ledger) != 3 {
		t.Errorf("%d devices, %d entries, %v", len(delta.Devices), len(delta.Ledger), err)
	}
	for d := range v.All() {
		if len(d.Corrections) != 1 || d.Corrections[0].Actor != "ann" {
			t.Errorf("of %s it is said %v", d.Title(), d.Corrections)
		}
	}
}
