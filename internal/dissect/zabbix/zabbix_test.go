package zabbix_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/zabbix"
)

func packet(body string) string {
	b := append([]byte("ZBXD\x01"), make([]byte, 8)...)
	binary.LittleEndian.PutUint32(b[5:], uint32(len(body)))
	return string(b) + body
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: port, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: zabbix.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("active", 10051, c(packet(`{"request":"active checks","host":"hmi-7","host_metadata":"secret","version":"6.0.21","session":"x"}`)),
				s(packet(`{"response":"success","data":[{"key":"agent.ping"}]}`))),
			talk("sender", 10051, c(packet(`{"request":"sender data","data":[{"host":"other","key":"secret","value":"1"}]}`)), s(packet(`{"response":"success"}`))),
			talk("passive", 10050, c(packet("system.uname")), s(packet("Linux hmi-7 6.1.0-18-amd64"))),
			talk("host", 10050, c(packet("agent.hostname")), s(packet("hmi-7"))),
			{
				Name: "old", Transport: heron.TCP, ServerPort: 10050,
				Steps: []dissecttest.Step{c("agent.version\n"), s(packet("2.4.8"))},
			},
		},
	}
}

func TestZabbix(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
