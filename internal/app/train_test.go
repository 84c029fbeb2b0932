package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
		m, r, err := Train(context.Background(), TrainOptions{Manifest: manifest, Folds: 3})
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

func TestTrainSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, _, err := Train(context.Background(), TrainOptions{Manifest: filepath.Join(t.TempDir(), "none.csv"), Folds: 3})
	if heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("error is %v", err)
	}
	path := filepath.Join(t.TempDir(), "gone.csv")
	if err := os.WriteFile(path, []byte("path,label_type,mac_of_device,label\nnone.pcap,camera,02:00:00:00:00:01,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Train(context.Background(), TrainOptions{Manifest: path, Folds: 3}); err == nil || !strings.Contains(err.Error(), "none.pcap") {
		t.Errorf("error is %v", err)
	}
}
