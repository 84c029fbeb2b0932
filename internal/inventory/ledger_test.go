package inventory_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// pair is a network of a camera and a printer that have nothing in common.
func pair(t *testing.T) (v *inventory.Inventory, cameraID, printerID string) {
	t.Helper()
	v = network(t, inventory.Options{SiteID: "site"}, []row{
		{0, camera, "10.0.0.5", arp, ""},
		{0, camera, "10.0.0.5", "http.server", "camera"},
		{1, printer, "10.0.0.6", arp, ""},
		{1, printer, "10.0.0.6", "http.server", "printer"},
	})
	return v, find(t, v, camera).ID, find(t, v, printer).ID
}

func code(err error) heron.Code { return heron.ErrorCode(err) }

func TestMerge(t *testing.T) {
	t.Parallel()
	t.Run("by hand makes one device, and undoing makes two again", func(t *testing.T) {
		t.Parallel()
		v, c, p := pair(t)
		before := devices(v)
		d, err := v.Merge(at(10), "anna", "the same box", p, []string{c})
		if err != nil {
			t.Fatal(err)
		}
		merged := v.Device(p)
		if count(v) != 1 || merged == nil || len(merged.MACs) != 2 {
			t.Fatalf("got %d devices, %+v", count(v), merged)
		}
		if v.Device(c) != merged {
			t.Error("the merged device's id does not lead to the one that stayed")
		}
		if len(d.Ledger) != 1 || d.Ledger[0].Actor != "anna" || d.Ledger[0].Reason != "the same box" {
			t.Errorf("ledger: %+v", d.Ledger)
		}
		gone := slices.IndexFunc(d.Devices, func(x heron.Device) bool { return x.ID == c })
		if gone < 0 || d.Devices[gone].MergedInto != p {
			t.Errorf("the delta does not say where the camera went: %+v", d.Devices)
		}
		moved := slices.ContainsFunc(d.Observations, func(o heron.DeviceObservation) bool { return o.DeviceID == p && o.Value == "camera" })
		if !moved {
			t.Error("the delta does not move the camera's observations")
		}
		if _, err := v.Undo(at(11), "anna", d.Ledger[0].ID); err != nil {
			t.Fatal(err)
		}
		same(t, "undoing a merge", devices(v), before)
		if _, err := v.Undo(at(12), "anna", d.Ledger[0].ID); code(err) != heron.CodeConflict {
			t.Errorf("undoing twice: %v", err)
		}
	})
	t.Run("says what is wrong", func(t *testing.T) {
		t.Parallel()
		v, c, _ := pair(t)
		for _, tt := range []struct {
			keep   string
			others []string
			want   heron.Code
		}{
			{"nobody", []string{c}, heron.CodeNotFound},
			{c, []string{"nobody"}, heron.CodeNotFound},
			{c, nil, heron.CodeInvalid},
			{c, []string{c}, heron.CodeInvalid},
		} {
			if _, err := v.Merge(at(1), "anna", "", tt.keep, tt.others); code(err) != tt.want {
				t.Errorf("%s, %v: got %v", tt.keep, tt.others, err)
			}
		}
	})
	t.Run("by an identifier is in the ledger with its reason, and stays undone", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(inventory.Options{SiteID: "site"})
		d := v.Apply(at(0), observations(t, []row{
			{0, camera, "10.0.0.5", "ssh.hostkey", "SHA256:abcdefgh"}, {1, printer, "10.0.0.6", "ssh.hostkey", "SHA256:abcdefgh"},
		}))
		if len(d.Ledger) != 1 || d.Ledger[0].Actor != "inventory" || d.Ledger[0].Reason != "the same ssh.hostkey: sha256:abcdefgh" {
			t.Fatalf("ledger: %+v", d.Ledger)
		}
		if _, err := v.Undo(at(2), "anna", d.Ledger[0].ID); err != nil {
			t.Fatal(err)
		}
		v.Apply(at(3), observations(t, []row{{3, printer, "10.0.0.6", "http.server", "x"}}))
		v.Rebuild(at(4))
		if find(t, v, camera) == find(t, v, printer) {
			t.Error("the merge came back")
		}
	})
	t.Run("ends when what speaks against it is learned", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(inventory.Options{SiteID: "site"})
		v.Apply(at(0), observations(t, []row{
			{0, camera, "10.0.0.5", "ssh.hostkey", "SHA256:abcdefgh"}, {1, printer, "10.0.0.6", "ssh.hostkey", "SHA256:abcdefgh"},
		}))
		d := v.Apply(at(2), observations(t, []row{
			{2, camera, "10.0.0.5", heron.KeyHostname, "left"}, {2, printer, "10.0.0.6", heron.KeyHostname, "right"},
		}))
		if count(v) != 2 || len(d.Ledger) != 1 || !d.Ledger[0].Undone {
			t.Errorf("got %d devices, ledger %+v", count(v), d.Ledger)
		}
	})
}

