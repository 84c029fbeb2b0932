package inventory_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// stream makes n observations of a small network at random: few MACs, few
// addresses, few values, so that everything collides with everything.
func stream(r *rand.Rand, n int) []heron.Observation {
	out := make([]heron.Observation, 0, n)
	for i := range n {
		o := heron.Observation{Source: "test", Sensor: fmt.Sprint("s", r.IntN(2)), Count: 1 + uint64(r.IntN(3))}
		o.First = at(i * (1 + r.IntN(30)))
		o.Last = o.First + heron.Time(r.IntN(1000))*heron.Second
		o.MAC, o.IP = randomMAC(r), ip(randomIP(r))
		o.Key, o.Value = randomFact(r)
		switch o.Key {
		case heron.KeyFrame, heron.KeyARP:
			o.Value = o.IP.String()
		case heron.KeyDHCPAddress:
			o.Value = fmt.Sprint("10.0.0.", r.IntN(6))
		}
		out = append(out, o)
	}
	return out
}

func randomMAC(r *rand.Rand) heron.MAC {
	switch r.IntN(12) {
	case 0:
		return heron.MAC{}
	case 1:
		return heron.MAC{0x00, 0x00, 0x5e, 0, 1, 1}
	case 2:
		return heron.MAC{0x02, 0, 0, 0, 0, byte(r.IntN(4))}
	case 3:
		return heron.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	}
	return heron.MAC{0x00, 0x11, 0x22, 0, 0, byte(r.IntN(6))}
}

func randomIP(r *rand.Rand) string {
	switch r.IntN(10) {
	case 0:
		return ""
	case 1:
		return "0.0.0.0"
	case 2:
		return fmt.Sprint("52.1.2.", r.IntN(5))
	case 3:
		return fmt.Sprintf("fe80::211:22ff:fe00:%d", r.IntN(6))
	case 4:
		return fmt.Sprintf("2001:db8::%d", r.IntN(4))
	case 5:
		return fmt.Sprint("10.9.0.", r.IntN(8))
	case 6:
		return "224.0.0.251"
	}
	return fmt.Sprint("10.0.0.", r.IntN(6))
}

func randomFact(r *rand.Rand) (key, value string) {
	switch r.IntN(13) {
	case 0, 1, 2:
		return heron.KeyFrame, ""
	case 12:
		return heron.KeyDirect, "64"
	case 3, 4:
		return heron.KeyARP, ""
	case 5:
		return heron.KeyDHCPAddress, ""
	case 6:
		return "ssh.hostkey", fmt.Sprint("ssh-rsa AAAAB3Nza", r.IntN(6))
	case 7:
		return "upnp.serial_number", fmt.Sprint("SN48151", r.IntN(6))
	case 8:
		return heron.KeyHostname, fmt.Sprint("host", r.IntN(6))
	case 9:
		return "dhcp.params", fmt.Sprint("1,3,", r.IntN(2))
	case 10:
		return heron.KeyServiceProtocol, fmt.Sprint("tcp/", 80+r.IntN(3), "/http")
	}
	return "http.server", fmt.Sprint("server/", r.IntN(4))
}

// devices returns the devices without what may depend on how the observations
// came: versions.
func devices(v *inventory.Inventory) []heron.Device {
	var out []heron.Device
	for d := range v.All() {
		c := *d
		c.Version = 0
		out = append(out, c)
	}
	return out
}

func same(t testing.TB, what string, got, want []heron.Device) {
	t.Helper()
	if diff := gocmp.Diff(want, got, gocmp.Comparer(func(a, b heron.Time) bool { return a == b }), addresses()); diff != "" {
		t.Fatalf("%s gives other devices (-want +got):\n%s", what, diff)
	}
}

// addresses compares types with unexported fields by what they print.
func addresses() gocmp.Option {
	return gocmp.Comparer(func(a, b interface{ IsLinkLocalUnicast() bool }) bool { return a == b })
}

// apply cuts obs into a few batches at random places and applies them.
func apply(v *inventory.Inventory, r *rand.Rand, obs []heron.Observation) []inventory.Delta {
	return applyUpTo(v, r, obs, len(obs))
}

// applyBySmall is apply for many small batches: what is taken note of in one, and
// matters in the next, shows there.
func applyBySmall(v *inventory.Inventory, r *rand.Rand, obs []heron.Observation) {
	applyUpTo(v, r, obs, 3)
}

func applyUpTo(v *inventory.Inventory, r *rand.Rand, obs []heron.Observation, most int) []inventory.Delta {
	var out []inventory.Delta
	for len(obs) > 0 {
		n := 1 + r.IntN(min(most, len(obs)))
		out = append(out, v.Apply(obs[n-1].Last, obs[:n]))
		obs = obs[n:]
	}
	return out
}

func TestInventoryProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 1))
		obs := stream(r, 1+r.IntN(120))
		whole := inventory.New(inventory.Options{SiteID: "site"})
		delta := whole.Apply(at(0), obs)
		want := devices(whole)
		checkInvariants(t, whole)

		cut := inventory.New(inventory.Options{SiteID: "site"})
		deltas := apply(cut, r, obs)
		same(t, fmt.Sprintf("seed %d: cutting into batches", seed), devices(cut), want)

		quiet := inventory.New(inventory.Options{SiteID: "site", Quiet: true})
		applyBySmall(quiet, r, obs)
		same(t, fmt.Sprintf("seed %d: telling nobody", seed), devices(quiet), want)

		shuffled := slices.Clone(obs)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		mixed := inventory.New(inventory.Options{SiteID: "site"})
		apply(mixed, r, shuffled)
		same(t, fmt.Sprintf("seed %d: another order", seed), devices(mixed), want)

		if d := cut.Apply(at(1), obs); len(d.Devices)+len(d.Observations)+len(d.Ledger)+len(d.Changes) != 0 {
			t.Fatalf("seed %d: applying again changed %+v", seed, d)
		}
		cut.Rebuild(at(1))
		same(t, fmt.Sprintf("seed %d: rebuilding", seed), devices(cut), want)
		same(t, fmt.Sprintf("seed %d: storing and loading", seed), devices(reload(deltas)), want)
		checkNothingLost(t, whole, delta, obs)
	}
}

// What a device is said to be rests on all that is known of it, however that
// came, and on nothing that is not read.
func TestIdentityFollowsTheEvidence(t *testing.T) {
	t.Parallel()
	o := inventory.Options{
		SiteID: "site",
		Identify: func(obs []heron.Observation, _ []heron.Correction) heron.Identification {
			var read []string
			for _, o := range obs {
				if o.Key == "http.server" || !o.MAC.IsZero() {
					read = append(read, o.MAC.String())
				}
				if o.Key == "http.server" {
					read = append(read, o.Value)
				}
			}
			slices.Sort(read)
			return heron.Identification{Identity: heron.Identity{OS: &heron.Claim{Value: fmt.Sprint(slices.Compact(read))}}}
		},
		Reads: func(key, _ string) bool { return key == "http.server" },
	}
	q := o
	q.Quiet = true
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 2))
		obs := stream(r, 1+r.IntN(120))
		whole, cut := inventory.New(o), inventory.New(o)
		whole.Apply(at(0), obs)
		apply(cut, r, obs)
		same(t, fmt.Sprintf("seed %d: cutting into batches", seed), devices(cut), devices(whole))
		quiet := inventory.New(q)
		applyBySmall(quiet, r, obs)
		same(t, fmt.Sprintf("seed %d: telling nobody", seed), devices(quiet), devices(whole))
	}
	for _, seed := range []uint64{
		182,  // a device that was merged is one of its own again, without what it was told by
		2130, // the first frame that shows a router's MAC comes from behind it
	} {
		r := rand.New(rand.NewPCG(seed, 2))
		obs := stream(r, 120)
		whole, quiet := inventory.New(o), inventory.New(q)
		whole.Apply(at(0), obs)
		applyBySmall(quiet, r, obs)
		same(t, fmt.Sprintf("seed %d", seed), devices(quiet), devices(whole))
	}
}

// reload plays the store: it keeps what the deltas say, and loads it.
func reload(deltas []inventory.Delta) *inventory.Inventory {
	return reloadAs(inventory.Options{SiteID: "site"}, deltas)
}

// reloadAs is reload into an inventory of such options.
func reloadAs(o inventory.Options, deltas []inventory.Delta) *inventory.Inventory {
	type key struct {
		s          heron.Subject
		key, value string
		source     string
	}
	stored := map[string]heron.Device{}
	obs := map[key]heron.DeviceObservation{}
	var ledger []heron.LedgerEntry
	for _, d := range deltas {
		for _, dev := range d.Devices {
			stored[dev.ID] = dev
		}
		for _, o := range d.Observations {
			obs[key{o.Subject, o.Key, o.Value, o.Source}] = o
		}
		ledger = append(ledger, d.Ledger...)
	}
	byDevice := map[string][]heron.Observation{}
	for _, o := range obs {
		byDevice[o.DeviceID] = append(byDevice[o.DeviceID], o.Observation)
	}
	v := inventory.New(o)
	v.LoadLedger(ledger)
	for _, id := range slices.Sorted(maps.Keys(stored)) {
		v.Load(stored[id], byDevice[id])
	}
	return v
}

