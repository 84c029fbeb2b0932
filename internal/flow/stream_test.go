package flow_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
)

func TestStreamKeepsWhatIsNotConsumed(t *testing.T) {
	t.Parallel()
	s := newScript(t, "m").handshake()
	s.sink.verdict = func(m *heron.Message) heron.Verdict { // lines
		return heron.Verdict{Consumed: bytes.LastIndexByte(m.Payload, '\n') + 1}
	}
	s.feed(client.tcp(server, frame.ACK, 100, 500, "one\ntw"))
	s.feed(client.tcp(server, frame.ACK, 106, 500, "o\nthree"))
	s.feed(client.tcp(server, frame.ACK, 113, 500, " and"))
	s.feed(client.tcp(server, frame.ACK, 117, 500, "\n"))
	s.want(
		`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #0 "one\ntw"`,
		`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #1 "two\nthree"`,
		`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #2 "three and"`,
		`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #3 "three and\n"`,
	)
}

func TestStreamPutsSegmentsInOrder(t *testing.T) {
	t.Parallel()
	const name = "m tcp 10.0.0.1:40000 > 10.0.0.2:80 "
	type piece struct {
		seq  uint32
		data string
	}
	tests := []struct {
		name   string
		pieces []piece
		want   []string
	}{
		{"swapped", []piece{{103, "def"}, {100, "abc"}}, []string{`#0 "abc"`, `#1 "def"`}},
		{"sent twice", []piece{{100, "abc"}, {100, "abc"}, {103, "def"}}, []string{`#0 "abc"`, `#1 "def"`}},
		{"sent again with more", []piece{{100, "abc"}, {100, "abcdef"}}, []string{`#0 "abc"`, `#1 "def"`}},
		{"overlap says something else", []piece{{100, "abc"}, {101, "XXdef"}}, []string{`#0 "abc"`, `#1 "def"`}},
		{"overlap of what waits", []piece{{103, "def"}, {102, "XXXX"}, {100, "abc"}}, []string{`#0 "abc"`, `#1 "def"`}},
		{
			"what waits is filled in",
			[]piece{{102, "c"}, {104, "e"}, {101, "bXdXf"}, {100, "a"}},
			[]string{`#0 "a"`, `#1 "b"`, `#2 "c"`, `#3 "d"`, `#4 "e"`, `#5 "f"`},
		},
		{"keep-alive", []piece{{100, "abc"}, {102, "\x00"}, {103, "def"}}, []string{`#0 "abc"`, `#1 "def"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "m").handshake()
			for _, p := range tt.pieces {
				s.feed(client.tcp(server, frame.ACK, p.seq, 500, p.data))
			}
			for i := range tt.want {
				tt.want[i] = name + tt.want[i]
			}
			s.want(tt.want...)
			if st := s.table.Stats(); st.StreamGaps != 0 || st.StreamDrops != 0 {
				t.Errorf("stats %+v, want no loss", st)
			}
		})
	}
}

func TestStreamGaps(t *testing.T) {
	t.Parallel()
	const name = "m tcp 10.0.0.1:40000 > 10.0.0.2:80 "
	tests := []struct {
		name string
		play func(s *script)
		want []string
		gaps uint64
	}{
		{"acknowledged by the receiver", func(s *script) {
			s.handshake().feed(client.tcp(server, frame.ACK, 110, 500, "after")).want()
			s.feed(server.tcp(client, frame.ACK, 500, 100, "")).want() // it lacks them too
			s.feed(server.tcp(client, frame.ACK, 500, 115, ""))
		}, []string{name + `#0 gap "after"`}, 10},
		{"at the end of the flow", func(s *script) {
			s.handshake().feed(client.tcp(server, frame.ACK, 110, 500, "after")).want()
			s.table.Flush()
		}, []string{name + `#0 gap "after"`}, 10},
		{"nobody to acknowledge", func(s *script) {
			s.feed(client.tcp(server, frame.SYN, 99, 0, "")).feed(client.tcp(server, frame.ACK, 110, 500, "one")).want()
			s.after(3 * time.Second).feed(client.tcp(server, frame.ACK, 113, 500, "two"))
		}, []string{name + `#0 gap "one"`, name + `#1 "two"`}, 10},
		{"more than may wait", func(s *script) {
			s.handshake()
			for i := range uint32(24) {
				s.feed(client.tcp(server, frame.ACK, 200+i*1400, 500, strings.Repeat("x", 1400)))
			}
			s.sink.lines = s.sink.lines[:1]
		}, []string{name + "#0 gap 1400 bytes"}, 100},
		{"what waited for its end is forgotten", func(s *script) {
			s.sink.verdict = func(*heron.Message) heron.Verdict { return heron.Verdict{} }
			s.handshake().feed(client.tcp(server, frame.ACK, 100, 500, "half a mess"))
			s.feed(client.tcp(server, frame.ACK, 115, 500, "new")).feed(server.tcp(client, frame.ACK, 500, 118, ""))
		}, []string{name + `#0 "half a mess"`, name + `#1 gap "new"`}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "m")
			tt.play(s)
			s.want(tt.want...)
			if got := s.table.Stats().StreamGaps; got != tt.gaps {
				t.Errorf("%d bytes in gaps, want %d", got, tt.gaps)
			}
		})
	}
}

