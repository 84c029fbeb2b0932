package tplinksmarthome_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/tplinksmarthome"
)

func hide(doc string) string {
	b, key := []byte(doc), byte(0xab)
	for i := range b {
		b[i] ^= key
		key = b[i]
	}
	return string(b)
}

func framed(doc string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(doc)))) + hide(doc)
}

func suite() dissecttest.Suite {
	const (
		ask    = `{"system":{"get_sysinfo":{}}}`
		answer = `{"system":{"get_sysinfo":{"sw_ver":"1.5.4 Build 180815","hw_ver":"2.0","type":"IOT.SMARTPLUGSWITCH",` +
			`"model":"EX100(EU)","mac":"02:00:00:00:00:05","dev_name":"Smart Plug","alias":"Caf\u00e9","deviceId":"8006A0","oemId":"FF01",` +
			`"latitude_i":481234,"err_code":0}}}`
	)
	return dissecttest.Suite{
		Protocol: tplinksmarthome.Protocol,
		Allocs:   12, // two events
		Conversations: []dissecttest.Conversation{
			{Name: "discovery", Transport: heron.UDP, ClientPort: 50123, ServerPort: 9999, Steps: []dissecttest.Step{
				dissecttest.C(hide(ask)), dissecttest.S(hide(answer)),
			}},
			{Name: "orders", Transport: heron.TCP, ClientPort: 50123, ServerPort: 9999, Steps: []dissecttest.Step{
				dissecttest.C(framed(`{"system":{"set_relay_state":{"state":1}}}`)), dissecttest.S(framed(`{"system":{"set_relay_state":{"err_code":0}}}`)),
				dissecttest.C(framed(`{"system":{"set_relay_state":{"state":0}}}`)),
				dissecttest.C(framed(`{"netif":{"set_stainfo":{"ssid":"plant","password":"secret"}}}`)),
				dissecttest.C(framed(ask)), dissecttest.S(framed(answer)),
			}},
		},
	}
}

func TestTPLink(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
