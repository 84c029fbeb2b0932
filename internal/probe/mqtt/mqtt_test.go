package mqtt_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron/internal/probe/mqtt"
	"github.com/heron-iot/heron/internal/probe/probetest"
	proto "github.com/heron-iot/heron/internal/proto/mqtt"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	const v = proto.Version311
	subscribed := []byte{0x90, 3, 0, 1, 0}
	published := proto.AppendPublish(nil, v, "$SYS/broker/version", []byte("mosquitto version 2.0.18"))
	probetest.Run(t, mqtt.Probe(), []probetest.Case{
		{Name: "open", Answer: proto.AppendConnack(nil, v, 0), Then: [][]byte{slices.Concat(subscribed, published)}, Want: map[string]string{
			"service.protocol": "tcp/1883/mqtt", "mqtt.anonymous": "accepted",
			"mqtt.broker": "mosquitto version 2.0.18", "mqtt.connack": "0",
		}},
		{Name: "closed", Answer: proto.AppendConnack(nil, v, 5), Want: map[string]string{
			"service.protocol": "tcp/1883/mqtt", "mqtt.anonymous": "refused", "mqtt.connack": "5",
		}},
	})
}

func FuzzProbe(f *testing.F) {
	probetest.Fuzz(f, mqtt.Probe(), proto.AppendConnack(nil, proto.Version311, 0), []byte{0x90, 3, 0, 1, 0})
}
