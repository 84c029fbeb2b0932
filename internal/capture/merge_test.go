package capture_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
)

func TestOpenMergesFilesByTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	le := binary.LittleEndian
	a := writeFile(t, dir, "a.pcap", newPcap(le, false, 1).frame(noon+1, 1, []byte("1")).frame(noon+4, 1, []byte("4")).b)
	b := writeFile(t, dir, "b.pcap.gz", gzipped(t, newPcap(le, true, 1).frame(noon+2, 1, []byte("2")).frame(noon+4, 1, []byte("5")).b))
	c := writeFile(t, dir, "c.pcapng", newNG(le).iface(1, 0).enhanced(0, uint64(noon+3), 1, []byte("3")).b)
	for _, paths := range [][]string{{a, b, c}, {c, a, b}, {dir}} {
		frames, damage := readFiles(t, paths...)
		order := ""
		for _, f := range frames {
			order += f.Data
		}
		if order != "12345" || damage != nil {
			t.Errorf("Open(%v): order %s, damage %v, want 12345", paths, order, damage)
		}
	}
}

func TestDamagedFileDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	le := binary.LittleEndian
	good := newPcap(le, false, 1).frame(noon+1, 1, []byte("1")).frame(noon+9, 1, []byte("9")).b
	broken := newPcap(le, false, 1).frame(noon+2, 1, []byte("2")).frame(noon+3, 5, []byte("33333")).b
	writeFile(t, dir, "good.pcap", good)
	writeFile(t, dir, "broken.pcap", broken[:len(broken)-1])
	writeFile(t, dir, "wrong.pcap", []byte("named as one, but none"))
	writeFile(t, dir, "README", []byte("passed over: neither named as a capture nor one"))
	writeFile(t, dir, "nothing.pcap", newPcap(le, false, 1).b)
	src, err := capture.Open([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	frames, damage := readAll(t, src)
	if len(frames) != 3 || len(damage) != 2 {
		t.Errorf("%d frames, damage %v; want 3 frames and 2 faults", len(frames), damage)
	}
	if s := src.Stats(); s.Packets != 3 || s.Bytes != 3 || len(s.Damaged) != 2 {
		t.Errorf("stats %+v", s)
	}
}

// Overlapping files beyond the number that may be open are parked and taken up
// again; nothing is lost, doubled or out of order.
func TestOpenMergesVeryManyFiles(t *testing.T) {
	t.Parallel()
	const files, each = 400, 25
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 1))
	for i := range files {
		sub := filepath.Join(dir, fmt.Sprintf("%02d", i%20))
		if err := os.MkdirAll(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		times := make([]heron.Time, each)
		for j := range times {
			times[j] = noon + heron.Time(r.IntN(1_000_000))
		}
		slices.Sort(times)
		f, g := newPcap(binary.LittleEndian, false, 1), newNG(binary.BigEndian).iface(1, 0)
		for j, at := range times {
			data := fmt.Appendf(nil, "%d/%d", i, j)
			f.frame(at, len(data), data)
			g.iface(1, 0).enhanced(uint32(j), uint64(at), len(data), data)
		}
		b := f.b
		switch i % 4 {
		case 1:
			b = g.b
		case 2:
			b = gzipped(t, f.b)
		case 3:
			b = zstded(t, g.b)
		}
		writeFile(t, sub, fmt.Sprintf("%d.pcap", i), b)
	}
	frames, damage := readFiles(t, dir)
	if len(frames) != files*each || damage != nil {
		t.Fatalf("%d frames, damage %v; want %d", len(frames), damage, files*each)
	}
	seen := map[string]bool{}
	for i, f := range frames {
		if i > 0 && f.Time < frames[i-1].Time {
			t.Fatalf("frame %d comes at %v after %v", i, f.Time, frames[i-1].Time)
		}
		seen[f.Data] = true
	}
	if len(seen) != files*each {
		t.Errorf("%d different frames, want %d", len(seen), files*each)
	}
	if n := openFiles(t, dir); n != 0 {
		t.Errorf("%d files of the directory are still open", n)
	}
}

// openFiles counts this process's descriptors into dir.
func openFiles(t *testing.T, dir string) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range list {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && len(to) > len(dir) && to[:len(dir)] == dir {
			n++
		}
	}
	return n
}
