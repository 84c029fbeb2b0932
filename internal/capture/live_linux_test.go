package capture_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/testneeds"
)

// inNamespace runs f in a network namespace of its own with a veth pair, lab0
// and lab1, up and quiet. The thread is thrown away afterwards, and with it the
// namespace.
func inNamespace(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	testneeds.Root(t)
	testneeds.Program(t, "ip", "iproute2")
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Errorf("make a network namespace: %v", err)
			return
		}
		for _, line := range []string{
			"link set lo up",
			"link add lab0 type veth peer name lab1",
			"link set lab0 addrgenmode none up",
			"link set lab1 addrgenmode none up",
		} {
			if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
				t.Errorf("ip %s: %v: %s", line, err, out)
				return
			}
		}
		f(t)
	}()
	<-done
}

// sender sends raw frames out of an interface.
type sender struct {
	fd int
	to unix.SockaddrLinklayer
}

func newSender(t *testing.T, name string) *sender {
	t.Helper()
	iface, err := net.InterfaceByName(name)
	if err != nil {
		t.Errorf("%v", err)
		runtime.Goexit()
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Errorf("open a raw socket: %v", err)
		runtime.Goexit()
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return &sender{fd: fd, to: unix.SockaddrLinklayer{Ifindex: iface.Index}}
}

func (s *sender) send(t *testing.T, b []byte) {
	t.Helper()
	if err := unix.Sendto(s.fd, b, 0, &s.to); err != nil {
		t.Errorf("send a frame: %v", err)
	}
}

func udpFrame(vlan, port uint16, n uint32) []byte {
	return frame.AppendUDP(nil, frame.Ethernet{Src: heron.MAC{2, 0, 0, 0, 0, 1}, Dst: heron.MAC{2, 0, 0, 0, 0, 2}, VLAN: vlan},
		frame.IP{Src: netip.MustParseAddr("10.0.0.1"), Dst: netip.MustParseAddr("10.0.0.2")},
		frame.UDP{SrcPort: 4000, DstPort: port}, binary.BigEndian.AppendUint32(make([]byte, 40), n))
}

func openLive(t *testing.T, c capture.LiveConfig) capture.Source {
	t.Helper()
	if c.Idle == 0 {
		c.Idle = 2 * time.Second
	}
	src, err := capture.OpenLive(c)
	if err != nil {
		t.Errorf("open %s: %v", c.Interface, err)
		runtime.Goexit()
	}
	t.Cleanup(func() { _ = src.Close() })
	return src
}

// wantFrames reads frames and compares them with those that were sent.
func wantFrames(t *testing.T, src capture.Source, want ...[]byte) {
	t.Helper()
	var p heron.Packet
	for i, w := range want {
		if err := src.Next(&p); err != nil {
			t.Errorf("frame %d of %d: %v", i, len(want), err)
			return
		}
		if string(p.Data) != string(w) || p.OrigLen != len(w) || p.Link != heron.LinkEthernet {
			t.Errorf("frame %d: got %d of %d bytes %x\nwant %d bytes %x", i, len(p.Data), p.OrigLen, p.Data, len(w), w)
		}
		if age := time.Since(p.Time.Std()); age < -time.Minute || age > time.Minute {
			t.Errorf("frame %d: time %v is not now", i, p.Time)
		}
	}
	if err := src.Next(&p); !errors.Is(err, capture.ErrIdle) {
		t.Errorf("after the last frame: %v, frame %x, want ErrIdle", err, p.Data)
	}
}

func TestLiveGivesFramesAsTheyWereOnTheWire(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src := openLive(t, capture.LiveConfig{Interface: "lab1", Promiscuous: true, RingBytes: 4 << 20, Idle: 500 * time.Millisecond})
		out := newSender(t, "lab0")
		plain, tagged := udpFrame(0, 53, 1), udpFrame(7, 53, 2)
		double := frame.AppendUDP(nil, frame.Ethernet{VLAN: 7, Outer: 100, Dst: frame.Broadcast()},
			frame.IP{Src: netip.MustParseAddr("10.0.0.1"), Dst: netip.MustParseAddr("10.0.0.2")}, frame.UDP{}, make([]byte, 60))
		for _, b := range [][]byte{plain, tagged, double} {
			out.send(t, b)
		}
		wantFrames(t, src, plain, tagged, double)
		if s := src.Stats(); s.Packets != 3 || s.Bytes != uint64(len(plain)+len(tagged)+len(double)) || s.KernelDrops != 0 {
			t.Errorf("stats %+v, want 3 frames and no drops", s)
		}
	})
}

func TestLiveGivesFramesInBlocks(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src := openLive(t, capture.LiveConfig{Interface: "lab1", RingBytes: 4 << 20, Idle: 500 * time.Millisecond}).(capture.BlockSource)
		out := newSender(t, "lab0")
		const frames = 500 // fewer than may wait in the kernel
		for i := range uint32(frames) {
			out.send(t, udpFrame(uint16(i%2)*7, 53, i))
		}
		var ps [32]heron.Packet
		got, calls := uint32(0), 0
		for {
			n, err := src.NextBlock(ps[:])
			if err != nil {
				break
			}
			calls++
			for _, p := range ps[:n] {
				if want := udpFrame(uint16(got%2)*7, 53, got); string(p.Data) != string(want) || p.OrigLen != len(want) {
					t.Errorf("frame %d: %x, want %x", got, p.Data, want)
				}
				got++
			}
		}
		if s := src.Stats(); got != frames || s.Packets != frames || calls > frames/2 {
			t.Errorf("%d frames in %d calls, counted %d", got, calls, s.Packets)
		}
	})
}

