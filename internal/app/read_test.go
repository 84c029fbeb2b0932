package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/guess"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// scanned writes a capture of the emulated network with a port scan in it.
func scanned(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lab.pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = WriteLabCapture(f, CaptureOptions{Seed: 7, Duration: 6 * time.Minute, Attacks: []string{"port-scan"}})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, files ...string) *ReadResult {
	t.Helper()
	r, err := Read(t.Context(), ReadOptions{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWorkersMakeNoDifference(t *testing.T) {
	t.Parallel()
	files := []string{scanned(t), quoted(t), tunnelled(t)}
	want := ""
	for _, n := range []int{1, 2, 3, 7} {
		var profiles []heron.Baseline
		r, err := Read(t.Context(), ReadOptions{Files: files, Workers: n, Profile: func(b *heron.Baseline) error {
			profiles = append(profiles, *b)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.MarshalIndent(profiles, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		got := same(t, r) + string(b)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%d workers (-one +more):\n%s", n, cmp.Diff(want, got))
		}
	}
}

// quoted writes a capture in which a router refuses packets of hosts that go to
// other workers than its own errors do.
func quoted(t testing.TB) string {
	t.Helper()
	var b []byte
	router := netip.MustParseAddr("10.9.9.9")
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, heron.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	at := heron.Time(1_700_000_000) * heron.Second
	send := func(b []byte) {
		at += 300 * heron.Millisecond
		if err := w.Write(at, b); err != nil {
			t.Fatal(err)
		}
	}
	for i := range byte(60) {
		client, server := netip.AddrFrom4([4]byte{10, 9, 0, i + 1}), netip.AddrFrom4([4]byte{10, 9, 1, 200 - i})
		e := frame.Ethernet{Src: heron.MAC{2, 0, 0, 0, 9, i}, Dst: heron.MAC{2, 0, 0, 0, 9, 99}}
		udp := frame.UDP{SrcPort: 40000, DstPort: 20000 + uint16(i)}
		send(frame.AppendUDP(b[:0], e, frame.IP{Src: client, Dst: server}, udp, []byte("hello")))
		inner := frame.AppendUDP(nil, e, frame.IP{Src: client, Dst: server}, udp, []byte("hello"))[14:]
		back := frame.Ethernet{Src: e.Dst, Dst: e.Src}
		send(frame.AppendICMP(b[:0], back, frame.IP{Src: router, Dst: client}, frame.ICMP{Type: 3, Code: 3}, inner))
	}
	path := filepath.Join(t.TempDir(), "quoted.pcap")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// same is a result as text, without what the clock on the wall had a part in.
func same(t testing.TB, r *ReadResult) string {
	t.Helper()
	c := *r
	c.Stats.ElapsedSeconds = 0
	b, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReadFindsDevicesAndTheAttack(t *testing.T) {
	t.Parallel()
	r := read(t, scanned(t))
	if len(r.Devices) < 60 || r.Stats.Malformed != 0 || r.Stats.Panics != 0 {
		t.Errorf("%d devices, %d malformed, %d faults", len(r.Devices), r.Stats.Malformed, r.Stats.Panics)
	}
	found := false
	for _, a := range r.Alerts {
		found = found || a.Detector == "scan.port"
	}
	if !found {
		t.Errorf("no alert of the scan among %d", len(r.Alerts))
	}
}

func TestTheSameCaptureGivesTheSameAnswer(t *testing.T) {
	t.Parallel()
	whole := scanned(t)
	want := same(t, read(t, whole))
	if got := same(t, read(t, whole)); got != want {
		t.Errorf("read twice (-first +second):\n%s", cmp.Diff(want, got))
	}
	if got := same(t, read(t, split(t, whole, 3)...)); got != want {
		t.Errorf("split over three files (-whole +split):\n%s", cmp.Diff(want, got))
	}
}

// split cuts a capture into files of the same number of packets.
func split(t *testing.T, path string, parts int) []string {
	t.Helper()
	src, err := capture.Open([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	bufs := make([]bytes.Buffer, parts)
	n := int(read(t, path).Stats.Packets)/parts + 1
	var w *capture.Writer
	var p heron.Packet
	for i := 0; src.Next(&p) == nil; i++ {
		if i%n == 0 {
			if w, err = capture.NewWriter(&bufs[i/n], p.Link); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Write(p.Time, p.Data); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	out := make([]string, parts)
	for i := range bufs {
		out[i] = filepath.Join(dir, string(rune('a'+i))+".pcap")
		if err := os.WriteFile(out[i], bufs[i].Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestASensorGivesTheSameAnswerAsAReader(t *testing.T) {
	t.Parallel()
	path := scanned(t)
	want := read(t, path)
	src, err := capture.Open([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	model, err := guess.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	a := newAnalyzer(analyzerConfig{site: "read", identify: id, guess: model})
	alerts := map[string]heron.Alert{}
	s := &sensor{
		name: "read", log: slog.New(slog.DiscardHandler),
		conf: pipelineConfig{site: "read", sensor: "read", workers: 3},
		publish: func(_ context.Context, b *heron.Batch) error {
			for _, x := range a.apply(b).Alerts {
				alerts[x.ID] = x
			}
			return nil
		},
	}
	if err := s.Run(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	devices := map[string]heron.Identity{}
	for d := range a.inventory.All() {
		one := []heron.Device{*d}
		a.guessAll(one)
		devices[d.ID] = one[0].Identity
	}
	wantDevices := map[string]heron.Identity{}
	for _, d := range want.Devices {
		wantDevices[d.ID] = d.Identity
	}
	if d := cmp.Diff(wantDevices, devices); d != "" {
		t.Errorf("devices (-read +sensor):\n%s", d)
	}
	for _, w := range want.Alerts {
		if _, ok := alerts[w.ID]; !ok {
			t.Errorf("the sensor's core lacks the alert %s: %s", w.Detector, w.Summary)
		}
	}
}

// packets is a source of copies of one frame, a second apart.
type packets struct{ n, at int }

func (s *packets) Next(p *heron.Packet) error {
	if s.at == s.n {
		return io.EOF
	}
	s.at++
	*p = heron.Packet{
		Time: heron.Time(1_700_000_000+s.at) * heron.Second, Link: heron.LinkEthernet, OrigLen: 60,
		Data: append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, byte(s.at), 0x88, 0xb5}, make([]byte, 46)...),
	}
	return nil
}

func (s *packets) Close() error { return nil }

func TestSensorSendsEveryBatchInOrderThoughTheBusRefuses(t *testing.T) {
	t.Parallel()
	var refused atomic.Int32
	var seqs []uint64
	s := &sensor{
		name: "s", log: slog.New(slog.DiscardHandler),
		conf: pipelineConfig{site: "x", sensor: "s"},
		publish: func(_ context.Context, b *heron.Batch) error {
			if b.Seq == 2 && refused.Add(1) <= 2 {
				return errors.New("no room")
			}
			seqs = append(seqs, b.Seq)
			return nil
		},
	}
	if err := s.Run(t.Context(), &packets{n: 5}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]uint64{1, 2, 3, 4, 5}, seqs); d != "" {
		t.Errorf("batches (-want +got):\n%s", d)
	}
}

func TestSensorTellsWhatTheBusNeverTook(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s := &sensor{
		name: "s", log: slog.New(slog.DiscardHandler),
		conf:    pipelineConfig{site: "x", sensor: "s"},
		publish: func(context.Context, *heron.Batch) error { return errors.New("no room") },
	}
	if err := s.Run(ctx, &packets{n: 3}); err == nil {
		t.Error("batches were lost and nobody was told")
	}
}

func BenchmarkRead(b *testing.B) {
	path := scanned(b)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		read(b, path)
	}
}