func TestSplit(t *testing.T) {
	t.Parallel()
	v := network(t, inventory.Options{SiteID: "site"}, []row{
		{0, camera, "10.0.0.5", "ssh.hostkey", "SHA256:abcdefgh"}, {1, printer, "10.0.0.6", "ssh.hostkey", "SHA256:abcdefgh"},
	})
	id := find(t, v, camera).ID
	before := devices(v)
	d, err := v.Split(at(5), "anna", "two boxes, one image", id, []string{printer})
	if err != nil {
		t.Fatal(err)
	}
	if find(t, v, camera).ID != id || find(t, v, printer).ID == id {
		t.Errorf("camera %s, printer %s, want them apart", find(t, v, camera).ID, find(t, v, printer).ID)
	}
	kinds := []heron.ChangeKind{}
	for _, c := range d.Changes {
		kinds = append(kinds, c.Kind)
	}
	if !slices.Contains(kinds, heron.DeviceSplit) {
		t.Errorf("changes: %v", kinds)
	}
	for _, bad := range [][]string{nil, {"10.0.0.5"}, {camera, printer}, {"00:00:00:00:00:99"}} {
		if _, err := v.Split(at(6), "anna", "", id, bad); code(err) != heron.CodeInvalid {
			t.Errorf("split off %v: %v", bad, err)
		}
	}
	if _, err := v.Undo(at(7), "anna", d.Ledger[0].ID); err != nil {
		t.Fatal(err)
	}
	same(t, "undoing a split", devices(v), before)
}

