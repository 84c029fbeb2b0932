package mms_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/mms"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/cotp"
)

func v(tag int, parts ...[]byte) []byte { return ber.Append(nil, tag, parts...) }

func text(tag int, s string) []byte { return v(tag, []byte(s)) }

// inSession puts an MMS PDU into the presentation context 3 of a session.
func inSession(pdu []byte) []byte {
	data := v(0x61, v(0x30, ber.AppendInt(nil, 3), v(0xa0, pdu)))
	return cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Transfer, data), true)
}

// association is a session's connection, or its acceptance, around an MMS PDU.
func association(kind byte, tag int, pdu []byte, more ...[]byte) []byte {
	external := v(0x28, v(6, []byte{0x51, 1}), ber.AppendInt(nil, 3), v(0xa0, pdu))
	acse := v(tag, v(0xa1, v(6, []byte{0x28, 0xca, 0x22, 2, 3})), slices.Concat(more...), v(0xbe, external))
	user := v(0x61, v(0x30, ber.AppendInt(nil, 1), v(0xa0, acse)))
	cp := v(0x31, v(0xa0, v(0x80, []byte{1})), v(0xa2, v(0x81, []byte{0, 0, 0, 1}), user))
	return cotp.AppendSession(nil, kind, cp)
}

func ask(invoke int, service ...[]byte) dissecttest.Step {
	return dissecttest.C(inSession(v(0xa0, ber.AppendInt(nil, invoke), slices.Concat(service...))))
}

func answer(invoke int, service ...[]byte) dissecttest.Step {
	return dissecttest.S(inSession(v(0xa1, ber.AppendInt(nil, invoke), slices.Concat(service...))))
}

// variable is a list of one variable.
func variable(domain, item string) []byte {
	return v(0xa0, v(0x30, v(0xa0, v(0xa1, text(0x1a, domain), text(0x1a, item)))))
}

func opening(more ...[]byte) []dissecttest.Step {
	init := v(0xa8, v(0x80, []byte{0x7d, 0}), v(0x81, []byte{5}), v(0x82, []byte{5}), v(0xa4, v(0x80, []byte{1})))
	accept := v(0xa9, v(0x80, []byte{0x7d, 0}), v(0x81, []byte{5}), v(0x82, []byte{5}), v(0xa4, v(0x80, []byte{1})))
	whole := association(cotp.Connect, 0x60, init, more...)
	c := cotp.AppendConnect(nil, cotp.ConnectRequest, 0, 6, []byte{0, 0}, []byte{0, 1})
	s := cotp.AppendConnect(nil, cotp.ConnectConfirm, 6, 1, []byte{0, 0}, []byte{0, 1})
	return []dissecttest.Step{
		dissecttest.C(c), dissecttest.S(s),
		dissecttest.C(cotp.AppendData(cotp.AppendData(nil, whole[:40], false), whole[40:], true)),
		dissecttest.S(cotp.AppendData(nil, association(cotp.Accept, 0x61, accept), true)),
	}
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 102, Steps: steps}
}

func suite() dissecttest.Suite {
	domains := v(0xa1, v(0xa0, v(0x80, []byte{9})), v(0xa1, v(0x80)))
	variables := v(0xa1, v(0xa0, v(0x80, []byte{0})), v(0xa1, text(0x81, "RELAY1LD0")))
	names := func(list ...string) []byte {
		var all []byte
		for _, n := range list {
			all = append(all, text(0x1a, n)...)
		}
		return v(0xa1, v(0xa0, all), v(0x81, []byte{0}))
	}
	value := v(0xa0, v(0x83, []byte{1}))
	poll := ask(7, v(0xa4, v(0xa1, variable("RELAY1LD0", "MMXU1$MX$TotW"))))
	bare := func(pdu []byte) []byte { return cotp.AppendData(nil, pdu, true) }
	password := [][]byte{v(0x8b, []byte{0x52, 3, 1}), v(0xac, text(0x80, "secret"))}
	release := v(0x61, v(0x30, ber.AppendInt(nil, 1), v(0xa0, v(0x62, v(0x80, []byte{0})))))
	return dissecttest.Suite{
		Protocol: mms.Protocol,
		Allocs:   110, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("identity", append(opening(),
				ask(1, v(0x82)), answer(1, v(0xa2, text(0x80, "Example Relays"), text(0x81, "R500"), text(0x82, "2.1.0"))),
				ask(2, domains), answer(2, names("RELAY1LD0", "RELAY1CTRL")),
				ask(3, variables), answer(3, names("LLN0", "XCBR1")),
				poll, answer(7, v(0xa4, v(0xa1, v(0x89, []byte{1})))), poll)...),
			talk("orders", append(opening(password...),
				ask(1, v(0xa4, v(0xa1, variable("RELAY1CTRL", "CSWI1$CO$Pos$SBO")))),
				ask(2, v(0xa5, variable("RELAY1CTRL", "CSWI1$CO$Pos$Oper"), value)),
				ask(3, v(0xa5, variable("RELAY1LD0", "PTOC1$SP$StrVal"), value)),
				dissecttest.S(inSession(v(0xa2, v(0x80, []byte{3}), v(0xa2, v(0xa0, v(0x87, []byte{3})))))),
				ask(4, v(0xab, v(0xa1, text(0x1a, "RELAY1LD0"), text(0x1a, "LLN0$own")))),
				ask(5, []byte{0xbf, 0x48}, v(0, v(0xa0, text(0x19, "/COMTRADE/1.cfg")), v(0x81, []byte{0}))[1:]),
				ask(6, []byte{0xbf, 0x29}, v(0, text(0x80, "program1"))[1:]),
				ask(8, v(0xb3, v(0xa0, text(0x80, "sem")))),
				dissecttest.C(cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Finish, release), true)))...),
			talk("without_a_session", dissecttest.C(bare(v(0xa8, v(0x80, []byte{0x7d, 0}), v(0x81, []byte{1})))),
				dissecttest.C(bare(v(0xa0, ber.AppendInt(nil, 1), v(0xba, text(0x80, "reserved"), v(0xa1), v(0x82, []byte{1}))))),
				dissecttest.S(bare(v(0xa4, v(0x80, []byte{1}), v(0x81, []byte{1})))), dissecttest.C(bare([]byte{0x8b, 0}))),
		},
	}
}

func TestMMS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
