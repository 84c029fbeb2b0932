package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/guess"
)

// fewRows cuts a manifest to the devices of some models, as of one dataset.
func fewRows(t *testing.T, manifest string, models ...string) string {
	t.Helper()
	f, err := os.Open(manifest)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i, row := range rows {
		kept := i == 0
		for _, m := range models {
			kept = kept || row[len(row)-1] == m
		}
		if i > 0 {
			row[len(row)-2] = "lab"
		}
		if kept {
			_ = w.Write(row)
		}
	}
	w.Flush()
	path := filepath.Join(filepath.Dir(manifest), "few.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTrainLearnsFromAManifest(t *testing.T) {
	t.Parallel()
	manifest := fewRows(t, labelled(t, 1, 2, 3), "hue-bridge", "nest-thermostat", "ecobee-thermostat", "mikrotik-router")
	train := func() (*guess.Model, *guess.Report) {
		m, r, err := Train(context.Background(), TrainOptions{Manifests: []string{manifest}, Folds: 3})
		if err != nil {
			t.Fatal(err)
		}
		return m, r
	}
	m, r := train()
	if r.Products < 3 || r.Captures < 8 {
		t.Errorf("it learned from %d products in %d captures", r.Products, r.Captures)
	}
	if v := r.Views[guess.Whole]; v.Forced < 0.9 {
		t.Errorf("of captures held out, %.2f would be right", v.Forced)
	}
	again, _ := train()
	if !bytes.Equal(m.Encode(), again.Encode()) {
		t.Error("the same captures give another model")
	}
	if _, err := guess.Decode(m.Encode()); err != nil {
		t.Error(err)
	}
}

// TestModelOnRealDevices holds floors under what a model of the labelled captures in
// HERON_DATA knows of captures that it has not seen, and ceilings over what it says of
// products, makers and types that it has not.
func TestModelOnRealDevices(t *testing.T) {
	data := os.Getenv("HERON_DATA")
	if data == "" {
		t.Skip("HERON_DATA names no labelled captures")
	}
	_, r, err := Train(context.Background(), TrainOptions{Manifests: []string{filepath.Join(data, "devices", "manifest.csv")}, Folds: 6})
	if err != nil {
		t.Fatal(err)
	}
	wrong := map[string]float64{}
	for _, s := range r.Views {
		t.Logf("%s, %s held out: %.3f right, %.3f wrong", s.Of, s.HeldOut, s.Right, s.Wrong)
		wrong[s.HeldOut] += s.Wrong / float64(guess.Views)
		if s.Of != guess.Bare.String() && s.HeldOut == "capture" && s.Right < 0.85 {
			t.Errorf("%s: %.3f are right", s.Of, s.Right)
		}
	}
	for held, share := range wrong {
		if share > 0.034 {
			t.Errorf("%s held out: %.3f are wrong in the mean of the views", held, share)
		}
	}
}

func TestTrainSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, _, err := Train(context.Background(), TrainOptions{Manifests: []string{filepath.Join(t.TempDir(), "none.csv")}, Folds: 3})
	if heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("error is %v", err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "bad.csv")
	rows := "path,label_type,mac_of_device,label\nnone.pcap,camera,02:00:00:00:00:01,x\nnoise.pcap,teapot,02:00:00:00:00:02,y\n"
	for name, text := range map[string]string{"bad.csv": rows, "noise.pcap": "no packets"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err = Train(context.Background(), TrainOptions{Manifests: []string{path}, Folds: 3})
	for _, want := range []string{"row 1: there is no file " + filepath.Join(dir, "none.pcap"), `row 2: type "teapot" is not one of heron's device types`} {
		if heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one that says %q", err, want)
		}
	}

	// What a capture does not give is told, and leaves the others.
	rows = strings.ReplaceAll(strings.ReplaceAll(rows, "none.pcap", "noise.pcap"), "teapot", "kettle")
	if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	var missed []string
	_, _, err = Train(context.Background(), TrainOptions{Manifests: []string{path}, Folds: 3, Missed: func(capture, why string) {
		missed = append(missed, filepath.Base(capture)+": "+why)
	}})
	if got := strings.Join(missed, "\n"); heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(got, "noise.pcap: the device of x is not in it\nnoise.pcap: the device of y is not in it") {
		t.Errorf("told %q, and then %v", got, err)
	}
}

// TestALearnedModelIsAskedInPlaceOfOurs, and refused when it is none.
func TestALearnedModelIsAskedInPlaceOfOurs(t *testing.T) {
	t.Parallel()
	ours, err := guess.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	whole := ours.Encode()
	file, plant := filepath.Join(t.TempDir(), "model.bin"), filepath.Join(t.TempDir(), "plant.pcap")
	if err := os.WriteFile(plant, capturefile(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, b := range map[string][]byte{
		"":                              whole,
		"is no model, or a damaged":     whole[:len(whole)/2],
		"is no model, or a damaged one": nil,
		"another version of heron":      bytes.Replace(whole, []byte("/4"), []byte("/9"), 1),
	} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := guess.Load(file)
		if want == "" && err != nil || want != "" && (heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), want)) {
			t.Errorf("want %q, got %v", want, err)
		}
		conf := testConfig(t.TempDir())
		conf.Model = file
		if want != "" && Run(t.Context(), Options{Config: conf}) == nil {
			t.Errorf("a server starts with a model of which it is to be said %q", want)
		}
		if _, err := Read(t.Context(), ReadOptions{Files: []string{plant}, Model: file}); (err == nil) != (want == "") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := guess.Load(file + ".none"); heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("no file: %v", err)
	}
}

// TestKnownDevicesAreLearned: captures that nobody labelled teach what signatures
// are sure of, once, wherever they lie.
func TestKnownDevicesAreLearned(t *testing.T) {
	t.Parallel()
	path := labCapture(t, 7)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"a.pcap", "again.pcap", "no capture.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "damaged.pcap"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	examples, err := Examples(context.Background(), TrainOptions{Known: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	types, captures := map[string]bool{}, map[string]bool{}
	for _, e := range examples {
		types[e.Type], captures[e.Capture] = true, true
	}
	if len(types) < 10 || types[heron.Unknown] || len(captures) != 1 {
		t.Errorf("learned are %d types from %v", len(types), captures)
	}
}

// TestDaysAreReadApart: what a source has after a day comes after the end of the
// first part, whole.
func TestDaysAreReadApart(t *testing.T) {
	t.Parallel()
	const hour = heron.Time(time.Hour)
	p := part{packetSource: &listed{times: []heron.Time{hour, 20 * hour, 26 * hour, 27 * hour, 80 * hour}}}
	var got []string
	for !p.over {
		p.begin()
		n := 0
		var packet heron.Packet
		for p.Next(&packet) == nil {
			n++
			if want := byte(packet.Time / hour); packet.Data[0] != want {
				t.Errorf("the packet of hour %d holds %d", want, packet.Data[0])
			}
		}
		got = append(got, fmt.Sprint(n))
	}
	if s := strings.Join(got, " "); s != "2 2 1" {
		t.Errorf("parts have %s packets", s)
	}
}

// listed is a source of packets at some times, in one buffer.
type listed struct {
	times []heron.Time
	room  [1]byte
}

func (l *listed) Next(p *heron.Packet) error {
	if len(l.times) == 0 {
		return io.EOF
	}
	l.room[0] = byte(l.times[0] / heron.Time(time.Hour))
	*p = heron.Packet{Time: l.times[0], Data: l.room[:]}
	l.times = l.times[1:]
	return nil
}

func (*listed) Close() error { return nil }
