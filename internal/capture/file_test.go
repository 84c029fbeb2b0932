package capture_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
)

const noon = 1_700_000_000 * heron.Second

func TestOpenReadsPcap(t *testing.T) {
	t.Parallel()
	want := []got{
		{noon + 123456, "first", 5, heron.LinkEthernet, 0},
		{noon + heron.Second, "cut", 1500, heron.LinkEthernet, 0},
		{noon + heron.Second, "", 0, heron.LinkEthernet, 0},
	}
	for name, o := range map[string]order{"little": binary.LittleEndian, "big": binary.BigEndian} {
		for _, nano := range []bool{false, true} {
			f := newPcap(o, nano, 0x14000001) // with the bits that tell of a check sequence
			for _, w := range want {
				f.frame(w.Time, w.Orig, []byte(w.Data))
			}
			for form, b := range map[string][]byte{"plain": f.b, "gzip": gzipped(t, f.b), "zstd": zstded(t, f.b)} {
				frames, damage := readFiles(t, writeFile(t, t.TempDir(), "x.pcap", b))
				if diff := cmp.Diff(want, frames); diff != "" || damage != nil {
					t.Errorf("%s endian, nano %v, %s: %v\n%s", name, nano, form, damage, diff)
				}
			}
		}
	}
}

func TestOpenReadsPcapng(t *testing.T) {
	t.Parallel()
	const micros = uint64(noon)
	for name, o := range map[string]order{"little": binary.LittleEndian, "big": binary.BigEndian} {
		f := newNG(o)
		f.block(0x0bad, []byte("a block that nobody knows"))
		f.iface(1, 0).iface(113, 4,
			f.option(2, []byte("eth1")), f.option(9, []byte{9}), f.option(14, o.AppendUint64(nil, 3600)))
		f.enhanced(0, micros+7, 5, []byte("first"))
		f.enhanced(1, micros*1000+8999, 9, []byte("nano"))
		f.block(5, []byte("statistics of an interface"))
		f.obsolete(0, micros+9, []byte("old"))
		f.simple(6, []byte("simple"))
		f.section().iface(101, 3, f.option(9, []byte{0x80 | 10})) // ticks of 1/1024 s
		f.enhanced(0, micros/1_000_000*1024+512, 4, []byte("half"))
		f.simple(900, []byte("cut off"))
		want := []got{
			{noon + 7, "first", 5, heron.LinkEthernet, 0},
			{noon + 8 + heron.Hour, "nano", 9, heron.LinkLinuxSLL, 1},
			{noon + 9, "old", 3, heron.LinkEthernet, 0},
			{noon + 9, "simple", 6, heron.LinkEthernet, 0},
			{noon + heron.Second/2, "half", 4, heron.LinkRaw, 2},
			{noon + heron.Second/2, "cut", 900, heron.LinkRaw, 2},
		}
		frames, damage := readFiles(t, writeFile(t, t.TempDir(), "x.pcapng", f.b))
		if diff := cmp.Diff(want, frames); diff != "" || damage != nil {
			t.Errorf("%s endian: %v\n%s", name, damage, diff)
		}
	}
}

func TestPcapngTimeResolutions(t *testing.T) {
	t.Parallel()
	const sec = uint64(1_700_000_000)
	tests := []struct {
		name   string
		resol  byte
		ticks  uint64
		offset int64
		want   heron.Time
	}{
		{"seconds", 0, sec, 0, noon},
		{"milliseconds", 3, sec*1000 + 5, 0, noon + 5*heron.Millisecond},
		{"microseconds", 6, sec * 1_000_000, 0, noon},
		{"nanoseconds", 9, sec*1_000_000_000 + 999, 0, noon},
		{"a quarter of a second", 0x82, sec*4 + 1, 0, noon + 250*heron.Millisecond},
		{"2^-32 s", 0x80 | 32, sec<<32 | 1<<31, 0, noon + 500*heron.Millisecond},
		{"offset back", 6, sec * 1_000_000, -100, noon - 100*heron.Second},
		{"too large is not known", 0, 1 << 62, 0, 0},
		{"before 1970 is not known", 0, 5, -100, 0},
		{"hostile offset", 6, 5, -1 << 63, 0},
		{"finer than anything", 127, 1 << 63, 0, 0},
		{"finer than anything in twos", 0xff, 1 << 63, 0, 0},
	}
	for _, tt := range tests {
		f := newNG(binary.LittleEndian)
		f.iface(1, 0, f.option(9, []byte{tt.resol}), f.option(14, f.AppendUint64(nil, uint64(tt.offset))))
		f.enhanced(0, tt.ticks, 1, []byte("x"))
		frames, damage := readFiles(t, writeFile(t, t.TempDir(), "x", f.b))
		if len(frames) != 1 || frames[0].Time != tt.want || damage != nil {
			t.Errorf("%s: got %v, %v, want time %v", tt.name, frames, damage, tt.want)
		}
	}
}

