package quic

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/quic"
)

// Limits on what is remembered of connections whose hellos are not complete.
const (
	maxSessions = 64
	maxStream   = 8 << 10 // of the handshake of one side
	maxPieces   = 32      // that do not touch each other
)

// ends is who talks to whom; one of them the client.
type ends struct{ client, server netip.AddrPort }

// session is a connection whose Initial packets are being read.
type session struct {
	ends    ends
	keys    [2]quic.Keys // of the client, of the server
	streams [2]stream
}

// sessions are the latest connections; the oldest makes room.
type sessions struct {
	index map[ends]int
	list  [maxSessions]session
	next  int
}

func newSessions() sessions { return sessions{index: make(map[ends]int, maxSessions)} }

// open decrypts an Initial packet into frames. The keys of a connection come from
// the client's first packet, or from its first after the server asked it to begin
// again (RFC 9000 §17.2.5). nil: there are no keys for it.
func (s *sessions) open(p *quic.Long, m *heron.Message, frames, scratch *[]byte) *session {
	side, e := sideOf(m), endsOf(m)
	var err error
	i, ok := s.index[e]
	if ok {
		*frames, *scratch, err = s.list[i].keys[side].Open((*frames)[:0], *scratch, p)
		if err == nil {
			return &s.list[i]
		}
	}
	if side == 1 || !p.Whole {
		return nil
	}
	client, server, err := quic.InitialKeys(p.Version, p.DCID)
	if err != nil {
		return nil
	}
	if *frames, *scratch, err = client.Open((*frames)[:0], *scratch, p); err != nil {
		return nil
	}
	if !ok {
		i = s.place(e)
	}
	c := &s.list[i]
	c.ends, c.keys = e, [2]quic.Keys{client, server}
	c.streams[0].reset()
	c.streams[1].reset()
	return c
}

// endsOf returns who talks in m.
func endsOf(m *heron.Message) ends {
	src, dst := netip.AddrPortFrom(m.Src.IP, m.SrcPort), netip.AddrPortFrom(m.Dst.IP, m.DstPort)
	if m.FromClient {
		return ends{src, dst}
	}
	return ends{dst, src}
}

// forget drops what is remembered of a connection.
func (s *sessions) forget(e ends) { delete(s.index, e) }

// place makes room for a connection.
func (s *sessions) place(e ends) int {
	i := s.next
	s.next = (s.next + 1) % maxSessions
	if old := s.list[i].ends; s.holds(old, i) {
		delete(s.index, old)
	}
	s.index[e] = i
	return i
}

// holds reports whether place i is that of e.
func (s *sessions) holds(e ends, i int) bool {
	at, ok := s.index[e]
	return ok && at == i
}

// stream puts the pieces of one side's handshake in order.
type stream struct {
	data   []byte
	pieces []piece // sorted, and none touches another
}

// piece is a stretch of a stream that is there.
type piece struct{ from, to int }

func (s *stream) reset() { s.data, s.pieces = s.data[:0], s.pieces[:0] }

// add keeps a piece; what goes beyond the limits is dropped.
func (s *stream) add(offset int, b []byte) {
	end := offset + len(b)
	if len(b) == 0 || offset > maxStream || end > maxStream {
		return
	}
	if n := end - len(s.data); n > 0 {
		s.data = append(s.data, make([]byte, n)...)
	}
	if s.note(piece{offset, end}) {
		copy(s.data[offset:end], b)
	}
}

// note joins a piece with those it touches; false when there are too many.
func (s *stream) note(p piece) bool {
	at := 0
	for at < len(s.pieces) && s.pieces[at].to < p.from {
		at++
	}
	end := at
	for end < len(s.pieces) && s.pieces[end].from <= p.to {
		p.from, p.to = min(p.from, s.pieces[end].from), max(p.to, s.pieces[end].to)
		end++
	}
	if end > at {
		s.pieces[at] = p
		s.pieces = append(s.pieces[:at+1], s.pieces[end:]...)
		return true
	}
	if len(s.pieces) >= maxPieces {
		return false
	}
	s.pieces = append(s.pieces, piece{})
	copy(s.pieces[at+1:], s.pieces[at:])
	s.pieces[at] = p
	return true
}

// start returns what is there of the stream from its start.
func (s *stream) start() []byte {
	if len(s.pieces) == 0 || s.pieces[0].from != 0 {
		return nil
	}
	return s.data[:s.pieces[0].to]
}
