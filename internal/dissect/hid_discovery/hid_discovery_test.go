package hid_discovery_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/hid_discovery"
)

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 4070, ClientPort: 50001, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: hid_discovery.Protocol,
		Allocs:   6, // the event
		Conversations: []dissecttest.Conversation{
			talk("search", dissecttest.C("discover;013;"), dissecttest.S("discovered;091;02:00:00:00:00:05;NorthDoor;192.0.2.7;1;EH400;2.3.1.603;04/23/2012;")),
			talk("order", dissecttest.C("command_blink_on;042;02:00:00:00:00:05;30;")),
			talk("cut_off", dissecttest.S("discovered;091;02:00:00:00:00:05;North")),
		},
	}
}

func TestHIDDiscovery(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
