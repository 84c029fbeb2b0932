package snmp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/snmp"
	"github.com/heron-iot/heron/internal/proto/snmp"
)

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
	talk := func(name string, ask, answer snmp.Message) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.UDP, ServerPort: 161,
			Steps: []dissecttest.Step{dissecttest.C(ask.Append(nil)), dissecttest.S(answer.Append(nil))},
		}
	}
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   60, // each object's number is parsed and written as text
		Conversations: []dissecttest.Conversation{
			{
				Name: "version_3", Transport: heron.UDP, ServerPort: 161, PortOnly: true, Steps: []dissecttest.Step{
					dissecttest.C(dissecttest.Hex("30 0d 020103 300802010102010004 00")),
					dissecttest.S(dissecttest.Hex("30 0d 020103 300802010102010004 00")),
				},
			},
			talk("printer", ask, answer), talk("secret_community", ask, secret), talk("write", write, write),
		},
	}
}

func TestSNMP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
