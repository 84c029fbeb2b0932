package bus

import (
	"strings"
	"testing"
)

// FuzzReport feeds what another host might report.
func FuzzReport(f *testing.F) {
	f.Add([]byte(`{"version":"v1","sources":[{"id":"dock-eth0","evidence":{"bytes":1}}],"spool":{"bytes":1}}`))
	f.Add([]byte(`{"scanner":{"allowed":true,"links":["10.1.0.0/24","::/0"],"scans":["a"],"packets_per_second":-1}}`))
	f.Add([]byte(`{"sources":[` + strings.Repeat("{},", 300) + `{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := decodeReport(data)
		if err == nil && len(h.Sources) > maxSources {
			t.Fatalf("%d sources", len(h.Sources))
		}
	})
}

// FuzzName takes names apart that were put into subjects.
func FuzzName(f *testing.F) {
	f.Add("dock 7/ö")
	f.Add("=")
	f.Fuzz(func(t *testing.T, name string) {
		if back, ok := untoken(token(name)); name != "" && (!ok || back != name) {
			t.Fatalf("%q comes back as %q", name, back)
		}
		if back, ok := untoken(name); ok && token(back) != name {
			t.Fatalf("%q is read as %q", name, back)
		}
	})
}
