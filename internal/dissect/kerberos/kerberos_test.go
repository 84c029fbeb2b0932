package kerberos_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/kerberos"
	"github.com/heron-iot/heron/internal/proto/ber"
)

// field is one numbered field of a sequence.
func field(n int, b []byte) []byte { return ber.Append(nil, 0xa0+n, b) }

func number(v int) []byte { return ber.AppendInt(nil, v) }

func text(s string) []byte { return ber.Append(nil, ber.General, []byte(s)) }

func sequence(parts ...[]byte) []byte { return ber.Append(nil, ber.Sequence, parts...) }

func name(parts ...string) []byte {
	var list []byte
	for _, p := range parts {
		list = append(list, text(p)...)
	}
	return sequence(field(0, number(1)), field(1, sequence(list)))
}

func request(kind int, client []byte, service ...string) []byte {
	address := sequence(field(0, number(20)), field(1, ber.Append(nil, ber.OctetString, []byte("STATION7        "))))
	body := sequence(field(0, []byte{3, 5, 0, 0, 0, 0, 0}), client, field(2, text("PLANT.EXAMPLE")), field(3, name(service...)),
		field(7, number(12345)), field(8, sequence(number(18), number(17), number(23))), field(9, sequence(address)))
	return ber.Append(nil, 0x60+kind, sequence(field(1, number(5)), field(2, number(kind)), field(4, body)))
}

func reply(kind int, etype int, service ...string) []byte {
	sealed := sequence(field(0, number(etype)), field(2, ber.Append(nil, ber.OctetString, make([]byte, 40))))
	ticket := ber.Append(nil, 0x61, sequence(field(0, number(5)), field(1, text("PLANT.EXAMPLE")), field(2, name(service...)), field(3, sealed)))
	return ber.Append(nil, 0x60+kind, sequence(field(0, number(5)), field(1, number(kind)), field(3, text("PLANT.EXAMPLE")),
		field(4, name("alice")), field(5, ticket), field(6, sealed)))
}

func failure(code int) []byte {
	return ber.Append(nil, 0x7e, sequence(field(0, number(5)), field(1, number(30)), field(6, number(code)), field(9, text("PLANT.EXAMPLE")),
		field(10, name("krbtgt", "PLANT.EXAMPLE"))))
}

func suite() dissecttest.Suite {
	tcp := func(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, transport heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: transport, ServerPort: 88, Steps: steps}
	}
	machine, user := field(1, name("station7$")), field(1, name("alice"))
	return dissecttest.Suite{
		Protocol: kerberos.Protocol,
		Allocs:   12,
		Conversations: []dissecttest.Conversation{
			talk("machine", heron.UDP, c(request(10, machine, "krbtgt", "PLANT.EXAMPLE")), s(failure(25)), s(reply(11, 18, "krbtgt", "PLANT.EXAMPLE"))),
			talk("service", heron.TCP, c(tcp(request(12, nil, "cifs", "files.plant.example"))), s(tcp(reply(13, 23, "cifs", "files.plant.example")))),
			talk("refused", heron.TCP, c(tcp(request(10, user, "krbtgt", "PLANT.EXAMPLE"))), s(append(tcp(failure(24)), tcp(failure(60))...))),
		},
	}
}

func TestKerberos(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
