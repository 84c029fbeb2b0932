package ldap_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ldap"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
)

func str(s string) []byte { return ber.Append(nil, ber.OctetString, []byte(s)) }

func enum(v byte) []byte { return []byte{ber.Enumerated, 1, v} }

func message(id, op int, parts ...[]byte) []byte {
	return ber.Append(nil, ber.Sequence, ber.AppendInt(nil, id), ber.Append(nil, op, parts...))
}

func bind(id int, name string, kind int, credentials []byte) []byte {
	return message(id, 0x60, ber.AppendInt(nil, 3), str(name), ber.Append(nil, kind, credentials))
}

func result(id, op int, code byte, more ...byte) []byte {
	return message(id, op, enum(code), str(""), str(""), more)
}

// root is a search of the root entry.
func root(id int) []byte {
	return message(id, 0x63, str(""), enum(0), enum(0), []byte{2, 1, 0, 2, 1, 0, 1, 1, 0}, ber.Append(nil, 0x87, []byte("objectClass")), []byte{0x30, 0})
}

func attribute(name string, values ...string) []byte {
	var list []byte
	for _, v := range values {
		list = append(list, str(v)...)
	}
	return ber.Append(nil, ber.Sequence, str(name), ber.Append(nil, ber.Set, list))
}

func entry(id int, name string, attributes ...[]byte) []byte {
	return message(id, 0x64, str(name), ber.Append(nil, ber.Sequence, attributes...))
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, transport heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: transport, ServerPort: 389, Steps: steps}
	}
	sasl := func(mechanism string, b []byte) []byte {
		return append(str(mechanism), ber.Append(nil, ber.OctetString, b)...)
	}
	challenge := ntlmssp.AppendChallenge(nil, "DC1", "PLANT", "dc1.plant.example", "plant.example", 10, 0, 20348)
	ping := "\x17\x00\x00\x00\xfd\xf3\x00\x00" + string(make([]byte, 16)) +
		"\x05plant\x07example\x00\xc0\x18\x03dc1\xc0\x18\x05PLANT\x00\x03DC1\x00\x05alice\x00\x04Main\x00\x04Main\x00"
	return dissecttest.Suite{
		Protocol: ldap.Protocol,
		Allocs:   12,
		Conversations: []dissecttest.Conversation{
			talk("root", heron.TCP, c(root(1)), s(append(entry(1, "", attribute("vendorName", "Example Project"), attribute("supportedLDAPVersion", "2", "3"),
				attribute("dnsHostName", "dc1.plant.example"), attribute("secret", "no")), result(1, 0x65, 0)...))),
			talk("simple", heron.TCP, c(bind(1, "cn=alice", 0x80, []byte("secret"))), s(result(1, 0x61, 49)),
				c(bind(2, "", 0x80, nil)), s(result(2, 0x61, 0)), c(message(3, 0x4a, []byte("cn=x"))), s(result(3, 0x6b, 0)),
				c(message(4, 0x63, str("dc=example"), enum(2))), s(entry(4, "cn=alice", attribute("vendorName", "no"))), c(message(5, 0x42))),
			talk("ntlm", heron.TCP, c(bind(1, "", 0xa3, sasl("GSS-SPNEGO", []byte("NTLMSSP\x00\x01\x00\x00\x00\x00\x00\x00\x00")))),
				s(result(1, 0x61, 14, ber.Append(nil, 0x87, challenge)...)),
				c(bind(2, "", 0xa3, sasl("GSS-SPNEGO", ntlmssp.AppendAuthenticate(nil, "PLANT", "alice", "STATION7")))), s(result(2, 0x61, 0, 0x87, 1, 0))),
			talk("starttls", heron.TCP, c(message(1, 0x77, ber.Append(nil, 0x80, []byte("1.3.6.1.4.1.1466.20037")))), s(result(1, 0x78, 0)),
				c(dissecttest.Hex("160301 0005 0100000103"))),
			talk("ping", heron.UDP, c(root(7)), s(entry(7, "", attribute("Netlogon", ping)))),
		},
	}
}

func TestLDAP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
