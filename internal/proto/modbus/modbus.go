// Package modbus reads and writes Modbus/TCP frames (MODBUS Messaging on TCP/IP
// Implementation Guide V1.0b) and the requests in them (MODBUS Application
// Protocol V1.1b3).
package modbus

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/heron-iot/heron/internal/wire"
)

// Function codes (V1.1b3 §5.1).
const (
	ReadCoils              = 1
	ReadDiscreteInputs     = 2
	ReadHoldingRegisters   = 3
	ReadInputRegisters     = 4
	WriteSingleCoil        = 5
	WriteSingleRegister    = 6
	ReadExceptionStatus    = 7
	Diagnostics            = 8
	GetCommEventCounter    = 11
	GetCommEventLog        = 12
	WriteMultipleCoils     = 15
	WriteMultipleRegisters = 16
	ReportServerID         = 17
	ReadFileRecord         = 20
	WriteFileRecord        = 21
	MaskWriteRegister      = 22
	ReadWriteRegisters     = 23
	ReadFIFO               = 24
	EncapsulatedInterface  = 43
	// Exception is set in the function code of a refusal.
	Exception = 0x80
	// UMAS is the function code that Schneider Electric's engineering protocol
	// travels under; it is in the user-defined range (§5).
	UMAS = 90
)

// Encapsulated interface types: MEIDeviceID reads the device identification (§6.21).
const (
	MEIDeviceID = 0x0e
	meiCANopen  = 0x0d
)

// Sizes of frames: a header of six octets, then unit, function and data.
const (
	HeaderSize = 6
	MaxFrame   = 260
	maxUMAS    = 1056
)

// ErrNotModbus says that bytes are no Modbus/TCP frame.
var ErrNotModbus = errors.New("not a Modbus/TCP frame")

// Frame is one frame. Data is borrowed.
type Frame struct {
	Transaction, Unit, Function int
	Data                        []byte
}

// Size returns the length of the frame that b starts with; 0 when b is too short
// to tell, and ErrNotModbus when it can be none.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	r.Skip(2)
	protocol := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if protocol != 0 {
		return 0, ErrNotModbus
	}
	n := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	most := MaxFrame
	if n > most-HeaderSize && n <= maxUMAS-HeaderSize { // UMAS agrees on longer ones
		r.Skip(1)
		if function := r.U8(); r.Err() != nil {
			return 0, nil
		} else if function == UMAS {
			most = maxUMAS
		}
	}
	if n < 2 || n > most-HeaderSize {
		return 0, ErrNotModbus
	}
	return HeaderSize + n, nil
}

// Read reads one frame.
func Read(r *wire.Reader) Frame {
	h, data := wire.Head8(r.Rest())
	if h == nil {
		r.Fail(wire.ErrShort)
		return Frame{}
	}
	// Size has seen protocol and length.
	return Frame{Transaction: int(h[0])<<8 | int(h[1]), Unit: int(h[6]), Function: int(h[7]), Data: data}
}

// Append adds the frame to b in wire form.
func (f *Frame) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(f.Transaction))
	b = binary.BigEndian.AppendUint16(b, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(2+len(f.Data)))
	return append(append(b, byte(f.Unit), byte(f.Function)), f.Data...)
}

// Known reports whether a function code is one of the standard's, or of the few
// makers' that are common.
func Known(function int) bool {
	return function >= 1 && function <= 8 || function == 11 || function == 12 || function >= 15 && function <= 17 ||
		function >= 20 && function <= 24 || function == EncapsulatedInterface || function == UMAS
}

// Writes reports whether a function changes the device.
func Writes(function int) bool {
	switch function {
	case WriteSingleCoil, WriteSingleRegister, WriteMultipleCoils, WriteMultipleRegisters,
		WriteFileRecord, MaskWriteRegister, ReadWriteRegisters:
		return true
	}
	return false
}

// Request is what a request asks for. Address and Count are -1 where the function
// has none.
type Request struct{ Address, Count int }

