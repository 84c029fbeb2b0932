package yeelight_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/yeelight"
)

const answer = "HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\nDate: \r\nExt: \r\nLocation: yeelight://192.0.2.7:55443\r\n" +
	"Server: POSIX UPnP/1.0 YGLC/1\r\nid: 0x000000000015243f\r\nmodel: color\r\nfw_ver: 18\r\nsupport: get_prop set_default set_power\r\n" +
	"power: on\r\nbright: 100\r\ncolor_mode: 2\r\nct: 4000\r\nrgb: 16711680\r\nhue: 100\r\nsat: 35\r\nname: my_bulb\r\n"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, yeelight.Probe(), []probetest.Case{{Name: "lamp", Answer: []byte(answer), Want: map[string]string{
		"service.protocol": "udp/1982/ssdp", "ssdp.location": "yeelight://192.0.2.7:55443", "ssdp.server": "POSIX UPnP/1.0 YGLC/1",
		"ssdp.header.id": "0x000000000015243f", "ssdp.header.model": "color", "ssdp.header.fw_ver": "18",
		"ssdp.header.support": "get_prop set_default set_power", "ssdp.header.name": "my_bulb",
	}}})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, yeelight.Probe(), []byte(answer)) }
