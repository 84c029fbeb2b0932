package irobot_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/irobot"
)

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: irobot.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "robot", Transport: heron.UDP, ServerPort: 5678, ClientPort: 50001, Steps: []dissecttest.Step{
				dissecttest.C("irobotmcs"),
				dissecttest.S(`{"ver":"3","hostname":"Roomba-0123456789ABCDEF","robotname":"Dusty","robotid":"0123456789ABCDEF","ip":"192.0.2.7",` +
					`"mac":"02:00:00:00:00:05","sw":"v2.4.8-44","sku":"R980020","nc":0,"proto":"mqtt","cap":{"pose":1,"ota":2}}`),
			},
		}},
	}
}

func TestIRobot(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
