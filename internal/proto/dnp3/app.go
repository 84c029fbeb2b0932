package dnp3

import (
	"github.com/heron-iot/heron/internal/wire"
)

// Functions of the application layer (§4.4, table 4-1).
const (
	Confirm            = 0
	ReadObjects        = 1
	WriteObjects       = 2
	Select             = 3
	Operate            = 4
	DirectOperate      = 5
	DirectOperateQuiet = 6
	Freeze             = 7 // to 12: its variants
	FreezeAtTimeQuiet  = 12
	ColdRestart        = 13
	WarmRestart        = 14
	InitializeData     = 15
	InitializeApp      = 16
	StartApp           = 17
	StopApp            = 18
	SaveConfig         = 19
	EnableUnsolicited  = 20
	DisableUnsolicited = 21
	AssignClass        = 22
	DelayMeasure       = 23
	RecordTime         = 24
	OpenFile           = 25
	CloseFile          = 26
	DeleteFile         = 27
	FileInfo           = 28
	AuthenticateFile   = 29
	AbortFile          = 30
	ActivateConfig     = 31
	Authenticate       = 32
	AuthenticateQuiet  = 33
	Response           = 129
	Unsolicited        = 130
	AuthResponse       = 131
)

// Internal indications (§4.5), the first octet in the upper half.
const (
	IINRestart   = 0x8000
	IINFunction  = 0x0001 // the function is not supported
	IINObject    = 0x0002 // an object is not known
	IINParameter = 0x0004 // a parameter is wrong
)

// Application is a fragment of the application layer.
type Application struct {
	Control    byte
	Function   int
	Indication int    // of a response
	Objects    []byte // borrowed
}

// ReadApplication reads a fragment.
func ReadApplication(b []byte) (Application, bool) {
	r := wire.NewReader(b)
	a := Application{Control: byte(r.U8()), Function: r.U8()}
	if a.FromOutstation() {
		a.Indication = r.U16()
	}
	ok := r.Err() == nil && (a.Function <= AuthenticateQuiet || a.FromOutstation())
	a.Objects = r.Rest()
	return a, ok
}

// FromOutstation reports whether the fragment is a response.
func (a *Application) FromOutstation() bool {
	return a.Function >= Response && a.Function <= AuthResponse
}

// Append adds the fragment to b.
func (a *Application) Append(b []byte) []byte {
	b = append(b, a.Control, byte(a.Function))
	if a.FromOutstation() {
		b = append(b, byte(a.Indication>>8), byte(a.Indication))
	}
	return append(b, a.Objects...)
}

// Header is an object header (§4.2.2.7): which objects, and how many.
type Header struct {
	Group, Variation int
	Prefix           int // octets of the index, or of the size, before each object
	SizePrefix       bool
	// Start is the first index of a range, -1 where indexes stand before objects
	// or all are meant; Count is -1 for all.
	Start, Count int
}

// ReadHeader reads the next object header.
func ReadHeader(r *wire.Reader) (Header, bool) {
	h := Header{Group: r.U8(), Variation: r.U8(), Start: -1, Count: -1}
	qualifier := r.U8()
	switch p := qualifier >> 4 & 7; p {
	case 0:
	case 1, 2, 3:
		h.Prefix = 1 << (p - 1)
	case 4, 5, 6:
		h.Prefix, h.SizePrefix = 1<<(p-4), true
	default:
		return h, false
	}
	switch qualifier & 0xf {
	case 0:
		h.Start = r.U8()
		h.Count = r.U8() - h.Start + 1
	case 1:
		h.Start = r.U16LE()
		h.Count = r.U16LE() - h.Start + 1
	case 2:
		h.Start = r.U32LE()
		h.Count = r.U32LE() - h.Start + 1
	case 6:
	case 7, 0xb:
		h.Count = r.U8()
	case 8:
		h.Count = r.U16LE()
	case 9:
		h.Count = r.U32LE()
	default:
		return h, false
	}
	return h, r.Err() == nil && h.Count >= -1 && qualifier < 0x80
}

// index reads an index or a size of h.Prefix octets.
func (h *Header) index(r *wire.Reader) int {
	switch h.Prefix {
	case 1:
		return r.U8()
	case 2:
		return r.U16LE()
	case 4:
		return r.U32LE()
	}
	return h.Start
}

// Groups of objects (IEEE 1815, annex A).
const (
	GroupAttribute = 0
	GroupCommand   = 12 // binary output commands
	GroupAnalog    = 41 // analog output commands
	GroupTime      = 50
	GroupClass     = 60
	GroupFile      = 70
)

// Attribute is a device attribute (annex A.1). Variation tells which.
type Attribute struct {
	Variation int
	Type      int
	Value     []byte
}

// Types of attribute.
const (
	TypeText     = 1
	TypeUnsigned = 2
)

// Attributes calls each with the device attributes that a response begins with.
func (a *Application) Attributes(each func(Attribute)) {
	for r := wire.NewReader(a.Objects); r.Len() > 0; {
		h, ok := ReadHeader(&r)
		if !ok || h.Group != GroupAttribute || h.SizePrefix {
			return
		}
		for range r.Count(h.Count, 2) {
			h.index(&r)
			at := Attribute{Variation: h.Variation, Type: r.U8()}
			at.Value = r.Bytes(r.U8())
			if r.Err() != nil {
				return
			}
			each(at)
		}
	}
}

// Command is a binary output command (annex A.12.1): what is to be done to a point.
type Command struct {
	Index int
	Code  byte // operation, with trip or close in the upper two bits
	Count int
}

// Point returns the index of the first object of a header, and for binary output
// commands what they order.
func (h *Header) Point(r *wire.Reader) (Command, bool) {
	c := Command{Index: h.index(r)}
	if h.Group == GroupCommand && h.Variation == 1 {
		c.Code, c.Count = byte(r.U8()), r.U8()
	}
	return c, r.Err() == nil && !h.SizePrefix && h.Count > 0 && c.Index >= 0
}

// File is what a request about a file names (annex A.24).
type File struct {
	Name []byte
	Mode int // 1 read, 2 write, 3 append; 0 of a deletion
}

// FileNamed returns the file that a request to open, delete or describe one names.
func (a *Application) FileNamed() (File, bool) {
	r := wire.NewReader(a.Objects)
	h, ok := ReadHeader(&r)
	if !ok || h.Group != GroupFile || !h.SizePrefix || h.Count < 1 {
		return File{}, false
	}
	object := r.Sub(h.index(&r))
	var f File
	switch h.Variation {
	case 3: // a command
		offset, n := object.U16LE(), object.U16LE()
		object.Skip(16)
		f.Mode = object.U16LE()
		name := object.At(offset)
		f.Name = name.Bytes(n)
	case 7: // a descriptor
		offset, n := object.U16LE(), object.U16LE()
		name := object.At(offset)
		f.Name = name.Bytes(n)
	}
	return f, len(f.Name) > 0 && object.Err() == nil
}
