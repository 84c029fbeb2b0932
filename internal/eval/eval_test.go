package eval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/eval"
)

var errDamage = errors.New("damage")

// script is a capture that a test made up: frames, of which a nil one is damage.
type script struct {
	times  []heron.Time
	frames [][]byte
	closed *int
}

func (s *script) Next(p *heron.Packet) error {
	if len(s.frames) == 0 {
		return io.EOF
	}
	at, frame := s.times[0], s.frames[0]
	s.times, s.frames = s.times[1:], s.frames[1:]
	if frame == nil {
		return errDamage
	}
	*p = heron.Packet{Time: at, Data: frame, OrigLen: len(frame), Link: heron.LinkEthernet}
	return nil
}

func (s *script) Close() error {
	*s.closed++
	return nil
}

// frame is one from a MAC and an address, with facts in the form key=value.
func frame(mac heron.MAC, ip string, facts ...string) []byte {
	b := append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, mac[:]...)
	b = append(b, 8, 0)
	b = append(b, netip.MustParseAddr(ip).AsSlice()...)
	return append(b, strings.Join(facts, "\n")...)
}

// laboratory reads scripts: a frame is an observation of its sender for each of
// its facts, and the device is what its facts say, the last of each.
type laboratory struct {
	files          map[string]func() *script
	opened, closed int
	read           [][]byte
	unlearned      [][]string // makers, in the order in which they were asked for
}

func (l *laboratory) Open(path string) (eval.Source, error) {
	open, ok := l.files[filepath.Base(path)]
	if !ok {
		return nil, heron.Errorf(heron.CodeNotFound, "no %s", filepath.Base(path))
	}
	l.opened++
	s := open()
	s.closed = &l.closed
	return s, nil
}

func (l *laboratory) Read(_ context.Context, src eval.Source) (*eval.Sight, error) {
	out := &eval.Sight{Observations: map[string][]heron.Observation{}}
	var p heron.Packet
	at := map[string]int{}
	for {
		switch err := src.Next(&p); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			continue
		}
		l.read = append(l.read, bytes.Clone(p.Data))
		mac, ip := heron.MAC(p.Data[6:12]), netip.AddrFrom4([4]byte(p.Data[14:18]))
		id := mac.String()
		if _, known := at[id]; !known {
			at[id] = len(out.Devices)
			out.Devices = append(out.Devices, heron.Device{ID: id, MACs: []heron.MAC{mac}, IPs: []netip.Addr{ip}, Local: true})
		}
		for fact := range strings.SplitSeq(string(p.Data[18:]), "\n") {
			key, value, _ := strings.Cut(fact, "=")
			source, _, _ := strings.Cut(key, ".")
			out.Observations[id] = append(out.Observations[id], heron.Observation{
				Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: mac, IP: ip}}, Key: key, Value: value, Source: source, First: p.Time,
			})
		}
	}
}

func (l *laboratory) Identify(k *eval.Known) heron.Identification {
	obs := k.Observations
	id := heron.Identity{Type: heron.Claim{Value: heron.Unknown}}
	for i := range obs {
		if !obs[i].MAC.IsZero() && !obs[i].MAC.IsLocal() {
			id.Vendor = &heron.Claim{Value: "Maker", Confidence: 0.95}
		}
		switch obs[i].Key {
		case "mdns.type", "http.type":
			id.Type = heron.Claim{Value: obs[i].Value, Confidence: 0.75}
		case "http.model":
			id.Model = &heron.Claim{Value: obs[i].Value, Confidence: 0.55}
		}
	}
	return heron.Identification{Identity: id}
}

// forgetful is a laboratory that knows no types.
type forgetful struct{ *laboratory }

func (l forgetful) Identify(k *eval.Known) heron.Identification {
	out := l.laboratory.Identify(k)
	out.Identity.Type = heron.Claim{Value: heron.Unknown}
	return out
}

func (l *laboratory) Unlearned(makers []string) (eval.Reader, error) {
	l.unlearned = append(l.unlearned, makers)
	if slices.Contains(makers, "Nobody") {
		return nil, heron.Errorf(heron.CodeInvalid, "no such maker")
	}
	if slices.Contains(makers, "Maker") {
		return forgetful{l}, nil
	}
	return l, nil
}

func (l *laboratory) Reads(key, _ string) bool { return strings.Contains(key, ".") }

var macA, macB = heron.MAC{0, 0x17, 0x88, 1, 2, 3}, heron.MAC{0, 0x17, 0x88, 1, 2, 4}

