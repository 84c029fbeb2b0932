package dissect

import (
	"encoding/binary"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations about DCE/RPC, whatever carries it.
const (
	keyRPCUses     = "dcerpc.uses"     // of a client: an interface, by name or number
	keyRPCOffers   = "dcerpc.offers"   // of a server: an interface that it lets bind
	keyRPCEndpoint = "dcerpc.endpoint" // of a server: interface and port, as drsuapi tcp/49155
	keyRPCBinding  = "dcerpc.binding"  // of a server: a name or address of its own
)

// Kinds of packet (C706 §12.6.4, [MS-RPCE] §2.2.2).
const (
	rpcRequest      = 0
	rpcResponse     = 2
	rpcFault        = 3
	rpcBind         = 11
	rpcBindAck      = 12
	rpcAlterContext = 14
	rpcAlterAnswer  = 15
	rpcOrphaned     = 19
)

const (
	rpcHeader      = 16
	maxRPCContexts = 8
)

// RPCState is what an RPCTeller must remember of an association from one fragment
// to the next. The zero value is an association that nothing is known of.
type RPCState [6]byte

// Places in an RPCState.
const (
	rpcContexts  = 0 // four: the known interface of each context, plus one
	rpcAsked     = 4 // the known interface of the last request, plus one
	rpcOperation = 5 // and its operation
)

// RPCTeller tells what the fragments of DCE/RPC associations say, for those
// dissectors whose protocol carries them: TCP, named pipes. The zero value is
// ready; one goroutine uses it.
type RPCTeller struct {
	ntlm NTLMTeller
	text Buffer
}

// RPCInterface is an interface of DCE/RPC, by its number.
type RPCInterface struct {
	id    uuid
	place byte // in rpcInterfaces, plus one
}

// RPCOrder returns the order of octets that a sender's data representation says
// (C706 §14.1).
func RPCOrder(representation int) wire.Order { return representation&0x10 != 0 }

// RPCFrame returns the length of the fragment that b begins with: version 5.0 or
// 5.1, a kind that is known, flags and numbers that agree, and a length that its
// kind can have. It is 0 when more is needed to tell.
func RPCFrame(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, minor, kind, flags := r.U8(), r.U8(), r.U8(), r.U8()
	representation, floats, reserved := r.U8(), r.U8(), r.U16()
	n := len(b)
	if n > 0 && version != 5 || n > 1 && minor > 1 || n > 2 && (kind > rpcOrphaned || kind == 1) || n > 4 && representation&^0x10 != 0 ||
		n > 5 && floats > 3 || n >= 8 && reserved != 0 {
		return 0, ErrNotMine
	}
	order := RPCOrder(representation)
	size, auth := order.U16(&r), order.U16(&r)
	if r.Err() != nil {
		return 0, nil
	}
	if size < rpcHeader || auth > size || flags&3 == 0 && (kind == rpcBind || kind == rpcBindAck) {
		return 0, ErrNotMine
	}
	return size, nil
}

// RPCBegins reports whether b is a fragment that an association begins with.
func RPCBegins(b []byte, fromClient bool) bool {
	const shortest, longest = 28, 8 << 10
	r := wire.NewReader(b)
	r.Skip(2)
	kind := r.U8()
	size, err := RPCFrame(b)
	start := kind == rpcBind || kind == rpcAlterContext
	return err == nil && size > shortest && size <= longest &&
		(start || !fromClient && (kind == rpcBindAck || kind == rpcAlterAnswer))
}

// Fragment tells what a fragment says. It returns false for one that is too short,
// or whose list of interfaces is not sound or PROFINET's.
func (t *RPCTeller) Fragment(r *wire.Reader, s *RPCState, m *heron.Message, out Emitter) bool {
	if r.Len() < rpcHeader {
		return false
	}
	r.Skip(2)
	kind := r.U8()
	r.Skip(1)
	order := RPCOrder(r.U8())
	r.Skip(3 + 2)
	auth := order.U16(r)
	r.Skip(4)
	sound := true
	switch kind {
	case rpcBind, rpcAlterContext:
		sound = t.bind(r, order, s, m, out)
	case rpcBindAck, rpcAlterAnswer:
		t.accepted(r, order, s, m, out)
	case rpcRequest:
		t.request(r, order, s, out)
	case rpcResponse:
		t.response(r, s, m, out)
	case rpcFault:
		rpcRefused(r, order, out)
	}
	if sound && auth > 0 {
		t.ntlm.Tell(r.Rest(), m, out)
	}
	return sound
}

// Uses tells which interface a client uses.
func (t *RPCTeller) Uses(i RPCInterface, m *heron.Message, out Emitter) {
	out.Observe(m.Sender(), keyRPCUses, t.name(i))
}

// bind tells which interfaces a client wants (C706 §12.6.4.3), and reports whether
// the list is sound.
func (t *RPCTeller) bind(r *wire.Reader, order wire.Order, s *RPCState, m *heron.Message, out Emitter) bool {
	const syntaxSize = 20
	r.Skip(2 + 2 + 4) // sizes of fragments, group
	count := r.U8()
	r.Skip(3)
	for i := range min(count, maxRPCContexts) {
		context, transfers := order.U16(r), r.U8()
		r.Skip(1)
		syntax := r.Bytes(syntaxSize)
		r.Skip(transfers * syntaxSize)
		if r.Err() != nil || transfers == 0 {
			return i > 0
		}
		wanted := RPCInterfaceOf(syntax, order)
		if wanted.PROFINET() {
			return false
		}
		if context < 4 {
			s[rpcContexts+context] = wanted.place
		}
		t.Uses(wanted, m, out)
	}
	return count > 0
}

// accepted tells which of the asked interfaces a server has (§12.6.4.4): those
// known by name.
func (t *RPCTeller) accepted(r *wire.Reader, order wire.Order, s *RPCState, m *heron.Message, out Emitter) {
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
		if known := int(s[rpcContexts+i]); result == 0 && known > 0 {
			out.ObserveString(m.Sender(), keyRPCOffers, rpcInterfaces[known-1].name)
		}
	}
}

