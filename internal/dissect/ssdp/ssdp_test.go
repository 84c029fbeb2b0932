package ssdp_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ssdp"
)

// lines is one datagram to the group, or from a device to a searcher.
func lines(name string, port uint16, text ...string) dissecttest.Conversation {
	c := dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ServerPort: port, ClientPort: 50123,
		Server: dissecttest.End("01:00:5e:7f:ff:fa", "239.255.255.250"),
		Steps:  []dissecttest.Step{dissecttest.C(strings.Join(text, "\r\n") + "\r\n\r\n")},
	}
	if port != 1900 {
		c.ClientPort = 1900
		c.Server = dissecttest.End("02:00:00:00:00:05", "192.0.2.5")
	}
	return c
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: ssdp.Protocol,
		Conversations: []dissecttest.Conversation{
			lines("notify", 1900, "NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", "CACHE-CONTROL: max-age=100",
				"LOCATION: http://192.0.2.12:80/description.xml",
				"SERVER: Linux/3.14.0 UPnP/1.0 IpBridge/1.24.0", "NTS: ssdp:alive", "hue-bridgeid: 001788FFFE000001",
				"NT: upnp:rootdevice", "USN: uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice"),
			lines("answer", 50124, "HTTP/1.1 200 OK", "CACHE-CONTROL: max-age=86400", "EXT:",
				"LOCATION: http://192.0.2.12:49153/setup.xml", "OPT: \"http://schemas.upnp.org/upnp/1/0/\"; ns=01",
				"01-NLS: 1d2c", "SERVER: Unspecified, UPnP/1.0, Unspecified", "X-User-Agent: redsonic",
				"ST: urn:Belkin:device:**", "USN: uuid:Socket-1_0-221500K0100001::urn:Belkin:device:**"),
			lines("search", 1900, "M-SEARCH * HTTP/1.1", "HOST: 239.255.255.250:1900", `MAN: "ssdp:discover"`,
				"MX: 1", "ST: urn:dial-multiscreen-org:service:dial:1", "USER-AGENT: Chromium/120.0 Linux"),
			lines("lamp", 50124, "HTTP/1.1 200 OK", "Cache-Control: max-age=3600", "Date: ", "Ext: ", "Location: yeelight://192.0.2.7:55443",
				"Server: POSIX UPnP/1.0 YGLC/1", "id: 0x000000000015243f", "model: color", "fw_ver: 18", "support: get_prop set_power",
				"power: on", "bright: 100", "color_mode: 2", "ct: 4000", "rgb: 16711680", "hue: 100", "sat: 35", "name: my_bulb"),
			lines("no_empty_line", 1900, "NOTIFY * HTTP/1.1", "NT: upnp:rootdevice", "NTS: ssdp:byebye"),
		},
	}
}

func TestSSDP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
