package flow_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

func TestIPHeaders(t *testing.T) {
	t.Parallel()
	six := frame.IP{Src: ip6A, Dst: ip6B}
	hops := []byte{60, 0, 1, 4, 0, 0, 0, 0}                   // hop-by-hop, then destination options
	options := append([]byte{17, 1}, make([]byte, 14)...)     // 16 bytes, then UDP
	auth := append([]byte{17, 4, 0, 0}, make([]byte, 20)...)  // AH of 24 bytes, then UDP
	atomic := []byte{17, 0, 0, 0, 0, 0, 0, 9}                 // a fragment that is whole
	long := bytes.Repeat([]byte{60, 0, 1, 4, 0, 0, 0, 0}, 20) // destination options for ever
	extended := func(kind uint8, b []byte) frame.IP {
		ip := six
		ip.ExtensionType, ip.Extensions = kind, b
		return ip
	}
	const four, sixth = `m udp 10.0.0.1:40000 > 10.0.0.2:80 #0 "hi"`, `m udp fd00::1:40000 > fd00::2:80 #0 "hi"`
	tests := []struct {
		name string
		ip   frame.IP
		want []string
		bad  uint64
	}{
		{"IPv4", frame.IP{Src: ipA, Dst: ipB}, []string{four}, 0},
		{"IPv4 with options", frame.IP{Src: ipA, Dst: ipB, Options: make([]byte, 40)}, []string{four}, 0},
		{"IPv6", six, []string{sixth}, 0},
		{"hop-by-hop and destination options", extended(0, join(hops, options)), []string{sixth}, 0},
		{"authentication", extended(51, auth), []string{sixth}, 0},
		{"atomic fragment", extended(44, atomic), []string{sixth}, 0},
		{"extensions without end", extended(60, long), nil, 1},
	}
	for _, tt := range tests {
		s := newScript(t, "m")
		s.feed(frame.AppendUDP(nil, frame.Ethernet{Src: macA, Dst: macB}, tt.ip, frame.UDP{SrcPort: 40000, DstPort: 80}, []byte("hi")))
		s.want(tt.want...)
		if got := s.table.Stats().Malformed; got != tt.bad {
			t.Errorf("%s: %d malformed, want %d", tt.name, got, tt.bad)
		}
	}
}

// fragmented is a UDP datagram in fragments, as frames.
func fragmented(src, dst side, id uint32, payload string, size int) [][]byte {
	e, ip := src.headers(dst)
	ip.Protocol, ip.ID = frame.ProtoUDP, id
	var out [][]byte
	etherType := uint16(frame.TypeIPv4)
	if ip.Src.Is6() {
		etherType = frame.TypeIPv6
	}
	udp := frame.AppendUDPDatagram(nil, ip, frame.UDP{SrcPort: src.port, DstPort: dst.port}, []byte(payload))
	for _, p := range frame.Fragments(ip, udp, size) {
		out = append(out, frame.AppendEthernet(nil, e, etherType, p))
	}
	return out
}

func TestFragmentsInAnyOrder(t *testing.T) {
	t.Parallel()
	payload := strings.Repeat("0123456789", 120)
	for _, pair := range [][2]side{{client, server}, {{macA, ip6A, 40000}, {macB, ip6B, 80}}} {
		for seed := range uint64(30) {
			s := newScript(t, "mf")
			got := ""
			s.sink.verdict = func(m *heron.Message) heron.Verdict {
				got += string(m.Payload)
				return heron.Verdict{}
			}
			parts := fragmented(pair[0], pair[1], uint32(seed), payload, 200)
			r := rand.New(rand.NewPCG(seed, 0))
			r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			parts = append([][]byte{parts[0]}, parts...) // one of them twice
			for _, b := range parts {
				s.feed(b)
			}
			if got != payload {
				t.Fatalf("seed %d: got %d bytes of %d", seed, len(got), len(payload))
			}
			s.want(
				fmt.Sprintf("f udp %v:40000 > %v:80 attempt 7/0", pair[0].ip, pair[1].ip),
				fmt.Sprintf("m udp %v:40000 > %v:80 #0 1200 bytes", pair[0].ip, pair[1].ip),
			)
		}
	}
}

func TestFragmentsThatDoNotFit(t *testing.T) {
	t.Parallel()
	payload := strings.Repeat("x", 1000)
	tests := []struct {
		name string
		play func(s *script, parts [][]byte)
		bad  uint64
		told bool
	}{
		{"overlap", func(s *script, parts [][]byte) {
			other := fragmented(client, server, 1, payload, 400)
			s.feed(parts[0]).feed(other[1]).feed(parts[1]).feed(parts[2]).feed(parts[3]).feed(parts[4]).feed(parts[5])
		}, 1, false},
		{"too late", func(s *script, parts [][]byte) {
			for _, b := range parts[1:] {
				s.feed(b)
			}
			s.after(2 * time.Minute).feed(parts[0])
		}, 0, false},
		{"one missing", func(s *script, parts [][]byte) {
			for _, b := range parts[1:] {
				s.feed(b)
			}
		}, 0, false},
		{"two ends", func(s *script, parts [][]byte) {
			short := fragmented(client, server, 1, payload[:300], 200)
			s.feed(short[1])
			for _, b := range append(parts[1:], parts[0]) {
				s.feed(b)
			}
		}, 1, false},
		{"whole", func(s *script, parts [][]byte) {
			for _, b := range parts {
				s.feed(b)
			}
		}, 0, true},
	}
	for _, tt := range tests {
		s := newScript(t, "m")
		tt.play(s, fragmented(client, server, 1, payload, 200))
		if got := s.table.Stats().Malformed; got != tt.bad || (len(s.sink.lines) > 0) != tt.told {
			t.Errorf("%s: %d malformed, told %q; want %d, %v", tt.name, got, s.sink.lines, tt.bad, tt.told)
		}
	}
}

