package evidence_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/evidence"
	"github.com/heron-iot/heron/internal/testneeds"
)

// TestMain lets the test binary be the process that is killed while it writes.
func TestMain(m *testing.M) {
	if dir := os.Getenv("HERON_TEST_EVIDENCE"); dir != "" {
		writeForEver(dir)
	}
	os.Exit(m.Run())
}

const base = heron.Time(1_700_000_000_000_000)

func openRing(t testing.TB, dir string, size int64) *evidence.Ring {
	t.Helper()
	r, err := evidence.Open(evidence.Config{Dir: dir, MaxBytes: size, Source: "eth0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// udp is a frame from one address to another with n bytes of payload.
func udp(from, to string, n int) []byte {
	a, b := netip.MustParseAddr(from).As4(), netip.MustParseAddr(to).As4()
	f := append([]byte{2, 0, 0, 0, 0, b[3]}, 2, 0, 0, 0, 0, a[3])
	f = append(f, 8, 0, 0x45, 0)
	f = binary.BigEndian.AppendUint16(f, uint16(28+n))
	f = append(f, 0, 0, 0, 0, 64, 17, 0, 0)
	f = append(append(f, a[:]...), b[:]...)
	f = append(f, 0x30, 0x39, 0x30, 0x39)
	f = binary.BigEndian.AppendUint16(f, uint16(8+n))
	return append(append(f, 0, 0), make([]byte, n)...)
}

func add(r *evidence.Ring, at heron.Time, frame []byte) {
	r.Add(&heron.Packet{Time: at, Data: frame, OrigLen: len(frame), Link: heron.LinkEthernet})
}

// extract returns how many packets an extraction gives, and the file.
func extract(t testing.TB, r *evidence.Ring, q heron.PacketQuery) (uint64, []byte) {
	t.Helper()
	var b bytes.Buffer
	if q.MaxBytes == 0 {
		q.MaxBytes = 64 << 20
	}
	w := evidence.NewWriter(&b, "test", q.MaxBytes)
	if err := r.Extract(t.Context(), q, w); err != nil {
		t.Fatal(err)
	}
	return w.Packets(), b.Bytes()
}

func TestExtractChoosesByTimeAndHosts(t *testing.T) {
	t.Parallel()
	r := openRing(t, t.TempDir(), evidence.MinBytes)
	for i := range 100 {
		at := base + heron.Time(i)*heron.Second
		add(r, at, udp("10.0.0.1", "10.0.0.2", 40))
		add(r, at, udp("10.0.0.2", "10.0.0.1", 40))
		add(r, at, udp("10.0.0.1", "10.0.0.3", 40))
		add(r, at, udp("10.0.0.4", "10.0.0.5", 40))
	}
	all := heron.PacketQuery{From: base, To: base + heron.Hour}
	for _, tt := range []struct {
		name  string
		hosts []string
		peers []string
		from  heron.Time
		want  uint64
	}{
		{"all", nil, nil, base, 400},
		{"a host", []string{"10.0.0.1"}, nil, base, 300},
		{"a pair, both directions", []string{"10.0.0.2"}, []string{"10.0.0.1"}, base, 200},
		{"a MAC", []string{"02:00:00:00:00:03"}, nil, base, 100},
		{"a host or its MAC, to a peer", []string{"02:00:00:00:00:01", "10.0.0.1"}, []string{"10.0.0.3"}, base, 100},
		{"nobody there", []string{"10.0.0.9"}, nil, base, 0},
		{"a stranger's pair", []string{"10.0.0.1"}, []string{"10.0.0.4"}, base, 0},
		{"the last ten seconds", []string{"10.0.0.4"}, nil, base + 90*heron.Second, 10},
	} {
		q := all
		q.Hosts, q.Peers, q.From = tt.hosts, tt.peers, tt.from
		if got, _ := extract(t, r, q); got != tt.want {
			t.Errorf("%s: %d packets, want %d", tt.name, got, tt.want)
		}
	}
	if _, err := evidenceOf(r, heron.PacketQuery{Hosts: []string{"here"}}); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("a query about no address: %v", err)
	}
}

func evidenceOf(r *evidence.Ring, q heron.PacketQuery) (uint64, error) {
	w := evidence.NewWriter(&bytes.Buffer{}, "", 1<<20)
	err := r.Extract(context.Background(), q, w)
	return w.Packets(), err
}

func TestTunnelsAndARPAreFoundByTheirInnerHosts(t *testing.T) {
	t.Parallel()
	inner := udp("192.168.7.1", "192.168.7.2", 20)
	outer := udp("10.9.0.1", "10.9.0.2", 0)
	erspan := append(append([]byte{}, outer[:34]...), 0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0)
	erspan[23] = 47
	erspan = append(erspan, inner...)
	vxlan := append([]byte{}, outer...)
	binary.BigEndian.PutUint16(vxlan[36:], 4789)
	vxlan = append(append(vxlan, 8, 0, 0, 0, 0, 0, 7, 0), inner...)
	tagged := append(append(append([]byte{}, inner[:12]...), 0x81, 0, 0, 5), inner[12:]...)
	arp := append([]byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1},
		2, 0, 0, 0, 0, 1, 192, 168, 7, 1, 0, 0, 0, 0, 0, 0, 192, 168, 7, 2)
	for name, frame := range map[string][]byte{"erspan": erspan, "vxlan": vxlan, "vlan": tagged, "arp": arp} {
		r := openRing(t, t.TempDir(), evidence.MinBytes)
		add(r, base, frame)
		q := heron.PacketQuery{From: base, To: base, Hosts: []string{"192.168.7.1"}, Peers: []string{"192.168.7.2"}}
		if n, _ := extract(t, r, q); n != 1 {
			t.Errorf("%s: %d packets, want 1", name, n)
		}
	}
}

func TestRingKeepsItsLimitAndTheNewest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := openRing(t, dir, evidence.MinBytes)
	const n = 30_000 // of about 1 KiB: seven times the ring
	for i := range n {
		add(r, base+heron.Time(i)*heron.Millisecond, udp("10.0.0.1", "10.0.0.2", 1000))
		if i%100 == 0 {
			time.Sleep(time.Millisecond) // slower than any disk
		}
	}
	got, _ := extract(t, r, heron.PacketQuery{From: base, To: base + heron.Hour, Hosts: []string{"10.0.0.1"}})
	s := r.Stats()
	if s.Packets+s.Dropped != n || s.Dropped > n/10 {
		t.Fatalf("%+v of %d", s, n)
	}
	if size := onDisk(t, dir); size > evidence.MinBytes || size != s.Size || size < evidence.MinBytes*3/4 {
		t.Errorf("%d bytes on disk, %d counted, of %d", size, s.Size, int64(evidence.MinBytes))
	}
	if got < 2500 || s.Oldest <= base {
		t.Errorf("%d packets kept, the oldest of %v", got, s.Oldest)
	}
	last, _ := extract(t, r, heron.PacketQuery{From: base + (n-10)*heron.Millisecond, To: base + heron.Hour})
	if last != 10 && s.Dropped == 0 {
		t.Errorf("%d of the last 10 packets are there", last)
	}
}

