package atg_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/atg"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const revision = "\x01\r\nI90200\r\nJAN 1, 2026  8:00 AM\r\n\r\n    STATION 7\r\n    1 MAIN ST\r\n    ANYTOWN\r\n\r\n" +
	"SOFTWARE REVISION LEVEL\r\nVERSION 131.02\r\nSOFTWARE# 346331-100-C\r\nCREATED - 11.09.03.10.46\r\n\x03"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, atg.Probe(), []probetest.Case{
		{Name: "gauge", Answer: []byte(revision), Want: map[string]string{
			"service.protocol": "tcp/10001/atg", "atg.report": "I90200", "atg.software": "131.02 | 346331-100-C",
			"atg.station": "STATION 7",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, atg.Probe(), []byte(revision)) }
