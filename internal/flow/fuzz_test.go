package flow_test

import (
	"slices"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/wire"
)

// FuzzTable cuts its input into frames of any link type and checks that the
// table takes them all, bounds what it gives, and finds the same again.
func FuzzTable(f *testing.F) {
	record := func(link byte, frames ...[]byte) []byte {
		var b []byte
		for _, x := range frames {
			b = append(b, link, 1, byte(len(x)>>8), byte(len(x)))
			b = append(b, x...)
		}
		return b
	}
	f.Add(record(0, client.tcp(server, frame.SYN, 99, 0, ""), server.tcp(client, frame.SYN|frame.ACK, 7, 100, ""),
		client.tcp(server, frame.ACK, 103, 8, "later"), client.tcp(server, frame.ACK, 100, 8, "now")))
	f.Add(record(0, fragmented(client, server, 1, "a datagram in several fragments", 16)...))
	f.Add(record(0, fragmented(side{macA, ip6A, 1}, side{macB, ip6B, 2}, 1, "a datagram in several fragments", 16)...))
	e, ip := server.headers(client)
	f.Add(record(0, client.udp(server, "x"), frame.AppendICMP(nil, e, ip, frame.ICMP{Type: 3, Code: 3}, client.udp(server, "x")[14:])))
	f.Add(record(4, join([]byte{0, 0, 8, 0, 0, 0, 0, 0, 0x88, 1, 0, 0}, macA[:], macB[:], macA[:], make([]byte, 60))))
	f.Add(record(2, client.udp(server, "x")[14:]))
	for _, c := range tunnels() {
		f.Add(record(byte(slices.Index(fuzzLinks(), max(c.link, heron.LinkEthernet))), c.b, c.b))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		a, stats := runFuzz(t, in)
		b, statsAgain := runFuzz(t, in)
		if !slices.Equal(a, b) || stats != statsAgain {
			t.Fatal("two runs over the same frames differ")
		}
		if stats.Malformed+stats.Undecoded > stats.Packets {
			t.Fatalf("stats %+v", stats)
		}
	})
}

// fuzzLinks are the link types by the number that a record has.
func fuzzLinks() []heron.LinkType {
	return []heron.LinkType{
		heron.LinkEthernet, heron.LinkNull, heron.LinkRaw, heron.Link80211, heron.LinkRadiotap,
		heron.LinkLinuxSLL, heron.LinkLinuxSLL2, heron.LinkIPv4, heron.LinkIPv6, heron.LinkLoop,
		heron.LinkPPP, heron.LinkPPPSerial, heron.LinkPPPoE, heron.LinkCiscoHDLC,
		heron.LinkWPAN, heron.LinkWPANNoFCS, heron.LinkWPANNonASK, heron.LinkWPANTAP,
		heron.LinkPPI, heron.LinkPrism, heron.LinkAVS, heron.LinkNFLog, heron.LinkPFLog, heron.LinkENC,
		heron.LinkNetAnalyzer, heron.LinkNetAnalyzerRaw,
	}
}

func runFuzz(t *testing.T, in []byte) ([]string, heron.Stats) {
	t.Helper()
	links := fuzzLinks()
	s := newScriptWith(t, "", flow.Config{MaxFlows: 8, MaxStreamBytes: 1})
	s.sink.verdict = func(m *heron.Message) heron.Verdict {
		if m.Transport == heron.TCP && (len(m.Payload) > 16<<10 || len(m.Payload) == 0) {
			t.Fatalf("a message of %d bytes", len(m.Payload))
		}
		return heron.Verdict{Consumed: len(m.Payload) / 2 * int(m.Sequence%3), Done: m.Sequence > 9}
	}
	r := wire.NewReader(in)
	for r.Len() >= 4 {
		link, wait, n := r.U8(), r.U8(), r.U16()
		b := r.Bytes(min(n, r.Len()))
		s.after(time.Duration(wait) * 100 * time.Millisecond)
		p := heron.Packet{Time: s.now, Data: b, OrigLen: len(b) + n%2*100, Link: links[link%len(links)]}
		if _, _, quotes := flow.Share(&p); quotes && !flow.MayQuote(&p) {
			t.Fatalf("frame %x quotes another", b)
		}
		s.feedPacket(p)
		if n%5 == 0 {
			s.table.Quote(&p)
		}
	}
	s.table.Flush()
	return s.sink.lines, s.table.Stats()
}
