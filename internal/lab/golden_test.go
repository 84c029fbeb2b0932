package lab_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/lab"
)

// TestGolden pins the stream: a change of it shows here, and is meant. Write it
// anew with GOLDEN=update.
func TestGolden(t *testing.T) {
	t.Parallel()
	c := lab.StreamConfig{Seed: 1, Duration: 10 * time.Minute, Attacks: attackNames()}
	s, err := lab.Stream(c)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	var p heron.Packet
	for range 40 {
		if err := s.Next(&p); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s %x > %x %x %d\n", p.Time, p.Data[6:12], p.Data[:6], p.Data[12:14], len(p.Data))
	}
	fmt.Fprintf(&got, "sha256 of the first 20000 frames: %s\n", digest(t, c, 20000))
	file := filepath.Join("testdata", "stream.golden")
	if os.Getenv("GOLDEN") == "update" {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("the stream changed; if that is meant, GOLDEN=update go test ./internal/lab\n%s", d)
	}
}
