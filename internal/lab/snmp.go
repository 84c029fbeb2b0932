package lab

import (
	"encoding/binary"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/snmp"
)

// snmpAgent is the system group of an agent (RFC 3418) that reads as "public", with
// what switches and the gateway know of others.
type snmpAgent struct {
	description, objectID, name, contact, location string
}

// systemGroup is where the group is.
const systemGroup = "1.3.6.1.2.1.1."

func snmpService(a snmpAgent) Service {
	return Service{Protocol: "snmp", Transport: heron.UDP, Port: 161, Answer: a.answer}
}

// bindings is the whole of what the agent knows, in order.
func (a snmpAgent) bindings(h *Host) []snmp.Binding {
	oid := func(n string) snmp.OID { return snmp.ParseOID(systemGroup + n + ".0") }
	list := []snmp.Binding{
		snmp.Text(oid("1"), h.fill(a.description)),
		snmp.Object(oid("2"), snmp.ParseOID(a.objectID)),
		snmp.Int(oid("3"), snmp.TagTicks, 8640000+int(h.MAC[5])*100),
		snmp.Text(oid("4"), h.fill(a.contact)),
		snmp.Text(oid("5"), h.fill(a.name)),
		snmp.Text(oid("6"), h.fill(a.location)),
		snmp.Int(oid("7"), snmp.TagInteger, 72),
	}
	if more := forwarding(h); len(more) > 0 {
		list = append(list, more...)
		slices.SortFunc(list, func(a, b snmp.Binding) int { return a.OID.Compare(b.OID) })
	}
	return list
}

// maxRepetitions bounds the answer to a GetBulk.
const maxRepetitions = 32

// engine is its identifier: the maker's number and the address (RFC 3411 §5).
func (a snmpAgent) engine(h *Host) []byte {
	const enterprise, byMAC = 6, 3
	b := binary.BigEndian.AppendUint32(nil, 1<<31|snmp.ParseOID(a.objectID)[enterprise])
	return append(append(b, byMAC), h.MAC[:]...)
}

func (a snmpAgent) answer(h *Host, q Query) Reply {
	if b := snmp.Introduce(q.Bytes, a.engine(h), 3, 86400+int(h.MAC[5])); b != nil {
		return Reply{Used: len(q.Bytes), Bytes: b}
	}
	m, err := snmp.Parse(q.Bytes)
	if err != nil || m.Community != "public" {
		return Reply{} // an agent is silent to whom it does not know
	}
	known := a.bindings(h)
	out := snmp.Message{Version: m.Version, Community: m.Community, Kind: snmp.Response, RequestID: m.RequestID}
	switch m.Kind {
	case snmp.Get, snmp.GetNext:
		for _, b := range m.Bindings {
			out.Bindings = append(out.Bindings, find(known, b.OID, m.Kind == snmp.GetNext))
		}
	case snmp.GetBulk:
		for _, b := range m.Bindings {
			out.Bindings = append(out.Bindings, bulk(known, b.OID, m.Index)...)
		}
	case snmp.Set:
		out.Error, out.Index, out.Bindings = snmp.ErrorNotWritable, 1, m.Bindings
	default:
		return Reply{}
	}
	return Reply{Used: len(q.Bytes), Bytes: out.Append(nil)}
}

// find returns the binding of an object, or of the next after it.
func find(known []snmp.Binding, o snmp.OID, next bool) snmp.Binding {
	for _, b := range known {
		if c := b.OID.Compare(o); c == 0 && !next || c > 0 && next {
			return b
		}
	}
	if next {
		return snmp.Binding{OID: o, Tag: snmp.EndOfMIB}
	}
	return snmp.Binding{OID: o, Tag: snmp.NoSuchObject}
}

func bulk(known []snmp.Binding, o snmp.OID, repetitions int) []snmp.Binding {
	var out []snmp.Binding
	for range min(max(repetitions, 0), maxRepetitions) {
		b := find(known, o, true)
		out = append(out, b)
		if b.Tag == snmp.EndOfMIB {
			break
		}
		o = b.OID
	}
	return out
}

// snmpAsk is a GET of the description, the object id and the name.
func snmpAsk(id int) []byte {
	m := snmp.Message{Version: snmp.Version2c, Community: "public", Kind: snmp.Get, RequestID: id}
	for _, n := range []string{"1", "2", "5"} {
		m.Bindings = append(m.Bindings, snmp.Binding{OID: snmp.ParseOID(systemGroup + n + ".0"), Tag: snmp.TagNull})
	}
	return m.Append(nil)
}

// watchSNMP is a monitor that asks the agents of some models.
func watchSNMP(models ...string) func(*actor) {
	return func(a *actor) {
		for _, m := range models {
			a.tell(a.some(m), 161, snmpAsk(int(a.rng.Uint32()>>2)))
		}
	}
}
