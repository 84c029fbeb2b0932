package evidence_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/evidence"
)

// A full disk costs packets, which are counted; what was kept before can be read,
// and so can what comes once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("to mount a small disk needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	r, err := evidence.Open(evidence.Config{Dir: dir, MaxBytes: 64 << 20, Source: "eth0"})
	if err != nil {
		t.Fatal(err)
	}
	const n = 6000 // of about 1 KiB: three times the disk
	for i := range n {
		add(r, base+heron.Time(i)*heron.Millisecond, udp("10.0.0.1", "10.0.0.2", 1000))
		if i%100 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	all := heron.PacketQuery{From: base, To: base + heron.Hour}
	got, _ := extract(t, r, all)
	s := r.Stats()
	if s.Packets+s.Dropped != n || s.Dropped == 0 || s.Packets < 1000 {
		t.Errorf("%+v of %d", s, n)
	}
	if got > s.Packets || got+8 < s.Packets { // eight are less than is not yet in whole blocks
		t.Errorf("%d packets are there of %d", got, s.Packets)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	again := openRing(t, dir, 64<<20)
	if n, _ := extract(t, again, all); n != got {
		t.Errorf("%d packets are there when it is opened again, %d before", n, got)
	}
}
