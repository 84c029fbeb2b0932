package capture_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// pairFrames are frames between host i and another, by both of them, of several
// flows and with and without tags.
func pairFrames(i int) [][]byte {
	m, n := heron.MAC{2, 0, 0, 0, 1, byte(i)}, heron.MAC{2, 0, 0, 0, 2, byte(i / 3)}
	var out [][]byte
	add := func(a, b netip.Addr, e frame.Ethernet) {
		for port := range uint16(3) {
			e.Src, e.Dst = m, n
			out = append(out, frame.AppendUDP(nil, e, frame.IP{Src: a, Dst: b}, frame.UDP{SrcPort: 4000 + port, DstPort: 53}, make([]byte, 20)))
			e.Src, e.Dst = n, m
			out = append(out, frame.AppendUDP(nil, e, frame.IP{Src: b, Dst: a}, frame.UDP{SrcPort: 53, DstPort: 4000 + port}, make([]byte, 20)))
		}
	}
	a, b := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), netip.AddrFrom4([4]byte{10, 0, 1, byte(i / 3)})
	add(a, b, frame.Ethernet{})
	add(a, b, frame.Ethernet{VLAN: 7})
	add(a, b, frame.Ethernet{VLAN: 7, Outer: 100})
	return out
}

// sixFrames are frames between two hosts of IPv6, by both.
func sixFrames(i int) [][]byte {
	a := netip.MustParseAddr(fmt.Sprintf("fd00::1:%x", i+1))
	b := netip.MustParseAddr(fmt.Sprintf("fd00:1::%x:2", i+1))
	e := frame.Ethernet{Src: heron.MAC{2, 0, 0, 0, 3, byte(i)}, Dst: heron.MAC{2, 0, 0, 0, 4, 1}}
	return [][]byte{
		frame.AppendUDP(nil, e, frame.IP{Src: a, Dst: b}, frame.UDP{SrcPort: 4000, DstPort: 53}, make([]byte, 20)),
		frame.AppendUDP(nil, frame.Ethernet{Src: e.Dst, Dst: e.Src}, frame.IP{Src: b, Dst: a}, frame.UDP{SrcPort: 53, DstPort: 4000}, make([]byte, 20)),
	}
}

// otherFrames are frames without IP between two stations, by both.
func otherFrames(i int) [][]byte {
	one := func(src, dst heron.MAC) []byte {
		b := append(append([]byte{}, dst[:]...), src[:]...)
		return append(append(b, 0x88, 0xb5), make([]byte, 50)...)
	}
	a, b := heron.MAC{2, 0, 0, 0, 5, byte(i)}, heron.MAC{2, 0, 0, 0, 6, byte(i)}
	return [][]byte{one(a, b), one(b, a), one(a, b)}
}

func TestRingsShareByThePairOfHosts(t *testing.T) {
	t.Parallel()
	inNamespace(t, func(t *testing.T) {
		const n = 3
		rings, err := capture.OpenRings(capture.LiveConfig{Interface: "lab1", RingBytes: 24 << 20, Idle: 500 * time.Millisecond}, n)
		if err != nil || len(rings) != n {
			t.Errorf("%d rings, %v", len(rings), err)
			return
		}
		out := newSender(t, "lab0")
		groups, frames, total := map[string]string{}, 0, uint64(0) // frame → the pair that it belongs to
		for i := range 60 {
			for kind, list := range [][][]byte{pairFrames(i), sixFrames(i), otherFrames(i)} {
				for _, b := range list {
					groups[string(b)] = fmt.Sprint(kind, i)
					frames++
					out.send(t, b)
				}
			}
		}
		ring := map[string]int{}
		for k, r := range rings {
			var p heron.Packet
			for r.Next(&p) == nil {
				g := groups[string(p.Data)]
				if was, ok := ring[g]; ok && was != k {
					t.Errorf("pair %s is in rings %d and %d", g, was, k)
				}
				ring[g] = k
			}
			s := r.Stats()
			if s.KernelDrops != 0 || s.Packets < uint64(frames)/10 {
				t.Errorf("ring %d: %d of %d frames, %d dropped", k, s.Packets, frames, s.KernelDrops)
			}
			total += s.Packets
			_ = r.Close()
		}
		if total != uint64(frames) || len(ring) != 180 {
			t.Errorf("%d frames of %d, %d pairs", total, frames, len(ring))
		}
	})
}

func TestWhatCannotBeSharedHasOneRing(t *testing.T) {
	t.Parallel()
	rings, err := capture.OpenRings(capture.LiveConfig{Interface: "tzsp://127.0.0.1:0"}, 4)
	if err != nil || len(rings) != 1 {
		t.Fatalf("%d sources, %v", len(rings), err)
	}
	_ = rings[0].Close()
	if _, err := capture.OpenRings(capture.LiveConfig{Interface: "nosuch0"}, 2); err == nil || !strings.Contains(err.Error(), "nosuch0") {
		t.Errorf("no such interface: %v", err)
	}
}
