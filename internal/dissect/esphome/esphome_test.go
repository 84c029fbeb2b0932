package esphome_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/esphome"
)

// field is a field of text, number a field that is a number.
func field(number byte, text string) string {
	return string([]byte{number<<3 | 2, byte(len(text))}) + text
}

func number(field, value byte) string { return string([]byte{field << 3, value}) }

func message(kind byte, body string) string { return string([]byte{0, byte(len(body)), kind}) + body }

func sealed(body string) string { return string([]byte{1, 0, byte(len(body))}) + body }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 6053, PortOnly: true, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: esphome.Protocol,
		PortOnly: true,
		Conversations: []dissecttest.Conversation{
			talk("in_clear", c(message(1, field(1, "Home Assistant 2024.1.0")+number(2, 1)+number(3, 9))),
				s(message(2, number(1, 1)+number(2, 9)+field(3, "plug-hall (esphome v2023.12.5)")+field(4, "plug-hall"))),
				c(message(9, "")),
				s(message(10, number(1, 0)+field(2, "plug-hall")+field(3, "02:00:00:00:00:05")+field(4, "2023.12.5")+field(5, "Jan 1 2024")+
					field(6, "esp01_1m")+field(8, "athom.smart-plug-v2")+field(9, "2.0")+number(10, 80)+field(12, "Espressif")+field(13, "Hall"))),
				c(message(5, "")), s(message(6, ""))),
			talk("under_a_key", c(sealed("")+sealed("\x00handshake")), s(sealed("\x01door-front\x0002:00:00:00:00:05\x00"))),
			talk("wants_a_key", c(message(1, field(1, "x"))), s(sealed("\x01Bad indicator byte"))),
		},
	}
}

func TestESPHome(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
