package app

import (
	"fmt"
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
	lock := heron.Correction{Field: "vendor", Ruling: heron.RulingLock, Value: "Acme", Reason: "its label says so"}
	if _, err := c.CorrectDevice(t.Context(), cams[0].ID, lock); err != nil {
		t.Fatal(err)
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
	if j := f.Judged[9]; j.Answers != 1 || j.Right != 1 || j.Confidence < 0.9 || f.CalibrationError != 1-j.Confidence {
		t.Errorf("of types, one was confirmed: %+v, calibration error %v", j, f.CalibrationError)
	}
	if v := q.Fields[1]; v.Judged[9].Answers != 1 || v.Judged[9].Right != 0 || v.CalibrationError < 0.9 {
		t.Errorf("of vendors, one was another by people's word: %+v", v)
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

func TestTheClosestContestsAreKept(t *testing.T) {
	t.Parallel()
	q := newQuality(0)
	for i := range 2 * heron.MaxContests {
		or := 0.2 + float64(i%heron.MaxContests)/100
		d := heron.Device{ID: fmt.Sprint(i), Identity: heron.Identity{Type: heron.Claim{Value: "camera", Confidence: 0.5}}}
		d.RunnerUp.Type = &heron.Claim{Value: "nvr", Confidence: or}
		countIdentity(q, &d)
	}
	if n := q.Fields[0].Contested; n != 2*heron.MaxContests || len(q.Contests) != heron.MaxContests {
		t.Fatalf("%d contests, %d kept", n, len(q.Contests))
	}
	if first, last := q.Contests[0], q.Contests[heron.MaxContests-1]; first.Or.Confidence != 0.44 || last.Or.Confidence < 0.31 || first.Says.Value != "camera" {
		t.Errorf("the closest is %+v, the last %+v", first, last)
	}
	unknown := heron.Device{ID: "x", Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}}
	unknown.RunnerUp.Type = &heron.Claim{Value: "nvr", Confidence: 0.35}
	countIdentity(q, &unknown)
	if q.Contests[0].Device != "x" || q.Contests[0].Says.Value != heron.Unknown {
		t.Errorf("what nobody is sure of is not the closest: %+v", q.Contests[0])
	}
}
