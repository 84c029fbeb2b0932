package snmp

import (
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of PDU beside those of package snmp (RFC 1157 §4.1.6, RFC 3416 §3).
const (
	trapV1 = 0xa4
	inform = 0xa6
	trapV2 = 0xa7
	report = 0xa8
)

// Flags of a message of version 3 (RFC 3412 §6.4).
const (
	flagAuth       = 1
	flagPrivate    = 2
	flagReportable = 4
)

// usm is the number of the user-based security model (RFC 3414 §2.4).
const usm = 3

// message is one message, its values where they were.
type message struct {
	version   int
	community []byte
	kind      int         // of the PDU; 0 when it is not readable
	failed    int         // status of a response
	bindings  wire.Reader // the variables

	enterprise []byte // of a trap of version 1: an object identifier
	generic    int    // and its number, -1 in other messages

	flags  int    // of version 3
	engine []byte // identifier of the engine that the message is secured for
	boots  int
}

// parse reads a message. head says that it begins as one does, whole that it is
// one all through.
func (m *message) parse(b []byte) (head, whole bool) {
	r := wire.NewReader(b)
	tag, body := ber.Cut(&r)
	*m = message{version: ber.GetInt(&body), generic: -1}
	if tag != ber.Sequence || body.Err() != nil {
		return false, false
	}
	switch {
	case (m.version == snmp.Version1 || m.version == snmp.Version2c) && ber.Peek(&body) == ber.OctetString:
		_, community := ber.Next(&body)
		m.community = community.Rest()
	case m.version == snmp.Version3 && ber.Peek(&body) == ber.Sequence:
		if !m.secured(&body) || m.flags&flagPrivate != 0 {
			return true, body.Err() == nil
		}
		body = ber.Get(&body, ber.Sequence)
		ber.Get(&body, ber.OctetString) // engine and name of the context
		ber.Get(&body, ber.OctetString)
	default:
		return false, false
	}
	return true, m.pdu(&body)
}

// secured reads the head of version 3 and the parameters of its security (RFC 3412
// §6, RFC 3414 §2.4). The user's name is passed over.
func (m *message) secured(body *wire.Reader) bool {
	global := ber.Get(body, ber.Sequence)
	ber.GetInt(&global) // number, and the largest message taken
	ber.GetInt(&global)
	flags := ber.Get(&global, ber.OctetString)
	m.flags = flags.U8()
	model := ber.GetInt(&global)
	parameters := ber.Get(body, ber.OctetString)
	if body.Err() != nil || global.Err() != nil || flags.Err() != nil || model != usm {
		return false
	}
	security := ber.Get(&parameters, ber.Sequence)
	engine := ber.Get(&security, ber.OctetString)
	m.boots = ber.GetInt(&security)
	if security.Err() != nil {
		return false
	}
	m.engine = engine.Rest()
	return true
}

// pdu reads what is carried.
func (m *message) pdu(body *wire.Reader) bool {
	tag, pdu := ber.Next(body)
	if body.Err() != nil || tag < snmp.Get || tag > report {
		return false
	}
	m.kind = tag
	if tag == trapV1 {
		enterprise := ber.Get(&pdu, ber.OID)
		m.enterprise = enterprise.Rest()
		ber.Next(&pdu) // address of the agent
		m.generic = ber.GetInt(&pdu)
		ber.GetInt(&pdu)
		ber.Next(&pdu) // how long it is up
	} else {
		ber.GetInt(&pdu)
		m.failed = ber.GetInt(&pdu)
		ber.GetInt(&pdu)
	}
	m.bindings = ber.Get(&pdu, ber.Sequence)
	return pdu.Err() == nil && m.bindings.Err() == nil
}

// next reads the next variable: the name and the value, with the value's tag.
func (m *message) next() (name []byte, tag int, value []byte, ok bool) {
	if m.bindings.Len() == 0 {
		return nil, 0, nil, false
	}
	one := ber.Get(&m.bindings, ber.Sequence)
	oid := ber.Get(&one, ber.OID)
	tag, body := ber.Next(&one)
	return oid.Rest(), tag, body.Rest(), one.Err() == nil && m.bindings.Err() == nil
}
