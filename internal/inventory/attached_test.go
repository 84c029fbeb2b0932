package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// atPort is that a switch has a MAC at a port.
func atPort(m heron.MAC, sw, port string, first, last int) heron.Observation {
	a := heron.Attachment{Switch: sw, Name: "core", Port: port, VLAN: 20}
	return heron.Observation{
		Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: m}}, Key: heron.KeyPort, Value: a.Fact(),
		Source: "snmp", First: at(first), Last: at(last), Count: 1,
	}
}

func TestAttachedMovesAndComesBack(t *testing.T) {
	t.Parallel()
	v := inventory.New(inventory.Options{SiteID: "site"})
	m := heron.MAC{0x00, 0x11, 0x22, 0, 0, 1}
	var kinds []heron.ChangeKind
	look := func(o heron.Observation) heron.Attachment {
		t.Helper()
		for _, c := range v.Apply(o.Last, []heron.Observation{o}).Changes {
			kinds = append(kinds, c.Kind)
		}
		for d := range v.All() {
			if len(d.Attached) != 1 {
				t.Fatalf("attached to %+v", d.Attached)
			}
			return d.Attached[0]
		}
		t.Fatal("no device")
		return heron.Attachment{}
	}
	if a := look(atPort(m, "192.0.2.2", "Gi1/0/7", 0, 0)); a.Port != "Gi1/0/7" || a.Since != at(0) || a.VLAN != 20 || a.MAC != m {
		t.Errorf("got %+v", a)
	}
	if a := look(atPort(m, "192.0.2.2", "Gi1/0/7", 300, 300)); a.Since != at(0) {
		t.Errorf("after the next look, since is %v", a.Since)
	}
	if a := look(atPort(m, "192.0.2.3", "Gi1/0/9", 600, 600)); a.Port != "Gi1/0/9" || a.Since != at(600) {
		t.Errorf("after it moved, got %+v", a)
	}
	if a := look(atPort(m, "192.0.2.2", "Gi1/0/7", 900, 900)); a.Port != "Gi1/0/7" || a.Since != at(600) {
		t.Errorf("after it came back, got %+v", a)
	}
	if got := fmt.Sprint(kinds); got != "[new port_moved port_moved]" {
		t.Errorf("changes are %s", got)
	}
}

// Where devices are does not depend on how what was said comes.
func TestAttachedIsTheSameHoweverItComes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		obs := stream(r, 60)
		for range 40 {
			n := r.IntN(2000)
			o := atPort(randomMAC(r), fmt.Sprint("192.0.2.", r.IntN(2)), fmt.Sprint("Gi", r.IntN(3)), n, n+r.IntN(3))
			i := r.IntN(len(obs))
			obs = append(obs[:i:i], append([]heron.Observation{o}, obs[i:]...)...)
		}
		whole, cut, quiet := inventory.New(inventory.Options{SiteID: "site"}), inventory.New(inventory.Options{SiteID: "site"}),
			inventory.New(inventory.Options{SiteID: "site", Quiet: true})
		whole.Apply(at(0), obs)
		var deltas []inventory.Delta
		for rest := obs; len(rest) > 0; {
			n := 1 + r.IntN(min(3, len(rest)))
			deltas = append(deltas, cut.Apply(rest[n-1].Last, rest[:n]))
			rest = rest[n:]
		}
		applyBySmall(quiet, r, obs)
		same(t, fmt.Sprintf("seed %d: small batches", seed), devices(cut), devices(whole))
		same(t, fmt.Sprintf("seed %d: telling nobody", seed), devices(quiet), devices(whole))
		same(t, fmt.Sprintf("seed %d: storing and loading", seed), devices(reload(deltas)), devices(whole))
	}
}
