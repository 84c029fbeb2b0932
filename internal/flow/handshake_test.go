package flow_test

import (
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

func TestHandshakes(t *testing.T) {
	t.Parallel()
	linux := []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7}
	windows := []byte{2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2}
	e, ip := client.headers(server)
	back, backIP := server.headers(client)
	e6, ip6 := side{macA, ip6A, 0}.headers(side{macB, ip6B, 0})
	syn := func(seq uint32, window uint16, flags uint8, options []byte) frame.TCP {
		return frame.TCP{SrcPort: 40000, DstPort: 80, Seq: seq, Window: window, Flags: flags, Options: options}
	}
	with := func(ip frame.IP, ttl, tos uint8, id uint32) frame.IP {
		ip.TTL, ip.TOS, ip.ID = ttl, tos, id
		return ip
	}
	tests := []struct {
		name, want string
		b          []byte
	}{
		{"window in segments", "h 10.0.0.1 syn 64:mss*20:7:1460:mss,sok,ts,nop,ws:", frame.AppendTCP(nil, e, with(ip, 60, 0, 7), syn(9, 29200, frame.SYN, linux), nil)},
		{"window in bytes", "h 10.0.0.1 syn 128:64000:8:1460:mss,nop,ws,nop,nop,sok:noid", frame.AppendTCP(nil, e, with(ip, 127, 0, 0), syn(9, 64000, frame.SYN, windows), nil)},
		{"no options", "h 10.0.0.1 syn 255:1024::::noid,seq0", frame.AppendTCP(nil, e, with(ip, 200, 0, 0), syn(0, 1024, frame.SYN, nil), nil)},
		{"an answer", "h 10.0.0.2 synack 64:512::::ecn", frame.AppendTCP(nil, back, with(backIP, 64, 0, 1),
			frame.TCP{SrcPort: 80, DstPort: 40000, Seq: 1, Ack: 10, Window: 512, Flags: frame.SYN | frame.ACK | 0x40}, nil)},
		{"padding and an option that nobody knows", "h 10.0.0.1 syn 32:1::536:?99,mss,eol:tos,psh,data,pad", frame.AppendTCP(nil, e, with(ip, 32, 0x10, 1),
			syn(1, 1, frame.SYN|frame.PSH, []byte{99, 2, 2, 4, 2, 0x18, 0, 7}), []byte("x"))},
		{"options that end too early", "h 10.0.0.1 syn 64:1:::mss:badopt", frame.AppendTCP(nil, e, with(ip, 64, 0, 1), syn(1, 1, frame.SYN, []byte{2, 9, 5, 0xb4}), nil)},
		{"an option with no length", "h 10.0.0.1 syn 64:1:::?77:badopt", frame.AppendTCP(nil, e, with(ip, 64, 0, 1), syn(1, 1, frame.SYN, []byte{77, 0, 1, 1}), nil)},
		{"IPv6", "h fd00::1 syn 64:mss*20:7:1460:mss,sok,ts,nop,ws:", frame.AppendTCP(nil, e6, ip6, syn(9, 29200, frame.SYN, linux), nil)},
		{"a scan that no stack would send", "", frame.AppendTCP(nil, e, ip, syn(1, 1, frame.SYN|frame.FIN, nil), nil)},
	}
	for _, tt := range tests {
		s := newScript(t, "h")
		s.feed(tt.b)
		got := strings.Join(s.sink.lines, "\n")
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestHistograms(t *testing.T) {
	t.Parallel()
	s := newScript(t, "")
	s.handshake()
	s.after(10 * time.Millisecond).feed(client.tcp(server, frame.ACK|frame.PSH, 100, 500, strings.Repeat("x", 400)))
	s.after(time.Second).feed(client.tcp(server, frame.ACK|frame.PSH, 100, 500, strings.Repeat("x", 400)))
	s.feed(client.tcp(server, frame.ACK, 499, 500, "x")) // to keep it alive
	s.after(200 * time.Microsecond).feed(server.tcp(client, frame.RST, 500, 0, ""))
	s.table.Flush()
	f := s.sink.last
	want := heron.Flow{
		ClientSizes: [8]uint16{3, 0, 0, 2}, ServerSizes: [8]uint16{2},
		ClientGaps: [8]uint16{2, 0, 0, 1, 0, 1}, ServerGaps: [8]uint16{0, 0, 0, 0, 0, 1},
		ClientPayload: 801, ClientRepeats: 1, Resets: 1,
	}
	got := heron.Flow{
		ClientSizes: f.ClientSizes, ServerSizes: f.ServerSizes, ClientGaps: f.ClientGaps, ServerGaps: f.ServerGaps,
		ClientPayload: f.ClientPayload, ServerPayload: f.ServerPayload,
		ClientRepeats: f.ClientRepeats, ServerRepeats: f.ServerRepeats, Resets: f.Resets,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestHistogramsSaturate(t *testing.T) {
	t.Parallel()
	s := newScript(t, "x")
	for range 1<<16 + 10 {
		s.feed(client.udp(server, "x"))
	}
	s.table.Flush()
	if f := s.sink.last; f.ClientSizes[0] != 65535 || f.ClientGaps[0] != 65535 || f.ClientPackets != 1<<16+10 || f.ClientPayload != 1<<16+10 {
		t.Errorf("%+v", f)
	}
}
