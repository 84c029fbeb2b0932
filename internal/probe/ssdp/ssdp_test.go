package ssdp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/ssdp"
)

func answer(location string) []byte {
	return []byte("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=100\r\nEXT:\r\nLOCATION: " + location +
		"\r\nSERVER: Linux/3.14.0 UPnP/1.0 IpBridge/1.24.0\r\nST: upnp:rootdevice\r\nUSN: uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice\r\n\r\n")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, ssdp.Probe(), []probetest.Case{
		{
			Name: "bridge", Answer: answer("http://127.0.0.1:8080/description.xml"), Want: map[string]string{
				"service.protocol": "udp/1900/ssdp", "ssdp.location": "http://127.0.0.1:8080/description.xml",
				"ssdp.server": "Linux/3.14.0 UPnP/1.0 IpBridge/1.24.0", "ssdp.st": "upnp:rootdevice",
				"ssdp.usn": "uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice",
			},
			Follows: []probe.Follow{{Probe: "http", Port: 8080, Path: "/description.xml"}},
		},
		{
			Name: "player", Answer: answer("http://127.0.0.1:8060/"), Want: map[string]string{
				"service.protocol": "udp/1900/ssdp", "ssdp.location": "http://127.0.0.1:8060/",
				"ssdp.server": "Linux/3.14.0 UPnP/1.0 IpBridge/1.24.0", "ssdp.st": "upnp:rootdevice",
				"ssdp.usn": "uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice",
			},
			Follows: []probe.Follow{{Probe: "description", Port: 8060}},
		},
		{Name: "described by another", Answer: answer("http://192.0.2.9:80/description.xml"), Want: map[string]string{
			"service.protocol": "udp/1900/ssdp", "ssdp.location": "http://192.0.2.9:80/description.xml",
			"ssdp.server": "Linux/3.14.0 UPnP/1.0 IpBridge/1.24.0", "ssdp.st": "upnp:rootdevice",
			"ssdp.usn": "uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice",
		}},
	})
}

func FuzzProbe(f *testing.F) {
	probetest.Fuzz(f, ssdp.Probe(), answer("http://127.0.0.1:8080/description.xml"))
}
