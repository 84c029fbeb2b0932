package registry_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/oui"
	"github.com/heron-iot/heron/internal/registry"
)

func TestName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		table        registry.Table
		number, want string
	}{
		{registry.BACnet, "36", "Tridium"},
		{registry.BACnet, "0", ""},
		{registry.Enterprise, "9", "Cisco"},
		{registry.FLAG, "LGZ", "Landis+Gyr"},
		{registry.HART, "26", "Emerson"},
		{registry.HART, "9E", "R. Stahl"},
		{registry.KNX, "8", "Gira"},
		{registry.ODVA, "1", "Rockwell"},
		{registry.ODVA, "65535", ""},
		{registry.PROFINET, "2a", "Siemens"},
		{registry.PROFINET, "", ""},
		{registry.PROFINET, "#", ""},
	} {
		if got := c.table.Name(c.number); got != c.want {
			t.Errorf("table %d: %q is %q, want %q", c.table, c.number, got, c.want)
		}
	}
}

// Names are spelt as the table of vendors has them, so that an answer by number
// and one by address or banner speak of the same vendor.
func TestNumbers_are_spelt_like_vendors(t *testing.T) {
	t.Parallel()
	known := oui.Vendors()
	for table := registry.BACnet; table <= registry.PROFINET; table++ {
		all := table.Numbers()
		if len(all) == 0 {
			t.Errorf("table %d is empty", table)
		}
		for number, name := range all {
			if name == "" || number != strings.ToLower(number) || strings.HasPrefix(number, "0") {
				t.Errorf("table %d: %q %q", table, number, name)
			}
			if v, ok := oui.Canonical(name); ok && v.Name != name {
				if _, listed := known[name]; !listed && oui.Fold(v.Name) == oui.Fold(name) {
					t.Errorf("table %d: %s is spelt %q, and %q in the table of vendors", table, number, name, v.Name)
				}
			}
		}
	}
}
