// Package pccc reads the commands of programmable controllers that Allen-Bradley's
// PLC-5, SLC 500 and MicroLogix take, inside CIP and inside CSPv4.
package pccc

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron/internal/wire"
)

// Spec cites the document.
const Spec = "Rockwell 1770-6.5.16, DF1 Protocol and Command Set, chapter 7"

// ReplyBit marks the command octet of an answer.
const ReplyBit = 0x40

// Class says what a command does.
type Class uint8

// The classes.
const (
	Other     Class = iota
	Read            // reads data or status
	Write           // changes data
	Mode            // changes the mode of the processor
	Download        // changes the program, or the file system
	Upload          // reads the program
	Diagnosis       // asks for the diagnostic status, whose answer names the processor
)

// Kind returns what a class is called in the kinds of events: "command" for those
// that change nothing.
func (c Class) Kind() string {
	switch c {
	case Write:
		return "write"
	case Mode:
		return "mode"
	case Download:
		return "program"
	case Upload:
		return "upload"
	}
	return "command"
}

// Command is one command or answer.
type Command struct {
	Code, Status int
	Transaction  int
	Function     int // -1 where a command has none, and in answers
	Data         []byte
}

// ReadCommand reads a command, or an answer.
func ReadCommand(r *wire.Reader) (Command, bool) {
	c := Command{Code: r.U8(), Status: r.U8(), Transaction: r.U16LE(), Function: -1}
	if c.Code&ReplyBit == 0 && hasFunction(c.Code) {
		c.Function = r.U8()
	}
	ok := r.Err() == nil && c.Code&0xb0 == 0
	c.Data = r.Rest()
	return c, ok
}

// hasFunction reports whether a command says more with a function.
func hasFunction(code int) bool { return code == 0x06 || code == 0x07 || code == 0x0f }

// Class returns what a command does (chapter 7: the functions by their code).
func (c *Command) Class() Class {
	switch c.Code {
	case 0x00, 0x02, 0x05, 0x08: // protected, unprotected, bit and unprotected writes of the first processors
		return Write
	case 0x01, 0x04:
		return Read
	case 0x06:
		if c.Function == 0x03 {
			return Diagnosis
		}
		return Other
	case 0x0f:
		return class(c.Function)
	}
	return Other
}

// class is Class for the commands with code 0F.
func class(function int) Class {
	switch function {
	case 0x00, 0x02, 0x03, 0x05, 0x08, 0x26, 0x5e, 0x67, 0x79, 0xa9, 0xaa, 0xab, 0xaf:
		return Write
	case 0x01, 0x04, 0x09, 0x29, 0x68, 0xa1, 0xa2, 0xa7:
		return Read
	case 0x07, 0x3a, 0x80: // disable outputs; set the mode of a PLC-5, and of an SLC 500 or MicroLogix
		return Mode
	case 0x18, 0x50, 0x52, 0x57, 0x88: // write bytes, download, initialise memory, execute commands
		return Download
	case 0x17, 0x53, 0x55:
		return Upload
	}
	return Other
}

// ModeName returns the mode that a command sets, "" when it sets none known.
func (c *Command) ModeName() string {
	r := wire.NewReader(c.Data)
	mode := r.U8()
	switch {
	case r.Err() != nil || c.Class() != Mode:
	case c.Function == 0x80:
		switch mode {
		case 0x01:
			return "program"
		case 0x06:
			return "run"
		case 0x07, 0x08, 0x09:
			return "test"
		}
	case c.Function == 0x3a:
		switch mode & 3 {
		case 0:
			return "program"
		case 1:
			return "test"
		case 2:
			return "run"
		}
	case c.Function == 0x07:
		return "outputs_off"
	}
	return ""
}

// Describe adds what a command is to the attributes of an event: its code and
// function, and the mode that it sets.
func (c *Command) Describe(attrs map[string]string) {
	attrs["pccc"] = strconv.Itoa(c.Code)
	if c.Function >= 0 {
		attrs["pccc"] += "," + strconv.Itoa(c.Function)
	}
	if mode := c.ModeName(); mode != "" {
		attrs["mode"] = mode
	}
}

// Bulletin returns the name of a processor in its answer to Diagnosis: eleven
// characters after five octets of codes, "5/03" or "1763-LEC" (SLC 500 and
// MicroLogix). nil when there is none.
func Bulletin(data []byte) []byte {
	r := wire.NewReader(data)
	r.Skip(1)
	extended := r.U8()
	r.Skip(3)
	name := bytes.Trim(r.Bytes(11), " \x00")
	if r.Err() != nil || extended != 0xee || len(name) < 3 || !wire.Printable(name) {
		return nil
	}
	return name
}

// Append writes the command.
func (c *Command) Append(b []byte) []byte {
	b = append(b, byte(c.Code), byte(c.Status), byte(c.Transaction), byte(c.Transaction>>8))
	if c.Code&ReplyBit == 0 && hasFunction(c.Code) {
		b = append(b, byte(c.Function))
	}
	return append(b, c.Data...)
}
