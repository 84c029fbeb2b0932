package lab

import "time"

// homeModels are the hubs, thermostats and locks of a house or a staff lounge.
func homeModels() []Model {
	return []Model{
		{
			Name: "hue-bridge", Vendor: "Philips", Product: "Hue Bridge (BSB002)", Type: "hub",
			OS: "Linux", Firmware: "1935144040", OUI: "00:17:88", Hostname: "Philips-hue", Zone: zoneHome,
			DHCP:    dhcp("", paramsLinux),
			Weak:    []string{"CVE-2020-6007"},
			Adverts: []Advert{{Type: "_hue._tcp", Name: "Philips Hue - {SHORT}", Port: 443, TXT: []string{"bridgeid=001788fffe{short}", "modelid=BSB002"}}},
			UPnP: &UPnP{
				Server: "Hue/1.0 UPnP/1.0 IpBridge/1.35.0", Type: "urn:schemas-upnp-org:device:basic:1",
				Port: 80, Path: "/description.xml", Friendly: "Philips hue ({ip})", Maker: "Signify",
				MakerURL: "http://www.meethue.com/", Model: "Philips hue bridge 2015", ModelNumber: "BSB002",
				ModelDescription: "Philips hue Personal Wireless Lighting",
			},
			Services: []Service{
				httpService(80, web{server: "nginx", pages: map[string]page{
					"/description.xml": {kind: "text/xml", body: hueDescription},
					"/api/0/config":    {kind: "application/json", body: `{"name":"Philips hue","datastoreversion":"90","swversion":"{fw}","apiversion":"1.35.0","mac":"{mac}","bridgeid":"001788FFFE{SHORT}","factorynew":false,"modelid":"BSB002"}`},
					"/":                title("hue personal wireless lighting"),
				}}),
				httpsService(443, web{server: "nginx", pages: map[string]page{"/": title("hue personal wireless lighting")}}),
			},
			Habits: []Habit{keepsTime("time1.google.com"), talksTo(5*time.Minute, "ws.meethue.com", "diag.meethue.com")},
		},
		{
			Name: "nest-thermostat", Vendor: "Google", Product: "Nest Learning Thermostat", Type: "thermostat",
			OS: "Linux", Firmware: "5.9.3-7", OUI: "18:b4:30", Hostname: "02AA01AC{short}", Zone: zoneHome,
			DHCP:   dhcp("", paramsDhcpcd),
			Habits: []Habit{keepsTime("time.nest.com"), talksTo(4*time.Minute, "transport01.rts07.iad01.production.nest.com", "logsink.home.nest.com")},
		},
		{
			Name: "ecobee-thermostat", Vendor: "ecobee", Product: "ecobee3 lite", Type: "thermostat",
			OS: "Linux", Firmware: "4.5.81.200", OUI: "44:61:32", Hostname: "ecobee3lite", Zone: zoneHome,
			DHCP:    dhcp("", paramsLinux),
			Adverts: []Advert{{Type: "_hap._tcp", Name: "Thermostat {short}", Port: 1200, TXT: []string{"md=ecobee3 lite", "ci=9", "c#=1", "ff=1", "pv=1.1", "sf=0"}}},
			Habits:  []Habit{talksTo(3*time.Minute, "ws.ecobee.com"), keepsTime("pool.ntp.org")},
		},
		{
			Name: "nuki-lock", Vendor: "Nuki", Product: "Nuki Bridge", Type: "hub",
			OS: "FreeRTOS", Firmware: "2.7.0", OUI: "54:d2:72", Hostname: "Nuki_Bridge_{short}", Zone: zoneHome, Stack: LWIP,
			DHCP: dhcp("", paramsLWIP), Weak: []string{"CVE-2022-32509"},
			Services: []Service{httpService(8080, web{auth: "", pages: map[string]page{
				"/info": {kind: "application/json", body: `{"bridgeType":1,"ids":{"hardwareId":284530004,"serverId":142667440},"versions":{"firmwareVersion":"{fw}","wifiFirmwareVersion":"1.2.0"}}`},
			}})},
			Habits: []Habit{talksTo(3*time.Minute, "bridge.nuki.io")},
		},
	}
}

