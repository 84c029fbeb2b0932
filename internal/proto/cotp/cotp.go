// Package cotp reads and writes the ISO transport protocol class 0 (ITU-T X.224)
// in packets over TCP (TPKT, RFC 1006), and the session layer (X.225) as far as
// what it carries is found. S7, MMS and RDP ride on it.
package cotp

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of transport PDU (X.224 §13).
const (
	ConnectRequest    = 0xe0
	ConnectConfirm    = 0xd0
	DisconnectRequest = 0x80
	Data              = 0xf0
	Expedited         = 0x10
	Problem           = 0x70
)

// headSize is the header of a packet (RFC 1006 §6); the least that may follow are
// three octets of transport.
const (
	headSize = 4
	minSize  = 7
)

// maxPackets is how many packets one message may be in.
const maxPackets = 64

// ErrNotCOTP says that bytes are no packet of ISO transport.
var ErrNotCOTP = errors.New("not ISO transport over TCP")

// Size returns the length of the packet at the start of a stream; 0 when its
// header is not whole yet, ErrNotCOTP when it is none.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	version := r.U8()
	if version != 3 && len(b) > 0 {
		return 0, ErrNotCOTP
	}
	reserved := r.U8()
	n := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if reserved != 0 || n < minSize {
		return 0, ErrNotCOTP
	}
	return n, nil
}

// PDU is one transport PDU. Its slices are borrowed.
type PDU struct {
	Kind        byte
	Destination int
	Source      int // reference; of a connection
	Calling     []byte
	Called      []byte // service access points
	Final       bool   // the message ends with this packet
	Payload     []byte // of Data
}

// Read takes one packet from r, of which all of the transport header must be
// there; what is there of the payload is returned.
func Read(r *wire.Reader) (PDU, error) {
	n, err := Size(r.Peek(min(r.Len(), headSize)))
	if err != nil || n == 0 {
		return PDU{}, ErrNotCOTP
	}
	body := r.Sub(min(n, r.Len()))
	body.Skip(headSize)
	head := body.Sub(body.U8())
	p := PDU{Kind: byte(head.U8())}
	switch p.Kind {
	case ConnectRequest, ConnectConfirm, DisconnectRequest:
		p.connection(&head)
	case Data:
		number := head.U8()
		p.Final = number&0x80 != 0
		if head.Len() != 0 || number&0x7f != 0 {
			return p, ErrNotCOTP // class 0 has no numbers (X.224 §13.7.3)
		}
		p.Payload = body.Rest()
	case Expedited, Problem:
	default:
		return p, ErrNotCOTP
	}
	if head.Err() != nil || body.Err() != nil {
		return p, ErrNotCOTP
	}
	return p, nil
}

// connection reads the references and access points of a connection (§13.3.4).
func (p *PDU) connection(r *wire.Reader) {
	p.Destination, p.Source = r.U16(), r.U16()
	r.Skip(1) // class, or reason
	if p.Kind == DisconnectRequest {
		return
	}
	for r.Len() >= 2 {
		code := r.U8()
		if code < 0xc0 {
			return // no parameter: RDP has its cookie in this place
		}
		value := r.Bytes(r.U8())
		switch code {
		case 0xc1:
			p.Calling = value
		case 0xc2:
			p.Called = value
		}
	}
}

// Span returns the length of the first message in b: the packets before it that
// open the connection, and its packets up to the last. 0 means that more bytes
// are needed, more than len(b) that at least so many are. It also returns what is
// there of the message's first packet's payload, by which it is told whose it is;
// nil when nothing is.
func Span(b []byte) (n int, payload []byte, err error) {
	r := wire.NewReader(b)
	for range maxPackets {
		size, err := Size(r.Peek(min(r.Len(), headSize)))
		if err != nil || size == 0 {
			return 0, payload, err
		}
		whole := size <= r.Len()
		before := r
		p, err := Read(&r)
		switch {
		case err != nil && (whole || before.Len() > 0xff+headSize):
			return 0, payload, ErrNotCOTP
		case err != nil:
			return 0, payload, nil // too little to tell
		}
		if payload == nil && len(p.Payload) > 0 {
			payload = p.Payload
		}
		switch {
		case !whole:
			return before.Offset() + size, payload, nil
		case payload != nil && p.Final:
			return r.Offset(), payload, nil
		}
	}
	return r.Offset(), payload, nil
}

// Join appends to buf what the packets of one message carry.
func Join(b, buf []byte) []byte {
	for r := wire.NewReader(b); r.Len() > 0; {
		p, err := Read(&r)
		if err != nil {
			break
		}
		buf = append(buf, p.Payload...)
	}
	return buf
}

// AppendConnect adds a packet that asks for a connection between access points,
// or with ConnectConfirm grants it.
func AppendConnect(b []byte, kind byte, destination, source int, calling, called []byte) []byte {
	pdu := []byte{kind}
	pdu = binary.BigEndian.AppendUint16(pdu, uint16(destination))
	pdu = binary.BigEndian.AppendUint16(pdu, uint16(source))
	pdu = append(pdu, 0, 0xc0, 1, 10, 0xc1, byte(len(calling)))
	pdu = append(append(pdu, calling...), 0xc2, byte(len(called)))
	pdu = append(pdu, called...)
	b = append(b, 3, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(headSize+1+len(pdu)))
	return append(append(b, byte(len(pdu))), pdu...)
}

// AppendData adds a packet with a payload to b; final ends the message.
func AppendData(b, payload []byte, final bool) []byte {
	b = append(b, 3, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(headSize+3+len(payload)))
	number := byte(0)
	if final {
		number = 0x80
	}
	return append(append(b, 2, Data, number), payload...)
}
