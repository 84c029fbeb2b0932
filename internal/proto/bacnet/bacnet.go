// Package bacnet reads and writes BACnet/IP (ASHRAE 135, annex J) as far as
// finding devices and reading their properties goes: Who-Is, I-Am,
// ReadProperty and its answer. Segmented and routed messages are not read.
package bacnet

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Functions of the virtual link (annex J.2).
const (
	OriginalUnicast   = 0x0a
	OriginalBroadcast = 0x0b
)

// Kinds of application PDU (clause 20.1), in the high half of their first octet.
const (
	Confirmed   = 0x00
	Unconfirmed = 0x10
	ComplexAck  = 0x30
	Error       = 0x50
)

// Services (clause 21).
const (
	IAm          = 0
	WhoIs        = 8
	ReadProperty = 12
)

// Properties of the device object (clause 21).
const (
	PropApplicationVersion = 12
	PropFirmware           = 44
	PropModelName          = 70
	PropObjectName         = 77
	PropPresentValue       = 85
	PropVendorID           = 120
	PropVendorName         = 121
)

// Types of object (clause 21).
const (
	ObjectAnalogInput = 0
	ObjectDevice      = 8
)

// Application tags (clause 20.2.1.4).
const (
	tagUnsigned   = 2
	tagReal       = 4
	tagString     = 7
	tagEnumerated = 9
	tagObject     = 12
)

// ErrNotBACnet is what Read returns for other bytes.
var ErrNotBACnet = errors.New("not BACnet/IP")

// Message is one message.
type Message struct {
	Kind    byte // Confirmed, Unconfirmed …
	Invoke  byte
	Service byte
	Object  uint32 // type in the upper 10 bits, instance in the lower 22
	// Property asked for, or answered.
	Property int
	// Vendor of an I-Am.
	Vendor int
	// Low and High of a Who-Is; both -1 when it asks everyone.
	Low, High int
}

// ObjectID joins a type and an instance.
func ObjectID(kind, instance uint32) uint32 { return kind<<22 | instance&0x3fffff }

// Read reads one datagram.
func Read(b []byte) (Message, error) {
	m := Message{Low: -1, High: -1}
	r := wire.NewReader(b)
	kind, function, n := r.U8(), r.U8(), r.U16()
	if kind != 0x81 || function != OriginalUnicast && function != OriginalBroadcast || n != len(b) {
		return m, ErrNotBACnet
	}
	version, control := r.U8(), r.U8()
	if version != 1 || control&0x80 != 0 || control&0x08 != 0 {
		return m, ErrNotBACnet // a network message, or from beyond a router
	}
	if control&0x20 != 0 {
		r.Skip(2)
		r.Skip(r.U8() + 1) // destination and hop count
	}
	m.readPDU(&r)
	if r.Err() != nil {
		return m, ErrNotBACnet
	}
	return m, nil
}

func (m *Message) readPDU(r *wire.Reader) {
	first := byte(r.U8())
	m.Kind = first & 0xf0
	switch m.Kind {
	case Confirmed:
		r.Skip(1)
		m.Invoke = byte(r.U8())
	case ComplexAck:
		m.Invoke = byte(r.U8())
	}
	m.Service = byte(r.U8())
	switch {
	case m.Service == ReadProperty && m.Kind != Unconfirmed:
		m.Object = uint32(contextUnsigned(r, 0))
		m.Property = contextUnsigned(r, 1)
	case m.Kind == Unconfirmed && m.Service == WhoIs && r.Len() > 0:
		m.Low, m.High = contextUnsigned(r, 0), contextUnsigned(r, 1)
	case m.Kind == Unconfirmed && m.Service == IAm:
		m.Object = uint32(applicationUnsigned(r))
		applicationUnsigned(r) // longest message
		applicationUnsigned(r) // segmentation
		m.Vendor = applicationUnsigned(r)
	}
}

