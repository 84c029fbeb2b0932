package app

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/lab"
)

// TestChurn measures identity resolution where addresses never rest: of all
// pairs of interfaces and routed addresses, those that are said to be one device
// against those that are.
func TestChurn(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2, 3} {
		path := filepath.Join(t.TempDir(), "churn.pcap")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		truth, err := lab.WriteChurn(f, seed)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		r := read(t, path)
		said := deviceOf(r, truth)
		for node, d := range said {
			if d < 0 {
				t.Errorf("seed %d: nobody has %s of %s", seed, node, truth.Device[node])
			}
		}
		for node, d := range said {
			for _, name := range r.Devices[max(d, 0)].Hostnames {
				if !slices.Contains(truth.Names[truth.Device[node]], name) {
					t.Errorf("seed %d: %s of %s is called %q", seed, node, truth.Device[node], name)
				}
			}
		}
		together, right, missed := pairs(truth.Device, said)
		precision, recall := float64(right)/float64(together), float64(right)/float64(right+missed)
		t.Logf("seed %d: %d interfaces and addresses, %d pairs are one device: precision %.4f, recall %.4f",
			seed, len(truth.Device), right+missed, precision, recall)
		if precision < 0.99 || recall < 0.99 {
			t.Errorf("seed %d: precision %.4f, recall %.4f", seed, precision, recall)
		}
	}
}

// deviceOf finds who has each interface and each routed address; -1 is nobody.
func deviceOf(r *ReadResult, truth lab.Truth) map[string]int {
	said := map[string]int{}
	for node := range truth.Device {
		said[node] = slices.IndexFunc(r.Devices, func(d heron.Device) bool {
			isNode := func(a fmt.Stringer) bool { return a.String() == node }
			return slices.ContainsFunc(d.MACs, func(m heron.MAC) bool { return isNode(m) }) ||
				len(d.MACs) == 0 && slices.ContainsFunc(d.IPs, func(ip netip.Addr) bool { return isNode(ip) })
		})
	}
	return said
}

// pairs counts those said to be one device, those of them that are, and those
// that are and are not said to be.
func pairs(truth map[string]string, said map[string]int) (together, right, missed int) {
	nodes := slices.Sorted(maps.Keys(truth))
	for i, a := range nodes {
		for _, b := range nodes[:i] {
			one, same := said[a] >= 0 && said[a] == said[b], truth[a] == truth[b]
			switch {
			case one && same:
				right, together = right+1, together+1
			case one:
				together++
			case same:
				missed++
			}
		}
	}
	return together, right, missed
}
