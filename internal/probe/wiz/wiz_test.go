package wiz_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/wiz"
)

const answer = `{"method":"getSystemConfig","env":"pro","result":{"mac":"020000000005","homeId":1,"moduleName":"ESP01_SHRGB1C_31","fwVersion":"1.21.0"}}`

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, wiz.Probe(), []probetest.Case{{Name: "lamp", Answer: []byte(answer), Want: map[string]string{
		"service.protocol": "udp/38899/wiz", "wiz.mac": "020000000005", "wiz.module": "ESP01_SHRGB1C_31", "wiz.firmware": "1.21.0",
	}}})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, wiz.Probe(), []byte(answer)) }