func TestDamageIsToldAndWhatWasReadIsKept(t *testing.T) {
	t.Parallel()
	le := binary.LittleEndian
	whole := newPcap(le, false, 1).frame(noon, 5, []byte("first")).frame(noon, 6, []byte("second")).b
	huge := newPcap(le, false, 1).frame(noon, 5, []byte("first")).b
	huge = append(huge, bytes.Repeat([]byte{0x7f}, 40)...)
	ng := func(more func(f *ngFile)) []byte {
		f := newNG(le).iface(1, 0).enhanced(0, uint64(noon), 5, []byte("first"))
		more(f)
		return f.b
	}
	ngSize := len(ng(func(*ngFile) {}))
	lie := ng(func(f *ngFile) { f.enhanced(0, 0, 5, []byte("later")) })
	lie[len(lie)-4] ^= 4
	zipped := gzipped(t, newPcap(le, false, 1).frame(noon, 5, []byte("first")).frame(noon, 9000, noise(9000)).b)
	tests := []struct {
		name   string
		b      []byte
		frames int
		offset int64
		want   []string
	}{
		{"empty", nil, 0, 0, []string{"empty"}},
		{"text", []byte("# not a capture\n"), 0, 0, []string{"no capture", "editcap"}},
		{"xz", []byte("\xfd7zXZ\x00 and more"), 0, 0, []string{"xz -d"}},
		{"half a file header", whole[:10], 0, 0, []string{"file header", "cut short: 10 of 24"}},
		{"half a frame header", whole[:24+21+9], 1, 24 + 21, []string{"header of a frame", "9 of 16", "1 frames before"}},
		{"half a frame", whole[:len(whole)-2], 1, 24 + 21, []string{"cut short: 4 of 6", "editcap"}},
		{"a frame of 2 GB", huge, 1, 24 + 21, []string{"2139062143 bytes cannot be"}},
		{"pcapng cut", ng(func(f *ngFile) { f.enhanced(0, 0, 5, []byte("later")) })[:ngSize+20], 1, int64(ngSize), []string{"cut short"}},
		{"pcapng with two lengths", lie, 1, int64(ngSize), []string{"at its end"}},
		{"pcapng with a tiny block", ng(func(f *ngFile) { f.b = append(f.b, 6, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0) }), 1, int64(ngSize), []string{"block of 8 bytes"}},
		{"pcapng with a huge block", ng(func(f *ngFile) { f.b = append(f.b, 6, 0, 0, 0, 0xfc, 0xff, 0xff, 0x7f, 8, 0, 0, 0) }), 1, int64(ngSize), []string{"limit"}},
		{"pcapng with no such interface", ng(func(f *ngFile) { f.enhanced(9, 0, 1, []byte("x")) }), 1, int64(ngSize), []string{"interface 9"}},
		{"pcapng with a lying length", ng(func(f *ngFile) {
			f.block(6, append(make([]byte, 12), 0xff, 0xff, 0, 0, 1, 0, 0, 0))
		}), 1, int64(ngSize), []string{"does not hold them"}},
		{"pcap of USB", newPcap(le, false, 189).frame(noon, 5, []byte("first")).b, 0, 0, []string{"link type 189 (USB)", "Ethernet"}},
		{"pcapng of Ethernet and a link nobody knows", ng(func(f *ngFile) {
			f.iface(147, 0).enhanced(1, uint64(noon), 5, []byte("alien")).enhanced(1, uint64(noon), 5, []byte("alien"))
			f.enhanced(0, uint64(noon), 4, []byte("last"))
		}), 2, int64(ngSize) + 20, []string{"link type 147 are not known", "2 frames"}},
		{"gzip cut", zipped[:len(zipped)-4000], 1, 24 + 21, []string{"compressed data ends too early"}},
		{"gzip broken", append([]byte("\x1f\x8b\x08\x00"), bytes.Repeat([]byte{0xff}, 99)...), 0, 0, []string{"cannot be read on"}},
		{"zstd broken", append([]byte("\x28\xb5\x2f\xfd"), bytes.Repeat([]byte{0xff}, 99)...), 0, 0, []string{"cannot be read on"}},
	}
	for _, tt := range tests {
		path := writeFile(t, t.TempDir(), "x.pcap", tt.b)
		frames, damage := readFiles(t, path)
		if len(frames) != tt.frames || len(damage) != 1 {
			t.Errorf("%s: %d frames, damage %v; want %d frames and one fault", tt.name, len(frames), damage, tt.frames)
			continue
		}
		e := damage[0]
		if e.Offset != tt.offset || e.Path != path || e.Frames != uint64(tt.frames) || heron.ErrorMessage(e) != e.Error() {
			t.Errorf("%s: fault %+v, want it at %d in %s after %d frames", tt.name, e, tt.offset, path, tt.frames)
		}
		for _, w := range append(tt.want, path) {
			if !strings.Contains(e.Error(), w) {
				t.Errorf("%s: %q does not say %q", tt.name, e, w)
			}
		}
	}
}

