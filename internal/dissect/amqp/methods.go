package amqp

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Methods of the class connection of 0-9-1 (§1.4).
const (
	classConnection = 10
	methodStart     = 10
	methodStartOk   = 11
	methodClose     = 50
)

// Reply codes by which a broker refuses a login (§1.2).
const (
	accessRefused = 403
	notAllowed    = 530
)

const maxProperties = 32

// method reads a method of 0-9-1.
func method(r *wire.Reader, done *byte, m *heron.Message, out dissect.Emitter) error {
	class, kind := r.U16(), r.U16()
	if class != classConnection {
		return r.Err()
	}
	switch {
	case kind == methodStart && !m.FromClient:
		r.Skip(2)
		table(r, m, out)
		for list := r.Bytes(r.U32()); len(list) > 0; {
			var name []byte
			name, list, _ = bytes.Cut(list, []byte(" "))
			out.Observe(m.Sender(), keyMechanism, name)
		}
		*done = 1
	case kind == methodStartOk && m.FromClient:
		table(r, m, out)
		mechanism := r.Bytes(r.U8())
		out.Observe(m.Sender(), keyMechanism, mechanism)
		login(mechanism, out)
		*done = 1
	case kind == methodClose && !m.FromClient:
		if code := r.U16(); code == accessRefused || code == notAllowed {
			dissect.LoginFailed(out, "amqp", strconv.Itoa(code))
		}
	}
	return r.Err()
}

// table goes through a table of properties (§4.2.5.5): what is text is told, as far
// as it says what its sender is.
func table(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	t := r.Sub(r.U32())
	for range maxProperties {
		if t.Len() == 0 {
			return
		}
		name := t.Bytes(t.U8())
		switch kind := t.U8(); kind {
		case 'S', 'x', 'F', 'A':
			value := t.Bytes(t.U32())
			if kind == 'S' && t.Err() == nil {
				property(name, value, m.Sender(), out)
			}
		case 't', 'b', 'B':
			t.Skip(1)
		case 's', 'u', 'U':
			t.Skip(2)
		case 'I', 'i', 'f':
			t.Skip(4)
		case 'D':
			t.Skip(5)
		case 'l', 'L', 'd', 'T':
			t.Skip(8)
		case 'V':
		default:
			return
		}
	}
}

// Performatives of 1.0 that are read (§2.7.1, §5.3.3).
const (
	open           = 0x10
	saslMechanisms = 0x40
	saslInit       = 0x41
	saslOutcome    = 0x44
)

// atProperties is the place of the properties in the fields of open.
const atProperties = 9

// performative reads a frame of 1.0.
func performative(r *wire.Reader, done *byte, m *heron.Message, out dissect.Emitter) error {
	r.Skip(4)
	head := r.U8() * 4
	r.Skip(head - 5)
	if r.Err() == nil && r.Len() == 0 {
		return nil // keeps the connection open
	}
	if r.U8() != 0 || r.U8() != 0x53 { // a described value, by a small number
		return r.Err()
	}
	kind := r.U8()
	list := elements(value(r))
	switch {
	case kind == open:
		*done = 1
		opened(&list, m, out)
	case kind == saslMechanisms && !m.FromClient:
		mechanisms(&list, m, out)
	case kind == saslInit && m.FromClient:
		if code, b := value(&list); text(code) {
			out.Observe(m.Sender(), keyMechanism, b)
			login(b, out)
		}
	case kind == saslOutcome && !m.FromClient:
		if _, b := value(&list); len(b) == 1 && b[0] == 1 {
			dissect.LoginFailed(out, "amqp", "")
		}
	}
	return r.Err()
}

// opened tells who opens a connection, and its properties.
func opened(list *wire.Reader, m *heron.Message, out dissect.Emitter) {
	for i := 0; i < maxProperties && list.Len() > 0; i++ {
		code, b := value(list)
		switch {
		case i == 0 && text(code):
			out.Observe(m.Sender(), keyContainer, b)
		case i == atProperties:
			properties(elements(code, b), m, out)
		}
	}
}

// mechanisms tells one symbol, or an array of them.
func mechanisms(list *wire.Reader, m *heron.Message, out dissect.Emitter) {
	code, b := value(list)
	if text(code) {
		out.Observe(m.Sender(), keyMechanism, b)
		return
	}
	r := elements(code, b)
	kind := r.U8()
	for range maxProperties {
		if r.Len() == 0 {
			return
		}
		size := r.U8()
		if kind&0xf0 == 0xb0 {
			r.Skip(2)
			size = r.U8()
		}
		out.Observe(m.Sender(), keyMechanism, r.Bytes(size))
	}
}

// properties goes through a map of symbols and values.
func properties(list wire.Reader, m *heron.Message, out dissect.Emitter) {
	for range maxProperties {
		if list.Len() == 0 {
			return
		}
		_, name := value(&list)
		if code, v := value(&list); text(code) {
			property(name, v, m.Sender(), out)
		}
	}
}

// value reads a value (§1.2): its code, and its octets behind any size.
func value(r *wire.Reader) (code int, b []byte) {
	code = r.U8()
	if code == 0 { // a descriptor first, which is passed over
		octets(r, r.U8())
		code = r.U8()
	}
	return code, octets(r, code)
}

// octets reads the octets of a value with that code.
func octets(r *wire.Reader, code int) []byte {
	switch code >> 4 {
	case 4:
		return nil
	case 5, 6, 7, 8, 9:
		return r.Bytes(1 << (code>>4 - 5))
	case 0xa, 0xc, 0xe:
		return r.Bytes(r.U8())
	case 0xb, 0xd, 0xf:
		return r.Bytes(r.U32())
	}
	r.Fail(dissect.ErrNotMine)
	return nil
}

// elements returns what follows the count of a list, map or array.
func elements(code int, b []byte) wire.Reader {
	r := wire.NewReader(b)
	switch code >> 4 {
	case 0xc, 0xe:
		r.Skip(1)
	case 0xd, 0xf:
		r.Skip(4)
	}
	return r
}

// text reports whether a value is a string or a symbol (§1.6).
func text(code int) bool { return code == 0xa1 || code == 0xa3 || code == 0xb1 || code == 0xb3 }