// ReadRequest reads the data of a request. It reports false when the data do not
// have the form that V1.1b3 §6 gives the function.
func ReadRequest(f *Frame) (Request, bool) {
	r := wire.NewReader(f.Data)
	q := Request{Address: -1, Count: -1}
	switch f.Function {
	case ReadCoils, ReadDiscreteInputs:
		q.Address, q.Count = r.U16(), r.U16()
		return q, r.Err() == nil && r.Len() == 0 && q.Count >= 1 && q.Count <= 2000
	case ReadHoldingRegisters, ReadInputRegisters:
		q.Address, q.Count = r.U16(), r.U16()
		return q, r.Err() == nil && r.Len() == 0 && q.Count >= 1 && q.Count <= 125
	case WriteSingleCoil, WriteSingleRegister:
		q.Address, q.Count = r.U16(), 1
		r.Skip(2)
		return q, r.Err() == nil && r.Len() == 0
	case WriteMultipleCoils, WriteMultipleRegisters:
		q.Address, q.Count = r.U16(), r.U16()
		r.Skip(r.U8())
		return q, r.Err() == nil && r.Len() == 0
	case MaskWriteRegister:
		q.Address, q.Count = r.U16(), 1
		r.Skip(4)
		return q, r.Err() == nil && r.Len() == 0
	case ReadWriteRegisters:
		r.Skip(4)
		q.Address, q.Count = r.U16(), r.U16() // what is written
		r.Skip(r.U8())
		return q, r.Err() == nil && r.Len() == 0
	case EncapsulatedInterface:
		mei := r.U8()
		return q, mei == MEIDeviceID && r.Len() == 2 || mei == meiCANopen
	}
	return q, true
}

// Object is one object of the device identification (§6.21): 0 is the vendor's
// name, 1 the product code, 2 the revision, 3 the vendor's URL, 4 the product's
// name, 5 the model's name, 6 the application's name.
type Object struct {
	ID    int
	Value []byte
}

// DeviceID goes through the objects of an answer about the device identification,
// and reports false when f is none or is broken.
func DeviceID(f *Frame, each func(Object)) bool {
	r := wire.NewReader(f.Data)
	if f.Function != EncapsulatedInterface || r.U8() != MEIDeviceID {
		return false
	}
	r.Skip(4) // read code, conformity, more follows, next object
	for range r.U8() {
		o := Object{ID: r.U8()}
		o.Value = r.Bytes(r.U8())
		if r.Err() != nil {
			return false
		}
		each(o)
	}
	return r.Err() == nil
}

// DeviceIDAnswer returns the frame that answers a request for the basic device
// identification with these objects, in the order of their numbers.
func DeviceIDAnswer(transaction, unit int, objects map[int]string) Frame {
	ids := make([]int, 0, len(objects))
	for id := range objects {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	data := []byte{MEIDeviceID, 1, 0x81, 0, 0, byte(len(ids))}
	for _, id := range ids {
		data = append(append(data, byte(id), byte(len(objects[id]))), objects[id]...)
	}
	return Frame{Transaction: transaction, Unit: unit, Function: EncapsulatedInterface, Data: data}
}

// Registers returns the frame that answers a request to read registers.
func Registers(transaction, unit, function int, values ...uint16) Frame {
	data := []byte{byte(2 * len(values))}
	for _, v := range values {
		data = binary.BigEndian.AppendUint16(data, v)
	}
	return Frame{Transaction: transaction, Unit: unit, Function: function, Data: data}
}

// Ask returns the frame of a request that has an address and a number: a read, or
// a single write whose value is n.
func Ask(transaction, unit, function, address, n int) Frame {
	data := binary.BigEndian.AppendUint16(nil, uint16(address))
	return Frame{
		Transaction: transaction, Unit: unit, Function: function,
		Data: binary.BigEndian.AppendUint16(data, uint16(n)),
	}
}

// Refuse returns the frame that refuses a request with an exception code.
func Refuse(f *Frame, code int) Frame {
	return Frame{
		Transaction: f.Transaction, Unit: f.Unit, Function: f.Function | Exception, Data: []byte{byte(code)},
	}
}
