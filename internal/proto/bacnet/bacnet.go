// Package bacnet reads and writes BACnet/IP (ASHRAE 135, annex J) as far as
// finding devices and reading their properties goes: Who-Is, I-Am,
// ReadProperty, ReadPropertyMultiple and their answers, and the objects that
// other services name. Segmented messages are not read.
package bacnet

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"github.com/heron-iot/heron/internal/wire"
)

// Functions of the virtual link (annex J.2).
const (
	LinkResult        = 0x00
	WriteBroadcasts   = 0x01 // the table of broadcast devices
	ReadBroadcasts    = 0x02
	BroadcastsAnswer  = 0x03
	Forwarded         = 0x04 // by a broadcast device, for another address
	RegisterForeign   = 0x05 // a device in another subnet wants broadcasts
	ReadForeign       = 0x06
	ForeignAnswer     = 0x07
	DeleteForeign     = 0x08
	Distribute        = 0x09 // please forward
	OriginalUnicast   = 0x0a
	OriginalBroadcast = 0x0b
)

// Kinds of application PDU (clause 20.1), in the high half of their first octet.
const (
	Confirmed   = 0x00
	Unconfirmed = 0x10
	SimpleAck   = 0x20
	ComplexAck  = 0x30
	SegmentAck  = 0x40
	Error       = 0x50
	Reject      = 0x60
	Abort       = 0x70
)

// Services (clause 21).
const (
	IAm          = 0
	WhoIs        = 8
	ReadProperty = 12

	AtomicReadFile         = 6
	AtomicWriteFile        = 7
	AddListElement         = 8
	RemoveListElement      = 9
	CreateObject           = 10
	DeleteObject           = 11
	ReadMultiple           = 14
	WriteProperty          = 15
	WriteMultiple          = 16
	CommunicationControl   = 17
	ReinitializeDevice     = 20
	TimeSynchronization    = 6 // these two are not confirmed
	UTCTimeSynchronization = 9
)

// Properties of the device object (clause 21).
const (
	PropApplicationVersion = 12
	PropDescription        = 28
	PropFirmware           = 44
	PropLocation           = 58
	PropModelName          = 70
	PropObjectIdentifier   = 75
	PropObjectName         = 77
	PropPresentValue       = 85
	PropVendorID           = 120
	PropVendorName         = 121
	PropSerialNumber       = 372
)

// Types of object (clause 21).
const (
	ObjectAnalogInput = 0
	ObjectDevice      = 8
)

// IAmRouter is the type of the network message by which a router tells which
// networks it leads to (clause 6.4.2).
const IAmRouter = 1

// Application tags (clause 20.2.1.4).
const (
	tagBoolean    = 1
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
	// Origin is who first sent a forwarded message.
	Origin netip.AddrPort
	// Link is the function of the virtual link. LinkOnly tells that the message is
	// about the link itself (annex J.2) and has nothing else.
	Link     byte
	LinkOnly bool
	// SourceNet is the network behind a router that the message comes from, 0
	// when the sender speaks for itself; SourceAddress its address there, borrowed.
	SourceNet     int
	SourceAddress []byte
	// TargetNet is the network behind a router that it is for, 0 for the receiver's
	// own, 65535 for all; TargetAddress the address there, empty for all, borrowed.
	TargetNet     int
	TargetAddress []byte
	// State is what a ReinitializeDevice or CommunicationControl asks for, -1
	// where there is none.
	State int
	// Class and Code of an error; Code also is the reason of a reject or abort.
	Class, Code int
	// Network tells that this is a message between routers: Service is its type
	// (clause 6.2.4) and Answer what follows.
	Network bool
	// Answer is what follows the service of an answer to ReadProperty (the value)
	// or ReadPropertyMultiple; borrowed.
	Answer []byte
}

// ObjectID joins a type and an instance.
func ObjectID(kind, instance uint32) uint32 { return kind<<22 | instance&0x3fffff }

// linkHeader is the length of what each datagram begins with (clause J.2).
const linkHeader = 4

// Whole reports whether a datagram is as long as it says.
func Whole(b []byte) bool {
	head, _ := wire.Head4(b)
	return head != nil && int(binary.BigEndian.Uint16(head[2:])) == len(b)
}

// Read reads one datagram. What is behind the length that it gives is passed over,
// as devices do.
func Read(b []byte) (Message, error) {
	m := newMessage()
	r := wire.NewReader(b)
	kind, function, n := r.U8(), r.U8(), r.U16()
	if kind != 0x81 || n < linkHeader || n > len(b) {
		return m, ErrNotBACnet
	}
	r = r.Sub(n - linkHeader)
	m.Link = byte(function)
	if m.LinkOnly = linkOnly(function, n); m.LinkOnly {
		return m, nil
	}
	switch function {
	case Distribute, OriginalUnicast, OriginalBroadcast:
	case Forwarded:
		ip, _ := netip.AddrFromSlice(r.Bytes(4))
		m.Origin = netip.AddrPortFrom(ip, uint16(r.U16()))
	default:
		return m, ErrNotBACnet
	}
	m.readNetwork(&r)
	if r.Err() != nil {
		return m, ErrNotBACnet
	}
	return m, nil
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
