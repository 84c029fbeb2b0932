package collectd_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/collectd"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

// Types of part.
const (
	host       = 0x0000
	plugin     = 0x0002
	instance   = 0x0003
	kind       = 0x0004
	kindOf     = 0x0005
	values     = 0x0006
	timeHR     = 0x0008
	intervalHR = 0x0009
	message    = 0x0100
	severity   = 0x0101
	signature  = 0x0200
	encryption = 0x0210
)

func part(of uint16, body string) string {
	b := binary.BigEndian.AppendUint16(nil, of)
	return string(binary.BigEndian.AppendUint16(b, uint16(4+len(body)))) + body
}

func text(of uint16, s string) string { return part(of, s+"\x00") }

func number(of uint16, n uint64) string {
	return part(of, string(binary.BigEndian.AppendUint64(nil, n)))
}

// gauge is a value list of one, of kind 1.
func gauge() string { return part(values, "\x00\x01\x01"+strings.Repeat("\x40", 8)) }

func suite() dissecttest.Suite {
	c := dissecttest.C[string]
	talk := func(name string, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.UDP, ServerPort: 25826, PortOnly: portOnly, Steps: steps,
			Server: dissecttest.End("01:00:5e:40:4a:42", "239.192.74.66"),
		}
	}
	begin := text(host, "press-4.plant.example") + number(timeHR, 1<<60) + number(intervalHR, 10<<30)
	report := begin + text(plugin, "cpu") + text(instance, "0") + text(kind, "cpu") + text(kindOf, "idle") + gauge() +
		text(plugin, "sensors") + text(instance, "") + text(kind, "temperature") + gauge()
	return dissecttest.Suite{
		Protocol: collectd.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("report", false, c(report)),
			talk("notification", false, c(begin+number(severity, 2)+text(plugin, "ping")+text(kind, "ping")+text(message, "ping: host is gone"))),
			talk("signed", false, c(part(signature, strings.Repeat("\xd1", 32)+"secretuser")+report)),
			talk("encrypted", false, c(part(encryption, "\x00\x0asecretuser"+strings.Repeat("\xc1", 200)))),
			talk("no_values", true, c(begin)),
			talk("no_host", true, c(text(plugin, "cpu")+gauge())),
			talk("part_too_long", true, c(report+"\x00\x05\x00\x20idle")),
			talk("no_end_of_text", true, c(part(host, "press-4")+gauge())),
			talk("no_such_value", true, c(begin+part(values, "\x00\x01\x07"+strings.Repeat("\x40", 8)))),
			talk("number_too_short", true, c(text(host, "press-4")+part(timeHR, "\x00\x00\x00\x01")+gauge())),
		},
	}
}

func TestCollectd(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