func onDisk(t testing.TB, dir string) (total int64) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s may be read by others: %v", f, info.Mode())
		}
		total += info.Size()
	}
	return total
}

func TestAnswerIsBounded(t *testing.T) {
	t.Parallel()
	r := openRing(t, t.TempDir(), evidence.MinBytes)
	for i := range 1000 {
		add(r, base+heron.Time(i), udp("10.0.0.1", "10.0.0.2", 1000))
	}
	var b bytes.Buffer
	w := evidence.NewWriter(&b, "", 100_000)
	if err := r.Extract(t.Context(), heron.PacketQuery{From: base, To: base + heron.Second}, w); err != nil {
		t.Fatal(err)
	}
	if !w.Truncated() || b.Len() > 100_000 || w.Packets() < 80 {
		t.Errorf("%d packets in %d bytes, truncated %v", w.Packets(), b.Len(), w.Truncated())
	}
}

func TestReopenedRingStillAnswers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := evidence.Open(evidence.Config{Dir: dir, MaxBytes: evidence.MinBytes})
	if err != nil {
		t.Fatal(err)
	}
	add(first, base, udp("10.0.0.1", "10.0.0.2", 10))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openRing(t, dir, evidence.MinBytes)
	add(second, base+heron.Second, udp("10.0.0.1", "10.0.0.2", 10))
	q := heron.PacketQuery{From: base, To: base + heron.Minute, Hosts: []string{"10.0.0.2"}}
	if n, _ := extract(t, second, q); n != 2 {
		t.Fatalf("%d packets, want one of each run", n)
	}
	// A lost or broken index is made anew.
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	indexes, err := filepath.Glob(filepath.Join(dir, "*.idx"))
	if err != nil || len(indexes) != 2 {
		t.Fatalf("indexes %v, %v", indexes, err)
	}
	if err := os.Remove(indexes[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(indexes[1], []byte("HRNEVIX1 and nothing right"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, _ := extract(t, openRing(t, dir, evidence.MinBytes), q); n != 2 {
		t.Fatalf("%d packets without indexes, want 2", n)
	}
}

// TestCutSegmentIsReadable cuts a segment at every byte: what is whole before
// the cut is found, and the ring goes on.
func TestCutSegmentIsReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, err := evidence.Open(evidence.Config{Dir: dir, MaxBytes: evidence.MinBytes})
	if err != nil {
		t.Fatal(err)
	}
	frame := udp("10.0.0.1", "10.0.0.2", 10)
	for i := range 5 {
		add(r, base+heron.Time(i), frame)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "0000000000000001.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	for cut := range whole {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "0000000000000001.pcap"), whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		r := openRing(t, dir, evidence.MinBytes)
		add(r, base+heron.Second, frame)
		want := uint64(max(0, cut-24)/(16+len(frame))) + 1
		got, _ := extract(t, r, heron.PacketQuery{From: base, To: base + heron.Minute, Hosts: []string{"10.0.0.1"}})
		if got != want {
			t.Fatalf("cut at %d: %d packets, want %d", cut, got, want)
		}
	}
}

// writeForEver writes numbered packets and says which may be counted on.
func writeForEver(dir string) {
	r, err := evidence.Open(evidence.Config{Dir: dir, MaxBytes: 16 << 20})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for i := 0; ; i++ {
		add(r, base+heron.Time(i)*heron.Millisecond, udp("10.0.0.1", "10.0.0.2", i%1400))
		if i%1000 == 999 {
			n, err := evidenceOf(r, heron.PacketQuery{From: 1, To: 1}) // writes what is buffered
			fmt.Println(i, n, err)
		}
	}
}

func TestKilledWriterLeavesAReadableRing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "HERON_TEST_EVIDENCE="+dir)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(700 * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		last := 0
		if _, err := fmt.Sscan(lines[len(lines)-1], &last); err != nil {
			t.Fatalf("round %d says %q", round, out.String())
		}
		r, err := evidence.Open(evidence.Config{Dir: dir, MaxBytes: 16 << 20})
		if err != nil {
			t.Fatal(err)
		}
		from := base + heron.Time(last-999)*heron.Millisecond
		n, _ := extract(t, r, heron.PacketQuery{From: from, To: base + heron.Time(last)*heron.Millisecond, Hosts: []string{"10.0.0.1"}})
		if n < 1000 {
			t.Fatalf("round %d: %d of the last 1000 packets that were told are there", round, n)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for _, f := range mustGlob(t, filepath.Join(dir, "*")) {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func mustGlob(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTsharkReadsIt holds the files against another program: the segments as
// they lie there, and an extraction with two links.
func TestTsharkReadsIt(t *testing.T) {
	t.Parallel()
	testneeds.Program(t, "tshark", "tshark")
	dir := t.TempDir()
	r := openRing(t, dir, evidence.MinBytes)
	frame := udp("10.0.0.1", "10.0.0.2", 10)
	add(r, base, frame)
	r.Add(&heron.Packet{Time: base + 1, Data: frame[14:], OrigLen: 2000, Link: heron.LinkRaw})
	n, file := extract(t, r, heron.PacketQuery{From: base, To: base + 5})
	_, again := extract(t, r, heron.PacketQuery{From: base, To: base})
	path := filepath.Join(t.TempDir(), "a.pcapng")
	if err := os.WriteFile(path, append(file, again...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range append(mustGlob(t, filepath.Join(dir, "*.pcap")), path) {
		out, err := exec.Command("tshark", "-r", p, "-T", "fields", "-e", "ip.src", "-e", "frame.time_epoch").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "10.0.0.1\t") {
			t.Errorf("%s: %v\n%s", p, err, out)
		}
		if p == path && strings.Count(string(out), "10.0.0.1\t1700000000.0000") != int(n)+1 {
			t.Errorf("tshark reads:\n%s", out)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	r := openRing(b, b.TempDir(), 64<<20)
	p := heron.Packet{Time: base, Data: udp("10.0.0.1", "10.0.0.2", 400), Link: heron.LinkEthernet}
	b.ReportAllocs()
	b.SetBytes(int64(len(p.Data)))
	for b.Loop() {
		p.Time++
		r.Add(&p)
	}
	b.ReportMetric(float64(r.Stats().Dropped)/float64(b.N), "dropped/op")
}

// BenchmarkWrite waits for the disk: nothing is dropped, and both goroutines'
// work is in the figure.
func BenchmarkWrite(b *testing.B) {
	r := openRing(b, b.TempDir(), 64<<20)
	p := heron.Packet{Time: base, Data: udp("10.0.0.1", "10.0.0.2", 400), Link: heron.LinkEthernet}
	b.SetBytes(int64(len(p.Data)))
	for b.Loop() {
		p.Time++
		r.Add(&p)
		if p.Time%8000 == 0 {
			if _, err := evidenceOf(r, heron.PacketQuery{From: 1, To: 1}); err != nil {
				b.Fatal(err)
			}
		}
	}
	if d := r.Stats().Dropped; d > 0 {
		b.Errorf("%d dropped", d)
	}
}
