// Package s7 reads and writes what an S7 controller speaks on port 102: TPKT
// (RFC 1006), the transport protocol class 0 (ISO 8073, X.224), and the S7
// communication inside, as far as connecting, reading variables, reading
// the system status list (SZL) and ordering a controller about go.
package s7

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of transport PDU (X.224 §13).
const (
	ConnectRequest = 0xe0
	ConnectConfirm = 0xd0
	Data           = 0xf0
)

// Kinds of S7 message (ROSCTR).
const (
	Job      = 1
	Bare     = 2 // an answer without data
	Ack      = 3
	UserData = 7
)

// Functions of a job.
const (
	ReadVar  = 0x04
	WriteVar = 0x05
	Download = 0x1a // the first of three: the controller then fetches the block
	Upload   = 0x1d // the first of three
	Invoke   = 0x28 // a program invocation service: start, activate, delete a block …
	Stop     = 0x29
	Setup    = 0xf0
)

// maxPacket bounds a TPKT; controllers negotiate at most 960 bytes.
const maxPacket = 8192

// ErrNotS7 is what readers return for other bytes.
var ErrNotS7 = errors.New("not S7 communication")

// Packet is one TPKT.
type Packet struct {
	Kind byte // ConnectRequest, ConnectConfirm, Data
	// Source and Called of a connect request: its reference and the service
	// access point that is called, which holds rack and slot.
	Source uint16
	Called uint16
	// ROSCTR, Ref, Function, Parameter and Payload of a Data packet.
	ROSCTR    byte
	Ref       uint16
	Parameter []byte
	Payload   []byte
}

// Size returns the length of the TPKT at the start of a stream, 0 when its
// header is not whole yet.
func Size(in []byte) (int, error) {
	r := wire.NewReader(in)
	version, reserved, n := r.U8(), r.U8(), r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if version != 3 || reserved != 0 || n < 7 || n > maxPacket {
		return 0, ErrNotS7
	}
	return n, nil
}

// Read takes one packet from the start of a stream; used is 0 when it is not
// whole yet.
func Read(in []byte) (p Packet, used int, err error) {
	r := wire.NewReader(in)
	version, _, n := r.U8(), r.U8(), r.U16()
	if r.Err() != nil {
		return p, 0, nil
	}
	if version != 3 || n < 7 || n > maxPacket {
		return p, 0, ErrNotS7
	}
	body := r.Sub(n - 4)
	if r.Err() != nil {
		return p, 0, nil
	}
	head := body.Sub(body.U8())
	p.Kind = byte(head.U8())
	switch p.Kind {
	case ConnectRequest, ConnectConfirm:
		p.readConnect(&head)
	case Data:
		p.readData(&body)
	default:
		return p, n, ErrNotS7
	}
	if head.Err() != nil || body.Err() != nil {
		return p, n, ErrNotS7
	}
	return p, n, nil
}

// readConnect reads the references and the called access point (X.224 §13.3).
func (p *Packet) readConnect(r *wire.Reader) {
	r.Skip(2)
	p.Source = uint16(r.U16())
	r.Skip(1)
	for r.Len() > 0 {
		code := r.U8()
		value := r.Sub(r.U8())
		if code == 0xc2 {
			p.Called = uint16(value.U16())
		}
	}
}

func (p *Packet) readData(r *wire.Reader) {
	if r.U8() != 0x32 {
		r.Fail(ErrNotS7)
		return
	}
	p.ROSCTR = byte(r.U8())
	r.Skip(2)
	p.Ref = uint16(r.U16())
	parameters, data := r.U16(), r.U16()
	if p.ROSCTR == Bare || p.ROSCTR == Ack {
		r.Skip(2)
	}
	p.Parameter = r.Bytes(parameters)
	p.Payload = r.Bytes(data)
}

// packet wraps a transport PDU.
func packet(pdu []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{3, 0}, uint16(4+len(pdu)))
	return append(b, pdu...)
}

// Connect asks for, or with ConnectConfirm grants, a transport connection to
// the module in a rack and slot.
func Connect(kind byte, destination, source uint16, rack, slot byte) []byte {
	b := []byte{17, kind}
	b = binary.BigEndian.AppendUint16(b, destination)
	b = binary.BigEndian.AppendUint16(b, source)
	b = append(b, 0, 0xc0, 1, 10, 0xc1, 2, 1, 0, 0xc2, 2, 1, rack<<5|slot)
	return packet(b)
}

// Message is one S7 message in its packet.
func Message(rosctr byte, ref uint16, parameter, payload []byte) []byte {
	b := []byte{2, Data, 0x80, 0x32, rosctr, 0, 0}
	b = binary.BigEndian.AppendUint16(b, ref)
	b = binary.BigEndian.AppendUint16(b, uint16(len(parameter)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(payload)))
	if rosctr == Ack {
		b = append(b, 0, 0) // no error
	}
	b = append(b, parameter...)
	return packet(append(b, payload...))
}

// SetupJob asks for communication with messages of at most 480 bytes; with Ack
// it grants it.
func SetupJob(rosctr byte, ref uint16) []byte {
	return Message(rosctr, ref, []byte{Setup, 0, 0, 1, 0, 1, 1, 0xe0}, nil)
}

// ReadBytes asks for n bytes of a data block.
func ReadBytes(ref, block, n uint16) []byte {
	p := []byte{ReadVar, 1, 0x12, 0x0a, 0x10, 2}
	p = binary.BigEndian.AppendUint16(p, n)
	p = binary.BigEndian.AppendUint16(p, block)
	return Message(Job, ref, append(p, 0x84, 0, 0, 0), nil)
}

