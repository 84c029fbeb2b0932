// Package goose reads GOOSE, by which substation devices tell each other at once
// what has switched: who publishes which control block, and when its state
// changes. What is in a message stays unread.
package goose

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyAppID    = "goose.app_id"
	keyControl  = "goose.control_block"
	keyDataSet  = "goose.data_set"
	keyID       = "goose.id"
	keyRevision = "goose.configuration_revision"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "goose",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0x88b8},
		Spec:       "IEC 61850-8-1:2011 §18 and annex A, annex C (frame)",
		Dissect:    d.dissect,
	}
}

// publishers is how many control blocks are watched for changes of state; a power
// of two. Blocks that fall on one place push each other out.
const publishers = 1024

// state is what was last heard of a control block.
type state struct {
	block uint64 // sum over publisher, group and name; 0: none
	last  int    // number of its state
	test  bool
}

type dissector struct {
	text   dissect.Buffer
	states [publishers]state
}

// message is what is read of one.
type message struct {
	app                       int
	control, dataSet, id      []byte
	state, sequence, revision int
	test, commissioning       bool
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	whole := *r
	msg, ok := read(r)
	if !ok && isCut(whole) {
		return heron.Verdict{}, wire.ErrShort
	}
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyControl, msg.control)
	out.Observe(about, keyDataSet, msg.dataSet)
	out.Observe(about, keyID, msg.id)
	out.Observe(about, keyAppID, d.text.HexNumber(msg.app, 0))
	out.Observe(about, keyRevision, d.text.Number(msg.revision))
	d.change(&msg, m, out)
	return heron.Verdict{}, nil
}

// read reads a frame: application, length, and one value in BER with all that is
// mandatory before the data (annex A).
func read(r *wire.Reader) (message, bool) {
	msg := message{app: r.U16()}
	size := r.U16()
	r.Skip(4)
	pdu := ber.Get(r, 0x61)
	if r.Err() != nil || size < 8 || size > r.Offset()+r.Len() {
		return msg, false
	}
	seen := 0
	for pdu.Len() > 0 && pdu.Err() == nil {
		tag, body := ber.Cut(&pdu)
		seen |= 1 << (tag & 0x1f)
		switch tag {
		case 0x80:
			msg.control = body.Rest()
		case 0x82:
			msg.dataSet = body.Rest()
		case 0x83:
			msg.id = body.Rest()
		case 0x85:
			msg.state = ber.Int(&body)
		case 0x86:
			msg.sequence = ber.Int(&body)
		case 0x87:
			msg.test = body.U8() != 0
		case 0x88:
			msg.revision = ber.Int(&body)
		case 0x89:
			msg.commissioning = body.U8() != 0
		}
	}
	// Control block, data set, time, state, sequence and revision.
	const mandatory = 1 | 1<<2 | 1<<4 | 1<<5 | 1<<6 | 1<<8
	return msg, seen&mandatory == mandatory && len(msg.control) > 0 && wire.Printable(msg.control)
}

// isCut reports whether a capture cut a frame: it says that it is longer, and
// begins with the name of a control block.
func isCut(r wire.Reader) bool {
	const sequence, long, control = 0x61, 0x80, 0x80
	all := r.Len()
	r.Skip(2)
	size := r.U16()
	r.Skip(4)
	tag, length := r.U8(), r.U8()
	if length >= long {
		r.Skip(length & 0x7f)
	}
	inner, name := r.U8(), r.Bytes(r.U8())
	const longest = 1492 // §C: what a frame of Ethernet holds
	return r.Err() == nil && size > all && size <= longest && tag == sequence && length <= long+2 && inner == control &&
		len(name) > 0 && wire.Printable(name)
}

// change reports a control block whose state is another than before, or that
// begins or ends to say that it is tested. The first message of a block is where
// watching begins.
func (d *dissector) change(msg *message, m *heron.Message, out dissect.Emitter) {
	block := sum(msg, m)
	s := &d.states[block%publishers]
	before := *s
	*s = state{block: block, last: msg.state, test: msg.test}
	known := before.block == block
	if known && before.last == msg.state && before.test == msg.test || !known && !msg.test {
		return
	}
	attrs := map[string]string{
		"control_block": wire.Text(msg.control, 129), "app_id": strconv.FormatInt(int64(msg.app), 16),
		"state": strconv.Itoa(msg.state), "sequence": strconv.Itoa(msg.sequence),
	}
	if known {
		attrs["before"] = strconv.Itoa(before.last)
	}
	if msg.test {
		attrs["test"] = "yes"
	}
	if msg.commissioning {
		attrs["commissioning"] = "yes"
	}
	out.Event(heron.Event{Kind: "goose.state", Attrs: attrs})
}

// sum is a number that stands for a control block of a publisher.
func sum(msg *message, m *heron.Message) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	mix := func(b []byte) {
		for _, c := range b {
			h = (h ^ uint64(c)) * 1099511628211
		}
	}
	mix(m.Src.MAC[:])
	mix(m.Dst.MAC[:])
	mix(msg.control)
	return max(h^h>>32, 1)
}
