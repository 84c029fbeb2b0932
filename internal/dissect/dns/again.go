package dns

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// maxKnown bounds the datagrams that are known again.
const maxKnown = 256

// again tells what a datagram tells that was read before: hosts ask the same for
// ever, and but for its number the message is the same. It reports false for what
// must be read.
func (d *dissector) again(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	kind, ok := d.key(r.Peek(r.Len()))
	if !ok {
		return false
	}
	attrs := d.known.Known()
	if attrs == nil {
		return false
	}
	if kind == ofAnswer {
		out.Act(kindAnswer, attrs)
		return true
	}
	out.ObserveString(m.Sender(), heron.KeyContact, attrs[attrName])
	out.Act(kindQuery, attrs)
	return true
}

// remember keeps the attributes of the one event of a datagram. Queries also name
// a contact, as these do.
func (d *dissector) remember(kind byte, m *heron.Message, attrs map[string]string) {
	if got, ok := d.key(m.Payload); ok && m.Transport == heron.UDP && got == kind {
		d.known.Keep(attrs)
	}
}

// key begins the key of a datagram, and returns what it is of.
func (d *dissector) key(b []byte) (kind byte, ok bool) {
	const response = 0x80
	head, _ := wire.Head4(b)
	if head == nil || len(b) > maxKnown {
		return 0, false
	}
	kind = ofQuery
	if head[2]&response != 0 {
		kind = ofAnswer
	}
	_, rest, _ := wire.Cut(b, 2)
	d.known.Begin(kind)
	d.known.Text(rest)
	return kind, true
}
