// Package iec104 reads and writes the messages of IEC 60870-5-104, by which
// control centres order substations about: the control information (APCI, §5)
// and the data unit in it (ASDU, IEC 60870-5-101 §7).
package iec104

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Functions of a message without a number (§5.1, figure 8): requests; each is
// confirmed with the next bit up.
const (
	StartTransfer = 0x07
	StopTransfer  = 0x13
	TestFrame     = 0x43
)

// Forms of a message (§5.1).
const (
	Information = iota // numbered, with a data unit
	Supervisory        // acknowledges
	Unnumbered         // starts, stops, tests
)

// ErrNotIEC104 says that bytes are no such message.
var ErrNotIEC104 = errors.New("not an IEC 60870-5-104 message")

// Size returns the length of the message that b starts with; 0 when b is too
// short to tell, ErrNotIEC104 when it can be none.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	if r.U8() != 0x68 && len(b) > 0 {
		return 0, ErrNotIEC104
	}
	n := r.U8()
	if r.Err() != nil {
		return 0, nil
	}
	if n < 4 || n > 253 {
		return 0, ErrNotIEC104
	}
	return 2 + n, nil
}

// Message is one message. Data is borrowed.
type Message struct {
	Form     int
	Function int // of an unnumbered one
	Data     []byte
}

// Read reads one whole message.
func Read(b []byte) (Message, error) {
	r := wire.NewReader(b)
	r.Skip(2)
	c1, c2, c3, c4 := r.U8(), r.U8(), r.U8(), r.U8()
	m := Message{Data: r.Rest()}
	n, err := Size(b)
	if err != nil || n != len(b) || r.Err() != nil {
		return m, ErrNotIEC104
	}
	switch {
	case c1&1 == 0 && c3&1 == 0 && len(m.Data) > 0:
		return m, nil
	case c1 == 1 && c2 == 0 && c3&1 == 0 && len(m.Data) == 0:
		m.Form = Supervisory
		return m, nil
	case c2 == 0 && c3 == 0 && c4 == 0 && len(m.Data) == 0:
		m.Form, m.Function = Unnumbered, c1
		switch c1 {
		case StartTransfer, 0x0b, StopTransfer, 0x23, TestFrame, 0x83:
			return m, nil
		}
	}
	return m, ErrNotIEC104
}

// Append adds an unnumbered message to b.
func Append(b []byte, function byte) []byte { return append(b, 0x68, 4, function, 0, 0, 0) }

// AppendInformation adds a numbered message around a data unit to b.
func AppendInformation(b []byte, send, receive int, unit []byte) []byte {
	b = append(b, 0x68, byte(4+len(unit)))
	b = binary.LittleEndian.AppendUint16(b, uint16(send<<1))
	b = binary.LittleEndian.AppendUint16(b, uint16(receive<<1))
	return append(b, unit...)
}

// Causes of transmission (IEC 60870-5-101 §7.2.3).
const (
	Spontaneous   = 3
	Activation    = 6
	Confirmation  = 7
	Deactivation  = 8
	UnknownType   = 44
	UnknownObject = 47
)

// Unit is a data unit.
type Unit struct {
	Type       int
	Sequence   bool // the objects have consecutive addresses, of which the first is given
	Number     int
	Cause      int
	Negative   bool
	Test       bool
	Originator int
	Address    int    // common address: the station
	Object     int    // address of the first information object
	First      []byte // what follows it; borrowed
}

// ReadUnit reads a data unit.
func ReadUnit(b []byte) (Unit, bool) {
	r := wire.NewReader(b)
	u := Unit{Type: r.U8()}
	count, cause := r.U8(), r.U8()
	u.Sequence, u.Number = count&0x80 != 0, count&0x7f
	u.Cause, u.Negative, u.Test = cause&0x3f, cause&0x40 != 0, cause&0x80 != 0
	u.Originator, u.Address = r.U8(), r.U16LE()
	u.Object = r.U16LE() | r.U8()<<16
	u.First = r.Rest()
	return u, r.Err() == nil
}

// Fits reports whether type, cause and length of a data unit are possible and
// agree; it is strict, to tell such units from other bytes.
func (u *Unit) Fits() bool {
	size := ObjectSize(u.Type)
	if size < 0 || u.Cause == 0 || u.Cause > UnknownObject || u.Number == 0 || u.Address == 0 {
		return false
	}
	if u.Sequence {
		return len(u.First) == u.Number*size
	}
	return len(u.First) == u.Number*size+(u.Number-1)*3
}

// Append adds a data unit of one object to b.
func (u *Unit) Append(b []byte) []byte {
	cause := byte(u.Cause)
	if u.Negative {
		cause |= 0x40
	}
	b = append(b, byte(u.Type), byte(u.Number), cause, byte(u.Originator))
	b = binary.LittleEndian.AppendUint16(b, uint16(u.Address))
	b = append(b, byte(u.Object), byte(u.Object>>8), byte(u.Object>>16))
	return append(b, u.First...)
}

// sizes are the octets of an information object of each type, without its
// address (IEC 60870-5-101 §7.3, IEC 60870-5-104 §8); one more, so that 0 is none.
var sizes = [128]uint8{
	1: 2, 2: 5, 3: 2, 4: 5, 5: 3, 6: 6, 7: 6, 8: 9, 9: 4, 10: 7, 11: 4, 12: 7, 13: 6, 14: 9, 15: 6, 16: 9,
	17: 7, 18: 8, 19: 8, 20: 6, 21: 3, 30: 9, 31: 9, 32: 10, 33: 13, 34: 11, 35: 11, 36: 13, 37: 13,
	38: 11, 39: 12, 40: 12, 45: 2, 46: 2, 47: 2, 48: 4, 49: 4, 50: 6, 51: 5, 58: 9, 59: 9, 60: 9, 61: 11,
	62: 11, 63: 13, 64: 12, 70: 2, 100: 2, 101: 2, 102: 1, 103: 8, 104: 3, 105: 2, 106: 3, 107: 10,
	110: 4, 111: 4, 112: 6, 113: 2, 120: 7, 121: 8, 122: 5, 123: 6, 124: 5, 126: 14, 127: 17,
}

// ObjectSize returns how many octets an information object of a type has after
// its address, -1 when the type is unknown or has no fixed length.
func ObjectSize(kind int) int {
	if kind < 0 || kind >= len(sizes) {
		return -1
	}
	return int(sizes[kind]) - 1
}
