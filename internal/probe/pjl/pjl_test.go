package pjl_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/pjl"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const answer = "@PJL INFO ID\r\n\"Example LaserJet M428\"\r\n\f"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, pjl.Probe(), []probetest.Case{
		{Name: "printer", Answer: []byte(answer), Want: map[string]string{
			"service.protocol": "tcp/9100/pjl", "pjl.id": "Example LaserJet M428",
		}},
		{Name: "without an end", Answer: []byte("@PJL INFO ID\r\nExample P-1\r\n"), Want: map[string]string{
			"service.protocol": "tcp/9100/pjl", "pjl.id": "Example P-1",
		}},
	})
}

func TestNothingThatPrintsMayBeSent(t *testing.T) {
	t.Parallel()
	allow := pjl.Probe().Allow
	for _, out := range []string{"\x1b%-12345X@PJL INFO ID\r\n", "@PJL INFO ID\r\n", "hello\r\n", "\x1b%-12345X@PJL DEFAULT COPIES=2\r\n\x1b%-12345X"} {
		if allow([]byte(out)) == nil {
			t.Errorf("%q may be sent", out)
		}
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, pjl.Probe(), []byte(answer)) }
