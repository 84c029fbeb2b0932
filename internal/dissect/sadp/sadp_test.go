package sadp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/sadp"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	const head = `<?xml version="1.0" encoding="utf-8"?>`
	return dissecttest.Suite{
		Protocol: sadp.Protocol,
		Allocs:   6, // the event of an order
		Conversations: []dissecttest.Conversation{{
			Name: "search", Transport: heron.UDP, ServerPort: 37020, ClientPort: 37020, Steps: []dissecttest.Step{
				c(head + `<Probe><Uuid>13A888A9-F1B1-4020-AE9F-05607682D23B</Uuid><Types>inquiry</Types></Probe>`),
				s(head + "\n<ProbeMatch>\n<Uuid>13A888A9-F1B1-4020-AE9F-05607682D23B</Uuid>\n<Types>inquiry</Types>\n<DeviceType>26744</DeviceType>\n" +
					"<DeviceDescription>DS-2CD2042WD-I</DeviceDescription>\n<DeviceSN>DS-2CD2042WD-I20260101AAWR000000001</DeviceSN>\n<CommandPort>8000</CommandPort>\n" +
					"<MAC>02-00-00-00-00-05</MAC>\n<IPv4Address>192.0.2.5</IPv4Address>\n<SoftwareVersion>V5.4.5build 170123</SoftwareVersion>\n" +
					"<DSPVersion>V7.3 build 170105</DSPVersion>\n<Activated>true</Activated>\n</ProbeMatch>"),
				c(head + `<Probe><Uuid>1</Uuid><Types>update</Types><PWErrorParse>true</PWErrorParse><Password>secret</Password></Probe>`),
			},
		}},
	}
}

func TestSADP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
