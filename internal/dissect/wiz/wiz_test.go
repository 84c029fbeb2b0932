package wiz_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/wiz"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: port, ClientPort: 50001, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: wiz.Protocol,
		Allocs:   6, // the event
		Conversations: []dissecttest.Conversation{
			talk("lamp", 38899, c(`{"method":"getSystemConfig","params":{}}`),
				s(`{"method":"getSystemConfig","env":"pro","result":{"mac":"020000000005","homeId":1,"roomId":2,"moduleName":"ESP01_SHRGB1C_31","fwVersion":"1.21.0","drvConf":[20,1]}}`)),
			talk("orders", 38899, c(`{"method":"setPilot","params":{"state":false}}`), s(`{"method":"setPilot","env":"pro","result":{"success":true}}`)),
			talk("begins", 38900, c(`{"method":"firstBeat","env":"pro","params":{"mac":"020000000005","homeId":1,"fwVersion":"1.21.0"}}`)),
			talk("phone", 38899, c(`{"method":"registration","params":{"phoneMac":"020000000009","register":false,"phoneIp":"192.0.2.9"}}`)),
		},
	}
}

func TestWiZ(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
