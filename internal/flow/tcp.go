package flow

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// The TCP flags that decide the state of a flow (RFC 9293 §3.1).
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// segment is one TCP segment.
type segment struct {
	seq, ack uint32
	flags    int
	// data is what was captured of length bytes.
	data   []byte
	length int
}

// tcp reads a TCP header (RFC 9293 §3.1).
func (t *Table) tcp(r *wire.Reader) {
	src, dst := r.U16(), r.U16()
	g := segment{seq: uint32(r.U32()), ack: uint32(r.U32())}
	g.flags = r.U16()
	r.Skip(6)
	header := g.flags >> 12 * 4
	r.Skip(header - 20)
	if r.Err() != nil {
		t.fault()
		return
	}
	g.data = r.Rest()
	g.length = max(t.frame.length-header, len(g.data))

	h := hints{awaits: true}
	switch g.flags & (flagSYN | flagACK) {
	case flagSYN:
		h.client, h.begins, h.seq = sideSender, true, g.seq
	case flagSYN | flagACK:
		h.client = sideReceiver
	}
	i, e, dir := t.follow(protoTCP, src, dst, h)
	fresh := e.packets[fromClient]+e.packets[fromServer] == uint64(t.frame.packets)
	state := e.tcpState(dir, &g, fresh)
	if fresh || state != e.state {
		t.change(i, e, state)
	}
	t.stream(i, e, dir, &g)
}

// over reports whether a SYN with this sequence number, in this direction,
// begins another connection on the same ports.
func (e *entry) over(dir int, seq uint32) bool {
	switch e.state {
	case heron.FlowAttempt, heron.FlowUnanswered:
		return false
	}
	s := &e.streams[dir]
	return !s.synced || s.isn != seq
}

// tcpState is the state of the flow after a segment.
func (e *entry) tcpState(dir int, g *segment, fresh bool) heron.FlowState {
	asking := e.state == heron.FlowAttempt || e.state == heron.FlowUnanswered
	if g.flags&flagRST != 0 {
		switch {
		case asking && dir == fromServer && !fresh:
			return heron.FlowRejected
		case asking || e.state == heron.FlowEstablished:
			return heron.FlowReset
		}
		return e.state
	}
	if g.flags&flagFIN != 0 {
		e.fin[dir] = true
	}
	switch {
	case dir == fromServer && g.flags&(flagSYN|flagACK) == flagSYN|flagACK && e.over(dir, g.seq):
		// The client asked again after a reset, and now it is answered.
		return heron.FlowEstablished
	case !asking && e.state != heron.FlowEstablished:
		return e.state
	case e.fin[fromClient] && e.fin[fromServer]:
		return heron.FlowClosed
	case asking && dir == fromServer && (!fresh || g.flags&flagACK != 0):
		return heron.FlowEstablished
	case asking && g.flags&(flagSYN|flagACK) == flagACK && (g.length > 0 || e.packets[fromClient] > 2):
		// The answer was not captured, but there must have been one.
		return heron.FlowEstablished
	}
	return e.state
}
