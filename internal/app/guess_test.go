package app

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/eval"
	"github.com/heron-iot/heron/internal/guess"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/lab"
)

// silent is an identifier that has no word of its own: all that is known is what
// the model says.
type silent struct{ *identify.Identifier }

func (silent) Correct([]heron.Observation, []heron.Correction) heron.Identification {
	return heron.Identification{Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}}
}

func (s silent) Weigh(_ []heron.Observation, said []heron.Correction, more []heron.Evidence) heron.Identification {
	return s.Identifier.Weigh(nil, said, more)
}

func newSilent(t *testing.T) silent {
	t.Helper()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	return silent{id}
}

// labCapture is a file of what the lab's devices do in some minutes.
func labCapture(t *testing.T, seed uint64) string {
	t.Helper()
	var b bytes.Buffer
	if err := lab.WriteCapture(&b, lab.StreamConfig{Seed: seed, Duration: 10 * time.Minute}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "lab.pcap")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readSilently(t *testing.T, path string, workers int) []heron.Device {
	t.Helper()
	src, err := capture.Open([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	r, err := readSource(context.Background(), src, newSilent(t), ReadOptions{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return r.Devices
}

// typesOfLab are the types of the lab's devices, by MAC.
func typesOfLab(t *testing.T, seed uint64) map[heron.MAC]string {
	t.Helper()
	s, err := lab.Stream(lab.StreamConfig{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	out := map[heron.MAC]string{}
	for _, h := range s.Site().Hosts {
		out[h.MAC] = h.Model.Type
	}
	return out
}

func TestModelAnswersWhereSignaturesAreSilent(t *testing.T) {
	t.Parallel()
	const seed = 41
	path, types := labCapture(t, seed), typesOfLab(t, seed)
	devices := readSilently(t, path, 1)
	if diff := cmp.Diff(devices, readSilently(t, path, 3), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("the answers depend on the number of workers:\n%s", diff)
	}
	right, wrong := 0, 0
	for i := range devices {
		d := &devices[i]
		kind := d.Identity.Type
		if kind.Value == heron.Unknown {
			continue
		}
		if !slices.ContainsFunc(d.Evidence, func(e heron.Evidence) bool { return e.Source == guess.Source }) {
			t.Errorf("%v is a %s, and the model did not say so", d.MACs, kind.Value)
		}
		for _, m := range d.MACs {
			switch types[m] {
			case "":
			case kind.Value:
				right++
			default:
				wrong++
				t.Logf("a %s is taken for a %s (%.2f)", types[m], kind.Value, kind.Confidence)
			}
		}
	}
	if right < 40 || wrong > right/20 {
		t.Errorf("%d answers are right, %d wrong, of %d devices", right, wrong, len(types))
	}
}

// TestModelKnowsTheLabWhenAllIsEncrypted asks about the lab's devices, of another
// seed than it learned from, by what is left when nothing is in clear.
func TestModelKnowsTheLabWhenAllIsEncrypted(t *testing.T) {
	t.Parallel()
	const seed = 42
	path := labCapture(t, seed)
	var rows []eval.Capture
	for mac, kind := range typesOfLab(t, seed) {
		rows = append(rows, eval.Capture{Path: path, Dataset: "lab", Label: mac.String(), Type: kind, MAC: mac})
	}
	o := TrainOptions{Made: "lab"}
	examples, err := o.learnFrom(context.Background(), &material{file: path, name: path, rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	m, err := guess.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	right, wrong, asked := 0, 0, 0
	for _, e := range examples {
		d := heron.Device{Identity: heron.Identity{Type: heron.Claim{Value: e.Type}}}
		if e.View != guess.Encrypted || d.IsControl() {
			continue
		}
		asked++
		switch said := m.Evidence(&guess.Subject{Observations: e.Observations, Profile: e.Baseline}); {
		case len(said) == 0:
		case said[0].Claim == e.Type:
			right++
		default:
			wrong++
			t.Logf("a %s is taken for a %s", e.Type, said[0].Claim)
		}
	}
	if right < asked*6/10 || wrong > asked/20 {
		t.Errorf("%d of %d are right, %d wrong", right, asked, wrong)
	}
}

// TestGuessesAreToldAndTakenBack follows one device: it is told when its profile
// speaks, with every later change of it, and no more when a signature knows.
func TestGuessesAreToldAndTakenBack(t *testing.T) {
	t.Parallel()
	s := newSurmises(says{"camera"}, newSilent(t))
	d := heron.Device{ID: "d1", Local: true, Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}}
	if !s.ask(&d, nil, &heron.Baseline{}) {
		t.Error("a first guess is no news")
	}
	if s.ask(&d, nil, &heron.Baseline{}) {
		t.Error("the same guess is news")
	}
	if stranger := (heron.Device{ID: "d2", Identity: d.Identity}); s.isUnknown(&d) || !s.isUnknown(&stranger) {
		t.Error("who is guessed at counts as unknown, or who is not does not")
	}
	told := d
	if s.tell(&told); told.Identity.Type.Value != "camera" || told.Evidence[0].Source != guess.Source {
		t.Errorf("told is %+v", told.Identity)
	}
	if forget(&told); told.Identity.Type.Value != heron.Unknown || len(told.Evidence) != 0 {
		t.Errorf("after forgetting, it is %+v", told)
	}
	s.model = says{""}
	if !s.ask(&d, nil, &heron.Baseline{}) {
		t.Error("silence after a guess is no news")
	}
	s.model = says{"camera"}
	s.ask(&d, nil, &heron.Baseline{})
	d.Identity.Type = heron.Claim{Value: "printer", Confidence: 0.9}
	if s.tell(&d); d.Identity.Type.Value != "printer" || len(s.of) != 0 {
		t.Errorf("a guess takes the place of what signatures say: %+v", d.Identity)
	}
}

// says is a model that always says the same.
type says struct{ kind string }

func (s says) Evidence(*guess.Subject) []heron.Evidence {
	if s.kind == "" {
		return nil
	}
	return []heron.Evidence{{Key: "profile.peers", Value: "3", Source: guess.Source, Supports: "type", Claim: s.kind, Weight: 4}}
}

// TestLiveAndReadGuessAlike feeds the lab's batches to an analyzer that reports
// all along, and compares what it told last with what is made of all observations
// and of the profile that was reported last.
func TestLiveAndReadGuessAlike(t *testing.T) {
	t.Parallel()
	model, err := guess.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	a := newAnalyzer(analyzerConfig{site: "site", identify: newSilent(t), guess: model})
	told, reported := map[string]heron.Claim{}, map[string]heron.Baseline{}
	src, err := lab.Stream(lab.StreamConfig{Seed: 43, Duration: 9 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	sensor := &sensor{
		name: "s", log: slog.New(slog.DiscardHandler), conf: pipelineConfig{site: "site", sensor: "s", workers: 2},
		publish: func(_ context.Context, b *heron.Batch) error {
			r := a.apply(b)
			for _, d := range r.Devices {
				told[d.ID] = d.Identity.Type
			}
			for _, p := range r.Baselines {
				reported[p.DeviceID] = p
			}
			return nil
		},
	}
	if err := sensor.Run(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	guesses := 0
	for d := range a.inventory.All() {
		b, ok := reported[d.ID]
		if !isOpen(d) || !ok {
			continue
		}
		now := *d
		a.surmises.ask(&now, a.inventory.Observations(d.ID), &b)
		a.surmises.tell(&now)
		if now.Identity.Type.Value != heron.Unknown {
			guesses++
		}
		if told[d.ID].Value != now.Identity.Type.Value {
			t.Errorf("%v was told as %v and is %v", d.MACs, told[d.ID], now.Identity.Type)
		}
	}
	if guesses < 20 {
		t.Errorf("there are %d guesses", guesses)
	}
}
