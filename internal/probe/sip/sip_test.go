package sip_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/sip"
)

const answer = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:49152;branch=z9hG4bKheron;rport=49152\r\nFrom: <sip:heron@127.0.0.1:49152>;tag=heron\r\n" +
	"To: <sip:127.0.0.1:5060>;tag=b2\r\nCall-ID: heron\r\nCSeq: 1 OPTIONS\r\nUser-Agent: Yealink SIP-T46S 66.84.0.125\r\nContent-Length: 0\r\n\r\n"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, sip.Probe(), []probetest.Case{
		{Name: "telephone", Answer: []byte(answer), Want: map[string]string{
			"service.protocol": "udp/5060/sip", "sip.user_agent": "Yealink SIP-T46S 66.84.0.125",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, sip.Probe(), []byte(answer)) }