// BytesRead answers it.
func BytesRead(ref uint16, data []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, 4}, uint16(8*len(data)))
	return Message(Ack, ref, []byte{ReadVar, 1}, append(b, data...))
}

// ReadSZL asks for a part of the system status list.
func ReadSZL(ref, id, index uint16) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, 9, 0, 4}, id)
	b = binary.BigEndian.AppendUint16(b, index)
	return Message(UserData, ref, []byte{0, 1, 0x12, 4, 0x11, 0x44, 1, 0}, b)
}

// SZLAsked returns which part a packet asks for.
func (p *Packet) SZLAsked() (id, index uint16, ok bool) {
	r := wire.NewReader(p.Parameter)
	r.Skip(5)
	group, function := r.U8(), r.U8()
	d := wire.NewReader(p.Payload)
	d.Skip(4)
	id, index = uint16(d.U16()), uint16(d.U16())
	return id, index, p.ROSCTR == UserData && group == 0x44 && function == 1 && r.Err() == nil && d.Err() == nil
}

// SZL answers with records of one size.
func SZL(ref, id, index uint16, records ...[]byte) []byte {
	size := 0
	var all []byte
	for _, rec := range records {
		size = len(rec)
		all = append(all, rec...)
	}
	list := binary.BigEndian.AppendUint16(nil, id)
	list = binary.BigEndian.AppendUint16(list, index)
	list = binary.BigEndian.AppendUint16(list, uint16(size))
	list = binary.BigEndian.AppendUint16(list, uint16(len(records)))
	list = append(list, all...)
	b := binary.BigEndian.AppendUint16([]byte{0xff, 9}, uint16(len(list)))
	return Message(UserData, ref, []byte{0, 1, 0x12, 8, 0x12, 0x84, 1, 1, 0, 0, 0, 0}, append(b, list...))
}

// Function is the first byte of the parameters: ReadVar, WriteVar, Setup.
func (p *Packet) Function() byte {
	r := wire.NewReader(p.Parameter)
	return byte(r.U8())
}

// Asked returns how many bytes of which block a ReadVar asks for first.
func (p *Packet) Asked() (block, n uint16) {
	r := wire.NewReader(p.Parameter)
	r.Skip(6)
	n, block = uint16(r.U16()), uint16(r.U16())
	return block, n
}

// List is an answered part of the system status list, as far as it is in its
// first packet.
type List struct {
	ID      uint16
	Index   uint16
	Size    int    // of a record
	Records []byte // borrowed
}

// SZLAnswered returns the part that a packet answers with.
func (p *Packet) SZLAnswered() (List, bool) {
	r := wire.NewReader(p.Parameter)
	r.Skip(5)
	group, function := r.U8(), r.U8()
	d := wire.NewReader(p.Payload)
	result := d.U8()
	d.Skip(3)
	l := List{ID: uint16(d.U16()), Index: uint16(d.U16()), Size: d.U16()}
	d.Skip(2) // their number, of which some may come in later packets
	l.Records = d.Rest()
	ok := p.ROSCTR == UserData && group == 0x84 && function == 1 && result == 0xff && r.Err() == nil && d.Err() == nil
	return l, ok
}

// Item is a variable that a ReadVar or WriteVar names, in the addressing that
// all controllers know (syntax "S7ANY").
type Item struct {
	Area   byte // 0x81 inputs, 0x82 outputs, 0x83 flags, 0x84 data blocks …
	Block  int  // of a data block
	Offset int  // in bytes
	Count  int  // elements of the item's type
}

// FirstItem returns the first variable that a job names, and false when it
// names none or in another syntax.
func (p *Packet) FirstItem() (Item, bool) {
	r := wire.NewReader(p.Parameter)
	r.Skip(2)
	kind, size, syntax := r.U8(), r.U8(), r.U8()
	r.Skip(1) // type of the elements
	it := Item{Count: r.U16(), Block: r.U16(), Area: byte(r.U8()), Offset: r.U24() >> 3}
	return it, r.Err() == nil && kind == 0x12 && size == 10 && syntax == 0x10
}

// Service returns the name of an Invoke's service, "P_PROGRAM".
func (p *Packet) Service() []byte {
	r := wire.NewReader(p.Parameter)
	r.Skip(8) // the function, and seven bytes that never vary
	r.Skip(r.U16())
	return r.Bytes(r.U8())
}

// File returns the name of the block that a Download or Upload is about,
// "_0800001P": its type, its number and where it goes.
func (p *Packet) File() []byte {
	r := wire.NewReader(p.Parameter)
	r.Skip(8)
	return r.Bytes(r.U8())
}

// Argument returns the arguments of an Invoke: blocks, or what to do with them.
func (p *Packet) Argument() []byte {
	r := wire.NewReader(p.Parameter)
	r.Skip(8)
	return r.Bytes(r.U16())
}

// Groups of functions of a UserData message.
const (
	GroupProgrammer = 1 // variables are watched and forced, programs are tested
	GroupBlocks     = 3 // blocks are listed
	GroupStatus     = 4 // the system status list is read
	GroupSecurity   = 5 // passwords
	GroupTime       = 7
)

// Request names a request of UserData: its group and its function; false when it is
// no request.
func (p *Packet) Request() (group, function int, ok bool) {
	r := wire.NewReader(p.Parameter)
	r.Skip(5)
	kind, function := r.U8(), r.U8()
	return kind & 0xf, function, p.ROSCTR == UserData && kind>>4 == 4 && r.Err() == nil
}
