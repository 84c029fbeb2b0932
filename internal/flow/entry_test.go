package flow

import (
	"net/netip"
	"testing"
	"unsafe"

	"github.com/heron-iot/heron"
	build "github.com/heron-iot/heron/internal/proto/frame"
)

// An entry fills pairs of cache lines, so that entries in a row begin at one.
func TestEntryFillsCacheLines(t *testing.T) {
	t.Parallel()
	if n := unsafe.Sizeof(entry{}); n%128 != 0 {
		t.Errorf("an entry has %d bytes, %d too many", n, n%128)
	}
	if at := unsafe.Offsetof(entry{}.halves); at != 64 {
		t.Errorf("what each packet needs first has %d bytes, want 64", at)
	}
	if n := unsafe.Sizeof(half{}); n != 64 {
		t.Errorf("half a flow has %d bytes, want 64", n)
	}
	if at := unsafe.Offsetof(entry{}.scratch); at != 192 {
		t.Errorf("what each packet needs has %d bytes, want 192", at)
	}
	if at := unsafe.Offsetof(entry{}.first); at != 256 {
		t.Errorf("what most packets need has %d bytes, want 256", at)
	}
}

// A plain frame finds the flow of one that was read header by header.
func TestKeysOfPlainFrames(t *testing.T) {
	t.Parallel()
	seed := [2]uint64{7, 11}
	low, high := netip.AddrFrom4([4]byte{10, 0, 0, 1}), netip.AddrFrom4([4]byte{10, 0, 0, 2})
	for _, ends := range []struct {
		src, dst netip.Addr
		from, to int
	}{
		{low, high, 50000, 80},
		{high, low, 80, 50000},
		{low, high, 80, 50000},
		{low, low, 80, 50000},
		{low, low, 50000, 80},
		{low, low, 80, 80},
	} {
		b := build.AppendTCP(nil, build.Ethernet{VLAN: 7}, build.IP{Src: ends.src, Dst: ends.dst},
			build.TCP{SrcPort: uint16(ends.from), DstPort: uint16(ends.to)}, nil)
		var g glance
		g.look(&heron.Packet{Data: b, Link: heron.LinkEthernet}, &seed)
		p := pairing{far: far{a: addrOf(ends.src), b: addrOf(ends.dst)}, vlan: 7, proto: protoTCP}
		sender := p.order(ends.from, ends.to)
		if want := p.key(&seed); !g.plain || g.key != want || g.sender != sender {
			t.Errorf("%+v: a plain frame has the key %+v (from end %d), want %+v (%d)", ends, g.key, g.sender, want, sender)
		}
	}
}
