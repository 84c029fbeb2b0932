package kafka_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/kafka"
)

func packet(s string) string { return string([]byte{0, 0, 0, byte(len(s))}) + s }

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: kafka.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "versions", Transport: heron.TCP, ClientPort: 51000, ServerPort: 9092, Steps: []dissecttest.Step{
				dissecttest.C(packet("\x00\x12\x00\x03\x00\x00\x00\x01\x00\x07gateway\x00\x12apache-kafka-java\x063.6.1\x00")), dissecttest.S(packet("\x00\x00\x00\x01\x00\x00\x01\x00")),
				dissecttest.C(packet("\x00\x03\x00\x09\x00\x00\x00\x02\x00\x07gateway\x00\x00")),
			},
		}},
	}
}

func TestKafka(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
