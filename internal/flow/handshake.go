package flow

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Handshake is how a TCP stack asks for a connection, or answers: what tells
// systems apart before a byte of payload.
type Handshake struct {
	Time   heron.Time
	Sender heron.Endpoint
	// Answer is set for SYN with ACK.
	Answer bool
	// TTL is the hop limit that the packet most likely began with: 32, 64, 128 or 255.
	TTL    uint8
	Window uint16
	MSS    uint16 // 0: not told
	// Scale is the window scale, -1 when not told.
	Scale int
	// Options are the kinds of option in their order; those that are equal to
	// padding count too.
	Options []byte
	Quirks  Quirk
}

// Quirk is a set of what is out of the ordinary in a handshake, or tells stacks
// apart for another reason.
type Quirk uint32

// The quirks, in the order in which they are written.
const (
	quirkDF        Quirk = 1 << iota // may not be fragmented
	quirkID                          // has a number though it may not be fragmented
	quirkNoID                        // has no number though it may be fragmented
	quirkLabel                       // IPv6 flow label
	quirkECN                         // offers congestion notification
	quirkTOS                         // has a class of traffic
	quirkZeroSeq                     // begins with sequence number 0
	quirkAck                         // acknowledges without saying so
	quirkURG                         // urgent pointer, or its flag
	quirkPSH                         // asks to be pushed
	quirkData                        // carries payload
	quirkZeroTime                    // its own time stamp is 0
	quirkPeerTime                    // asks with the time stamp of a peer
	quirkPadding                     // padding that is not zero
	quirkBadOption                   // options that cannot be read
)

var quirkNames = [...]string{
	"df", "id", "noid", "label", "ecn", "tos", "seq0", "ack", "urg", "psh", "data", "ts0", "peerts", "pad", "badopt",
}

// Kinds of TCP option (IANA).
const (
	optEnd       = 0
	optNop       = 1
	optMSS       = 2
	optScale     = 3
	optSACKOK    = 4
	optSACK      = 5
	optTimestamp = 8
)

// maxOptions bounds the options that are told: 40 bytes have no room for more.
const maxOptions = 40

// handshake tells how one side opens a connection. look is the look at a plain
// frame, else nil.
func (t *Table) handshake(look *glance, e *entry, dir int, g *segment, packet []byte) {
	if g.flags&(flagRST|flagFIN) != 0 || t.frame.quoting {
		return
	}
	if look != nil {
		t.frame.opens(look)
	}
	e.between(&t.msg.Src, &t.msg.Dst, dir)
	header, _ := wire.Head20(packet)
	h := &t.shake
	*h = Handshake{
		Time: t.frame.time, Sender: t.msg.Src, Answer: g.flags&flagACK != 0,
		TTL: initialTTL(t.frame.ttl), Window: binary.BigEndian.Uint16(header[14:16]), Scale: -1, Options: h.Options[:0],
	}
	h.Quirks = t.frame.quirks() | g.quirks(binary.BigEndian.Uint16(header[18:20]))
	h.readOptions(wire.Part(packet, len(header), int(header[12]>>4)*4))
	t.sink.Handshake(h)
}

// initialTTL guesses where a hop limit began: systems use few values, and few
// paths are longer than 30 hops.
func initialTTL(ttl uint8) uint8 {
	switch {
	case ttl <= 32:
		return 32
	case ttl <= 64:
		return 64
	case ttl <= 128:
		return 128
	}
	return 255
}

// quirks are those of the IP header.
func (f *frame) quirks() Quirk {
	var q Quirk
	q.set(quirkDF, f.df)
	q.set(quirkID, f.df && f.id != 0)
	q.set(quirkNoID, !f.v6 && !f.df && f.id == 0)
	q.set(quirkLabel, f.v6 && f.id != 0)
	q.set(quirkECN, f.tos&3 != 0)
	q.set(quirkTOS, f.tos&^3 != 0)
	return q
}

// quirks are those of the TCP header.
func (g *segment) quirks(urgent uint16) Quirk {
	const (
		flagPSH = 0x08
		flagURG = 0x20
		flagECE = 0x40
		flagCWR = 0x80
	)
	var q Quirk
	q.set(quirkECN, g.flags&(flagECE|flagCWR) != 0)
	q.set(quirkZeroSeq, g.seq == 0)
	q.set(quirkAck, g.flags&flagACK == 0 && g.ack != 0)
	q.set(quirkURG, g.flags&flagURG != 0 || urgent != 0)
	q.set(quirkPSH, g.flags&flagPSH != 0)
	q.set(quirkData, g.length > 0)
	return q
}

func (q *Quirk) set(which Quirk, on bool) {
	if on {
		*q |= which
	}
}

// readOptions reads TCP options (RFC 9293 §3.1, RFC 7323).
func (h *Handshake) readOptions(b []byte) {
	r := wire.NewReader(b)
	for r.Len() > 0 && len(h.Options) < maxOptions {
		kind := r.U8()
		h.Options = append(h.Options, byte(kind))
		if kind == optNop {
			continue
		}
		if kind == optEnd {
			for r.Len() > 0 {
				h.Quirks.set(quirkPadding, r.U8() != 0)
			}
			return
		}
		body := r.Sub(r.U8() - 2)
		h.option(kind, &body)
		if r.Err() != nil || body.Err() != nil {
			h.Quirks |= quirkBadOption
			return
		}
	}
}

func (h *Handshake) option(kind int, body *wire.Reader) {
	switch kind {
	case optMSS:
		h.MSS = uint16(body.U16())
	case optScale:
		h.Scale = body.U8()
	case optTimestamp:
		own, peer := body.U32(), body.U32()
		h.Quirks.set(quirkZeroTime, own == 0)
		h.Quirks.set(quirkPeerTime, peer != 0 && !h.Answer)
	}
}
