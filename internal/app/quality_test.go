package app

import (
	"testing"

	"github.com/heron-iot/heron"
)

func TestQualityCountsWhatIsKnown(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Config: testConfig(t.TempDir())})
	c := r.login(t, r.password)
	upload(t, c, "plant.pcap", capturefile(t))
	cams := devices(t, c, "type:camera")
	for _, ruling := range []heron.Ruling{heron.RulingConfirm, heron.RulingReject} {
		said := heron.Correction{Field: "type", Ruling: ruling, Reason: "I saw it"}
		if ruling == heron.RulingReject {
			said.Value = "printer"
		}
		if _, err := c.CorrectDevice(t.Context(), cams[0].ID, said); err != nil {
			t.Fatal(err)
		}
	}
	q, err := c.IdentityQuality(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	all := devices(t, c, "local:true")
	for i := range all {
		if all[i].Identity.Type.Value != heron.Unknown {
			known++
		}
	}
	f := q.Fields[0]
	sum := 0
	for _, n := range f.Tenths {
		sum += n
	}
	if q.Devices != len(all) || f.Field != "type" || f.Known != known || sum != known || f.Tenths[9] == 0 || f.Confirmed != 1 || f.Rejected != 1 || f.Locked != 0 {
		t.Errorf("%d devices, %d of known type: %+v", len(all), known, q)
	}
	if again, err := c.IdentityQuality(t.Context()); err != nil || again.Time != q.Time {
		t.Errorf("counted again at once: %v, %v", again, err)
	}
}

func TestATrialSaysWhatMatchesAndWhatNearlyDoes(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Config: testConfig(t.TempDir())})
	c := r.login(t, r.password)
	x, err := c.TryIdentify(t.Context(), []heron.Observation{{Key: "import.type", Value: "plc"}, {Key: "colour", Value: "red"}})
	if err != nil {
		t.Fatal(err)
	}
	if x.Identity.Type.Value != "plc" || len(x.Signatures) == 0 || !x.Signatures[0].Matched || len(x.Signatures[0].Conditions) == 0 {
		t.Errorf("%+v", x)
	}
}