// noise is bytes that do not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

func TestOpenSaysWhatIsNotThere(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	other := t.TempDir()
	writeFile(t, other, "notes.txt", []byte("nothing to see"))
	tests := []struct {
		paths []string
		code  heron.Code
		want  string
	}{
		{nil, heron.CodeInvalid, "name a file"},
		{[]string{empty + "/missing.pcap"}, heron.CodeNotFound, "missing.pcap"},
		{[]string{empty}, heron.CodeInvalid, "empty"},
		{[]string{other}, heron.CodeInvalid, "no capture file"},
	}
	for _, tt := range tests {
		_, err := capture.Open(tt.paths)
		if heron.ErrorCode(err) != tt.code || !strings.Contains(heron.ErrorMessage(err), tt.want) {
			t.Errorf("Open(%q): %v, want %s with %q", tt.paths, err, tt.code, tt.want)
		}
	}
}

func TestWriterRoundTrip(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, heron.LinkLinuxSLL)
	if err != nil {
		t.Fatal(err)
	}
	long := noise(capture.MaxFrame + 10)
	want := []got{
		{noon + 1, "one", 3, heron.LinkLinuxSLL, 0},
		{noon + 999_999, string(long[:capture.MaxFrame]), len(long), heron.LinkLinuxSLL, 0},
	}
	for i, data := range [][]byte{[]byte("one"), long} {
		if err := w.Write(want[i].Time, data); err != nil {
			t.Fatal(err)
		}
	}
	frames, damage := readFiles(t, writeFile(t, t.TempDir(), "x", b.Bytes()))
	if diff := cmp.Diff(want, frames); diff != "" || damage != nil {
		t.Errorf("damage %v\n%s", damage, diff)
	}
}

func TestReadingAllocatesNothingPerFrame(t *testing.T) {
	f := newPcap(binary.LittleEndian, false, 1)
	g := newNG(binary.LittleEndian).iface(1, 0)
	for range 30_000 {
		f.frame(noon, 100, make([]byte, 100))
		g.enhanced(0, uint64(noon), 100, make([]byte, 100))
	}
	for _, b := range [][]byte{f.b, g.b} {
		src, err := capture.Open([]string{writeFile(t, t.TempDir(), "x", b)})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		var p heron.Packet
		if n := testing.AllocsPerRun(20_000, func() { _ = src.Next(&p) }); n != 0 {
			t.Errorf("%v allocations a frame, want 0", n)
		}
	}
}

func TestStandardInput(t *testing.T) {
	// Not parallel: there is one standard input.
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = old }()
	data := gzipped(t, newPcap(binary.BigEndian, true, 1).frame(noon, 5, []byte("piped")).b)
	go func() {
		_, _ = w.Write(data)
		_ = w.Close()
	}()
	frames, damage := readFiles(t, "-")
	if len(frames) != 1 || frames[0].Data != "piped" || damage != nil {
		t.Errorf("got %v, %v, want one frame", frames, damage)
	}
}
