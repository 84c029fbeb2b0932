package app

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/eval"
	"github.com/heron-iot/heron/internal/lab"
)

// labelled writes a capture of each device of the lab that says anything in some
// minutes, what it sent and was sent, and a manifest of them. Devices of another
// seed have other MAC addresses, and the same IP addresses.
func labelled(t *testing.T, seeds ...uint64) string {
	t.Helper()
	dir := t.TempDir()
	rows := [][]string{{"path", "label_vendor", "label_model", "label_type", "mac_of_device", "dataset", "label"}}
	for _, seed := range seeds {
		s, err := lab.Stream(lab.StreamConfig{Seed: seed, Duration: 6 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		file := func(h *lab.Host) string { return fmt.Sprintf("%d-%s.pcap", seed, h.Name) }
		write, heard := map[heron.MAC]func(*heron.Packet){}, map[heron.MAC]bool{}
		for _, h := range s.Site().Hosts {
			write[h.MAC] = writer(t, filepath.Join(dir, file(h)))
		}
		var p heron.Packet
		for {
			if err := s.Next(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			for _, end := range []heron.MAC{heron.MAC(p.Data[:6]), heron.MAC(p.Data[6:12])} {
				if w := write[end]; w != nil {
					w(&p)
				}
			}
			heard[heron.MAC(p.Data[6:12])] = true
		}
		for _, h := range s.Site().Hosts {
			if m := h.Model; heard[h.MAC] {
				rows = append(rows, []string{file(h), m.Vendor, m.Product, m.Type, h.MAC.String(), fmt.Sprint("site ", seed), m.Name})
			}
		}
	}
	path := filepath.Join(dir, "manifest.csv")
	aliases := `{"HP": ["Hewlett Packard"], "Google": ["Nest"], "Schweitzer Engineering Laboratories": ["SEL"], "Espressif": ["Sonoff"]}`
	if err := os.WriteFile(filepath.Join(dir, "vendor_alias.json"), []byte(aliases), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(csv.NewWriter(f).WriteAll(rows), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// writer begins a capture file, which the end of the test closes.
func writer(t *testing.T, path string) func(*heron.Packet) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	b := bufio.NewWriter(f)
	w, err := capture.NewWriter(b, heron.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return func(p *heron.Packet) {
		if err := errors.Join(w.Write(p.Time, p.Data), b.Flush()); err != nil {
			t.Fatal(err)
		}
	}
}

// evaluate runs an evaluation that must work.
func evaluate(t *testing.T, manifest string, o eval.Options) *eval.Report {
	t.Helper()
	r, err := EvalFingerprint(t.Context(), EvalOptions{Manifest: manifest, Options: o})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Failed) > 0 || r.Found != r.Captures {
		t.Errorf("%d of %d devices were found; failed: %v", r.Found, r.Captures, r.Failed)
	}
	for _, l := range r.Levels {
		t.Logf("%v %v %s: %+v, calibration error %.3f, speed %+v", r.Variants, r.Without, l.Name, l.Macro, l.CalibrationError, l.Speed)
	}
	return r
}

// TestRecognitionOfTheLab holds a floor under what is said of the lab's devices.
// Whoever makes it better may raise it.
func TestRecognitionOfTheLab(t *testing.T) {
	t.Parallel()
	manifest := labelled(t, 1)
	plain := evaluate(t, manifest, eval.Options{})
	for i, floor := range []eval.Score{{Right: 0.98, Wrong: 0.02}, {Right: 0.95, Wrong: 0.04}, {Right: 0.57, Wrong: 0.06}} {
		l := plain.Levels[i]
		if l.Macro.Right < floor.Right || l.Macro.Wrong > floor.Wrong || l.Labels < 85 {
			t.Errorf("%s of %d labels: %+v; want at least %.2f right and at most %.2f wrong", l.Name, l.Labels, l.Macro, floor.Right, floor.Wrong)
		}
	}
	hidden := evaluate(t, manifest, eval.Options{RandomMAC: true})
	if was, is := plain.Levels[1].Macro.Right, hidden.Levels[1].Macro.Right; is >= was || is < was/2 {
		t.Errorf("with addresses that no registry knows %.2f of the vendors are right, and %.2f with their own", is, was)
	}
	if d := cmp.Diff(plain.Levels[2].Macro, hidden.Levels[2].Macro); d != "" {
		t.Errorf("the address says nothing of the model:\n%s", d)
	}
}

// TestRecognitionOfUnseenMakers holds a floor under what is said of the lab's
// devices by a pack that knows nothing of their makers.
func TestRecognitionOfUnseenMakers(t *testing.T) {
	t.Parallel()
	r := evaluate(t, labelled(t, 1), eval.Options{UnseenMaker: true})
	for i, floor := range []eval.Score{{Right: 0.45, Wrong: 0.14}, {Right: 0.84, Wrong: 0.1}, {Right: 0.2, Wrong: 0.02}} {
		if l := r.Levels[i]; l.Macro.Right < floor.Right || l.Macro.Wrong > floor.Wrong {
			t.Errorf("%s: %+v; want at least %.2f right and at most %.2f wrong", l.Name, l.Macro, floor.Right, floor.Wrong)
		}
	}
}

// TestMergedCapturesAreOneNetwork reads two sites, with the same IP addresses, as
// one network: no device may be mistaken for another.
func TestMergedCapturesAreOneNetwork(t *testing.T) {
	t.Parallel()
	manifest := labelled(t, 1, 2)
	apart, merged := evaluate(t, manifest, eval.Options{}), evaluate(t, manifest, eval.Options{Merged: true})
	for i, l := range merged.Levels {
		if was := apart.Levels[i].Macro; l.Macro.Right < was.Right-0.06 || l.Macro.Wrong > was.Wrong+0.06 {
			t.Errorf("%s: %+v merged, %+v apart", l.Name, l.Macro, was)
		}
	}
}

// TestEvaluationSaysWhatReadSays compares the answers that an evaluation counts
// with those that reading the capture gives.
func TestEvaluationSaysWhatReadSays(t *testing.T) {
	t.Parallel()
	manifest := labelled(t, 3)
	said := map[string][]eval.Answer{}
	for _, c := range evaluate(t, manifest, eval.Options{}).ByCapture {
		said[c.Path] = c.Answers
	}
	m, err := eval.Load(manifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range m.Captures[:20] {
		r, err := Read(t.Context(), ReadOptions{Files: []string{filepath.Join(filepath.Dir(manifest), c.Path)}})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(r.Devices, func(d heron.Device) bool { return slices.Contains(d.MACs, c.MAC) })
		id := r.Devices[i].Identity
		for level, claim := range []*heron.Claim{&id.Type, id.Vendor, id.Model} {
			want := ""
			if claim != nil && claim.Value != heron.Unknown {
				want = claim.Value
			}
			if got := said[c.Path][level]; got.Said != want {
				t.Errorf("%s, level %d: counted as %q, read as %q", c.Path, level, got.Said, want)
			}
		}
	}
}
