// Package pn_io reads the context management of PROFINET IO over DCE/RPC: which
// controller connects to which device, what the device says of itself in its
// identification records, and who writes records.
package pn_io

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyController = "pn_io.controller" // name of the controller that the sender is
	keyMAC        = "pn_io.mac"        // the sender's
	keyVendor     = "pn_io.vendor_id"  // hexadecimal
	keyDevice     = "pn_io.device_id"  // hexadecimal
	keyOrder      = "pn_io.order_id"   // identification and maintenance, record 0
	keySerial     = "pn_io.serial"
	keyHardware   = "pn_io.hardware"
	keyFirmware   = "pn_io.firmware"
	keyFunction   = "pn_io.function" // record 1: what the plant calls it
	keyLocation   = "pn_io.location"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Within:       []string{"dcerpc"},
		Name:         "pn_io",
		Over:         dissect.OverUDP,
		Ports:        []uint16{34964},
		Spec:         "IEC 61158-6-10 §4.10 and §5; The Open Group C706 §12 (connectionless RPC)",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			r := wire.NewReader(b)
			_, ok := readCall(&r)
			return ok
		},
		Starts:  []byte{4},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// errBlock says that a block is longer than what is there.
var errBlock = errors.New("broken PROFINET block")

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	c, ok := readCall(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if c.cut {
		return heron.Verdict{}, wire.ErrShort
	}
	if c.kind == response && c.device && c.toDevice {
		out.Observe(m.Sender(), keyVendor, d.text.HexNumber(c.vendor, 0))
		out.Observe(m.Sender(), keyDevice, d.text.HexNumber(c.model, 0))
	}
	if c.fragment > 0 || c.kind != request && c.kind != response {
		return heron.Verdict{}, nil
	}
	if c.kind == request {
		c.order(m, out)
	}
	return heron.Verdict{}, d.blocks(&c, m, out)
}

// order reports what a controller or an engineering station asks of a device.
// What only reads is reported once for each of the last few forms on the flow.
func (c *call) order(m *heron.Message, out dissect.Emitter) {
	kind := ""
	switch c.operation {
	case connect:
		kind = "pn_io.connect"
	case release:
		kind = "pn_io.release"
	case control:
		kind = "pn_io.control"
	case read, readImplicit:
		kind = "pn_io.read"
	case write:
		kind = "pn_io.write"
	}
	record, named := c.record()
	polled := c.operation == read || c.operation == readImplicit
	if kind == "" || polled && !dissect.Fresh(m.Flow, record.slot, record.subslot, record.index) {
		return
	}
	attrs := map[string]string{"operation": strconv.Itoa(c.operation)}
	if named {
		attrs["slot"], attrs["subslot"] = strconv.Itoa(record.slot), strconv.Itoa(record.subslot)
		attrs["index"] = strconv.FormatInt(int64(record.index), 16)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// blocks goes through the blocks of a call (§5.2.1): type, length, version.
func (d *dissector) blocks(c *call, m *heron.Message, out dissect.Emitter) error {
	for r := c.body; r.Len() >= 6; {
		kind, size := r.U16(), r.U16()
		if size > r.Len() && c.whole {
			return errBlock
		}
		body := r.Sub(min(size, r.Len()))
		body.Skip(2) // version
		d.block(kind, &body, m.Sender(), out)
		if kind == writeRequest || kind == writeAnswer || kind == readAnswer && !identifies(&body) {
			return nil // a record follows, of any form
		}
	}
	return nil
}

// identifies reports whether what follows the header of an answer is a record of
// identification and maintenance, which is a block: 0xaff0 and some more.
func identifies(header *wire.Reader) bool {
	header.Skip(2 + 16 + 4 + 2 + 2 + 2) // sequence, UUID, API, slot, subslot
	return header.U16()&^0xf == 0xaff0 && header.Err() == nil
}

// Types of block (§5.2.1.2).
const (
	connectRequest = 0x0101
	connectAnswer  = 0x8101
	readRequest    = 0x0009
	readAnswer     = 0x8009
	writeRequest   = 0x0008
	writeAnswer    = 0x8008
	identification = 0x0020 // and one more for each further record
	maintenance    = 0x0021
)

// block tells what a block says of the sender.
func (d *dissector) block(kind int, r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	switch kind {
	case connectRequest:
		r.Skip(2 + 16 + 2) // type, UUID, session key
		out.Observe(about, keyMAC, d.text.MAC(r.Bytes(6)))
		r.Skip(16 + 4 + 2 + 2) // object, properties, time, port
		out.Observe(about, keyController, r.Bytes(r.U16()))
	case connectAnswer:
		r.Skip(2 + 16 + 2)
		out.Observe(about, keyMAC, d.text.MAC(r.Bytes(6)))
	case identification:
		r.Skip(2) // vendor
		out.Observe(about, keyOrder, bytes.TrimSpace(r.Bytes(20)))
		out.Observe(about, keySerial, bytes.TrimSpace(r.Bytes(16)))
		hardware := r.U16()
		letter, major, minor, fix := r.U8(), r.U8(), r.U8(), r.U8()
		if r.Err() != nil {
			return
		}
		out.Observe(about, keyHardware, d.text.Number(hardware))
		d.text = append(d.text[:0], byte(letter))
		for i, n := range [...]int{major, minor, fix} {
			if i > 0 {
				d.text = append(d.text, '.')
			}
			d.text = strconv.AppendInt(d.text, int64(n), 10)
		}
		out.Observe(about, keyFirmware, d.text)
	case maintenance:
		out.Observe(about, keyFunction, bytes.TrimSpace(r.Bytes(32)))
		out.Observe(about, keyLocation, bytes.TrimSpace(r.Bytes(22)))
	}
}
