package modbus

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keySunSpec is of the fields of the common model, which inverters, meters and
// batteries have where SunSpec says.
const keySunSpec = "modbus.sunspec."

// The common model of SunSpec (Device Information Model Specification V1.2.1 §6.3):
// its number and length, then texts of fixed size, padded with zeros.
const (
	sunSpecMark  = "SunS" // stands before the first model
	commonModel  = 1
	commonLength = 65 // registers, or one more that pads

	manufacturerSize = 32
	modelSize        = 32
	optionsSize      = 16
	versionSize      = 16
	serialSize       = 32
)

// common are the texts of a common model.
type common struct{ manufacturer, model, version, serial []byte }

// sunSpec reads the registers of an answer, if they are a common model: with its
// head, or its texts alone, as those read it who have read the head before.
func sunSpec(data []byte) (c common, ok bool) {
	r := wire.NewReader(data)
	registers := r.Sub(r.U8())
	if string(registers.Peek(len(sunSpecMark))) == sunSpecMark {
		registers.Skip(len(sunSpecMark))
	}
	if head := registers; head.U16() == commonModel && isCommonLength(head.U16()) {
		registers.Skip(4)
	} else if registers.Offset() > 0 || !isCommonLength(registers.Len()/2) {
		return common{}, false
	}
	var options []byte
	for _, field := range []struct {
		to   *[]byte
		size int
	}{{&c.manufacturer, manufacturerSize}, {&c.model, modelSize}, {&options, optionsSize}, {&c.version, versionSize}, {&c.serial, serialSize}} {
		text, isText := padded(registers.Bytes(field.size))
		if !isText {
			return common{}, false
		}
		*field.to = text
	}
	return c, registers.Err() == nil && len(c.manufacturer) > 0 && len(c.model) > 0
}

func isCommonLength(n int) bool { return n == commonLength || n == commonLength+1 }

// padded returns a text without the zeros and spaces that fill its place.
func padded(b []byte) (text []byte, ok bool) {
	text, rest, _ := bytes.Cut(b, []byte{0})
	return wire.Unpad(text), len(bytes.Trim(rest, "\x00 ")) == 0 && (len(text) == 0 || wire.Printable(text))
}

// tell tells what a common model says of the device.
func (c common) tell(about heron.Subject, out dissect.Emitter) {
	out.Observe(about, keySunSpec+"manufacturer", c.manufacturer)
	out.Observe(about, keySunSpec+"model", c.model)
	if len(c.version) > 0 {
		out.Observe(about, keySunSpec+"version", c.version)
	}
	if len(c.serial) > 0 {
		out.Observe(about, keySunSpec+"serial", c.serial)
	}
}
