package dlms

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// object is what a message asks for: an attribute or a method of an object.
type object struct {
	class  int
	name   []byte // six numbers (IEC 62056-6-1)
	member int
}

// readObject reads which one a request of the usual form, the first of several, is
// about (IEC 62056-5-3 §9.5: request, invocation, class, name, member).
func readObject(r *wire.Reader) (object, bool) {
	const usual, firstBlock, nameSize = 1, 2, 6
	form := r.U8()
	r.Skip(1)
	o := object{class: r.U16(), name: r.Bytes(nameSize), member: r.U8()}
	return o, r.Err() == nil && (form == usual || form == firstBlock)
}

// asked is what was asked for, of what is told.
type asked uint8

const (
	askedOther asked = iota
	askedDevice
	askedSerial
	askedFirmware
)

// gets returns what a request with the name of an object is for: the value of some
// that every meter has (IEC 62056-6-2 §6.2, §6.5).
func gets(r *wire.Reader) asked {
	const data, value = 1, 2
	o, ok := readObject(r)
	if !ok || o.class != data || o.member != value {
		return askedOther
	}
	switch string(o.name) {
	case "\x00\x00\x2a\x00\x00\xff": // 0-0:42.0.0
		return askedDevice
	case "\x00\x00\x60\x01\x00\xff": // 0-0:96.1.0
		return askedSerial
	case "\x01\x00\x00\x02\x00\xff", "\x01\x01\x00\x02\x00\xff": // 1-0:0.2.0, and of the core 1-1:0.2.0
		return askedFirmware
	}
	return askedOther
}

// readsVariable is gets for a request with a short name, of which one is the same in
// all meters (IEC 62056-6-2 §4.1.3).
func readsVariable(r *wire.Reader) asked {
	const one, byName, device = 1, 2, 0xfd08
	if count, kind, name := r.U8(), r.U8(), r.U16(); count == one && kind == byName && name == device && r.Err() == nil {
		return askedDevice
	}
	return askedOther
}

// value tells what an answer says, when it is to a question for what is told.
func value(tag int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	what := asked(m.Flow.Data[atAsked])
	m.Flow.Data[atAsked] = byte(askedOther)
	const usual, one, octets, text = 1, 1, 0x09, 0x0a
	first := r.U8()
	if tag == tagGetResponse {
		r.Skip(1)
	}
	failed, kind := r.U8(), r.U8()
	b := r.Bytes(ber.Length(r))
	if first != usual && first != one || failed != 0 || kind != octets && kind != text || r.Err() != nil || len(b) > maxName {
		return
	}
	if what == askedDevice {
		manufacturer(b, m, out)
	}
	if b = wire.Unpad(b); !wire.Printable(b) {
		return
	}
	switch what {
	case askedDevice:
		out.Observe(m.Sender(), keyDevice, b)
	case askedSerial:
		out.Observe(m.Sender(), keySerial, b)
	case askedFirmware:
		out.Observe(m.Sender(), keyFirmware, b)
	}
}
