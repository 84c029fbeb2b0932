package inventory_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

const start = heron.Time(1_700_000_000_000_000)

// at returns a time some seconds after the start.
func at(seconds int) heron.Time { return start + heron.Time(seconds)*heron.Second }

func mac(t testing.TB, s string) heron.MAC {
	t.Helper()
	if s == "" {
		return heron.MAC{}
	}
	m, err := heron.ParseMAC(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func ip(s string) netip.Addr {
	a, _ := netip.ParseAddr(s)
	return a
}

// row is one observation in a table: who, when, what.
type row struct {
	seconds    int
	mac, ip    string
	key, value string
}

// observations turns rows into observations, in order.
func observations(t testing.TB, rows []row) []heron.Observation {
	t.Helper()
	out := make([]heron.Observation, 0, len(rows))
	for _, r := range rows {
		o := heron.Observation{Key: r.key, Value: r.value, Source: "test", Sensor: "s1", First: at(r.seconds), Last: at(r.seconds), Count: 1}
		o.MAC, o.IP = mac(t, r.mac), ip(r.ip)
		if o.Value == "" {
			o.Value = r.ip
		}
		out = append(out, o)
	}
	return out
}

// network applies rows to a new inventory.
func network(t testing.TB, o inventory.Options, rows []row) *inventory.Inventory {
	t.Helper()
	v := inventory.New(o)
	obs := observations(t, rows)
	v.Apply(at(0), obs)
	return v
}

// find returns the device that lists the MAC or IP now.
func find(t testing.TB, v *inventory.Inventory, address string) *heron.Device {
	t.Helper()
	var found *heron.Device
	for d := range v.All() {
		has := slices.ContainsFunc(d.IPs, func(a netip.Addr) bool { return a.String() == address }) ||
			slices.ContainsFunc(d.MACs, func(m heron.MAC) bool { return m.String() == address })
		if has && found != nil {
			t.Fatalf("two devices have %s: %v and %v", address, found, d)
		}
		if has {
			found = d
		}
	}
	return found
}

func count(v *inventory.Inventory) int {
	n := 0
	for range v.All() {
		n++
	}
	return n
}

const (
	camera  = "00:11:22:00:00:01"
	printer = "00:11:22:00:00:02"
	gateway = "00:11:22:00:00:fe"
	frame   = heron.KeyFrame
	arp     = heron.KeyARP
)

func TestInventory(t *testing.T) {
	t.Parallel()
	t.Run("makes one device of a MAC and its address", func(t *testing.T) {
		t.Parallel()
		v := network(t, inventory.Options{}, []row{
			{0, camera, "192.168.1.5", frame, ""}, {1, camera, "192.168.1.5", "http.server", "lighttpd/1.4.35"},
		})
		d := find(t, v, camera)
		if count(v) != 1 || d == nil || len(d.IPs) != 1 || !d.Local || d.First != at(0) || d.Last != at(1) {
			t.Fatalf("got %d devices, %+v", count(v), d)
		}
	})
	t.Run("leaves old facts with the old device when an address is leased again", func(t *testing.T) {
		t.Parallel()
		v := network(t, inventory.Options{}, []row{
			{0, camera, "192.168.1.5", frame, ""},
			{1, camera, "192.168.1.5", "http.server", "camera"},
			{2, "", "192.168.1.5", "snmp.sysdescr", "told by a probe of the camera"},
			{3, camera, "192.168.1.5", frame, "again"},
			{4000, printer, "192.168.1.5", arp, ""},
			{4001, printer, "192.168.1.5", "http.server", "printer"},
			{4002, "", "192.168.1.5", "snmp.sysdescr", "told by a probe of the printer"},
			{4003, printer, "192.168.1.5", frame, ""},
		})
		c, p := find(t, v, camera), find(t, v, printer)
		if c == nil || p == nil || c == p || count(v) != 2 {
			t.Fatalf("got %d devices: %+v, %+v", count(v), c, p)
		}
		if find(t, v, "192.168.1.5") != p || len(c.IPs) != 0 {
			t.Errorf("the address is still the camera's: %v, printer %v", c.IPs, p.IPs)
		}
		if got := values(v, c.ID, "snmp.sysdescr"); !slices.Equal(got, []string{"told by a probe of the camera"}) {
			t.Errorf("camera: got %q", got)
		}
		if got := values(v, p.ID, "snmp.sysdescr"); !slices.Equal(got, []string{"told by a probe of the printer"}) {
			t.Errorf("printer: got %q", got)
		}
		if got := v.DeviceAt(heron.Endpoint{IP: ip("192.168.1.5")}, at(2)); got == nil || got.ID != c.ID {
			t.Errorf("DeviceAt then: got %+v, want the camera", got)
		}
		if got := v.DeviceAt(heron.Endpoint{IP: ip("192.168.1.5")}, at(9000)); got == nil || got.ID != p.ID {
			t.Errorf("DeviceAt now: got %+v, want the printer", got)
		}
	})
}

// values lists what a device says under a key.
func values(v *inventory.Inventory, id, key string) []string {
	var out []string
	for _, o := range v.Observations(id) {
		if o.Key == key {
			out = append(out, o.Value)
		}
	}
	return out
}

func zone(id string, prefix string) heron.Zone {
	return heron.Zone{ID: id, Name: id, Prefixes: []netip.Prefix{netip.MustParsePrefix(prefix)}}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	t.Run("a hundred thousand remote hosts are no devices", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(inventory.Options{})
		var obs []heron.Observation
		for i := range 100_000 {
			o := heron.Observation{Key: heron.KeyFrame, First: at(i), Last: at(i), Count: 1}
			o.MAC, o.IP = mac(t, gateway), netip.AddrFrom4([4]byte{52, byte(i >> 16), byte(i >> 8), byte(i)})
			o.Value = o.IP.String()
			obs = append(obs, o)
		}
		v.Apply(at(0), obs)
		if got := find(t, v, gateway); count(v) != 1 || !slices.Contains(got.Roles, "router") || len(got.IPs) != 0 {
			t.Errorf("got %d devices, %+v", count(v), got)
		}
		if n := len(v.Observations(find(t, v, gateway).ID)); n > 2*heron.MaxValuesPerKey {
			t.Errorf("kept %d observations", n)
		}
	})
	t.Run("the values of one key", func(t *testing.T) {
		t.Parallel()
		var rows []row
		for i := range 500 {
			rows = append(rows, row{i, camera, "10.0.0.5", heron.KeyContact, at(i).String()})
		}
		v := network(t, inventory.Options{}, rows)
		got := values(v, find(t, v, camera).ID, heron.KeyContact)
		if len(got) != heron.MaxValuesPerKey || !slices.Contains(got, at(499).String()) {
			t.Errorf("kept %d values, the last of them: %v", len(got), slices.Contains(got, at(499).String()))
		}
	})
	t.Run("the endpoints of a site", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(inventory.Options{MaxEndpoints: 10})
		v.Apply(at(0), factory(50))
		if count(v) != 10 || v.Dropped() != 400 {
			t.Errorf("got %d devices, %d observations dropped", count(v), v.Dropped())
		}
	})
	t.Run("the MACs of an address", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(inventory.Options{})
		for i := range 2000 {
			v.Apply(at(i), []heron.Observation{{
				Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: madeUp(i), IP: theOne}},
				Key:     heron.KeyARP, Value: theOne.String(), First: at(i), Last: at(i), Count: 1,
			}})
		}
		first := v.DeviceAt(heron.Endpoint{IP: theOne}, at(1000))
		if count(v) != 2000 || first == nil || !slices.Contains(first.MACs, madeUp(0)) || v.Dropped() != 0 || v.Unplaced() != 2000-1024 {
			t.Errorf("got %d devices, the address is with %+v, %d dropped, %d with no room", count(v), first, v.Dropped(), v.Unplaced())
		}
	})
	t.Run("the addresses of a MAC", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(inventory.Options{})
		send := func(i int, key string) {
			v.Apply(at(i), []heron.Observation{{
				Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: madeUp(1), IP: address(i)}},
				Key:     key, Value: address(i).String(), First: at(i), Last: at(i), Count: 1,
			}})
		}
		for i := range 1500 {
			send(i+1, heron.KeyFrame)
		}
		if got := find(t, v, madeUp(1).String()); !slices.Contains(got.Roles, "router") || count(v) != 1501 || v.Unplaced() != 0 {
			t.Errorf("got %d devices, %d observations with no room, roles %v", count(v), v.Unplaced(), got.Roles)
		}
		if send(2000, heron.KeyARP); v.Unplaced() != 1 {
			t.Errorf("a claim beyond the bound is no loss: %d", v.Unplaced())
		}
	})
	t.Run("the facts of an endpoint", func(t *testing.T) {
		t.Parallel()
		var rows []row
		for i := range 3000 {
			rows = append(rows, row{i, camera, "10.0.0.5", fmt.Sprint("mdns.txt.k", i), "v"})
		}
		v := network(t, inventory.Options{}, rows)
		if n := len(v.Observations(find(t, v, camera).ID)); n != 2048 || v.Unplaced() != 3000-2048 {
			t.Errorf("kept %d observations, %d had no room", n, v.Unplaced())
		}
	})
	t.Run("the nodes that identifiers lead through", func(t *testing.T) {
		t.Parallel()
		v := inventory.New(inventory.Options{})
		chain := func(from, to int) {
			for i := from; i < to; i++ {
				o := heron.Observation{First: at(i), Last: at(i), Count: 1, Key: "upnp.udn", Value: fmt.Sprintf("uuid:5f9ec1b3-ed59-79bb-4530-%012x", i/2)}
				o.MAC, o.IP = madeUp((i+1)/2), address((i+1)/2)
				v.Apply(at(i), []heron.Observation{o})
			}
		}
		if chain(0, 400); count(v) != 1 {
			t.Errorf("a chain of 201 MACs is %d devices", count(v))
		}
		if chain(400, 1000); count(v) != 501 {
			t.Errorf("a chain of 501 MACs is %d devices", count(v))
		}
	})
	t.Run("the networks that are ours", func(t *testing.T) {
		t.Parallel()
		v := network(t, inventory.Options{Local: []netip.Prefix{netip.MustParsePrefix("130.1.0.0/16")}}, []row{
			{0, camera, "130.1.2.3", frame, ""}, {1, "", "130.1.2.4", frame, ""}, {2, "", "10.0.0.5", frame, ""},
		})
		if got := summary(v); !slices.Equal(got, texts([]want{{camera, "130.1.2.3", true, ""}, {"", "130.1.2.4", true, ""}})) {
			t.Errorf("got %q", got)
		}
	})
}