// twoDevices is a laboratory with a camera and a thing that says it is a lamp,
// both at the same address, and their manifest.
func twoDevices(t *testing.T) (*laboratory, *eval.Manifest) {
	t.Helper()
	const start = heron.Time(1_700_000_000) * heron.Second
	l := &laboratory{files: map[string]func() *script{
		"camera.pcap": func() *script {
			return &script{
				times: []heron.Time{start, start + heron.Second, start + 3*heron.Second, start + 9*heron.Second},
				frames: [][]byte{
					frame(macA, "10.0.0.5", "link"), nil, frame(macA, "10.0.0.5", "mdns.type=ip_camera"), frame(macA, "10.0.0.5", "http.model=Eye X100"),
				},
			}
		},
		"plug.pcap": func() *script {
			return &script{
				times:  []heron.Time{5 * heron.Second, 6 * heron.Second},
				frames: [][]byte{frame(macB, "10.0.0.5", "http.type=lamp"), frame(macB, "10.0.0.5", "link")},
			}
		},
	}}
	return l, load(t, "path,label_vendor,label_model,label_type,mac_of_device,label\n"+
		"camera.pcap,Maker,X100 (white),camera,"+macA.String()+",camera\n"+
		"plug.pcap,Other,,smart_plug,"+macB.String()+",plug\n"+
		"gone.pcap,Other,,smart_plug,"+macB.String()+",plug\n")
}

