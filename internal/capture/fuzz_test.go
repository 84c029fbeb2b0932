package capture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/heron-iot/heron/internal/capture"
)

// checkFile reads b as a file and checks what must hold for any bytes: frames
// within their limits, at most one fault, and the same however the bytes come.
func checkFile(t *testing.T, b []byte) {
	t.Helper()
	frames, damage := readAll(t, capture.OpenReader("x", bytes.NewReader(b)))
	if len(damage) > 1 {
		t.Fatalf("%d faults in one file", len(damage))
	}
	for _, f := range frames {
		if len(f.Data) > capture.MaxFrame || f.Orig < len(f.Data) || f.Time < 0 {
			t.Fatalf("frame of %d bytes, %d on the wire, at %d", len(f.Data), f.Orig, f.Time)
		}
	}
	again, damageAgain := readAll(t, capture.OpenReader("x", iotest.HalfReader(bytes.NewReader(b))))
	if !slices.Equal(frames, again) || fmt.Sprint(damage) != fmt.Sprint(damageAgain) {
		t.Fatalf("%d frames, %v; in small pieces %d frames, %v", len(frames), damage, len(again), damageAgain)
	}
	again, damageAgain = readBlocks(t, capture.OpenReader("x", bytes.NewReader(b)))
	if !slices.Equal(frames, again) || fmt.Sprint(damage) != fmt.Sprint(damageAgain) {
		t.Fatalf("%d frames, %v; in blocks %d frames, %v", len(frames), damage, len(again), damageAgain)
	}
}

func FuzzPcap(f *testing.F) {
	for _, o := range []order{binary.LittleEndian, binary.BigEndian} {
		p := newPcap(o, o == binary.BigEndian, 1).frame(noon, 5, []byte("first")).frame(noon, 60, []byte("second")).b
		f.Add(p)
		f.Add(p[:len(p)-3])
		f.Add(gzipped(f, p))
		f.Add(zstded(f, p))
	}
	f.Fuzz(checkFile)
}

func FuzzPcapng(f *testing.F) {
	for _, o := range []order{binary.LittleEndian, binary.BigEndian} {
		g := newNG(o)
		g.iface(1, 0).iface(113, 4, g.option(9, []byte{0x89}), g.option(14, make([]byte, 8)))
		g.enhanced(0, 77, 5, []byte("first")).obsolete(1, 1<<40, []byte("old")).simple(9, []byte("simple"))
		g.block(77, []byte("unknown")).section().iface(101, 0).simple(4, []byte("more"))
		f.Add(g.b)
		f.Add(g.b[:len(g.b)-5])
	}
	f.Fuzz(checkFile)
}
