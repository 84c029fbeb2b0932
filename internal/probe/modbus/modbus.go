// Package modbus asks a Modbus/TCP server who made it: Read Device
// Identification, function 0x2B with MEI type 0x0E (MODBUS Application Protocol
// Specification V1.1b3 §6.21). It reads, and can send nothing else.
//
// The dissector reads the answer: modbus.device_id.<object>.
package modbus

import (
	"context"
	"errors"
	"io"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	readDevice = 0x2b // function: encapsulated interface transport
	meiDevice  = 0x0e // MEI type: read device identification
	basic      = 0x01 // the basic objects: vendor, product, revision
	maxAnswer  = 4 * 260
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "modbus", Transport: heron.TCP, Ports: []uint16{502}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: 16, MaxAnswer: maxAnswer, Control: true, Allow: allow,
		Spec: "MODBUS Application Protocol V1.1b3 §6.21", Run: run,
	}
}

// allow passes the one request that this probe is for.
func allow(out []byte) error {
	r := wire.NewReader(out)
	r.Skip(7)
	if r.U8() != readDevice || r.U8() != meiDevice || r.Err() != nil {
		return errors.New("not a read of the device identification")
	}
	return nil
}

func run(_ context.Context, c *probe.Conn) error {
	// Transaction 1, protocol 0, length 5, unit 255 (the server itself).
	request := []byte{0, 1, 0, 0, 0, 5, 0xff, readDevice, meiDevice, basic, 0}
	if _, err := c.Write(request); err != nil {
		return err
	}
	var head [6]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return err
	}
	r := wire.NewReader(head[:])
	transaction, protocol, length := r.U16(), r.U16(), r.U16()
	if transaction != 1 || protocol != 0 || length < 3 || length > 254 {
		return probe.ErrNotMine
	}
	_, err := io.CopyN(io.Discard, c, int64(length))
	return err
}
