package flow_test

import (
	"testing"
	"time"

	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
)

func TestTCPFromHandshakeToEnd(t *testing.T) {
	t.Parallel()
	s := newScript(t, "mf").handshake()
	s.feed(client.tcp(server, frame.ACK|frame.PSH, 100, 500, "GET /"))
	s.feed(server.tcp(client, frame.ACK|frame.PSH, 500, 105, "200 OK"))
	s.feed(client.tcp(server, frame.ACK|frame.FIN, 105, 506, ""))
	s.feed(server.tcp(client, frame.ACK|frame.FIN, 506, 106, ""))
	s.feed(client.tcp(server, frame.ACK, 106, 507, ""))
	s.want(
		"f tcp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0",
		"f tcp 10.0.0.1:40000 > 10.0.0.2:80 established 1/1",
		`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #0 "GET /"`,
		`m tcp 10.0.0.2:80 >c 10.0.0.1:40000 #0 "200 OK"`,
	)
	s.tick(4 * time.Second).want()
	s.tick(3 * time.Second).want("f tcp 10.0.0.1:40000 > 10.0.0.2:80 closed 5/3 ended")
}

func TestTCPStates(t *testing.T) {
	t.Parallel()
	const name = "f tcp 10.0.0.1:40000 > 10.0.0.2:80 "
	tests := []struct {
		name string
		play func(s *script)
		want []string
	}{
		{"reset answers the SYN", func(s *script) {
			s.feed(client.tcp(server, frame.SYN, 99, 0, ""))
			s.feed(server.tcp(client, frame.RST|frame.ACK, 0, 100, ""))
		}, []string{name + "attempt 1/0", name + "rejected 1/1"}},
		{"nothing answers", func(s *script) {
			s.feed(client.tcp(server, frame.SYN, 99, 0, "")).tick(2 * time.Second).tick(3 * time.Second)
		}, []string{name + "attempt 1/0", name + "unanswered 1/0"}},
		{"an answer after all", func(s *script) {
			s.feed(client.tcp(server, frame.SYN, 99, 0, "")).tick(5 * time.Second)
			s.feed(server.tcp(client, frame.SYN|frame.ACK, 499, 100, ""))
		}, []string{name + "attempt 1/0", name + "unanswered 1/0", name + "established 1/1"}},
		{"reset in the middle", func(s *script) {
			s.handshake().feed(client.tcp(server, frame.RST, 100, 0, ""))
		}, []string{name + "attempt 1/0", name + "established 1/1", name + "reset 3/1"}},
		{"half-open scan", func(s *script) {
			s.feed(client.tcp(server, frame.SYN, 99, 0, ""))
			s.feed(server.tcp(client, frame.SYN|frame.ACK, 499, 100, ""))
			s.feed(client.tcp(server, frame.RST, 100, 0, ""))
		}, []string{name + "attempt 1/0", name + "established 1/1", name + "reset 2/1"}},
		{"no flags at all, answered by a reset", func(s *script) {
			s.feed(client.tcp(server, 0, 99, 0, ""))
			s.feed(server.tcp(client, frame.RST|frame.ACK, 0, 99, ""))
		}, []string{name + "attempt 1/0", name + "rejected 1/1"}},
		{"SYN again on the ports of a connection that ended", func(s *script) {
			s.handshake().feed(server.tcp(client, frame.RST, 500, 0, ""))
			s.feed(client.tcp(server, frame.SYN, 7000, 0, ""))
		}, []string{name + "attempt 1/0", name + "established 1/1", name + "reset 2/2", name + "reset 2/2 ended", name + "attempt 1/0"}},
		{"SYN repeated is no new connection", func(s *script) {
			s.handshake().feed(client.tcp(server, frame.SYN, 99, 0, ""))
		}, []string{name + "attempt 1/0", name + "established 1/1"}},
		{"an old connection is reset before the new one is answered", func(s *script) {
			s.feed(client.tcp(server, frame.SYN, 99, 0, "")).feed(server.tcp(client, frame.ACK, 7000, 3, ""))
			s.feed(client.tcp(server, frame.RST, 3, 0, "")).feed(client.tcp(server, frame.SYN, 99, 0, ""))
			s.feed(server.tcp(client, frame.SYN|frame.ACK, 499, 100, ""))
		}, []string{name + "attempt 1/0", name + "established 1/1", name + "reset 2/1", name + "established 3/2"}},
		{"an answer repeated after the end opens nothing", func(s *script) {
			s.handshake().feed(client.tcp(server, frame.RST, 100, 0, ""))
			s.feed(server.tcp(client, frame.SYN|frame.ACK, 499, 100, ""))
		}, []string{name + "attempt 1/0", name + "established 1/1", name + "reset 3/1"}},
		{"the answer first", func(s *script) {
			s.feed(server.tcp(client, frame.SYN|frame.ACK, 499, 100, ""))
		}, []string{name + "established 0/1"}},
		{"only the client was captured", func(s *script) {
			s.feed(client.tcp(server, frame.SYN, 99, 0, "")).feed(client.tcp(server, frame.ACK, 100, 500, "GET"))
		}, []string{name + "attempt 1/0", name + "established 2/0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "f")
			tt.play(s)
			s.want(tt.want...)
		})
	}
}

func TestTCPPickedUpInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newScript(t, "mf")
	s.feed(server.tcp(client, frame.ACK, 9000, 100, "late")) // the server is known by its port
	s.feed(client.tcp(server, frame.ACK, 100, 9004, "more"))
	s.want(
		"f tcp 10.0.0.1:40000 > 10.0.0.2:80 established 0/1",
		`m tcp 10.0.0.2:80 >c 10.0.0.1:40000 #0 gap "late"`,
		`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #0 gap "more"`,
	)
}

func TestFlowIdleTimes(t *testing.T) {
	t.Parallel()
	s := newScript(t, "f").handshake()
	s.want("f tcp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0", "f tcp 10.0.0.1:40000 > 10.0.0.2:80 established 1/1")
	for range 9 {
		s.tick(time.Minute)
	}
	s.want("f tcp 10.0.0.1:40000 > 10.0.0.2:80 established 2/1") // once for the last ACK, then nothing is new
	s.tick(90 * time.Second).want("f tcp 10.0.0.1:40000 > 10.0.0.2:80 expired 2/1 ended")

	s.feed(client.udp(server, "x")).feed(server.udp(client, "y"))
	s.want("f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0", "f udp 10.0.0.1:40000 > 10.0.0.2:80 established 1/1")
	s.after(50 * time.Second).feed(client.udp(server, "x")).want()
	s.tick(20 * time.Second).want("f udp 10.0.0.1:40000 > 10.0.0.2:80 established 2/1")
	s.tick(time.Hour).want("f udp 10.0.0.1:40000 > 10.0.0.2:80 expired 2/1 ended")
	if got := s.table.Stats().Flows; got != 2 {
		t.Errorf("%d flows, want 2", got)
	}
}

func TestFlushEndsAllFlows(t *testing.T) {
	t.Parallel()
	s := newScript(t, "f")
	s.feed(client.udp(server, "x")).table.Flush()
	s.want("f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0", "f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0 ended")
	s.feed(client.udp(server, "x"))
	s.want("f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0")
}

func TestFullTableEvictsTheQuietest(t *testing.T) {
	t.Parallel()
	s := newScriptWith(t, "f", flow.Config{MaxFlows: 4})
	from := func(port uint16) side { return side{macA, ipA, port} }
	for port := range uint16(4) {
		s.feed(from(50000+port).udp(server, "x"))
	}
	s.feed(from(50000).udp(server, "again")) // has a second chance
	s.sink.lines = nil
	s.feed(from(50009).udp(server, "new"))
	s.want("f udp 10.0.0.1:50001 > 10.0.0.2:80 attempt 1/0 ended", "f udp 10.0.0.1:50009 > 10.0.0.2:80 attempt 1/0")
	if got := s.table.Stats().TableEvictions; got != 1 {
		t.Errorf("%d evictions, want 1", got)
	}
}
