package govee_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/govee"
)

func suite() dissecttest.Suite {
	talk := func(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: port, ClientPort: 50001, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: govee.Protocol,
		Allocs:   6, // the event
		Conversations: []dissecttest.Conversation{
			talk("search", 4001, dissecttest.C(`{"msg":{"cmd":"scan","data":{"account_topic":"reserve"}}}`)),
			talk("lamp", 4002, dissecttest.C(`{"msg":{"cmd":"scan","data":{"ip":"192.0.2.7","device":"02:00:00:00:00:05:00:01","sku":"H618A","bleVersionHard":"3.01.01",`+
				`"bleVersionSoft":"1.03.01","wifiVersionHard":"1.00.10","wifiVersionSoft":"1.02.03"}}}`)),
			talk("orders", 4003, dissecttest.C(`{"msg":{"cmd":"turn","data":{"value":1}}}`), dissecttest.C(`{"msg":{"cmd":"devStatus","data":{}}}`)),
		},
	}
}

func TestGovee(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