// contextUnsigned reads a number under a context tag (clause 20.2.1).
func contextUnsigned(r *wire.Reader, tag int) int {
	c := r.U8()
	if c>>4 != tag || c&8 == 0 {
		r.Fail(ErrNotBACnet)
	}
	return unsigned(r, c&7)
}

func applicationUnsigned(r *wire.Reader) int {
	c := r.U8()
	if c&8 != 0 {
		r.Fail(ErrNotBACnet)
	}
	return unsigned(r, c&7)
}

func unsigned(r *wire.Reader, n int) int {
	if n == 0 || n > 4 {
		r.Fail(ErrNotBACnet)
		return 0
	}
	v := 0
	for range n {
		v = v<<8 | r.U8()
	}
	return v
}

// frame wraps an application PDU.
func frame(function byte, pdu ...byte) []byte {
	control := byte(0)
	if len(pdu) > 0 && pdu[0]&0xf0 == Confirmed {
		control = 4 // expecting a reply
	}
	b := binary.BigEndian.AppendUint16([]byte{0x81, function}, uint16(6+len(pdu)))
	return append(append(b, 1, control), pdu...)
}

// AppendWhoIs asks every device to say who it is (clause 16.10).
func AppendWhoIs(b []byte) []byte {
	return append(b, frame(OriginalBroadcast, Unconfirmed, WhoIs)...)
}

// AppendIAm says who a device is.
func AppendIAm(b []byte, instance uint32, vendor uint16) []byte {
	pdu := []byte{Unconfirmed, IAm, tagObject<<4 | 4}
	pdu = binary.BigEndian.AppendUint32(pdu, ObjectID(ObjectDevice, instance))
	pdu = append(pdu, tagUnsigned<<4|2, 0x05, 0xc4, tagEnumerated<<4|1, 3, tagUnsigned<<4|2)
	return append(b, frame(OriginalBroadcast, binary.BigEndian.AppendUint16(pdu, vendor)...)...)
}

// AppendReadProperty asks for one property (clause 15.5).
func AppendReadProperty(b []byte, invoke byte, object uint32, property byte) []byte {
	pdu := []byte{Confirmed, 5, invoke, ReadProperty, 0x0c}
	pdu = binary.BigEndian.AppendUint32(pdu, object)
	return append(b, frame(OriginalUnicast, append(pdu, 0x19, property)...)...)
}

// Value is what a property holds, encoded.
type Value []byte

// Text is a character string in UTF-8 (clause 20.2.9).
func Text(s string) Value {
	if len(s)+1 < 5 {
		return append(Value{tagString<<4 | byte(len(s)+1), 0}, s...)
	}
	return append(Value{tagString<<4 | 5, byte(len(s) + 1), 0}, s[:min(len(s), 252)]...)
}

// Number is an unsigned integer.
func Number(n uint16) Value {
	return binary.BigEndian.AppendUint16(Value{tagUnsigned<<4 | 2}, n)
}

// Real is a single-precision number, as its bits.
func Real(bits uint32) Value { return binary.BigEndian.AppendUint32(Value{tagReal<<4 | 4}, bits) }

// AppendProperty answers m, a ReadProperty, with a value.
func AppendProperty(b []byte, m *Message, v Value) []byte {
	pdu := []byte{ComplexAck, m.Invoke, ReadProperty, 0x0c}
	pdu = binary.BigEndian.AppendUint32(pdu, m.Object)
	pdu = append(pdu, 0x19, byte(m.Property), 0x3e)
	pdu = append(append(pdu, v...), 0x3f)
	return append(b, frame(OriginalUnicast, pdu...)...)
}

// AppendUnknownProperty answers m with the error "unknown property".
func AppendUnknownProperty(b []byte, m *Message) []byte {
	return append(b, frame(OriginalUnicast, Error, m.Invoke, m.Service,
		tagEnumerated<<4|1, 2, tagEnumerated<<4|1, 32)...)
}
