package lab_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/testneeds"
)

func attackNames() []string {
	var names []string
	for _, a := range lab.Attacks() {
		names = append(names, a.Name)
	}
	return names
}

// digest is the hash of the first n frames of a stream, with their times.
func digest(t *testing.T, c lab.StreamConfig, n int) string {
	t.Helper()
	s, err := lab.Stream(c)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	var p heron.Packet
	for range n {
		if err := s.Next(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		h.Write([]byte(p.Time.String()))
		h.Write(p.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestStream(t *testing.T) {
	t.Parallel()
	c := lab.StreamConfig{Seed: 1, Duration: 10 * time.Minute, Attacks: attackNames()}

	t.Run("is the same each time", func(t *testing.T) {
		t.Parallel()
		if a, b := digest(t, c, 20000), digest(t, c, 20000); a != b {
			t.Errorf("got %s, then %s", a, b)
		}
	})
	t.Run("differs by seed", func(t *testing.T) {
		t.Parallel()
		other := c
		other.Seed = 2
		if digest(t, c, 2000) == digest(t, other, 2000) {
			t.Error("two seeds gave the same frames")
		}
	})
	t.Run("is in order of time and ends", func(t *testing.T) {
		t.Parallel()
		s, err := lab.Stream(c)
		if err != nil {
			t.Fatal(err)
		}
		var p heron.Packet
		var last, first heron.Time
		for {
			err := s.Next(&p)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if first == 0 {
				first = p.Time
			}
			if p.Time < last {
				t.Fatalf("%s comes after %s", p.Time, last)
			}
			last = p.Time
		}
		if got := last.Sub(first); got < 9*time.Minute || got > 10*time.Minute {
			t.Errorf("played for %s, want about 10 m", got)
		}
		if n := s.Stats().Packets; n < 10000 {
			t.Errorf("got %d packets", n)
		}
	})
}

func TestStreamRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]lab.StreamConfig{
		"unknown attack":  {Attacks: []string{"no-such"}},
		"too many":        {Devices: 1 << 20},
		"negative number": {Devices: -1},
		"too strange":     {Strangers: 50},
		"minus strangers": {Strangers: -1},
	} {
		if _, err := lab.Stream(c); heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("%s: got %v, want an invalid error", name, err)
		}
	}
	if err := lab.WriteCapture(io.Discard, lab.StreamConfig{Loop: true}); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("endless capture: got %v", err)
	}
}

// TestCaptureIsWellFormed asks a decoder that is not ours.
func TestCaptureIsWellFormed(t *testing.T) {
	t.Parallel()
	tshark := testneeds.Program(t, "tshark", "tshark")
	file := filepath.Join(t.TempDir(), "lab.pcap")
	var b bytes.Buffer
	c := lab.StreamConfig{Seed: 7, Duration: 6 * time.Minute, AttackAfter: time.Minute, Attacks: attackNames()}
	if err := lab.WriteCapture(&b, c); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("HERON_LAB_CAPTURE"); keep != "" {
		_ = os.WriteFile(keep, b.Bytes(), 0o644)
	}
	out, err := exec.CommandContext(t.Context(), tshark, "-n", "-r", file,
		"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
		"-Y", "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || tcp.analysis.lost_segment || tcp.analysis.retransmission || tcp.analysis.out_of_order",
	).Output()
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); lines[0] != "" {
		t.Errorf("%d frames are wrong:\n%s", len(lines), strings.Join(lines[:min(len(lines), 20)], "\n"))
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	var types []string
	seen := map[string]bool{}
	for _, m := range lab.Models() {
		if seen[m.Name] {
			t.Errorf("two models are called %s", m.Name)
		}
		seen[m.Name] = true
		if _, ok := heron.TypeOf(m.Type); !ok {
			t.Errorf("%s: no device type %q", m.Name, m.Type)
		}
		if !slices.Contains(types, m.Type) {
			types = append(types, m.Type)
		}
	}
	if len(seen) < 25 || len(types) < 15 {
		t.Errorf("got %d models of %d types, want 25 of 15", len(seen), len(types))
	}
	t.Logf("%d models of %d types", len(seen), len(types))
}
