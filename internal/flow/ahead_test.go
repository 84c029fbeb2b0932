package flow

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	build "github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/wire"
)

// lines is a sink that writes down all that it is told.
type lines []string

func (l *lines) add(what any) { *l = append(*l, fmt.Sprintf("%+v", what)) }

func (l *lines) Message(m *heron.Message) heron.Verdict {
	told := *m
	told.Flow = nil
	l.add(told)
	return heron.Verdict{Consumed: len(m.Payload) / 2 * int(m.Sequence%3), Done: m.Sequence > 20}
}
func (l *lines) Sighting(e heron.Endpoint, _ heron.Time) { l.add(e) }

func (l *lines) Direct(e heron.Endpoint, _ uint8, _ heron.Time) { l.add(e) }
func (l *lines) Handshake(h *Handshake)                         { l.add(*h) }
func (l *lines) Flow(f *heron.Flow)                             { l.add(*f) }

// traffic is frames of few hosts, of which some are broken in some byte or cut.
func traffic(r *rand.Rand, n int) []heron.Packet {
	at := 1_700_000_000 * heron.Second
	out := make([]heron.Packet, n)
	for i := range out {
		at += heron.Time(r.IntN(int(heron.Second)))
		ends := [2]byte{byte(r.IntN(4)), byte(r.IntN(4))}
		e := build.Ethernet{Src: heron.MAC{2, 0, 0, 0, 0, ends[0]}, Dst: heron.MAC{2, 0, 0, 0, 0, ends[1]}}
		ip := build.IP{Src: netip.AddrFrom4([4]byte{10, 0, 0, ends[0]}), Dst: netip.AddrFrom4([4]byte{10, 0, 0, ends[1]})}
		if r.IntN(8) == 0 {
			e.VLAN = 7
		}
		ports := [2]uint16{uint16(80 + r.IntN(3)), uint16(80 + r.IntN(3))}
		payload := make([]byte, r.IntN(60))
		var b []byte
		if r.IntN(3) == 0 {
			b = build.AppendUDP(nil, e, ip, build.UDP{SrcPort: ports[0], DstPort: ports[1]}, payload)
		} else {
			b = build.AppendTCP(nil, e, ip, build.TCP{SrcPort: ports[0], DstPort: ports[1], Seq: uint32(i), Ack: uint32(i), Flags: uint8(r.IntN(32))}, payload)
		}
		length := len(b)
		switch r.IntN(6) {
		case 0:
			b[r.IntN(min(len(b), 60))] ^= byte(1 << r.IntN(8))
		case 1:
			b = b[:r.IntN(len(b))]
		case 2:
			b = append(b, make([]byte, r.IntN(9))...) // padding
			length = len(b)
		}
		out[i] = heron.Packet{Time: at, Data: b, OrigLen: length, Link: heron.LinkEthernet}
	}
	return out
}

// A frame is read the same at one look and header by header, announced or not.
func TestAheadDecidesNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	packets := traffic(r, 20_000)
	want, stats := byHeader(packets)
	var alone, blocks lines
	table := New(Config{MaxFlows: 40}, &alone)
	for i := range packets {
		table.Packet(&packets[i])
	}
	table.Flush()
	compare(t, "not announced", want, alone, stats, table.Stats())
	table = New(Config{MaxFlows: 40}, &blocks)
	for at := 0; at < len(packets); {
		n := min(1+r.IntN(MaxAhead+5), len(packets)-at)
		var ahead []*heron.Packet
		for i := range n {
			ahead = append(ahead, &packets[at+i])
		}
		if r.IntN(10) == 0 { // others come than were announced
			ahead = ahead[1:]
		}
		table.Ahead(ahead)
		for i := range n {
			table.Packet(&packets[at+i])
		}
		at += n
	}
	table.Flush()
	compare(t, "announced", want, blocks, stats, table.Stats())
}

// byHeader is what a table tells that reads no frame at one look.
func byHeader(packets []heron.Packet) (lines, heron.Stats) {
	var told lines
	table := New(Config{MaxFlows: 40}, &told)
	for i := range packets {
		p := &packets[i]
		table.stats.Packets++
		table.stats.Bytes += uint64(p.OrigLen)
		table.clock(p.Time)
		table.frame = frameAt(p)
		r := wire.NewReader(p.Data)
		table.link(&r, p.Link)
	}
	table.Flush()
	return told, table.Stats()
}

func frameAt(p *heron.Packet) frame {
	return frame{time: p.Time, cut: len(p.Data) < p.OrigLen, packets: 1}
}

func compare(t *testing.T, name string, want, got lines, stats, gotStats heron.Stats) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		if got[i] != want[i] {
			t.Fatalf("%s, line %d:\n%s\nwant\n%s", name, i, got[i], want[i])
		}
	}
	if !slices.Equal(want, got) || fmt.Sprint(stats) != fmt.Sprint(gotStats) {
		t.Fatalf("%s: %d lines, %+v, want %d, %+v", name, len(got), gotStats, len(want), stats)
	}
}