func TestLiveFilterRunsInTheKernel(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		tests := []struct {
			filter string
			want   []int // of the frames below
		}{
			{"udp port 53", []int{0, 1, 2}}, // the kernel takes the outer tag off before
			{"udp port 99", []int{3}},
			{"vlan", []int{1, 2}},
			{"vlan 7", []int{1}},
			{"vlan 8 and udp port 53", []int{2}},
			{"not vlan", []int{0, 3}},
			{"arp", nil},
		}
		frames := [][]byte{udpFrame(0, 53, 1), udpFrame(7, 53, 2), udpFrame(8, 53, 3), udpFrame(0, 99, 4)}
		out := newSender(t, "lab0")
		for _, tt := range tests {
			src := openLive(t, capture.LiveConfig{Interface: "lab1", Filter: tt.filter, RingBytes: 4 << 20, Idle: 300 * time.Millisecond})
			var want [][]byte
			for _, i := range tt.want {
				want = append(want, frames[i])
			}
			for _, b := range frames {
				out.send(t, b)
			}
			wantFrames(t, src, want...)
			if t.Failed() {
				t.Errorf("with filter %q", tt.filter)
			}
			_ = src.Close()
		}
	})
}

func TestLiveCutsAtTheSnapshotLength(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src := openLive(t, capture.LiveConfig{Interface: "lab1", Snaplen: 60, RingBytes: 4 << 20})
		newSender(t, "lab0").send(t, udpFrame(7, 53, 1))
		var p heron.Packet
		if err := src.Next(&p); err != nil || len(p.Data) != 64 || p.OrigLen != len(udpFrame(7, 53, 1)) {
			t.Errorf("got %d of %d bytes, %v; want 60 and the tag of %d", len(p.Data), p.OrigLen, err, len(udpFrame(7, 53, 1)))
		}
	})
}

func TestLiveCountsWhatTheKernelDrops(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src := openLive(t, capture.LiveConfig{Interface: "lab1", RingBytes: 4 << 20, Idle: 300 * time.Millisecond})
		out := newSender(t, "lab0")
		const sent = 20_000
		big := append(udpFrame(0, 53, 1), make([]byte, 1000)...)
		for range sent { // some 20 MB into a ring of 4, with nobody reading
			out.send(t, big)
		}
		var p heron.Packet
		got := uint64(0)
		for src.Next(&p) == nil {
			got++
		}
		s := src.Stats()
		if s.KernelDrops == 0 || s.KernelDrops+got != sent || s.Packets != got {
			t.Errorf("read %d frames, stats %+v; want drops, and %d frames in all", got, s, sent)
		}
		out.send(t, udpFrame(0, 1, 1))
		if err := src.Next(&p); err != nil {
			t.Errorf("after drops: %v, want a frame", err)
		}
	})
}

func TestLiveCloseWakesNext(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src, err := capture.OpenLive(capture.LiveConfig{Interface: "lab1", RingBytes: 4 << 20})
		if err != nil {
			t.Errorf("open: %v", err)
			return
		}
		newSender(t, "lab0").send(t, udpFrame(0, 53, 1))
		var p heron.Packet
		if err := src.Next(&p); err != nil {
			t.Errorf("first frame: %v", err)
			return
		}
		ended := make(chan error, 1)
		sum := 0
		go func() {
			for _, c := range p.Data { // the last frame stays readable through Close
				sum += int(c)
			}
			ended <- src.Next(&p)
		}()
		if err := src.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		select {
		case err := <-ended:
			if !errors.Is(err, io.EOF) {
				t.Errorf("Next after Close: %v, want io.EOF", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Next still waits 10 s after Close")
		}
		if err := src.Close(); err != nil || sum == 0 {
			t.Errorf("second close: %v, sum %d", err, sum)
		}
	})
}

func TestLiveTellsThatTheInterfaceWentDown(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src := openLive(t, capture.LiveConfig{Interface: "lab1", RingBytes: 4 << 20, Idle: 5 * time.Second})
		if out, err := exec.Command("ip", "link", "set", "lab1", "down").CombinedOutput(); err != nil {
			t.Errorf("ip: %v: %s", err, out)
			return
		}
		var p heron.Packet
		if err := src.Next(&p); heron.ErrorCode(err) != heron.CodeUnavailable {
			t.Errorf("Next on an interface that is down: %v, want unavailable", err)
		}
	})
}

func TestLiveLoopbackShowsEachFrameOnce(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		src := openLive(t, capture.LiveConfig{Interface: "lo", Filter: "udp port 999", RingBytes: 4 << 20, Idle: 300 * time.Millisecond})
		c, err := net.Dial("udp", "127.0.0.1:999")
		if err != nil {
			t.Errorf("dial: %v", err)
			return
		}
		defer c.Close()
		_, _ = c.Write([]byte("hello"))
		var p heron.Packet
		n := 0
		for src.Next(&p) == nil {
			n++
		}
		if n != 1 {
			t.Errorf("%d frames of one datagram, want 1", n)
		}
	})
}

func TestOpenLiveSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := capture.OpenLive(capture.LiveConfig{Interface: "nosuch0"})
	if heron.ErrorCode(err) != heron.CodeNotFound || !strings.Contains(err.Error(), "lo") {
		t.Errorf("unknown interface: %v, want not found and the names that there are", err)
	}
	inNamespace(t, func(t *testing.T) {
		_, err := capture.OpenLive(capture.LiveConfig{Interface: "lab1", Filter: "port x"})
		if heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("wrong filter: %v, want invalid", err)
		}
	})
}