// plugModels switch, measure and clean.
func plugModels() []Model {
	return []Model{
		{
			Name: "kasa-plug", Vendor: "TP-Link", Product: "Kasa HS110", Type: "smart_plug",
			OS: "FreeRTOS", Firmware: "1.2.6", OUI: "50:c7:bf", Hostname: "HS110", Zone: zoneHome, Stack: LWIP, Count: 2,
			DHCP:     dhcp("", paramsLWIP),
			Services: kasaServices(),
			Habits:   []Habit{keepsTime("uk.pool.ntp.org"), talksTo(6*time.Minute, "use1-api.tplinkra.com")},
		},
		{
			Name: "shelly-plug", Vendor: "Shelly", Product: "Shelly Plug S", Type: "smart_plug",
			OS: "Mongoose OS", Firmware: "20190821-095324/v1.5.2@4148d2b7", OUI: "68:c6:3a", Hostname: "shellyplug-s-{SHORT}", Zone: zoneHome, Stack: LWIP, Count: 2,
			DHCP:    dhcp("", paramsLWIP),
			Adverts: []Advert{{Type: "_http._tcp", Name: "shellyplug-s-{SHORT}", Port: 80, TXT: []string{"id=shellyplug-s-{SHORT}", "fw_id={fw}", "arch=esp8266"}}},
			Services: []Service{httpService(80, web{server: "Mongoose/6.12", pages: map[string]page{
				"/":       title("Shelly Plug S"),
				"/shelly": {kind: "application/json", body: `{"type":"SHPLG-S","mac":"{SHORT}","auth":false,"fw":"{fw}"}`},
			}})},
			Habits: []Habit{
				every("power", 10*time.Second, time.Minute, report("", "shellies/{host}/relay/0/power", "%.1f", 60, 40)),
				talksTo(10*time.Minute, "api.shelly.cloud"),
			},
		},
		{
			Name: "tasmota-sensor", Vendor: "Espressif", Product: "Sonoff TH16 (Tasmota)", Type: "sensor",
			OS: "Tasmota", Firmware: "8.5.1", OUI: "24:0a:c4", Hostname: "tasmota-{short}", Zone: zoneHome, Stack: LWIP, Count: 4,
			DHCP: dhcp("", paramsLWIP), Weak: []string{"CVE-2021-36603"},
			Services: []Service{httpService(80, web{server: "Tasmota/{fw} (ESP8266EX)", pages: map[string]page{
				"/":   title("Sonoff TH - Main Menu"),
				"/cm": {kind: "application/json", body: `{"StatusFWR":{"Version":"{fw}(tasmota)","BuildDateTime":"2020-10-02T08:44:46","Hardware":"ESP8266EX"}}`},
			}})},
			Habits: []Habit{
				every("telemetry", 10*time.Second, time.Minute, report("DVES_USER", "tele/{host}/SENSOR", `{"AM2301":{"Temperature":%.1f},"TempUnit":"C"}`, 21, 3)),
			},
		},
		{
			Name: "netatmo-weather", Vendor: "Netatmo", Product: "Smart Home Weather Station", Type: "weather_station",
			OS: "", Firmware: "178", OUI: "70:ee:50", Hostname: "Netatmo", Zone: zoneHome, Stack: LWIP,
			DHCP:   dhcp("", paramsLWIP),
			Habits: []Habit{talksTo(5*time.Minute, "netcom.netatmo.net")},
		},
		{
			Name: "roomba", Vendor: "iRobot", Product: "Roomba 980", Type: "vacuum_robot",
			OS: "Linux", Firmware: "v2.4.8-44", OUI: "80:c5:f2", Hostname: "Roomba-{SHORT}", Zone: zoneHome,
			DHCP:     dhcp("udhcp 1.24.1", paramsUDHCP),
			Services: []Service{irobotService()},
			Habits:   []Habit{talksTo(8*time.Minute, "a2uowfjvhio0fa.iot.us-east-1.amazonaws.com"), keepsTime("0.irobot.pool.ntp.org")},
		},
		{
			Name: "yeelight-bulb", Vendor: "Yeelight", Product: "LED Bulb (Color)", Type: "smart_bulb",
			OS: "FreeRTOS", Firmware: "76", OUI: "28:6c:07", Hostname: "yeelink-light-color1_miio{short}", Zone: zoneHome, Stack: LWIP, Count: 3,
			DHCP:     dhcp("", paramsLWIP),
			Services: []Service{yeelightService(), yeelightSearch()},
			Habits:   []Habit{talksTo(7*time.Minute, "ot.io.mi.com"), keepsTime("pool.ntp.org")},
		},
	}
}

// hueDescription is the bridge's UPnP description.
const hueDescription = `<?xml version="1.0" encoding="UTF-8" ?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion><URLBase>http://{ip}:80/</URLBase><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>Philips hue ({ip})</friendlyName><manufacturer>Signify</manufacturer><manufacturerURL>http://www.meethue.com</manufacturerURL><modelDescription>Philips hue Personal Wireless Lighting</modelDescription><modelName>Philips hue bridge 2015</modelName><modelNumber>BSB002</modelNumber><modelURL>http://www.meethue.com</modelURL><serialNumber>{sn}</serialNumber><UDN>uuid:{uuid}</UDN></device></root>`
