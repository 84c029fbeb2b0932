package flow_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// Whoever sends from an address of the Internet is on the link if no router counted
// its hop limit down, and nobody translates.
func TestDirect(t *testing.T) {
	t.Parallel()
	group := heron.MAC{0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa}
	tests := []struct {
		name, from, to string
		ttl            uint8
		dst            heron.MAC
		want           string
	}{
		{"begins with 64", "198.51.100.7", "203.0.113.9", 64, macB, "d 02:00:00:00:00:0a 198.51.100.7 64"},
		{"begins with 30, as some controllers do", "198.51.100.7", "203.0.113.9", 30, macB, "d 02:00:00:00:00:0a 198.51.100.7 30"},
		{"a router counted it down", "198.51.100.7", "203.0.113.9", 63, macB, ""},
		{"60 is what four routers leave of 64", "198.51.100.7", "203.0.113.9", 60, macB, ""},
		{"but not within one network", "198.51.100.7", "198.51.100.9", 60, macB, "d 02:00:00:00:00:0a 198.51.100.7 60"},
		{"whoever sends to itself passes on", "198.51.100.7", "203.0.113.9", 64, macA, ""},
		{"a translator may begin anew", "198.51.100.7", "192.168.1.9", 64, macB, ""},
		{"to a group", "198.51.100.7", "239.255.255.250", 128, group, "d 02:00:00:00:00:0a 198.51.100.7 128"},
		{"to all", "198.51.100.7", "255.255.255.255", 255, heron.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "d 02:00:00:00:00:0a 198.51.100.7 255"},
	}
	for _, ip := range []string{"10.1.2.3", "127.0.0.1", "169.254.1.2", "172.16.0.1", "172.31.255.1", "192.168.0.1", "100.64.0.1", "100.127.255.1"} {
		tests = append(tests, tests[0])
		last := &tests[len(tests)-1]
		last.name, last.from, last.want = ip+" is no address of the Internet", ip, ""
	}
	for _, ip := range []string{"9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "100.63.0.1", "100.128.0.1"} {
		tests = append(tests, tests[0])
		last := &tests[len(tests)-1]
		last.name, last.from, last.want = ip+" is one", ip, "d 02:00:00:00:00:0a "+ip+" 64"
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ip := frame.IP{Src: netip.MustParseAddr(tt.from), Dst: netip.MustParseAddr(tt.to), TTL: tt.ttl}
			e := frame.Ethernet{Src: macA, Dst: tt.dst}
			tagged := e
			tagged.VLAN = 7
			for _, e := range []frame.Ethernet{e, tagged} {
				s := newScript(t, "d")
				s.feed(frame.AppendUDP(nil, e, ip, frame.UDP{SrcPort: 40000, DstPort: 9}, []byte("x")))
				if got := strings.Join(s.sink.lines, "\n"); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}
			s := newScript(t, "d")
			s.feed(frame.AppendICMP(nil, e, ip, frame.ICMP{Type: 8}, []byte("1234")))
			if got := strings.Join(s.sink.lines, "\n"); got != tt.want {
				t.Errorf("ICMP: got %q, want %q", got, tt.want)
			}
		})
	}
}
