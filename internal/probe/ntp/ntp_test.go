package ntp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/ntp"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

// clock is what a server with a satellite receiver answers.
func clock() []byte {
	b := append([]byte{0x24, 1, 6, 0xec, 0, 0, 0, 0, 0, 0, 0, 0}, "GPS\x00"...)
	b = append(b, make([]byte, 24)...)
	return append(b, "\xe9\x00\x00\x00\x12\x34\x56\x78"...)
}

const variables = "\x16\x82\x00\x01\x06\x18\x00\x00\x00\x00\x00\x1fversion=\"ntpd 4.2.8\", stratum=2\x00"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, ntp.Probe(), []probetest.Case{
		{Name: "clock", Answer: []byte(variables), Then: [][]byte{clock()}, Want: map[string]string{
			"service.protocol": "udp/123/ntp", "ntp.readvar": `version="ntpd 4.2.8", stratum=2`, "ntp.refid": "GPS",
			"ntp.stratum": "1",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, ntp.Probe(), clock()) }
