package melsec

import (
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Subheaders (SH-080008 §4.2).
const (
	request3E, response3E = 0x5000, 0xd000
	request4E, response4E = 0x5400, 0xd400
)

// maxLength bounds what may follow the length (960 points and more of a request).
const maxLength = 8192

// message is one request or response.
type message struct {
	ascii, response bool
	code, sub       int // of a request; the end code of a response
	data            []byte
}

// read reads the message at the start of b and returns its length, 0 when there
// is too little to know. In ASCII each octet is two digits, and numbers have
// their highest digit first (§4.1).
func (f *message) read(b []byte) (int, error) {
	start := wire.NewReader(b)
	first := start.U8()
	f.ascii = first == '5' || first == 'D'
	unit := 1
	if f.ascii {
		unit = 2
	}
	r := wire.NewReader(b)
	head := subheader(&r, f.ascii)
	switch head {
	case request4E, response4E:
		number(&r, f.ascii, 2) // serial number
		if r.Err() == nil && number(&r, f.ascii, 2) != 0 && r.Err() == nil {
			return 0, dissect.ErrNotMine
		}
	case request3E, response3E:
	default:
		if len(b) < 2*unit && (len(b) == 0 || isStart(first)) {
			return 0, nil
		}
		return 0, dissect.ErrNotMine
	}
	f.response = head == response3E || head == response4E
	return f.body(&r, len(b), unit)
}

// body reads what follows the subheader: the way to the station, a length, and
// as much.
func (f *message) body(r *wire.Reader, have, unit int) (int, error) {
	network, station := number(r, f.ascii, 1), number(r, f.ascii, 1)
	module, drop := number(r, f.ascii, 2), number(r, f.ascii, 1)
	length := number(r, f.ascii, 2)
	start := r.Offset()
	if r.Err() != nil {
		if have < 11*unit+6*unit { // it may be whole yet
			return 0, nil
		}
		return 0, dissect.ErrNotMine
	}
	if network > 0xf0 || station == 0 || module < 0x3d0 || module > 0x3ff || drop > 31 ||
		length < 2*unit || length > maxLength || !f.response && length < 6*unit {
		return 0, dissect.ErrNotMine
	}
	if !f.response {
		number(r, f.ascii, 2) // how long it may take
	}
	f.code = number(r, f.ascii, 2)
	if !f.response {
		f.sub = number(r, f.ascii, 2)
	}
	if r.Err() != nil {
		return start + length, nil
	}
	if !f.response && (name(f.code) == "" || f.sub > 0xff) {
		return 0, dissect.ErrNotMine
	}
	f.data = r.Bytes(min(r.Len(), start+length-r.Offset()))
	return start + length, nil
}

func isStart(b int) bool {
	return b == 0x50 || b == 0x54 || b == 0xd0 || b == 0xd4 || b == '5' || b == 'D'
}

// subheader reads the two octets that begin each message; these have the higher
// first in binary as well.
func subheader(r *wire.Reader, ascii bool) int {
	if ascii {
		return number(r, true, 2)
	}
	return r.U16()
}

// number reads a number of n octets, and fails when digits are none.
func number(r *wire.Reader, ascii bool, n int) int {
	switch {
	case !ascii && n == 1:
		return r.U8()
	case !ascii:
		return r.U16LE()
	}
	value := 0
	for range 2 * n {
		c := r.U8()
		switch {
		case c >= '0' && c <= '9':
			value = value<<4 | (c - '0')
		case c >= 'A' && c <= 'F':
			value = value<<4 | (c - 'A' + 10)
		default:
			r.Fail(dissect.ErrNotMine)
			return 0
		}
	}
	return value
}

// device is what a request reads or writes; count is -1 when that is not read.
type device struct{ code, address, count int }

// target reads the device of a batch read or write in binary: its number in
// three octets, its code in one, or four and two with the longer subcommands (§8.1).
func (f *message) target() device {
	t := device{count: -1}
	if f.ascii || f.code&0xfff != 0x401 {
		return t
	}
	r := wire.NewReader(f.data)
	t.address = r.U16LE() | r.U8()<<16
	if f.sub >= 0x80 {
		r.Skip(1)
		t.code = r.U16LE()
	} else {
		t.code = r.U8()
	}
	if n := r.U16LE(); r.Err() == nil {
		t.count = n
	}
	return t
}

// cmdModel is Read CPU Model Name.
const cmdModel = 0x0101

// kindRead is the kind of event of what changes nothing.
const kindRead = "melsec.read"

// name returns the kind of event of a command, "" of one that is not known
// (§8, and for files and nodes SLMP §5).
func name(code int) string {
	switch code {
	case cmdModel, 0x0401, 0x0403, 0x0406, 0x0601, 0x0613, 0x0619, 0x0801, 0x0802, 0x0e30,
		0x1810, 0x1811, 0x1827, 0x1828, 0x182a, 0x1830:
		return kindRead
	case 0x1401, 0x1402, 0x1406, 0x1601, 0x1613:
		return "melsec.write"
	case 0x1001:
		return "melsec.start"
	case 0x1002:
		return "melsec.stop"
	case 0x1003:
		return "melsec.pause"
	case 0x1005, 0x1006: // latches cleared; reset
		return "melsec.reset"
	case 0x1617:
		return "melsec.clear_error"
	case 0x1630, 0x1631:
		return "melsec.password"
	case 0x1820, 0x1822, 0x1824, 0x1825, 0x1826, 0x1829:
		return "melsec.file"
	case 0x0e31:
		return "melsec.address"
	}
	return ""
}
