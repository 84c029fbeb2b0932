package snmp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/snmp"
)

func TestReadObject(t *testing.T) {
	t.Parallel()
	oid := snmp.ParseOID("1.3.6.1.4.1.11.2.3.9.1")
	b := snmp.Object(snmp.ParseOID("1.3.6.1.2.1.1.2.0"), oid)
	if got, ok := snmp.ReadObject(b.Value); !ok || got.Compare(oid) != 0 {
		t.Errorf("got %s, %t", got, ok)
	}
	for _, bad := range []string{"", "\x2b\x86"} {
		if got, ok := snmp.ReadObject([]byte(bad)); ok {
			t.Errorf("%q was read as %s", bad, got)
		}
	}
}