func TestRename(t *testing.T) {
	t.Parallel()
	v, c, p := pair(t)
	first, err := v.Rename(at(5), "anna", c, " Front door ")
	if err != nil {
		t.Fatal(err)
	}
	second, err := v.Rename(at(6), "anna", c, "Back door")
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Device(c).Name; got != "Back door" {
		t.Errorf("got %q", got)
	}
	if _, err := v.Merge(at(7), "anna", "", p, []string{c}); err != nil {
		t.Fatal(err)
	}
	if got := v.Device(p).Name; got != "Back door" {
		t.Errorf("after a merge: got %q", got)
	}
	for _, step := range []struct {
		undo inventory.Delta
		want string
	}{{second, "Front door"}, {first, ""}} {
		if _, err := v.Undo(at(8), "anna", step.undo.Ledger[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := v.Device(p).Name; got != step.want {
			t.Errorf("after undoing: got %q, want %q", got, step.want)
		}
	}
	if _, err := v.Rename(at(9), "anna", "nobody", "x"); code(err) != heron.CodeNotFound {
		t.Errorf("got %v", err)
	}
	if _, err := v.Undo(at(9), "anna", "nothing"); code(err) != heron.CodeNotFound {
		t.Errorf("got %v", err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	_, c, p := pair(t)
	var deltas []inventory.Delta
	first := inventory.New(inventory.Options{SiteID: "site"})
	deltas = append(deltas, first.Apply(at(0), observations(t, []row{
		{0, camera, "10.0.0.5", arp, ""},
		{0, camera, "10.0.0.5", "http.server", "camera"},
		{1, printer, "10.0.0.6", arp, ""},
		{1, printer, "10.0.0.6", "http.server", "printer"},
	})))
	for _, change := range []func() (inventory.Delta, error){
		func() (inventory.Delta, error) { return first.Rename(at(2), "anna", c, "Door") },
		func() (inventory.Delta, error) { return first.Merge(at(3), "anna", "", p, []string{c}) },
	} {
		d, err := change()
		if err != nil {
			t.Fatal(err)
		}
		deltas = append(deltas, d)
	}
	again := reload(deltas)
	same(t, "loading", devices(again), devices(first))
	if got := again.Device(c); got == nil || got.ID != p || got.Name != "Door" {
		t.Errorf("the merged device's id leads to %+v", got)
	}
	if d := again.Apply(at(4), nil); len(d.Devices)+len(d.Changes)+len(d.Ledger)+len(d.Observations) != 0 {
		t.Errorf("loading changed %+v", d)
	}
	if got := again.Device(p).Version; got != first.Device(p).Version {
		t.Errorf("version: got %d, want %d", got, first.Device(p).Version)
	}
}

func TestDerived(t *testing.T) {
	t.Parallel()
	calls := 0
	v := inventory.New(inventory.Options{
		SiteID: "site",
		Identify: func(obs []heron.Observation, _ []heron.Correction) heron.Identification {
			calls++
			out := heron.Identification{}
			for _, o := range obs {
				if o.Key == "http.server" {
					out.Identity.Vendor = &heron.Claim{Value: o.Value, Confidence: 1}
				}
			}
			return out
		},
		Zones: []heron.Zone{zone("all", "10.0.0.0/8"), zone("cell", "10.0.0.0/24")},
	})
	obs := observations(t, []row{
		{0, camera, "10.0.0.5", arp, ""},
		{1, camera, "10.0.0.5", heron.KeyServiceProtocol, "tcp/502/modbus"},
		{2, camera, "10.0.0.5", heron.KeyService, "tcp/80"},
		{3, camera, "10.0.0.5", "http.server", "lighttpd/1.4.35 (Unix)"},
		{4, camera, "10.0.0.5", heron.KeyHostname, "press-3"},
		{5, camera, "10.0.0.5", heron.KeyServiceProtocol, "udp/53/dns"},
		{6, camera, "10.0.0.5", heron.KeyServiceProtocol, "nonsense"},
	})
	obs[3].Transport, obs[3].Port = heron.TCP, 80
	d := v.Apply(at(0), obs)
	got := find(t, v, camera)
	if calls != 1 {
		t.Errorf("identified %d times, want once an Apply", calls)
	}
	want := []heron.Service{
		{Transport: heron.TCP, Port: 80, Product: "lighttpd", Version: "1.4.35", First: at(2), Last: at(3)},
		{Transport: heron.TCP, Port: 502, Protocol: "modbus", First: at(1), Last: at(1)},
		{Transport: heron.UDP, Port: 53, Protocol: "dns", First: at(5), Last: at(5)},
	}
	if diff := cmp.Diff(want, got.Services); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
	if !slices.Equal(got.Roles, []string{"dns_server", "ot"}) || got.Zone != "cell" || !slices.Equal(got.Hostnames, []string{"press-3"}) {
		t.Errorf("roles %v, zone %q, hostnames %v", got.Roles, got.Zone, got.Hostnames)
	}
	if got.Identity.Type.Value != heron.Unknown || got.Identity.Vendor == nil {
		t.Errorf("identity %+v", got.Identity)
	}
	if len(d.Changes) != 1 || d.Changes[0].Kind != heron.DeviceNew || d.Changes[0].Device == nil {
		t.Errorf("changes %+v", d.Changes)
	}
	d = v.Apply(at(9), observations(t, []row{{9, camera, "10.0.0.5", heron.KeyServiceProtocol, "tcp/22/ssh"}}))
	if len(d.Changes) != 1 || d.Changes[0].Kind != heron.DeviceService {
		t.Errorf("changes %+v", d.Changes)
	}
	v.Apply(at(20), observations(t, []row{{20, camera, "10.0.0.5", heron.KeyServiceProtocol, "tcp/22/ssh"}}))
	if calls != 2 {
		t.Errorf("identified %d times: a fact seen again is no reason to", calls)
	}
	moved := v.SetZones([]heron.Zone{zone("press", "10.0.0.5/32")})
	if len(moved.Devices) != 1 || moved.Devices[0].Zone != "press" {
		t.Errorf("zones: %+v", moved.Devices)
	}
}
