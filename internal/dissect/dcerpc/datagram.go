package dcerpc

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of datagram that tell something (C706 §12.5.1).
const (
	datagramRequest  = 0
	datagramLast     = 10
	datagramSize     = 80
	profinetPort     = 34964
	bitsNeverSet     = 0xc1 // of the first flags, and reserved
	serialsAndBodies = 2
)

// isDatagram reports whether b is a datagram of version 4 whose length is what
// its header says, and not PROFINET's.
func isDatagram(b []byte) bool {
	r := wire.NewReader(b)
	version, kind, flags := r.U8(), r.U8(), r.U8()
	r.Skip(1)
	representation, floats, reserved := r.U8(), r.U8(), r.U8()
	r.Skip(1 + 16)
	r.Skip(16 + 16 + 4 + 4 + 4) // interface, activity, boot time, version, sequence
	r.Skip(2 + 2 + 2)           // operation, hints
	size := dissect.RPCOrder(representation).U16(&r)
	r.Skip(serialsAndBodies + 1 + 1)
	return r.Err() == nil && version == 4 && kind <= datagramLast && flags&bitsNeverSet == 0 &&
		representation&^0x10 == 0 && floats <= 3 && reserved == 0 && size == r.Len() && size > 0
}

// datagram tells which interface is used.
func (d *dissector) datagram(m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !isDatagram(m.Payload) || m.SrcPort == profinetPort || m.DstPort == profinetPort {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r := wire.NewReader(m.Payload)
	r.Skip(1)
	kind := r.U8()
	r.Skip(2)
	order := dissect.RPCOrder(r.U8())
	r.Skip(3 + 16)
	used := dissect.RPCInterfaceOf(r.Bytes(16), order)
	if used.PROFINET() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(16 + 4 + 4 + 4)
	operation := order.U16(&r)
	data := &m.Flow.Data
	data[atMessages]++
	v := heron.Verdict{Done: data[atMessages] >= maxMessages}
	if kind != datagramRequest {
		return v, nil
	}
	d.rpc.Uses(used, m, out)
	used.Call(operation, out)
	return v, nil
}