// request notes what is asked, and reports calls that change a machine.
func (t *RPCTeller) request(r *wire.Reader, order wire.Order, s *RPCState, out Emitter) {
	r.Skip(4)
	context, operation := order.U16(r), order.U16(r)
	s[rpcAsked] = 0
	if r.Err() != nil || context > 3 || operation > 255 {
		return
	}
	known := s[rpcContexts+context]
	s[rpcAsked], s[rpcOperation] = known, byte(operation)
	RPCInterface{place: known}.Call(operation, out)
}

// response reads the answers of two interfaces that describe a machine.
func (t *RPCTeller) response(r *wire.Reader, s *RPCState, m *heron.Message, out Emitter) {
	r.Skip(8)
	if s[rpcAsked] == 0 || r.Err() != nil {
		return
	}
	switch name := rpcInterfaces[s[rpcAsked]-1].name; {
	case name == rpcMapper && s[rpcOperation] == 3:
		t.towers(r.Rest(), m, out)
	case name == rpcResolver && s[rpcOperation] == 5:
		t.bindings(r, m, out)
	}
	s[rpcAsked] = 0
}

// rpcRefused reports that a call was denied ([MS-ERREF]).
func rpcRefused(r *wire.Reader, order wire.Order, out Emitter) {
	const accessDenied = 5
	r.Skip(8)
	if order.U32(r) == accessDenied && r.Err() == nil {
		LoginFailed(out, "dcerpc", "5")
	}
}

// RPCInterfaceOf reads a syntax: a number in the sender's order, and a version.
func RPCInterfaceOf(syntax []byte, order wire.Order) RPCInterface {
	var i RPCInterface
	id := &i.id
	copy(id[:], syntax)
	if order == wire.LittleEndian {
		id[0], id[1], id[2], id[3] = id[3], id[2], id[1], id[0]
		id[4], id[5], id[6], id[7] = id[5], id[4], id[7], id[6]
	}
	for n := range rpcInterfaces {
		if rpcInterfaces[n].id == *id {
			i.place = byte(n + 1)
		}
	}
	return i
}

// PROFINET reports whether an interface is of PROFINET IO: the device, the
// controller, the supervisor or the parameter server.
func (i RPCInterface) PROFINET() bool {
	first := binary.BigEndian.Uint32(i.id[:])
	return first > 0xdea00000 && first <= 0xdea00004 && binary.BigEndian.Uint64(i.id[8:]) == 0x827100a02442df7d
}

// Call reports a call of an interface by which a machine is changed from afar.
func (i RPCInterface) Call(operation int, out Emitter) {
	if i.place == 0 {
		return
	}
	if known := &rpcInterfaces[i.place-1]; known.watched {
		out.Event(heron.Event{Kind: "dcerpc.call", Attrs: map[string]string{
			"interface": known.name, "operation": strconv.Itoa(operation),
		}})
	}
}

// name is the name of a known interface, or its number.
func (t *RPCTeller) name(i RPCInterface) []byte {
	if i.place > 0 {
		t.text = append(t.text[:0], rpcInterfaces[i.place-1].name...)
		return t.text
	}
	return t.text.GUID(i.id[:])
}
