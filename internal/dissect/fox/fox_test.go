package fox_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/fox"
)

// message makes a message of fields.
func message(line string, fields ...string) string {
	return line + "\n{\n" + strings.Join(fields, "\n") + "\n};;\n"
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 1911, Steps: steps}
	}
	ask := message("fox a 1 -1 fox hello", "fox.version=s:1.0", "id=i:1", "hostName=s:workbench-1", "app.name=s:Workbench", "app.version=s:4.10.0.154")
	tell := message("fox a 0 -1 fox hello", "fox.version=s:1.0.1", "id=i:78", "hostName=s:192.0.2.5", "hostAddress=s:192.0.2.5",
		"app.name=s:Station", "app.version=s:3.8.38", "vm.name=s:Java HotSpot(TM) Embedded Client VM", "vm.version=s:25.0-b70",
		"os.name=s:QNX", "os.version=s:6.4.1", "station.name=s:PlantRoom", "lang=s:en", "timeZone=s:Europe/Berlin;3600000;0;null;null",
		"hostId=s:Qnx-JACE7-0000-1111-2222-3333", "vmUuid=u:11e8-0000", "brandId=s:vykon", "sysInfo=o:bog 61[<bog/>]", "authAgentTypeSpecs=s:fox:FoxUsernamePasswordAuthAgent")
	return dissecttest.Suite{
		Protocol: fox.Protocol,
		Allocs:   6, // the event of a refusal
		Conversations: []dissecttest.Conversation{
			talk("hello", c(ask), s(tell)),
			talk("refused", c(ask), s(message("fox a 0 -1 fox rejected", "reason=s:busy"))),
			talk("without_an_end", c(ask), s("fox a 0 -1 fox hello\n{\nhostName=s:jace\nx=s:"+strings.Repeat("y", 5000))),
		},
	}
}

func TestFox(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
