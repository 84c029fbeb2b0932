package snmp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/snmp"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/snmp"
)

const engineMAC = "800000ab 03 020000000005"

// version3 makes a message of version 3; without a kind its PDU is encrypted.
func version3(flags byte, engine string, boots int, user string, kind int) []byte {
	global := ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 7), ber.AppendInt(nil, 1500), ber.Append(nil, ber.OctetString, []byte{flags}), ber.AppendInt(nil, 3))
	text := func(s string) []byte { return ber.Append(nil, ber.OctetString, []byte(s)) }
	id := ber.Append(nil, ber.OctetString, dissecttest.Hex(engine))
	security := ber.Append(nil, ber.Sequence, id, ber.AppendInt(nil, boots), ber.AppendInt(nil, 99), text(user), text(""), text(""))
	data := text("encrypted")
	if kind != 0 {
		name := snmp.Object(nil, snmp.ParseOID("1.3.6.1.2.1.1.5.0")).Value
		list := ber.Append(nil, ber.Sequence, ber.Append(nil, ber.Sequence, ber.Append(nil, ber.OID, name), text("engine-1")))
		pdu := ber.Append(nil, kind, ber.AppendInt(nil, 1), ber.AppendInt(nil, 0), ber.AppendInt(nil, 0), list)
		data = ber.Append(nil, ber.Sequence, id, text(""), pdu)
	}
	return ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 3), global, ber.Append(nil, ber.OctetString, security), data)
}

func suite() dissecttest.Suite {
	oid := snmp.ParseOID
	ask := snmp.Message{Version: snmp.Version2c, Community: "public", Kind: snmp.Get, RequestID: 7, Bindings: []snmp.Binding{
		{OID: oid("1.3.6.1.2.1.1.1.0"), Tag: snmp.TagNull},
	}}
	answer := ask
	answer.Kind = snmp.Response
	answer.Bindings = []snmp.Binding{
		snmp.Text(oid("1.3.6.1.2.1.1.1.0"), "Example Printer; FW 1.2"),
		snmp.Object(oid("1.3.6.1.2.1.1.2.0"), oid("1.3.6.1.4.1.11.2.3.9.1")),
		snmp.Text(oid("1.3.6.1.2.1.1.5.0"), "printer-1"),
		snmp.Int(oid("1.3.6.1.2.1.1.3.0"), snmp.TagTicks, 100),
		snmp.Text(oid("1.3.6.1.2.1.43.5.1.1.17.1"), "S0001"),
	}
	secret := answer
	secret.Version, secret.Community = snmp.Version1, "not to be told"
	write := ask
	write.Kind = snmp.Set
	write.Bindings = []snmp.Binding{snmp.Text(oid("1.3.6.1.2.1.1.6.0"), "here")}
	notification := snmp.Message{Version: snmp.Version2c, Community: "traps", Kind: 0xa7, Bindings: []snmp.Binding{
		snmp.Object(oid("1.3.6.1.6.3.1.1.4.1.0"), oid("1.3.6.1.6.3.1.1.5.5")), snmp.Text(oid("1.3.6.1.2.1.1.5.0"), "rtu-7"),
	}}
	talk := func(name string, ask, answer snmp.Message) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.UDP, ServerPort: 161,
			Steps: []dissecttest.Step{dissecttest.C(ask.Append(nil)), dissecttest.S(answer.Append(nil))},
		}
	}
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   8, // the events
		Conversations: []dissecttest.Conversation{
			{
				Name: "version_3", Transport: heron.UDP, ServerPort: 161, Steps: []dissecttest.Step{
					dissecttest.C(version3(4, "", 0, "", 0xa0)), dissecttest.S(version3(0, engineMAC, 7, "", 0xa8)),
					dissecttest.C(version3(7, engineMAC, 7, "operator", 0)), dissecttest.S(version3(3, engineMAC, 7, "operator", 0)),
				},
			},
			{
				Name: "version_3_in_clear", Transport: heron.UDP, ServerPort: 161, Steps: []dissecttest.Step{
					dissecttest.S(version3(0, "80000009 04 73776974636831", 1, "guest", 0xa2)),
				},
			},
			{
				Name: "version_3_trap", Transport: heron.UDP, ServerPort: 162, Steps: []dissecttest.Step{
					dissecttest.C(version3(1, "80001f88 01 c0000205", 2, "traps", 0xa7)),
				},
			},
			{
				Name: "trap", Transport: heron.UDP, ServerPort: 162, Steps: []dissecttest.Step{
					dissecttest.C(dissecttest.Hex("30 28 020100 0406 7075626c6963 a4 1b 0608 2b06010401020306 4004c0000205 020104 020100 430164 3000")),
				},
			},
			talk("notification", notification, answer),
			talk("printer", ask, answer), talk("secret_community", ask, secret), talk("write", write, write),
		},
	}
}

func TestSNMP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
