package nbns_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/nbns"
)

func TestNames(t *testing.T) {
	t.Parallel()
	// The example of RFC 1001 §14.1.
	if got, want := nbns.EncodeName("FRED", 0x20), "EGFCEFEECACACACACACACACACACACACA"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, c := range []struct {
		in, want string
		suffix   int
		ok       bool
	}{
		{nbns.EncodeName("NAS", 0x20), "NAS", 0x20, true},
		{nbns.EncodeName("NAS", 0) + ".SCOPE.ID", "NAS", 0, true},
		{nbns.EncodeName("*", 0), "*", 0, true},
		{"EGFCEFEE", "", 0, false},
		{"egfcefeecacacacacacacacacacacaca", "", 0, false},
	} {
		got, suffix, ok := nbns.DecodeName([]byte(c.in), nil)
		if string(got) != c.want || suffix != c.suffix || ok != c.ok {
			t.Errorf("%s: got %q, %x, %t", c.in, got, suffix, ok)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	want := nbns.Status{MAC: heron.MAC{2, 0, 0, 0, 0, 5}, Names: []nbns.StatusName{
		{Name: "NAS", Suffix: 0x20}, {Name: "WORKGROUP", Suffix: 0, Group: true},
	}}
	var got nbns.Status
	var err error
	got.MAC, err = nbns.ReadStatus(want.Data(), func(name []byte, suffix int, group bool) {
		got.Names = append(got.Names, nbns.StatusName{Name: string(name), Suffix: suffix, Group: group})
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	ip := netip.MustParseAddr("192.0.2.5")
	if group, got := nbns.Owner(nbns.OwnerData(ip)); group || got != ip {
		t.Errorf("got %t, %s", group, got)
	}
}

// FuzzDecodeName checks that a name that can be read is written as it was.
func FuzzDecodeName(f *testing.F) {
	f.Add([]byte(nbns.EncodeName("NAS", 0x20)))
	f.Fuzz(func(t *testing.T, in []byte) {
		text, suffix, ok := nbns.DecodeName(in, nil)
		if !ok || string(text) == "*" {
			return
		}
		again, s, ok := nbns.DecodeName([]byte(nbns.EncodeName(string(text), suffix)), nil)
		if !ok || s != suffix || string(again) != string(text) {
			t.Fatalf("%q<%x> came back as %q<%x>", text, suffix, again, s)
		}
	})
}
