package lldp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron/internal/proto/lldp"
	"github.com/heron-iot/heron/internal/wire"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	want := []lldp.TLV{
		lldp.Sub(lldp.ChassisID, lldp.ChassisMAC, "\x02\x00\x00\x00\x00\x05"),
		lldp.Text(lldp.SystemName, "switch"), lldp.Own(lldp.OrgTIA, lldp.MEDModel, "S-8"),
	}
	r := wire.NewReader(lldp.Append(nil, want...))
	var got []lldp.TLV
	for tlv, ok := lldp.Next(&r); ok; tlv, ok = lldp.Next(&r) {
		got = append(got, tlv)
	}
	if diff := cmp.Diff(want, got); diff != "" || r.Err() != nil {
		t.Errorf("%v\n%s", r.Err(), diff)
	}
}

// FuzzNext checks that a list that can be read is written as it was.
func FuzzNext(f *testing.F) {
	f.Add(lldp.Append(nil, lldp.Text(lldp.SystemName, "switch")))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		var list []lldp.TLV
		for tlv, ok := lldp.Next(&r); ok; tlv, ok = lldp.Next(&r) {
			list = append(list, tlv)
		}
		if r.Err() != nil || len(list) == 0 {
			return
		}
		again := lldp.Append(nil, list...)
		if n := len(again) - 2; n > len(in) || string(again[:n]) != string(in[:n]) {
			t.Fatalf("%x was written as %x", in, again)
		}
	})
}
