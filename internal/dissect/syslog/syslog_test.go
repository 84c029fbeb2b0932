package syslog_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/syslog"
)

func suite() dissecttest.Suite {
	c := dissecttest.C[string]
	udp := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 514, Steps: steps}
	}
	bare := udp("bare", c("<30>snmpd[6956]: Connection from UDP: [127.0.0.1]"),
		c(`<189>date=2026-01-05 time=16:29:06 devname="gate" devid="FGT60E0000000001" logid="0000000013"`),
		c(`<5>ssg: NetScreen device_id=0185000000000001  [Root]system-notification-00257(traffic)`), c("<13>just some words"), c("no head at all"))
	bare.PortOnly = true
	return dissecttest.Suite{
		Protocol: syslog.Protocol,
		Conversations: []dissecttest.Conversation{
			udp("standard", c("<165>1 2026-01-05T22:14:15.003Z rtu-7.plant evntslog 811 ID47 - BOMAn application event"), c("<165>1 - - - - - - x")),
			udp("older", c("<34>Oct 11 22:14:15 gateway su[99]: 'su root' failed for lonvick"), c("<30>Jan  5 00:01:53 192.0.2.5 nbd: 01=8")),
			udp("cisco", c("<189>29: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: Configured from console"), c("<166>Jan 05 2026 10:00:00: %ASA-6-302013: Built")),
			udp("cef", c("<134>Jan  5 10:00:00 scada-fw CEF:0|Example|Industrial Firewall|3.1|100|blocked|5|src=192.0.2.9")),
			bare,
			{
				Name: "over_tcp", Transport: heron.TCP, ServerPort: 601, PortOnly: true, Steps: []dissecttest.Step{
					c("49 <34>Oct 11 22:14:15 gateway su: 'su root' failed\n" + "<30>Jan  5 00:01:53 meter ntpd[7]: x\n"),
				},
			},
		},
	}
}

func TestSyslog(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
