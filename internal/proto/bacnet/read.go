package bacnet

import "github.com/heron-iot/heron/internal/wire"

func newMessage() Message { return Message{Low: -1, High: -1, State: -1} }

// linkOnly reports whether a message of the virtual link has the length that its
// function wants, for those that carry nothing else (annex J.2).
func linkOnly(function, size int) bool {
	switch function {
	case LinkResult, RegisterForeign:
		return size == 6
	case ReadBroadcasts, ReadForeign:
		return size == 4
	case WriteBroadcasts, BroadcastsAnswer, ForeignAnswer:
		return (size-4)%10 == 0
	case DeleteForeign:
		return size == 10
	}
	return false
}

// ReadLink reads a frame of BACnet over Ethernet (clause 7), from its LLC header
// on.
func ReadLink(b []byte) (Message, error) {
	m := newMessage()
	r := wire.NewReader(b)
	const header = 0x828203 // both access points, and "unnumbered information"
	if r.U24() != header {
		return m, ErrNotBACnet
	}
	m.readNetwork(&r)
	if r.Err() != nil {
		return m, ErrNotBACnet
	}
	return m, nil
}

// readNetwork reads the network layer (clause 6.2) and what it carries.
func (m *Message) readNetwork(r *wire.Reader) {
	version, control := r.U8(), r.U8()
	if version != 1 || control&0x50 != 0 {
		r.Fail(ErrNotBACnet)
		return
	}
	if control&0x20 != 0 {
		m.TargetNet = r.U16()
		m.TargetAddress = r.Bytes(r.U8())
	}
	if control&0x08 != 0 {
		m.SourceNet = r.U16()
		m.SourceAddress = r.Bytes(r.U8())
	}
	if control&0x20 != 0 {
		r.Skip(1) // hop count
	}
	if m.Network = control&0x80 != 0; m.Network {
		m.Service = byte(r.U8())
		m.Answer = r.Rest()
		return
	}
	m.readPDU(r)
}

func (m *Message) readPDU(r *wire.Reader) {
	first := byte(r.U8())
	m.Kind = first & 0xf0
	switch m.Kind {
	case Confirmed:
		r.Skip(1)
		m.Invoke = byte(r.U8())
	case SimpleAck, ComplexAck, Error, Reject, Abort, SegmentAck:
		m.Invoke = byte(r.U8())
	case Unconfirmed:
	default:
		r.Fail(ErrNotBACnet)
	}
	if first&0x08 != 0 && (m.Kind == Confirmed || m.Kind == ComplexAck) {
		r.Skip(2) // a segment: its number, and how many may be on the way
	}
	m.Service = byte(r.U8())
	switch m.Kind {
	case Reject, Abort:
		m.Code, m.Service = int(m.Service), 0
	case Error:
		m.readError(*r)
	default:
		if first&0x08 == 0 {
			m.readService(r)
		}
	}
}

// readError reads class and code, which some services put into a list
// (clause 20.1.7).
func (m *Message) readError(r wire.Reader) {
	if next := wire.NewReader(r.Peek(1)); next.U8() == opening(0) {
		r.Skip(1)
	}
	class, code := applicationUnsigned(&r), applicationUnsigned(&r)
	if r.Err() == nil {
		m.Class, m.Code = class, code
	}
}

// readService reads what follows the choice of service, as far as it is known.
func (m *Message) readService(r *wire.Reader) {
	switch {
	case m.Kind == Confirmed && (m.Service == WriteProperty || m.Service == ReadProperty),
		m.Kind == ComplexAck && m.Service == ReadProperty:
		m.Object = uint32(contextUnsigned(r, 0))
		m.Property = contextUnsigned(r, 1)
		m.Answer = r.Rest()
	case m.Kind == ComplexAck && m.Service == ReadMultiple:
		m.Answer = r.Rest()
	case m.Kind == Confirmed && (m.Service == WriteMultiple || m.Service == ReadMultiple):
		m.Object = uint32(contextUnsigned(r, 0))
	case m.Kind == Confirmed && m.Service == ReinitializeDevice:
		m.state(*r, 0)
	case m.Kind == Confirmed && m.Service == CommunicationControl:
		rest := *r
		if next := wire.NewReader(r.Peek(1)); next.U8()>>4 == 0 {
			contextUnsigned(&rest, 0) // for how long
		}
		m.state(rest, 1)
	case m.Kind == Unconfirmed && m.Service == WhoIs && r.Len() > 0:
		m.Low, m.High = contextUnsigned(r, 0), contextUnsigned(r, 1)
	case m.Kind == Unconfirmed && m.Service == IAm:
		m.Object = uint32(applicationUnsigned(r))
		applicationUnsigned(r) // longest message
		applicationUnsigned(r) // segmentation
		m.Vendor = applicationUnsigned(r)
	}
}

// state reads the state that a message asks for, under a context tag.
func (m *Message) state(r wire.Reader, tag int) {
	if n := contextUnsigned(&r, tag); r.Err() == nil {
		m.State = n
	}
}