// A router's MAC stands in the frames of those behind it; who identifies a
// device by its observations must not take the router's maker for theirs.
func TestIdentifySeesOnlyTheMACsOfTheDevice(t *testing.T) {
	t.Parallel()
	seen := map[string][]string{} // by the value of http.server: the MACs of all its observations
	o := inventory.Options{Identify: func(obs []heron.Observation, _ []heron.Correction) heron.Identification {
		var name string
		var macs []string
		for _, o := range obs {
			if o.Key == "http.server" {
				name = o.Value
			}
			macs = append(macs, o.MAC.String())
		}
		slices.Sort(macs)
		seen[name] = slices.Compact(macs)
		return heron.Identification{}
	}}
	v := network(t, o, []row{
		{0, gateway, "10.0.0.1", arp, ""},
		{1, gateway, "10.0.0.1", "http.server", "router"},
		{2, camera, "10.0.0.5", arp, ""},
		{3, camera, "10.0.0.5", "http.server", "camera"},
		{4, gateway, "10.0.0.5", "snmp.sysdescr", "the camera, heard from elsewhere"},
		{5, camera, "10.0.0.5", frame, ""},
		{5, gateway, "10.9.0.7", "http.server", "plc"},
		{6, gateway, "10.9.0.7", "snmp.sysdescr", "behind the router"},
	})
	none := heron.MAC{}.String()
	for name, want := range map[string][]string{"router": {gateway}, "camera": {none, camera}, "plc": {none}} {
		if got := seen[name]; !slices.Equal(got, want) {
			t.Errorf("%s: identified by the addresses %q, want %q", name, got, want)
		}
	}
	if obs := v.Observations(find(t, v, "10.9.0.7").ID); len(obs) == 0 || obs[0].MAC != mac(t, gateway) {
		t.Errorf("the stored observations lost their MAC: %+v", obs)
	}
}
