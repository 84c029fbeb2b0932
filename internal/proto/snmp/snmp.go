// Package snmp reads and writes SNMP messages of versions 1 and 2c (RFC 1157,
// RFC 3416) in the Basic Encoding Rules (X.690). Reading never panics and never
// allocates more than its input warrants. Of version 3 a Session reads and writes
// what is for its user (RFC 3412, RFC 3414).
package snmp

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron/internal/wire"
)

// Versions as they are on the wire.
const (
	Version1  = 0
	Version2c = 1
	Version3  = 3
)

// Kinds of PDU, which are context tags (RFC 3416 §3).
const (
	Get      = 0xa0
	GetNext  = 0xa1
	Response = 0xa2
	Set      = 0xa3
	GetBulk  = 0xa5
	Report   = 0xa8
)

// Tags of values (RFC 2578 §7.1, RFC 3416 §3).
const (
	TagInteger    = 0x02
	TagString     = 0x04
	TagNull       = 0x05
	TagOID        = 0x06
	TagSequence   = 0x30
	TagCounter    = 0x41
	TagGauge      = 0x42
	TagTicks      = 0x43
	NoSuchObject  = 0x80
	EndOfMIB      = 0x82
	maxArcs       = 128
	maxBindings   = 128
	maxIntegerLen = 8
)

// Errors of a response.
const (
	ErrorNone        = 0
	ErrorNoSuchName  = 2
	ErrorNotWritable = 17
)

// ErrNotSNMP is what Parse returns for bytes that are no such message.
var ErrNotSNMP = errors.New("not an SNMP message")

// Message is one message with its PDU.
type Message struct {
	Version   int
	Community string
	Kind      int // Get, GetNext …
	RequestID int
	// Error and Index are the status of a response; in a GetBulk they are the
	// numbers of non-repeaters and of repetitions.
	Error, Index int
	Bindings     []Binding
}

// Binding is a variable and its value.
type Binding struct {
	OID   OID
	Tag   int
	Value []byte // contents as encoded; Text, Int and Object make them
}

// OID is an object identifier.
type OID []uint32

// ParseOID reads "1.3.6.1"; nil when s is none.
func ParseOID(s string) OID {
	var o OID
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return nil
		}
		o = append(o, uint32(n))
	}
	return o
}

// String returns the dotted form.
func (o OID) String() string {
	parts := make([]string, len(o))
	for i, n := range o {
		parts[i] = strconv.FormatUint(uint64(n), 10)
	}
	return strings.Join(parts, ".")
}

// Compare orders identifiers as a walk goes through them.
func (o OID) Compare(p OID) int { return slices.Compare(o, p) }

// Text is a binding of a string.
func Text(o OID, s string) Binding { return Binding{OID: o, Tag: TagString, Value: []byte(s)} }

// Int is a binding of a number under an integer tag.
func Int(o OID, tag, n int) Binding { return Binding{OID: o, Tag: tag, Value: integer(n)} }

// Object is a binding of an object identifier.
func Object(o, value OID) Binding { return Binding{OID: o, Tag: TagOID, Value: value.encode()} }

// Parse reads one message.
func Parse(b []byte) (*Message, error) {
	r := wire.NewReader(b)
	body := element(&r, TagSequence)
	m := &Message{Version: readInt(&body)}
	if body.Err() != nil || m.Version != Version1 && m.Version != Version2c {
		return nil, ErrNotSNMP
	}
	community := element(&body, TagString)
	m.Community = string(community.Rest())
	if err := m.readPDU(&body); err != nil {
		return nil, err
	}
	return m, nil
}

// readPDU reads what a message carries.
func (m *Message) readPDU(body *wire.Reader) error {
	m.Kind = peekTag(body)
	pdu := element(body, m.Kind)
	m.RequestID, m.Error, m.Index = readInt(&pdu), readInt(&pdu), readInt(&pdu)
	list := element(&pdu, TagSequence)
	for list.Len() > 0 && len(m.Bindings) < maxBindings {
		one := element(&list, TagSequence)
		b := Binding{OID: readOID(&one)}
		b.Tag = peekTag(&one)
		value := element(&one, b.Tag)
		b.Value = value.Rest()
		if one.Err() != nil {
			return ErrNotSNMP
		}
		m.Bindings = append(m.Bindings, b)
	}
	if body.Err() != nil || pdu.Err() != nil || list.Err() != nil || m.Kind&0xe0 != 0xa0 {
		return ErrNotSNMP
	}
	return nil
}