func load(t *testing.T, manifest string) *eval.Manifest {
	t.Helper()
	path := filepath.Join(t.TempDir(), "manifest.csv")
	if err := os.WriteFile(path, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := eval.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func run(t *testing.T, l *laboratory, m *eval.Manifest, o eval.Options) *eval.Report {
	t.Helper()
	r, err := eval.Fingerprint(t.Context(), l, m, o)
	if err != nil {
		t.Fatal(err)
	}
	if l.opened != l.closed {
		t.Errorf("%d captures were opened and %d closed", l.opened, l.closed)
	}
	return r
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	l, m := twoDevices(t)
	r := run(t, l, m, eval.Options{})
	if r.Captures != 3 || r.Labels != 2 || r.Found != 2 || len(r.Failed) != 1 || r.Failed[0] != (eval.Failure{Path: "gone.pcap", Why: "no gone.pcap"}) {
		t.Errorf("counted %d captures, %d labels, %d found, failed %v", r.Captures, r.Labels, r.Found, r.Failed)
	}
	typ, vendor, model := r.Levels[0], r.Levels[1], r.Levels[2]
	for _, x := range []struct {
		name      string
		got, want any
	}{
		{"type, macro", typ.Macro, eval.Score{Right: 0.5, Wrong: 0.25, Abstained: 0.25}},
		{"type, micro", typ.Micro, eval.Score{Right: 0.333333, Wrong: 0.333333, Abstained: 0.333333}},
		{"type, calibration", typ.CalibrationError, 0.25},
		{"type, bin", typ.Bins[7], eval.Bin{From: 0.7, To: 0.8, Answers: 2, Confidence: 0.75, Accuracy: 0.5}},
		{"type, confusion", typ.Confusion, []eval.Cell{
			{Want: "camera", Said: "ip_camera", Count: 1, Verdict: eval.Right},
			{Want: "smart_plug", Count: 1, Verdict: eval.Abstained},
			{Want: "smart_plug", Said: "lamp", Count: 1, Verdict: eval.Wrong},
		}},
		{"type, speed", typ.Speed, eval.Speed{Answers: 1, Seconds: eval.Quantiles{Median: 3, P90: 3, Max: 3}, Packets: eval.Quantiles{Median: 2, P90: 2, Max: 2}}},
		{"vendor, macro", vendor.Macro, eval.Score{Right: 0.5, Wrong: 0.25, Abstained: 0.25}},
		{"vendor, speed", vendor.Speed.Packets, eval.Quantiles{Median: 1, P90: 1, Max: 1}},
		{"model, labels", model.Labels, 1},
		{"model, macro", model.Macro, eval.Score{Right: 1}},
		{"model, seconds", model.Speed.Seconds.Max, 9.0},
	} {
		if d := cmp.Diff(x.want, x.got); d != "" {
			t.Errorf("%s:\n%s", x.name, d)
		}
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	l, m := twoDevices(t)
	r := run(t, l, m, eval.Options{})
	worth := map[string]eval.Ablation{}
	var order []string
	for _, a := range r.Evidence {
		worth[a.Group] = a
		order = append(order, a.Group)
	}
	if d := cmp.Diff([]string{"http", "mdns", "oui", "discovery", "encrypted-only", "names"}, order); d != "" {
		t.Errorf("groups:\n%s", d)
	}
	for _, x := range []struct {
		group          string
		captures       int
		without, alone [3]float64 // right
	}{
		{"http", 2, [3]float64{0.5, 0.5, 0}, [3]float64{0, 0, 1}},
		{"mdns", 1, [3]float64{0, 0.5, 1}, [3]float64{0.5, 0, 0}},
		{"oui", 2, [3]float64{0.5, 0, 1}, [3]float64{0, 0.5, 0}},
	} {
		got := worth[x.group]
		if got.Captures != x.captures {
			t.Errorf("%s was shown in %d captures, want %d", x.group, got.Captures, x.captures)
		}
		for level := range 3 {
			if got.Without[level].Right != x.without[level] || got.Alone[level].Right != x.alone[level] {
				t.Errorf("%s, level %d: %v without and %v alone, want %v and %v", x.group, level, got.Without[level], got.Alone[level], x.without[level], x.alone[level])
			}
		}
	}
	for _, without := range [][]string{{"mdns"}, {"discovery"}, {"encrypted-only"}} {
		if r := run(t, l, m, eval.Options{Without: without}); r.Levels[0].Macro.Right != 0 {
			t.Errorf("without %v the camera is still one", without)
		}
	}
	if _, err := eval.Fingerprint(t.Context(), l, m, eval.Options{Without: []string{"mdns.type"}}); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("evidence that is no group: %v", err)
	}
}

func TestUnseenMaker(t *testing.T) {
	t.Parallel()
	for _, merged := range []bool{false, true} {
		l, m := twoDevices(t)
		r := run(t, l, m, eval.Options{UnseenMaker: true, Merged: merged})
		if !slices.Contains(r.Variants, "unseen-maker") {
			t.Errorf("the report tells of %q", r.Variants)
		}
		said := map[string]string{}
		for _, c := range r.ByCapture {
			said[c.Path] = c.Answers[0].Said
		}
		if said["camera.pcap"] != "" || said["plug.pcap"] != "lamp" {
			t.Errorf("merged %v: a camera of a maker that nobody knows is a %q, a plug of another a %q", merged, said["camera.pcap"], said["plug.pcap"])
		}
		if d := cmp.Diff([][]string{{"Maker"}, {"Other"}}, l.unlearned); d != "" {
			t.Errorf("unlearned:\n%s", d)
		}
	}
	l, _ := twoDevices(t)
	m := load(t, "path,label_vendor,mac_of_device\ncamera.pcap,Nobody,"+macA.String()+"\n")
	for _, merged := range []bool{false, true} {
		if _, err := eval.Fingerprint(t.Context(), l, m, eval.Options{UnseenMaker: true, Merged: merged}); heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("a maker that cannot be unlearned: %v", err)
		}
	}
}

func TestRandomMAC(t *testing.T) {
	t.Parallel()
	l, m := twoDevices(t)
	r := run(t, l, m, eval.Options{RandomMAC: true})
	if r.Found != 2 || r.Levels[0].Macro.Right != 0.5 || r.Levels[1].Macro.Right != 0 {
		t.Errorf("found %d, type %+v, vendor %+v", r.Found, r.Levels[0].Macro, r.Levels[1].Macro)
	}
	for _, b := range l.read {
		if bytes.Contains(b, macA[:]) || bytes.Contains(b, macB[:]) {
			t.Errorf("a frame still has its address: %x", b)
		}
		if mac := heron.MAC(b[6:12]); !mac.IsLocal() || !mac.IsUnicast() {
			t.Errorf("%s is not locally administered", mac)
		}
	}
}

func TestMerged(t *testing.T) {
	t.Parallel()
	l, m := twoDevices(t)
	apart := run(t, l, m, eval.Options{})
	l.read = nil
	r := run(t, l, m, eval.Options{Merged: true})
	if r.Captures != 2 || r.Found != 2 || len(r.Failed) != 0 {
		t.Errorf("%d captures, %d found, failed %v", r.Captures, r.Found, r.Failed)
	}
	if d := cmp.Diff(apart.ByCapture[:2], r.ByCapture); d != "" {
		t.Errorf("merged, something else is said:\n%s", d)
	}
	var got []string
	for _, b := range l.read[5:] { // those before were read apart
		got = append(got, fmt.Sprintf("%x %s", b[11], netip.AddrFrom4([4]byte(b[14:18]))))
	}
	if d := cmp.Diff([]string{"3 10.0.0.5", "4 10.0.0.6", "4 10.0.0.6", "3 10.0.0.5", "3 10.0.0.5"}, got); d != "" {
		t.Errorf("the frames of the network:\n%s", d)
	}
}

func TestTheSameManifestGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	var first []byte
	for range 3 {
		l, m := twoDevices(t)
		r := run(t, l, m, eval.Options{})
		doc, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := r.WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		now := append(doc, page.Bytes()...)
		if first == nil {
			first = now
		}
		if !bytes.Equal(first, now) {
			t.Fatal("two evaluations of one manifest differ")
		}
	}
}

func TestLoadTellsAllFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, x := range map[string]struct {
		text string
		want []string
	}{
		"empty": {"path\n", []string{"want a line of column names"}},
		"rows": {
			"path,label_type,mac_of_device\n,camera,00:17:88:01:02:03\na.pcap,camera,\nb.pcap,camera,00:17\n",
			[]string{"row 1: no path", "row 2: neither mac_of_device nor ip_of_device", "row 3: mac_of_device"},
		},
		"ragged": {"path,label_type\na\n", []string{"wrong number of fields"}},
	} {
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte(x.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := eval.Load(path)
		if heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range x.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want it to say %q", name, err, want)
			}
		}
	}
	if _, err := eval.Load(filepath.Join(dir, "none.csv")); heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "vendor_alias.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "good.csv")
	if err := os.WriteFile(path, []byte("path,label_type,ip_of_device\na.pcap,camera,10.0.0.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := eval.Load(path); heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), "vendor_alias.json") {
		t.Errorf("aliases that are none: %v", err)
	}
}
