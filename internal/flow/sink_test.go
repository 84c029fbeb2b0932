package flow_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
)

const start = 1_700_000_000 * heron.Second

var (
	macA = heron.MAC{2, 0, 0, 0, 0, 0xa}
	macB = heron.MAC{2, 0, 0, 0, 0, 0xb}
	ipA  = netip.MustParseAddr("10.0.0.1")
	ipB  = netip.MustParseAddr("10.0.0.2")
	ip6A = netip.MustParseAddr("fd00::1")
	ip6B = netip.MustParseAddr("fd00::2")
)

// recorder is a sink that writes down what it is told, one line each.
type recorder struct {
	lines   []string
	verdict func(m *heron.Message) heron.Verdict
	only    string // kinds of line to keep: any of m, s, f; "" = all
	ids     map[heron.FlowID]bool
	last    heron.Flow
}

func (r *recorder) add(kind, format string, args ...any) {
	if r.only == "" || strings.Contains(r.only, kind) {
		r.lines = append(r.lines, kind+" "+fmt.Sprintf(format, args...))
	}
}

func end(e heron.Endpoint, port uint16) string {
	s := e.MAC.String()
	if e.IP.IsValid() {
		s = e.IP.String()
	}
	if port != 0 {
		s += fmt.Sprintf(":%d", port)
	}
	if e.VLAN != 0 {
		s += fmt.Sprintf("@%d", e.VLAN)
	}
	return s
}

func (r *recorder) Message(m *heron.Message) heron.Verdict {
	from, gap := ">", ""
	if !m.FromClient {
		from = ">c"
	}
	if m.Gap {
		gap = " gap"
	}
	kind := m.Transport.String()
	if m.Transport == heron.Link {
		kind = fmt.Sprintf("%04x", m.EtherType)
	}
	text := fmt.Sprintf("%q", m.Payload)
	if len(m.Payload) > 40 {
		text = fmt.Sprintf("%d bytes", len(m.Payload))
	}
	r.add("m", "%s %s %s %s #%d%s %s", kind, end(m.Src, m.SrcPort), from, end(m.Dst, m.DstPort), m.Sequence, gap, text)
	if r.verdict != nil {
		return r.verdict(m)
	}
	return heron.Verdict{Consumed: len(m.Payload)}
}

func (r *recorder) Sighting(e heron.Endpoint, at heron.Time) {
	r.add("s", "%s %s +%v", e.MAC, end(heron.Endpoint{IP: e.IP, VLAN: e.VLAN}, 0), at.Sub(start))
}

func (r *recorder) Direct(e heron.Endpoint, ttl uint8, _ heron.Time) {
	r.add("d", "%s %s %d", e.MAC, e.IP, ttl)
}

func (r *recorder) Handshake(h *flow.Handshake) {
	kind := "syn"
	if h.Answer {
		kind = "synack"
	}
	if strings.Contains(r.only, "h") {
		r.add("h", "%s %s %s", end(h.Sender, 0), kind, h.AppendSignature(nil))
	}
}

func (r *recorder) Flow(f *heron.Flow) {
	r.last = *f
	last, protocol := "", ""
	if f.Ended {
		last = " ended"
	}
	if f.Protocol != "" {
		protocol = " " + f.Protocol
	}
	if r.ids != nil {
		r.ids[f.ID] = true
	}
	r.add("f", "%s%s %s > %s %s %d/%d%s", f.Transport, protocol, end(f.Client, f.ClientPort), end(f.Server, f.ServerPort),
		f.State, f.ClientPackets, f.ServerPackets, last)
}

// script feeds frames to a table, at times that the test sets.
type script struct {
	t     *testing.T
	sink  *recorder
	table *flow.Table
	now   heron.Time
}

func newScript(t *testing.T, only string) *script {
	t.Helper()
	return newScriptWith(t, only, flow.Config{})
}

func newScriptWith(t *testing.T, only string, c flow.Config) *script {
	t.Helper()
	s := &script{t: t, sink: &recorder{only: only}, now: start}
	s.table = flow.New(c, s.sink)
	return s
}

func (s *script) after(d time.Duration) *script {
	s.now = s.now.Add(d)
	return s
}

func (s *script) feed(b []byte) *script { return s.feedAs(heron.LinkEthernet, b) }

func (s *script) feedAs(link heron.LinkType, b []byte) *script {
	return s.feedPacket(heron.Packet{Time: s.now, Data: b, OrigLen: len(b), Link: link})
}

func (s *script) feedPacket(p heron.Packet) *script {
	before := len(s.sink.lines)
	s.table.Packet(&p)
	s.table.Report() // each change is a line of its own
	// Of what one frame made, the flow's line is first, whenever it was told.
	slices.SortStableFunc(s.sink.lines[before:], func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return s
}

// rank puts lines about flows before others.
func rank(line string) int {
	if strings.HasPrefix(line, "f ") {
		return 0
	}
	return 1
}

// tick lets traffic time pass: a frame that tells nothing.
func (s *script) tick(d time.Duration) *script {
	return s.after(d).feedPacket(heron.Packet{Time: s.now, Link: 9999})
}

// want compares what was told since the last call.
func (s *script) want(lines ...string) *script {
	s.t.Helper()
	got := strings.Join(s.sink.lines, "\n")
	if want := strings.Join(lines, "\n"); got != want {
		s.t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	s.sink.lines = nil
	return s
}

// side is one end of a scripted conversation.
type side struct {
	mac  heron.MAC
	ip   netip.Addr
	port uint16
}

var (
	client = side{macA, ipA, 40000}
	server = side{macB, ipB, 80}
)

func (a side) headers(b side) (frame.Ethernet, frame.IP) {
	return frame.Ethernet{Src: a.mac, Dst: b.mac}, frame.IP{Src: a.ip, Dst: b.ip}
}

// tcp is a frame from a to b.
func (a side) tcp(b side, flags uint8, seq, ack uint32, payload string) []byte {
	e, ip := a.headers(b)
	return frame.AppendTCP(nil, e, ip,
		frame.TCP{SrcPort: a.port, DstPort: b.port, Seq: seq, Ack: ack, Flags: flags}, []byte(payload))
}

func (a side) udp(b side, payload string) []byte {
	e, ip := a.headers(b)
	return frame.AppendUDP(nil, e, ip, frame.UDP{SrcPort: a.port, DstPort: b.port}, []byte(payload))
}

// handshake opens the connection, with first sequence numbers 100 and 500.
func (s *script) handshake() *script {
	return s.feed(client.tcp(server, frame.SYN, 99, 0, "")).
		feed(server.tcp(client, frame.SYN|frame.ACK, 499, 100, "")).
		feed(client.tcp(server, frame.ACK, 100, 500, ""))
}
