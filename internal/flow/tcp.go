package flow

import (
	"encoding/binary"

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

// tcp reads a TCP header (RFC 9293 §3.1). look is the look at a plain frame, else nil.
func (t *Table) tcp(look *glance, packet []byte) {
	b, _ := wire.Head20(packet)
	if b == nil {
		t.fault()
		return
	}
	header := int(b[12]>>4) * 4
	_, data, ok := wire.Cut(packet, header)
	if !ok || header < len(b) {
		t.fault()
		return
	}
	var g segment // by its fields: a copy of the whole would wait for them
	g.seq, g.ack = binary.BigEndian.Uint32(b[4:8]), binary.BigEndian.Uint32(b[8:12])
	g.flags, g.data = int(b[13]), data
	g.length = max(t.frame.length-header, len(data))
	t.frame.payload = g.length
	var i uint32
	var dir int
	e := t.known(look)
	if e != nil && g.flags&flagSYN == 0 {
		t.fresh = false
		t.count(e, look)
		i, dir = look.entry, e.direction(look.sender)
	} else {
		i, e, dir = t.followSegment(look, &g, packet)
	}
	if t.fresh || g.flags&(flagSYN|flagFIN|flagRST) != 0 || e.state != heron.FlowEstablished || e.fin != 0 {
		if state := e.tcpState(dir, &g, t.fresh); t.fresh || state != e.state {
			t.change(i, e, state)
		}
	}
	e.repeats(dir, &g)
	if g.flags&flagSYN != 0 {
		t.handshake(look, e, dir, &g, packet)
		t.stream(i, e, dir, &g)
	} else if !e.settled {
		t.stream(i, e, dir, &g)
	}
}

// followSegment is follow for a segment that may open a flow.
func (t *Table) followSegment(look *glance, g *segment, packet []byte) (uint32, *entry, int) {
	r := wire.NewReader(packet)
	src, dst := r.U16(), r.U16()
	return t.follow(look, protoTCP, src, dst, g.hints())
}

// hints are what the flags say of a flow.
func (g *segment) hints() hints {
	h := hints{awaits: true}
	switch g.flags & (flagSYN | flagACK) {
	case flagSYN:
		h.client, h.begins, h.seq = sideSender, true, g.seq
	case flagSYN | flagACK:
		h.client = sideReceiver
	}
	return h
}

// repeats counts a segment whose bytes, or whose SYN, were all sent before: they
// came again, or late. A byte before the next one keeps a connection alive.
func (e *entry) repeats(dir int, g *segment) {
	h := e.end(dir)
	end := g.seq + uint32(g.length)
	if g.flags&flagSYN != 0 {
		end++
	}
	switch {
	case end == g.seq:
	case h.top == 0 || int32(end-h.top) > 0:
		h.top = end
	case g.length != 1 || end != h.top:
		bump(&e.again[dir&1])
	}
}

// over reports whether a SYN with this sequence number, in this direction,
// begins another connection on the same ports.
func (e *entry) over(dir int, seq uint32) bool {
	switch e.state {
	case heron.FlowAttempt, heron.FlowUnanswered:
		return false
	}
	s := &e.streams[dir]
	return !s.synced || e.backlogs[dir].isn != seq
}

// tcpState is the state of the flow after a segment.
func (e *entry) tcpState(dir int, g *segment, fresh bool) heron.FlowState {
	asking := e.state == heron.FlowAttempt || e.state == heron.FlowUnanswered
	if g.flags&flagRST != 0 {
		bump(&e.resets)
		switch {
		case asking && dir == fromServer && !fresh:
			return heron.FlowRejected
		case asking || e.state == heron.FlowEstablished:
			return heron.FlowReset
		}
		return e.state
	}
	if g.flags&flagFIN != 0 {
		e.fin |= 1 << dir
	}
	switch {
	case dir == fromServer && g.flags&(flagSYN|flagACK) == flagSYN|flagACK && e.over(dir, g.seq):
		// The client asked again after a reset, and now it is answered.
		return heron.FlowEstablished
	case !asking && e.state != heron.FlowEstablished:
		return e.state
	case e.fin == bothSides:
		return heron.FlowClosed
	case asking && dir == fromServer && (!fresh || g.flags&flagACK != 0):
		return heron.FlowEstablished
	case asking && g.flags&(flagSYN|flagACK) == flagACK && (g.length > 0 || e.half(fromClient).packets > 2):
		// The answer was not captured, but there must have been one.
		return heron.FlowEstablished
	}
	return e.state
}