func TestFragmentMemoryIsBounded(t *testing.T) {
	t.Parallel()
	s := newScript(t, "m")
	for id := range uint32(5000) {
		s.feed(fragmented(client, server, id, strings.Repeat("x", 100), 80)[0])
	}
	whole := fragmented(client, server, 9999, "whole after a flood of halves, in two parts", 32)
	for _, b := range whole {
		s.feed(b)
	}
	s.want("m udp 10.0.0.1:40000 > 10.0.0.2:80 #0 43 bytes")
}

func TestICMPFlows(t *testing.T) {
	t.Parallel()
	e, ip := client.headers(server)
	back, ipBack := server.headers(client)
	s := newScript(t, "mf")
	s.feed(frame.AppendICMP(nil, e, ip, frame.ICMP{Type: 8, Rest: 1}, make([]byte, 50)))
	s.feed(frame.AppendICMP(nil, back, ipBack, frame.ICMP{Type: 0, Rest: 1}, make([]byte, 50)))
	s.want(
		"f icmp icmp 10.0.0.1:8 > 10.0.0.2 attempt 1/0",
		"m icmp 10.0.0.1:8 > 10.0.0.2 #0 58 bytes",
		"f icmp icmp 10.0.0.1:8 > 10.0.0.2 established 1/1",
		"m icmp 10.0.0.2 >c 10.0.0.1 #0 58 bytes",
	)
}

func TestICMPUnreachableRejectsTheFlow(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]side{{client, server}, {{macA, ip6A, 40000}, {macB, ip6B, 80}}} {
		six := pair[0].ip.Is6()
		router, error4 := side{mac: macB, ip: ipB}, frame.ICMP{Type: 3, Code: 3}
		if six {
			router.ip, error4 = ip6B, frame.ICMP{Type: 1, Code: 4}
		}
		for name, b := range map[string][]byte{
			"udp": pair[0].udp(pair[1], "question"),
			"tcp": pair[0].tcp(pair[1], frame.SYN, 1, 0, ""),
		} {
			s := newScript(t, "f")
			s.feed(b).sink.lines = nil
			e, ip := router.headers(pair[0])
			s.feed(frame.AppendICMP(nil, e, ip, error4, b[14:min(len(b), 14+56)]))
			want := fmt.Sprintf("f %s %v:40000 > %v:80 rejected 1/0", name, pair[0].ip, pair[1].ip)
			if len(s.sink.lines) != 2 || s.sink.lines[1] != want {
				t.Errorf("got %q, want %q last", s.sink.lines, want)
			}
		}
	}
}

func TestICMPErrorOfTheOtherSideChangesNothing(t *testing.T) {
	t.Parallel()
	s := newScript(t, "f")
	s.feed(client.udp(server, "question")).sink.lines = nil
	e, ip := client.headers(server)
	s.feed(frame.AppendICMP(nil, e, ip, frame.ICMP{Type: 3, Code: 3}, server.udp(client, "lie")[14:]))
	for _, line := range s.sink.lines {
		if strings.Contains(line, "rejected") {
			t.Errorf("got %q for an error about a packet that was never sent", line)
		}
	}
}

func TestUnansweredDatagrams(t *testing.T) {
	t.Parallel()
	group := side{heron.MAC{1, 0, 0x5e, 0, 0, 0xfb}, heronGroup, 5353}
	all := side{frame.Broadcast(), ipB, 9}
	s := newScript(t, "f")
	s.feed(client.udp(server, "x")).feed(client.udp(group, "x")).feed(client.udp(all, "x")).sink.lines = nil
	s.tick(5 * time.Second).want("f udp 10.0.0.1:40000 > 10.0.0.2:80 unanswered 1/0")
	s.tick(5 * time.Minute)
	s.want(
		"f udp 10.0.0.1:40000 > 10.0.0.2:9 expired 1/0 ended",
		"f udp 10.0.0.1:40000 > 224.0.0.251:5353 expired 1/0 ended",
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 unanswered 1/0 ended",
	)
}

func TestOtherProtocolsAreNamed(t *testing.T) {
	t.Parallel()
	e, ip := client.headers(server)
	s := newScript(t, "f")
	for _, protocol := range []uint8{frame.ProtoIGMP, 47, 50, 89, 132, 200} {
		ip.Protocol = protocol
		s.feed(frame.AppendEthernetIP(nil, e, ip, []byte{0x9c, 0x40, 0, 80, 0, 0, 0, 0}))
	}
	s.want(
		"f ip igmp 10.0.0.1 > 10.0.0.2 attempt 1/0",
		"f ip gre 10.0.0.1 > 10.0.0.2 attempt 1/0",
		"f ip esp 10.0.0.1 > 10.0.0.2 attempt 1/0",
		"f ip ospf 10.0.0.1 > 10.0.0.2 attempt 1/0",
		"f sctp sctp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0",
		"f ip 10.0.0.1 > 10.0.0.2 attempt 1/0",
	)
	if st := s.table.Stats(); st.Malformed != 1 || st.Undecoded != 0 {
		t.Errorf("stats %+v, want one malformed: the header of the tunnel", st)
	}
}
