// Package modbus asks a Modbus/TCP server who made it: Read Device
// Identification, function 0x2B with MEI type 0x0E (MODBUS Application Protocol
// Specification V1.1b3 §6.21), and of a server that refuses that, Report Server ID,
// function 0x11 (§6.13), in the same connection. It reads, and can send nothing else.
//
// The dissector reads the answers: modbus.device_id.<object>, modbus.server_id.
package modbus

import (
	"bytes"
	"context"
	"errors"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/modbus"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	readDevice = 0x2b // function: encapsulated interface transport
	meiDevice  = 0x0e // MEI type: read device identification
	regular    = 0x02 // the regular objects too: vendor's URL, product and model name
	reportID   = 0x11 // function: report server ID
	maxAnswer  = maxWrites * 260
	maxWrites  = 3 // an identification may need more than one answer
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "modbus", Transport: heron.TCP, Ports: []uint16{502}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: maxWrites, MaxBytes: maxWrites * len(request(0)), MaxAnswer: maxAnswer, Control: true, Allow: allow,
		Rehearse: [][]byte{{0, 1, 0, 0, 0, 3, 0xff, readDevice | refused, 1}},
		Spec:     "MODBUS Application Protocol V1.1b3 §6.21, §6.13", Run: run,
	}
}

// serverID asks for the server's ID.
func serverID() []byte { return []byte{0, 2, 0, 0, 0, 2, 0xff, reportID} }

// refused is set in the function of a refusal.
const refused = 0x80

// allow passes the two requests that this probe is for.
func allow(out []byte) error {
	if bytes.Equal(out, serverID()) {
		return nil
	}
	r := wire.NewReader(out)
	r.Skip(7)
	if r.U8() != readDevice || r.U8() != meiDevice || r.Err() != nil {
		return errors.New("not a read of the device identification")
	}
	return nil
}

// request asks for objects from the first on. Transaction 1, protocol 0, length 5, unit
// 255 (the server itself).
func request(first byte) []byte {
	return []byte{0, 1, 0, 0, 0, 5, 0xff, readDevice, meiDevice, regular, first}
}

// run asks until there are no more objects. A server that has fewer than are asked for
// answers with those that it has.
func run(ctx context.Context, c *probe.Conn) error {
	first := byte(0)
	for range maxWrites {
		if _, err := c.Write(request(first)); err != nil {
			return err
		}
		answer, err := probe.Listen(c, size)
		if err != nil {
			return err
		}
		if unknown(answer) {
			return probe.Ask(size, serverID())(ctx, c)
		}
		next, more := follows(answer)
		if !more || next <= first {
			break
		}
		first = next
	}
	return nil
}

// unknown reports whether a server refuses an identification because it knows none: not
// because a gateway does not reach what is behind it (§7).
func unknown(answer []byte) bool {
	const illegalFunction, illegalValue = 1, 3
	r := wire.NewReader(answer)
	r.Skip(7)
	function, code := r.U8(), r.U8()
	return r.Err() == nil && function == readDevice|refused && code >= illegalFunction && code <= illegalValue
}

// size is that of a frame.
func size(b []byte) (int, error) {
	n, err := modbus.Size(b)
	if err != nil {
		return 0, probe.ErrNotMine
	}
	return n, nil
}

// follows returns the object with which an identification goes on, and false when it is
// whole.
func follows(answer []byte) (byte, bool) {
	const more = 0xff
	r := wire.NewReader(answer)
	r.Skip(7)
	function, kind := r.U8(), r.U8()
	r.Skip(2)
	flag, next := r.U8(), r.U8()
	return byte(next), r.Err() == nil && function == readDevice && kind == meiDevice && flag == more
}