// element returns a reader of the contents of the next element, which must
// have that tag; r and the result fail when it has not.
func element(r *wire.Reader, tag int) wire.Reader {
	if r.U8() != tag {
		r.Fail(ErrNotSNMP)
	}
	return r.Sub(length(r))
}

// length reads a definite length (X.690 §8.1.3).
func length(r *wire.Reader) int {
	n := r.U8()
	if n < 0x80 {
		return n
	}
	switch n & 0x7f {
	case 1:
		return r.U8()
	case 2:
		return r.U16()
	case 3:
		return r.U24()
	case 4:
		return r.U32()
	}
	r.Fail(ErrNotSNMP)
	return 0
}

func peekTag(r *wire.Reader) int {
	b := r.Peek(1)
	if len(b) == 0 {
		return -1
	}
	return int(b[0])
}

// readInt reads an INTEGER (X.690 §8.3).
func readInt(r *wire.Reader) int {
	body := element(r, TagInteger)
	return bodyInt(r, &body)
}

func bodyInt(r, body *wire.Reader) int {
	if body.Len() == 0 || body.Len() > maxIntegerLen {
		r.Fail(ErrNotSNMP)
		return 0
	}
	n := int64(int8(body.U8()))
	for body.Len() > 0 {
		n = n<<8 | int64(body.U8())
	}
	return int(n)
}

// readOID reads an OBJECT IDENTIFIER (X.690 §8.19).
func readOID(r *wire.Reader) OID {
	body := element(r, TagOID)
	var o OID
	for body.Len() > 0 && len(o) < maxArcs {
		var n uint64
		for {
			c := body.U8()
			n = n<<7 | uint64(c&0x7f)
			if c < 0x80 || body.Err() != nil || n > 1<<32 {
				break
			}
		}
		if n > 1<<32-1 {
			r.Fail(ErrNotSNMP)
			return nil
		}
		if len(o) == 0 {
			first := min(n/40, 2)
			o = append(o, uint32(first), uint32(n-40*first))
			continue
		}
		o = append(o, uint32(n))
	}
	if body.Err() != nil {
		r.Fail(ErrNotSNMP)
	}
	return o
}

// Append writes the message.
func (m *Message) Append(b []byte) []byte {
	body := tlv(nil, TagInteger, integer(m.Version))
	body = tlv(body, TagString, []byte(m.Community))
	return tlv(b, TagSequence, m.appendPDU(body))
}

// appendPDU writes what a message carries.
func (m *Message) appendPDU(b []byte) []byte {
	var list []byte
	for _, v := range m.Bindings {
		one := tlv(nil, TagOID, v.OID.encode())
		list = tlv(list, TagSequence, tlv(one, v.Tag, v.Value))
	}
	pdu := tlv(nil, TagInteger, integer(m.RequestID))
	pdu = tlv(pdu, TagInteger, integer(m.Error))
	pdu = tlv(pdu, TagInteger, integer(m.Index))
	return tlv(b, m.Kind, tlv(pdu, TagSequence, list))
}

func tlv(b []byte, tag int, value []byte) []byte {
	b = append(b, byte(tag))
	switch n := len(value); {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x100:
		b = append(b, 0x81, byte(n))
	default:
		b = append(b, 0x82, byte(n>>8), byte(n))
	}
	return append(b, value...)
}

// integer is the shortest two's complement form.
func integer(n int) []byte {
	b := []byte{byte(n)}
	for v := n >> 7; v != 0 && v != -1; {
		n >>= 8
		b = append(b, byte(n))
		v = n >> 7
	}
	slices.Reverse(b)
	return b
}

func (o OID) encode() []byte {
	if len(o) < 2 {
		return nil
	}
	b := arc(nil, uint64(o[0])*40+uint64(o[1]))
	for _, n := range o[2:] {
		b = arc(b, uint64(n))
	}
	return b
}

func arc(b []byte, n uint64) []byte {
	digits := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		digits = append(digits, byte(n&0x7f)|0x80)
	}
	slices.Reverse(digits)
	return append(b, digits...)
}
