package amqp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/amqp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

// long and short are strings with a size of four octets and of one.
func long(s string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func short(s string) string { return string(rune(len(s))) + s }

// method is a frame of 0-9-1 with a method of the class connection.
func method(id byte, arguments string) []byte {
	return []byte("\x01\x00\x00" + long("\x00\x0a\x00"+string(rune(id))+arguments) + "\xce")
}

// frame is a frame of 1.0 around a described list.
func frame(kind, performative byte, fields ...string) []byte {
	list := ""
	for _, f := range fields {
		list += f
	}
	body := "\x00\x53" + string(rune(performative)) + "\xc0" + string([]byte{byte(len(list) + 1), byte(len(fields))}) + list
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, 2, kind, 0, 0), body...)
}

func str(s string) string { return "\xa1" + short(s) }

func symbol(s string) string { return "\xa3" + short(s) }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 5672, Steps: steps}
	}
	server := short("capabilities") + "F" + long(short("publisher_confirms")+"t\x01") + short("product") + "S" + long("RabbitMQ") +
		short("version") + "S" + long("3.12.1") + short("platform") + "S" + long("Erlang/OTP 25.3")
	client := short("product") + "S" + long("Pika") + short("version") + "S" + long("1.3.2")
	nothing := "\x40"
	bag := "\xc1" + string([]byte{byte(1 + len(symbol("product")+str("qpid")+symbol("version")+str("1.39"))), 4}) +
		symbol("product") + str("qpid") + symbol("version") + str("1.39")
	return dissecttest.Suite{
		Protocol: amqp.Protocol,
		Allocs:   10, // the events of logins
		Conversations: []dissecttest.Conversation{
			talk("version_0_9_1", c([]byte("AMQP\x00\x00\x09\x01")),
				s(method(10, "\x00\x09"+long(server)+long("PLAIN AMQPLAIN")+long("en_US"))),
				c(method(11, long(client)+short("PLAIN")+long("\x00guest\x00guest")+short("en_US"))),
				s(method(50, "\x01\x93"+short("ACCESS_REFUSED")+"\x00\x00\x00\x00"))),
			talk("refused", c([]byte("AMQP\x00\x00\x09\x01")),
				s(method(50, "\x01\x93"+short("ACCESS_REFUSED")+"\x00\x00\x00\x00"))),
			talk("version_1_0", c([]byte("AMQP\x03\x01\x00\x00")), s([]byte("AMQP\x03\x01\x00\x00")),
				s(frame(1, 0x40, "\xe0\x12\x02\xa3\x05PLAIN\x09ANONYMOUS")), c(frame(1, 0x41, symbol("PLAIN"), "\xa0\x04\x00u\x00p")),
				s(frame(1, 0x44, "\x50\x01")), c([]byte("AMQP\x00\x01\x00\x00")),
				c(frame(0, 0x10, str("sensor-1"), str("broker.example.com"), nothing, nothing, nothing, nothing, nothing, nothing, nothing, bag)),
				s(frame(0, 0x10, str("broker-7")))),
			talk("start_was_missed", c([]byte("\x01\x00\x01"+long("\x00\x3c\x00\x28\x00\x00\x00\x00\x00")+"\xce"))),
		},
	}
}

func TestAMQP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
