package coap_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/coap"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const list = "\x60\x45\x48\x01\xc1\x28\xff" + `</sensors/temp>;rt="temperature-c";if="sensor",</firmware>;title="Firmware, v1.2",</3/0>`

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, coap.Probe(), []probetest.Case{
		{Name: "resources", Answer: []byte(list), Want: map[string]string{
			"service.protocol": "udp/5683/coap", "coap.interface": "sensor",
			"coap.resource": "/sensors/temp | /firmware | /3/0", "coap.resource_type": "temperature-c",
			"coap.title": "Firmware, v1.2",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, coap.Probe(), []byte(list)) }
