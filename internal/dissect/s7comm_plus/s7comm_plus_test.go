package s7comm_plus_test

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/s7comm_plus"
	"github.com/heron-iot/heron/internal/proto/cotp"
)

// message is one message; version 3 has a sum of four octets before it.
func message(version, operation byte, function uint16, rest ...byte) []byte {
	body := []byte{operation, 0, 0, byte(function >> 8), byte(function), 0, 0, 0, 1}
	if version == 3 {
		body = append([]byte{4, 0xde, 0xad, 0xbe, 0xef}, body...)
	}
	body = append(body, rest...)
	b := append([]byte{0x72, version, byte(len(body) >> 8), byte(len(body))}, body...)
	return cotp.AppendData(nil, append(b, 0x72, version, 0, 0), true)
}

// mode is the order to set an attribute of an object.
func mode(version, object byte, attribute, value string) dissecttest.Step {
	const session, flags = "00000385", "34"
	rest := dissecttest.Hex(session + flags + "000000" + hex.EncodeToString([]byte{object}) + "01" + attribute + "00" + value)
	return dissecttest.C(message(version, 0x31, 0x04f2, rest...))
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	opening := []dissecttest.Step{
		c(cotp.AppendConnect(nil, cotp.ConnectRequest, 0, 6, []byte{6, 0}, []byte("SIMATIC-ROOT-HMI"))),
		s(cotp.AppendConnect(nil, cotp.ConnectConfirm, 6, 1, []byte{6, 0}, []byte("SIMATIC-ROOT-HMI"))),
		c(message(1, 0x31, 0x04ca)),
		s(message(1, 0x32, 0x04ca, append([]byte{0, 0xa1, 0x15, 0x1a}, "1;6ES7 214-1AG40-0XB0 ;V4.2\xa3\x82"...)...)),
	}
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 102, Steps: slices.Concat(opening, steps)}
	}
	return dissecttest.Suite{
		Protocol: s7comm_plus.Protocol,
		Allocs:   40, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("session", c(message(2, 0x31, 0x0542)), s(message(2, 0x32, 0x0542)),
				c(message(3, 0x31, 0x04bb)), s(message(3, 0x32, 0x04bb)), c(message(3, 0x31, 0x054c)), c(message(3, 0x31, 0x054c)),
				c(message(3, 0x31, 0x04f2)), c(message(3, 0x31, 0x056b)), c(message(3, 0x31, 0x04d4)), s(message(3, 0x33, 0)),
				c(cotp.AppendData(nil, dissecttest.Hex("72ff0000"), true))),
			talk("modes", mode(2, 52, "9077", "0801"), mode(3, 52, "9077", "0803"),
				// another attribute, another object, a state that is neither, what is cut short
				mode(3, 52, "9078", "0801"), mode(3, 53, "9077", "0801"), mode(3, 52, "9077", "0802"), mode(3, 52, "9077", "08"),
				mode(3, 52, "ffffffffffff", "0801")),
		},
	}
}

func TestS7Plus(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
