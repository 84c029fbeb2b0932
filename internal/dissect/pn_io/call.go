package pn_io

import "github.com/heron-iot/heron/internal/wire"

// Kinds of packet (C706 §12.6.4.4).
const (
	request  = 0
	response = 2
	lastKind = 10
)

// Operations (IEC 61158-6-10 §4.10.3.2.2).
const (
	connect      = 0
	release      = 1
	read         = 2
	write        = 3
	control      = 4
	readImplicit = 5
)

// call is one packet of a remote call.
type call struct {
	kind      int
	fragment  int
	operation int
	toDevice  bool // the interface is a device's
	device    bool // the object names one: its vendor and model
	vendor    int
	model     int
	cut       bool        // less of it is there than it says
	whole     bool        // it is not one of several fragments
	body      wire.Reader // the blocks
}

// object is how the UUIDs of PROFINET objects begin and interfaces end; the first
// four octets and the last six differ.
const object = "\x6c\x97\x11\xd1\x82\x71"

// node is the end of an interface's UUID.
const node = "\x00\xa0\x24\x42\xdf\x7d"

// reader reads numbers in the order that a call uses.
type reader struct {
	*wire.Reader
	order wire.Order
}

func (r reader) u16() int { return r.order.U16(r.Reader) }

func (r reader) u32() int { return r.order.U32(r.Reader) }

// uuid reads a UUID whose middle is PROFINET's: its first four octets and its
// last six.
func (r reader) uuid() (first int, last []byte, ok bool) {
	first = r.u32()
	second, third := r.u16(), r.u16()
	ok = second == 0x6c97 && third == 0x11d1 && string(r.Bytes(2)) == object[4:]
	return first, r.Bytes(6), ok
}

// readCall reads the header of a packet (C706 §12.5.2.2) and, of requests and
// answers, what precedes the blocks (IEC 61158-6-10 §4.10.3.2).
func readCall(raw *wire.Reader) (call, bool) {
	var c call
	if raw.U8() != 4 { // version
		return c, false
	}
	c.kind = raw.U8() & 0x1f
	flags := raw.U8()
	raw.Skip(1)
	r := reader{raw, raw.U8()>>4 == 1}
	raw.Skip(3)
	_, id, isObject := r.uuid()
	c.device = isObject
	ids := wire.NewReader(id)
	ids.Skip(2) // which of the object's kind
	c.model, c.vendor = ids.U16(), ids.U16()
	service, end, known := r.uuid()
	raw.Skip(16 + 4 + 4 + 4) // activity, boot time, interface's version, sequence
	c.operation = r.u16()
	raw.Skip(2 + 2) // hints
	size := r.u16()
	c.fragment = r.u16()
	raw.Skip(2)
	c.toDevice = service == 0xdea00001
	const maxBody = 1<<16 - 1 - 8 - 80 // what a datagram holds behind this header
	const last = 4                     // device, controller, supervisor, parameter server
	if raw.Err() != nil || !known || string(end) != node || service < 0xdea00001 || service > 0xdea00000+last ||
		c.kind > lastKind || size > maxBody {
		return c, false
	}
	if size > raw.Len() {
		c.cut = true
		return c, true
	}
	const fragmented = 0x04
	c.whole = flags&fragmented == 0
	c.body = raw.Sub(size)
	if c.fragment > 0 || c.kind != request && c.kind != response {
		return c, true
	}
	// Most that may be, or a status; length; and the array's three numbers.
	c.body.Skip(4 + 4 + 4 + 4 + 4)
	return c, c.body.Err() == nil
}

// record is what a read or write is about.
type record struct{ slot, subslot, index int }

// record returns the record that a request names first.
func (c *call) record() (record, bool) {
	r := c.body
	kind := r.U16()
	r.Skip(2 + 2 + 2 + 16 + 4) // length, version, sequence, UUID, API
	var x record
	x.slot, x.subslot = r.U16(), r.U16()
	r.Skip(2)
	x.index = r.U16()
	return x, r.Err() == nil && (kind == readRequest || kind == writeRequest)
}