func TestSegmentsCutByTheCapture(t *testing.T) {
	t.Parallel()
	s := newScript(t, "m").handshake()
	b := client.tcp(server, frame.ACK, 100, 500, strings.Repeat("x", 1000))
	s.table.Packet(&heron.Packet{Time: s.now, Data: b[:54+10], OrigLen: len(b), Link: heron.LinkEthernet})
	s.feed(client.tcp(server, frame.ACK, 1100, 500, "next"))
	s.want(`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #0 "xxxxxxxxxx"`, `m tcp 10.0.0.1:40000 > 10.0.0.2:80 #1 gap "next"`)
	if st := s.table.Stats(); st.StreamGaps != 990 || st.Malformed != 0 {
		t.Errorf("stats %+v, want 990 bytes in gaps and nothing malformed", st)
	}
}

func TestDoneFlowsAreOnlyCounted(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"verdict", "scratch"} {
		s := newScript(t, "m").handshake()
		s.sink.verdict = func(m *heron.Message) heron.Verdict {
			m.Flow.Settled = by == "scratch"
			return heron.Verdict{Done: by == "verdict"}
		}
		s.feed(client.tcp(server, frame.ACK, 100, 500, "one"))
		s.feed(client.tcp(server, frame.ACK, 103, 500, "two"))
		s.feed(server.tcp(client, frame.ACK, 500, 106, "three"))
		s.want(`m tcp 10.0.0.1:40000 > 10.0.0.2:80 #0 "one"`)
		s.sink.only = "f"
		s.table.Flush()
		s.want("f tcp 10.0.0.1:40000 > 10.0.0.2:80 established 4/2 ended")
	}
}

func TestScratchBelongsToTheFlow(t *testing.T) {
	t.Parallel()
	s := newScriptWith(t, "f", flow.Config{ProtocolName: func(i uint16) string { return []string{"first", "second"}[i] }})
	s.sink.verdict = func(m *heron.Message) heron.Verdict {
		if want := byte(m.Sequence); m.Flow.Data[0] != want {
			t.Errorf("scratch %d at message %d", m.Flow.Data[0], want)
		}
		m.Flow.Data[0]++
		m.Flow.Protocol, m.Flow.Before = 2, 1
		return heron.Verdict{}
	}
	s.feed(client.udp(server, "x")).feed(client.udp(server, "y")).table.Flush()
	s.want("f udp second 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0", "f udp second 10.0.0.1:40000 > 10.0.0.2:80 attempt 2/0 ended")
	if got := s.sink.last.Before; got != "first" {
		t.Errorf("the flow began as %q, want first", got)
	}
	s.sink.verdict = nil
	s.feed(client.udp(server, "z")).table.Flush()
	if got := s.sink.last.Before; got != "" {
		t.Errorf("the next flow began as %q, want nothing", got)
	}
}

func TestPrefixThatNeverBecomesAMessageIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newScript(t, "m").handshake()
	s.sink.verdict = func(m *heron.Message) heron.Verdict {
		if len(m.Payload) > 16<<10 {
			t.Errorf("a message of %d bytes", len(m.Payload))
		}
		return heron.Verdict{}
	}
	const size = 1000
	for i := range uint32(100) {
		s.feed(client.tcp(server, frame.ACK, 100+i*size, 500, strings.Repeat("x", size)))
	}
	if n := len(s.sink.lines); n != 17 {
		t.Errorf("%d messages, want 17: one for each segment until 16 KiB wait", n)
	}
	if got := s.table.Stats().StreamDrops; got != 17*size {
		t.Errorf("%d bytes dropped, want %d", got, 17*size)
	}
}

// A flood of connections that never finish a message must not keep later ones
// from being read.
func TestStreamMemoryIsTakenFromTheOldest(t *testing.T) {
	t.Parallel()
	s := newScriptWith(t, "m", flow.Config{MaxStreamBytes: 64 << 10})
	s.sink.verdict = func(m *heron.Message) heron.Verdict {
		if bytes.HasSuffix(m.Payload, []byte("!")) {
			return heron.Verdict{Consumed: len(m.Payload)}
		}
		return heron.Verdict{}
	}
	open := func(port uint16) side {
		c := side{macA, ipA, port}
		s.feed(c.tcp(server, frame.SYN, 99, 0, ""))
		s.feed(c.tcp(server, frame.ACK, 100, 500, strings.Repeat("x", 1400)))
		return c
	}
	for port := range uint16(500) {
		open(20000 + port)
	}
	c := open(30000)
	s.sink.lines = nil
	s.feed(c.tcp(server, frame.ACK, 1500, 500, "done!"))
	s.want("m tcp 10.0.0.1:30000 > 10.0.0.2:80 #1 1405 bytes")
	if got := s.table.Stats().StreamDrops; got < 400*1400 || got > 500*1400 {
		t.Errorf("%d bytes dropped, want those of the oldest flows", got)
	}
}

// Whatever way segments are cut, shuffled, repeated and consumed, the sink gets
// each byte of the stream once and in order.
func TestStreamProperty(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 0))
		want := make([]byte, 1+r.IntN(20_000))
		for i := range want {
			want[i] = byte(r.Uint32())
		}
		first := r.Uint32() // the sequence numbers may wrap
		var got []byte
		s := newScript(t, "-")
		s.sink.verdict = func(m *heron.Message) heron.Verdict {
			n := r.IntN(len(m.Payload) + 1)
			if len(m.Payload) > 8000 {
				n = len(m.Payload)
			}
			got = append(got, m.Payload[:n]...)
			return heron.Verdict{Consumed: n}
		}
		s.feed(client.tcp(server, frame.SYN, first-1, 0, "")).feed(server.tcp(client, frame.SYN|frame.ACK, 0, first, ""))
		for _, p := range shuffled(r, len(want)) {
			s.feed(client.tcp(server, frame.ACK, first+uint32(p[0]), 1, string(want[p[0]:p[1]])))
		}
		s.sink.verdict = func(m *heron.Message) heron.Verdict {
			got = append(got, m.Payload...)
			return heron.Verdict{Consumed: len(m.Payload)}
		}
		s.feed(client.tcp(server, frame.ACK, first+uint32(len(want)), 1, "."))
		if st := s.table.Stats(); !bytes.Equal(got, append(bytes.Clone(want), '.')) || st.StreamGaps+st.StreamDrops != 0 {
			t.Fatalf("seed %d: %d bytes of %d, stats %+v", seed, len(got), len(want)+1, st)
		}
	}
}

// shuffled cuts n bytes into pieces, some twice and some overlapping, out of
// order within what a receiver would hold.
func shuffled(r *rand.Rand, n int) [][2]int {
	var pieces [][2]int
	for at := 0; at < n; {
		to := min(n, at+1+r.IntN(1400))
		pieces = append(pieces, [2]int{max(at-r.IntN(2)*r.IntN(300), 0), to})
		if r.IntN(5) == 0 {
			pieces = append(pieces, [2]int{at, to})
		}
		at = to
	}
	for i := range pieces {
		j := min(i+r.IntN(8), len(pieces)-1)
		pieces[i], pieces[j] = pieces[j], pieces[i]
	}
	return pieces
}
