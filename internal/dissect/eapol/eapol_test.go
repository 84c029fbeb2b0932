package eapol_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/eapol"
)

func packet(kind byte, body string) string {
	b := binary.BigEndian.AppendUint16([]byte{2, kind}, uint16(len(body)))
	return string(append(b, body...))
}

func eap(code byte, body string) string {
	b := binary.BigEndian.AppendUint16([]byte{code, 7}, uint16(len(body)+4))
	return packet(0, string(append(b, body...)))
}

func attribute(kind uint16, value string) string {
	b := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, kind), uint16(len(value)))
	return string(append(b, value...))
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.Link, EtherType: 0x888e,
		Client: dissecttest.End("02:00:00:00:00:0c", ""), Server: dissecttest.End("02:00:00:00:00:01", ""), Steps: steps,
	}
}

func suite() dissecttest.Suite {
	wps := "\xfe\x00\x37\x2a\x00\x00\x00\x01\x04\x00" + attribute(0x1022, "\x04") + attribute(0x1021, "Example Inc.") +
		attribute(0x1023, "Plug") + attribute(0x1024, "P-1") + attribute(0x1042, "0001") + attribute(0x1011, "Plug in the hall") +
		attribute(0x1054, "\x00\x08\x00\x50\xf2\x04\x00\x05") + attribute(0x1032, "a key")
	return dissecttest.Suite{
		Protocol: eapol.Protocol,
		Allocs:   3, // an event
		Conversations: []dissecttest.Conversation{
			talk("login_of_a_host", dissecttest.C(packet(1, "")), dissecttest.S(eap(1, "\x01hello")),
				dissecttest.C(eap(2, "\x01host/HMI-7.plant.example")), dissecttest.S(eap(1, "\x0d\x20")), dissecttest.C(eap(2, "\x0d\x80")),
				dissecttest.S(eap(3, ""))),
			talk("login_of_a_user", dissecttest.C(eap(2, "\x01operator@plant.example")), dissecttest.S(eap(1, "\x04\x10")),
				dissecttest.C(eap(2, "\x03\x19")), dissecttest.S(eap(1, "\x19\x20")), dissecttest.S(eap(4, ""))),
			talk("login_of_an_address", dissecttest.C(eap(2, "\x0102-00-00-00-00-0C")), dissecttest.C(packet(2, ""))),
			talk("outer_identity", dissecttest.C(eap(2, "\x01anonymous@plant.example"))),
			talk("keys_of_wifi", dissecttest.S(packet(3, "\x02\x00\x8a\x00\x10")), dissecttest.C(packet(3, "\x02\x01\x0a\x00\x00")),
				dissecttest.S(packet(3, "\xfe\x00\x89\x00\x10"))),
			talk("macsec", dissecttest.C(packet(5, "\x01\x20"))),
			talk("setup", dissecttest.C(eap(2, "\x01WFA-SimpleConfig-Enrollee-1-0")), dissecttest.C(eap(2, wps))),
			talk("broken", dissecttest.C("\x02\x00\x00\x04\x01\x01\x00\x09")),
		},
	}
}

func TestEAPOL(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