// checkNothingLost fails when an observation that is about a host of ours is
// given to no device, or is not among what its device shows. A device shows
// heron.MaxValuesPerKey values of a key, the latest; the rest is only stored.
func checkNothingLost(t testing.TB, v *inventory.Inventory, delta inventory.Delta, obs []heron.Observation) {
	t.Helper()
	name := func(o heron.Observation) string {
		if where := o.IP.String(); o.IP.IsValid() && !o.IP.IsUnspecified() && o.Key != heron.KeyDHCPAddress {
			return o.MAC.String() + " " + where + " " + o.Key + " " + o.Value
		}
		return o.MAC.String() + " " + o.Key + " " + o.Value
	}
	kept, shown, full := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for d := range v.All() {
		values := map[string]int{}
		for _, o := range v.Observations(d.ID) {
			shown[name(o)] = true
			values[o.Key]++
			full[d.ID+o.Key] = values[o.Key] == heron.MaxValuesPerKey
		}
	}
	for _, o := range delta.Observations {
		kept[name(o.Observation)] = true
		if !shown[name(o.Observation)] && !full[o.DeviceID+o.Key] {
			t.Fatalf("%s is stored with a device that does not show it", name(o.Observation))
		}
	}
	for _, o := range obs {
		if o.MAC.IsMulticast() || o.IP.IsMulticast() || (o.MAC.IsZero() && (!o.IP.IsValid() || o.IP.IsUnspecified())) {
			continue
		}
		if o.IP.IsValid() && !o.IP.IsPrivate() && !o.IP.IsLinkLocalUnicast() && !o.IP.IsUnspecified() {
			continue // may be remote
		}
		if (o.IP.Is4() && o.IP.As4()[3] == 0) || (o.Key == heron.KeyDHCPAddress && o.MAC.IsZero()) {
			continue // may be the name of a network; a lease to nobody
		}
		if !kept[name(o)] {
			t.Fatalf("%s is with no device", name(o))
		}
	}
}

// FuzzApply takes any seeds for a stream of observations.
func FuzzApply(f *testing.F) {
	f.Add(uint64(1), uint64(2), 50)
	f.Add(uint64(33549), uint64(9), 400) // what a MAC claimed first turns out to be another address
	f.Add(uint64(10648), uint64(9), 400) // a usurper claims so many that the address is no longer its own
	f.Fuzz(func(t *testing.T, a, b uint64, n int) {
		r := rand.New(rand.NewPCG(a, b))
		obs := stream(r, min(max(n, 0), 400))
		v, w := inventory.New(inventory.Options{}), inventory.New(inventory.Options{})
		delta := v.Apply(at(0), obs)
		apply(w, r, obs)
		checkInvariants(t, v)
		same(t, "cutting into batches", devices(w), devices(v))
		quiet := inventory.New(inventory.Options{Quiet: true})
		applyBySmall(quiet, r, obs)
		same(t, "telling nobody", devices(quiet), devices(v))
		checkNothingLost(t, v, delta, obs)
	})
}

func TestInventory_quiet(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		obs := stream(rand.New(rand.NewPCG(seed, 7)), 300)
		told := inventory.New(inventory.Options{SiteID: "site"})
		quiet := inventory.New(inventory.Options{SiteID: "site", Quiet: true})
		unasked := inventory.New(inventory.Options{SiteID: "site", Quiet: true})
		for i := 0; i < len(obs); i += 5 {
			now := obs[i].Last
			want, got := told.Apply(now, obs[i:i+5]), quiet.Apply(now, obs[i:i+5])
			unasked.Apply(now, obs[i:i+5])
			if len(got.Devices)+len(got.Observations) > 0 {
				t.Fatalf("seed %d: a quiet delta tells of devices or observations", seed)
			}
			if diff := gocmp.Diff(want.Changes, got.Changes, gocmp.Comparer(func(a, b *heron.Device) bool { return a.ID == b.ID })); diff != "" {
				t.Fatalf("seed %d: changes differ (-told +quiet):\n%s", seed, diff)
			}
			for d := range told.All() {
				if diff := unlike(d, quiet.Device(d.ID)); diff != "" {
					t.Fatalf("seed %d: devices differ (-told +quiet):\n%s", seed, diff)
				}
			}
		}
		for d := range told.All() {
			if diff := unlike(d, unasked.Device(d.ID)); diff != "" {
				t.Fatalf("seed %d: devices that nobody asked for differ in the end (-told +quiet):\n%s", seed, diff)
			}
		}
	}
}

// unlike says how two devices differ, but for their versions: these count what
// was told, and of quiet devices nobody is told.
func unlike(a, b *heron.Device) string {
	x, y := *a, *b
	x.Version, y.Version = 0, 0
	return gocmp.Diff(x, y, gocmp.Comparer(func(a, b netip.Addr) bool { return a == b }))
}
