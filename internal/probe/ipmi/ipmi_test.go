package ipmi_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/ipmi"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func pong() []byte {
	return probetest.Hex("0600ff06 000011be 40 00 00 10 000011be 00000000 81 00 000000000000")
}

// answer is one to a command, from the controller.
func answer(code, digits string) []byte {
	data := probetest.Hex(digits)
	body := append(append(probetest.Hex("81 1c 63 20 00"+code), data...), 0)
	sum := byte(0)
	for _, c := range body[3:] {
		sum -= c
	}
	body[len(body)-1] = sum
	return append(append(probetest.Hex("0600ff07 00 00000000 00000000"), byte(len(body))), body...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	auth, guid := answer("38", "00 01 94 05 03 000000 00"), answer("37", "00 000102030405060708090a0b0c0d0e0f")
	probetest.Run(t, ipmi.Probe(), []probetest.Case{
		{Name: "controller", Answer: pong(), Then: [][]byte{auth, guid}, Want: map[string]string{
			"service.protocol": "udp/623/ipmi", "ipmi.anonymous": "yes", "ipmi.asf_enterprise": "4542",
			"ipmi.auth": "md5 | password", "ipmi.guid": "000102030405060708090a0b0c0d0e0f", "ipmi.supported": "yes",
			"ipmi.version": "2.0",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, ipmi.Probe(), pong()) }
