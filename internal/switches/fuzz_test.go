package switches

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/wire"
)

// Rows are named and filled by strangers.
func FuzzRows(f *testing.F) {
	f.Add([]byte{1, 1, 4, 10, 0, 0, 1}, []byte{0, 17, 34, 0, 0, 1})
	f.Add([]byte{20, 0, 17, 34, 0, 0, 1}, []byte{7})
	f.Fuzz(func(t *testing.T, name, value []byte) {
		index := make(snmp.OID, len(name))
		for i, b := range name {
			index[i] = uint32(b) << (b % 3)
		}
		if h, ok := physicalHost(index); ok && !h.IP.IsValid() {
			t.Errorf("%v names no address", index)
		}
		if h, ok := mediaHost(index); ok && !h.IP.Is4() {
			t.Errorf("%v names %v", index, h.IP)
		}
		r := reader{tables: &Tables{Own: nil}, ifByPort: map[int]int{7: 7}}
		if len(index) == 6 || len(index) == 7 {
			r.station(index, entry{port: 7, status: fdbLearned}, nil)
		}
		for _, tag := range []int{snmp.TagString, snmp.TagInteger} {
			b := snmp.Binding{Tag: tag, Value: value}
			if s := text(b); len(s) > 2*maxText || s != "" && !wire.Printable([]byte(s)) {
				t.Errorf("%q is told as %q", value, s)
			}
			number(b)
		}
		for _, s := range r.tables.Stations {
			if s.MAC.IsZero() || s.MAC.IsMulticast() {
				t.Errorf("a station is %v", s.MAC)
			}
		}
	})
}
