package lab

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// some returns one host of a model, by chance, so that over a day all have
// their turn; nil when there is none.
func (a *actor) some(model string) *Host {
	all := a.site.roles[model]
	if len(all) == 0 {
		return nil
	}
	return all[a.rng.IntN(len(all))]
}

// visit fetches pages of a device, as its owner or an app does.
func visit(model string, port uint16, agent string, paths ...string) func(*actor) {
	return func(a *actor) {
		to := a.some(model)
		if to == nil {
			return
		}
		requests := make([][]byte, 0, len(paths))
		for _, p := range paths {
			requests = append(requests, get(to, p, agent))
		}
		a.askSlowly(to, port, 300*time.Millisecond, requests...)
	}
}

// Browsers and apps by the names they give themselves.
const (
	agentWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36"
	agentIPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15"
	agentUPnP    = "Microsoft-Windows/10.0 UPnP/1.0"
)

// tendDevices is an administrator who looks at one device after another.
func tendDevices(a *actor) {
	for _, v := range []struct {
		model string
		port  uint16
		paths []string
	}{
		{"dahua-camera", 80, []string{"/", "/cgi-bin/magicBox.cgi"}},
		{"reolink-camera", 80, []string{"/"}},
		{modelCamera, 80, []string{"/doc/page/login.asp", "/ISAPI/System/deviceInfo"}},
		{"hikvision-nvr", 80, []string{"/", "/ISAPI/System/deviceInfo"}},
		{"axis-camera", 80, []string{"/axis-cgi/param.cgi"}},
		{"xm-dvr", 80, []string{"/"}},
		{"doorbird-doorbell", 80, []string{"/bha-api/info.cgi"}},
		{"hid-door", 80, []string{"/"}},
		{"zebra-label", 80, []string{"/"}},
		{"brother-printer", 80, []string{"/"}},
		{"apc-ups", 80, []string{"/"}},
		{"dlink-nas", 80, []string{"/", "/xml/info.xml"}},
		{"epson-receipt", 80, []string{"/"}},
		{"yealink-phone", 80, []string{"/"}},
		{"hl7-gateway", 8080, []string{"/"}},
		{"asterisk-pbx", 80, []string{"/"}},
		{"niagara-jace", 80, []string{"/", "/login"}},
		{"siemens-ahu", 80, []string{"/"}},
	} {
		visit(v.model, v.port, agentWindows, v.paths...)(a)
		a.pause(2 * time.Second)
	}
}

// tendNetwork looks after the network's own devices.
func tendNetwork(a *actor) {
	a.ask(a.some("unifi-ap"), 22, []byte("SSH-2.0-OpenSSH_8.6\r\n"))
	a.ask(a.some("asterisk-pbx"), 22, []byte("SSH-2.0-OpenSSH_8.6\r\n"))
	a.ask(a.some("cisco-switch"), 23, login("admin", "guess", "exit")...)
	visit("cisco-switch", 80, agentWindows, "/")(a)
	visit("mikrotik-router", 80, agentWindows, "/")(a)
}

// tendPlant is a technician who looks at the cell's own pages.
func tendPlant(a *actor) {
	for _, v := range []struct{ model, path string }{
		{modelPLC, "/index.htm"},
		{modelS7, "/"},
		{"wago-io", "/"},
		{"moxa-nport", "/"},
		{"schneider-meter", "/"},
		{"fronius-inverter", "/"},
		{modelHMI, "/"},
	} {
		visit(v.model, 80, agentWindows, v.path)(a)
		a.pause(2 * time.Second)
	}
	a.ask(a.some("sel-relay"), 23, []byte("ID\r\n"))
	a.ask(a.some("sel-relay"), 502, modbusRead(1, 1, 0, 10))
}

// useApps is somebody whose telephone controls the lounge.
func useApps(a *actor) {
	visit("hue-bridge", 80, "hue/4.44.0 "+agentIPhone, "/api/0/config", "/description.xml")(a)
	visit("shelly-plug", 80, agentIPhone, "/shelly")(a)
	visit("tasmota-sensor", 80, agentIPhone, "/", "/cm")(a)
	visit("samsung-tv", 8001, agentIPhone, "/api/v2/")(a)
	visit("chromecast", 8008, agentIPhone, "/setup/eureka_info")(a)
	visit("nuki-lock", 8080, agentIPhone, "/info")(a)
	visit("roku-stick", 8060, agentIPhone, "/")(a)
	visit("sonos-one", 1400, agentIPhone, "/xml/device_description.xml")(a)
	if to := a.some("kasa-plug"); to != nil {
		body := kasaCipher([]byte(`{"system":{"get_sysinfo":{}}}`))
		a.ask(to, 9999, append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
	}
	a.ask(a.some("yeelight-bulb"), 55443, fmt.Appendf(nil, "{\"id\":%d,\"method\":\"get_prop\",\"params\":[\"power\",\"bright\"]}\r\n", a.rng.IntN(100)))
	a.tell(a.some("roomba"), 5678, []byte("irobotmcs"))
}

// readDescriptions is a computer that looks at whom it found by UPnP.
func readDescriptions(a *actor) {
	ssdpSearch("upnp:rootdevice", "")(a)
	for _, h := range a.site.Hosts {
		if u := h.Model.UPnP; u != nil && a.rng.IntN(len(a.site.Hosts)) < 20 {
			a.ask(h, u.Port, get(h, u.Path, agentUPnP))
		}
	}
}

// discoverDoors is the tool of the door controllers' maker.
func discoverDoors(a *actor) {
	a.say(datagram{
		from: a.host, to: netip.AddrPortFrom(a.some("hid-door").IP, 4070), payload: []byte("discover;013;"),
	})
}
