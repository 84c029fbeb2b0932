package mqtt_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/mqtt"
	"github.com/heron-iot/heron/internal/proto/mqtt"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 1883, Steps: steps}
}

func suite() dissecttest.Suite {
	const v4, v5 = mqtt.Version311, mqtt.Version5
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	properties := "\x26\x00\x05model\x00\x02L1"
	withProperties := mqtt.AppendPacket(nil, mqtt.TypeConnect, 0, []byte("\x00\x04MQTT\x05\x02\x00\x3c"+
		string(rune(len(properties)))+properties+"\x00\x04lamp"))
	big := mqtt.AppendPublish(nil, v4, "camera/1/picture", make([]byte, 20_000))
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   8, // the events of logins
		Conversations: []dissecttest.Conversation{
			talk("sensor", c(mqtt.AppendConnect(nil, v4, "DVES_1A2B3C", "DVES_USER", "secret")), s(mqtt.AppendConnack(nil, v4, 0)),
				c(append(mqtt.AppendPublish(nil, v4, "tele/tasmota_1A2B3C/LWT/more/and/more", []byte("Online")),
					mqtt.AppendSubscribe(nil, v4, 1, "cmnd/tasmota_1A2B3C/#")...)),
				s(mqtt.AppendPublish(nil, v4, "cmnd/tasmota_1A2B3C/POWER", []byte("ON")))),
			talk("version_5", c(withProperties), s(mqtt.AppendConnack(nil, v5, 0)),
				c(mqtt.AppendPublish(nil, v5, "home/lamp", []byte("1"))), c(mqtt.AppendSubscribe(nil, v5, 1, "home/+")),
				s(mqtt.AppendPublish(nil, v5, "$SYS/broker/version", []byte("mosquitto version 2.0.18")))),
			talk("refused", c(mqtt.AppendConnect(nil, v4, "probe", "", "")), s(mqtt.AppendConnack(nil, v4, 5))),
			talk("large_payload", c(mqtt.AppendConnect(nil, v4, "camera", "", "")), c(big),
				c(mqtt.AppendPublish(nil, v4, "camera/1/after", nil))),
		},
	}
}

func TestMQTT(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
