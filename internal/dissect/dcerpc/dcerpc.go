// Package dcerpc reads remote procedure calls of DCE and Microsoft: which
// interfaces are used and offered, what the endpoint mapper and the object
// resolver say of a machine, and calls that change one. Arguments are not told.
// PROFINET's calls, which look the same, are another dissector's.
package dcerpc

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyUses     = "dcerpc.uses"     // of a client: an interface, by name or number
	keyOffers   = "dcerpc.offers"   // of a server: an interface that it lets bind
	keyEndpoint = "dcerpc.endpoint" // of a server: interface and port, as drsuapi tcp/49155
	keyBinding  = "dcerpc.binding"  // of a server: a name or address of its own
)

// Kinds of packet (C706 §12.6.4, [MS-RPCE] §2.2.2).
const (
	request      = 0
	response     = 2
	fault        = 3
	bind         = 11
	bindAck      = 12
	alterContext = 14
	alterAnswer  = 15
	orphaned     = 19
)

// Limits on what is looked at.
const (
	headerSize  = 16
	maxFragment = 1 << 16
	maxContexts = 8
	maxMessages = 60 // of a connection
)

// Places in heron.FlowScratch.Data.
const (
	atContexts  = 0 // four: the known interface of each context, plus one
	atAsked     = 4 // the known interface of the last request, plus one
	atOperation = 5 // and its operation
	atMessages  = 6
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "dcerpc",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{135},
		Spec:    "The Open Group C706; [MS-RPCE]; [MS-DCOM] §3.1.2.5 (ServerAlive2)",
		Starts:  []byte{4, 5},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a fragment: version 5.0 or 5.1, a kind that is
// known, flags and numbers that agree, and a length that its kind can have.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, minor, kind, flags := r.U8(), r.U8(), r.U8(), r.U8()
	representation, floats, reserved := r.U8(), r.U8(), r.U16()
	n := len(b)
	if n > 0 && version != 5 || n > 1 && minor > 1 || n > 2 && (kind > orphaned || kind == 1) || n > 4 && representation&^0x10 != 0 ||
		n > 5 && floats > 3 || n >= 8 && reserved != 0 {
		return 0, dissect.ErrNotMine
	}
	order := orderOf(representation)
	size, auth := order.U16(&r), order.U16(&r)
	if r.Err() != nil {
		return 0, nil
	}
	if size < headerSize || auth > size || flags&3 == 0 && (kind == bind || kind == bindAck) {
		return 0, dissect.ErrNotMine
	}
	return size, nil
}

// orderOf returns the order of octets that a sender's data representation says
// (C706 §14.1).
func orderOf(representation int) wire.Order { return representation&0x10 != 0 }

// probe takes what can be told without a port: the start of an association, and
// whole datagrams of version 4.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	if r.U8() == 4 {
		return isDatagram(b)
	}
	r.Skip(1)
	kind := r.U8()
	size, err := frame(b)
	start := kind == bind || kind == alterContext
	return err == nil && size > 28 && size <= 8<<10 && (start || !fromClient && (kind == bindAck || kind == alterAnswer))
}

type dissector struct {
	ntlm dissect.NTLMTeller
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.UDP {
		return d.datagram(m, out)
	}
	if r.Len() < headerSize {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(2)
	kind := r.U8()
	r.Skip(1)
	order := orderOf(r.U8())
	r.Skip(3 + 2)
	auth := order.U16(r)
	r.Skip(4)
	data := &m.Flow.Data
	switch kind {
	case bind, alterContext:
		if !d.bind(r, order, m, out) && m.Flow.Protocol == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
	case bindAck, alterAnswer:
		d.accepted(r, order, m, out)
	case request:
		d.request(r, order, m, out)
	case response:
		d.response(r, m, out)
	case fault:
		refused(r, order, out)
	}
	if auth > 0 {
		d.ntlm.Tell(r.Rest(), m, out)
	}
	if data[atMessages] < maxMessages {
		data[atMessages]++
	}
	return heron.Verdict{Done: data[atMessages] >= maxMessages}, nil
}

// bind tells which interfaces a client wants (C706 §12.6.4.3), and reports whether
// the list is sound.
func (d *dissector) bind(r *wire.Reader, order wire.Order, m *heron.Message, out dissect.Emitter) bool {
	const syntaxSize = 20
	r.Skip(2 + 2 + 4) // sizes of fragments, group
	count := r.U8()
	r.Skip(3)
	data := &m.Flow.Data
	for i := range min(count, maxContexts) {
		context, transfers := order.U16(r), r.U8()
		r.Skip(1)
		syntax := r.Bytes(syntaxSize)
		r.Skip(transfers * syntaxSize)
		if r.Err() != nil || transfers == 0 {
			return i > 0
		}
		id, known := d.interfaceOf(syntax, order)
		if isPROFINET(id) {
			return false
		}
		if context < 4 {
			data[atContexts+context] = byte(known)
		}
		out.Observe(m.Sender(), keyUses, d.name(id, known))
	}
	return count > 0
}

// accepted tells which of the asked interfaces a server has (§12.6.4.4): those
// known by name.
func (d *dissector) accepted(r *wire.Reader, order wire.Order, m *heron.Message, out dissect.Emitter) {
	r.Skip(2 + 2 + 4)
	size := order.U16(r)
	r.Skip(size)
	r.Skip((4 - (2+size)%4) % 4)
	count := r.U8()
	r.Skip(3)
	for i := range min(count, 4) {
		result := order.U16(r)
		r.Skip(2 + 20)
		if r.Err() != nil {
			return
		}
		if known := int(m.Flow.Data[atContexts+i]); result == 0 && known > 0 {
			out.ObserveString(m.Sender(), keyOffers, interfaces[known-1].name)
		}
	}
}

// request notes what is asked, and reports calls that change a machine.
func (d *dissector) request(r *wire.Reader, order wire.Order, m *heron.Message, out dissect.Emitter) {
	r.Skip(4)
	context, operation := order.U16(r), order.U16(r)
	data := &m.Flow.Data
	data[atAsked] = 0
	if r.Err() != nil || context > 3 || operation > 255 {
		return
	}
	known := data[atContexts+context]
	data[atAsked], data[atOperation] = known, byte(operation)
	if known > 0 {
		call(int(known)-1, operation, out)
	}
}

// call reports a call of an interface by which a machine is changed from afar.
func call(known, operation int, out dissect.Emitter) {
	if i := &interfaces[known]; i.watched {
		out.Event(heron.Event{Kind: "dcerpc.call", Attrs: map[string]string{
			"interface": i.name, "operation": strconv.Itoa(operation),
		}})
	}
}

// response reads the answers of two interfaces that describe a machine.
func (d *dissector) response(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	r.Skip(8)
	data := &m.Flow.Data
	if data[atAsked] == 0 || r.Err() != nil {
		return
	}
	switch name := interfaces[data[atAsked]-1].name; {
	case name == nameMapper && data[atOperation] == 3:
		d.towers(r.Rest(), m, out)
	case name == nameResolver && data[atOperation] == 5:
		d.bindings(r, m, out)
	}
	data[atAsked] = 0
}

// refused reports that a call was denied ([MS-ERREF]).
func refused(r *wire.Reader, order wire.Order, out dissect.Emitter) {
	const accessDenied = 5
	r.Skip(8)
	if order.U32(r) == accessDenied && r.Err() == nil {
		dissect.LoginFailed(out, "dcerpc", "5")
	}
}
