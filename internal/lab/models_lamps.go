package lab

import "time"

// lampModels are lit, switched and heard by apps, without a hub.
func lampModels() []Model {
	plug := esphomeDevice{board: "esp8285", platform: "ESP8266", project: "athom.smart-plug-v2", projectVersion: "2.0.7", title: "Athom Plug V2"}
	air := esphomeDevice{board: "esp32-c3-devkitm-1", platform: "ESP32", project: "ApolloAutomation.AIR-1", projectVersion: "24.1.1", title: "Apollo AIR-1", sealed: true}
	return []Model{
		{
			Name: "athom-plug", Vendor: "Athom Technology", Product: "Smart Plug V2", Type: "smart_plug",
			OS: "ESPHome", Firmware: "2023.12.5", OUI: "ec:fa:bc", Hostname: "athom-smart-plug-v2-{short}", Zone: zoneHome, Stack: LWIP, Count: 2,
			DHCP:     dhcp("", paramsLWIP),
			Adverts:  []Advert{plug.advert()},
			Services: []Service{plug.service(), httpService(80, web{pages: map[string]page{"/": title("Athom Plug V2")}})},
		},
		{
			Name: "apollo-air", Vendor: "Apollo Automation", Product: "AIR-1", Type: "air_quality_monitor",
			OS: "ESPHome", Firmware: "2024.2.1", OUI: "24:0a:c4", Hostname: "apollo-air-1-{short}", Zone: zoneHome, Stack: LWIP,
			DHCP:     dhcp("", paramsLWIP),
			Adverts:  []Advert{air.advert()},
			Services: []Service{air.service()},
		},
		{
			Name: "wiz-bulb", Vendor: "WiZ", Product: "ESP01_SHRGB1C_31", Type: "smart_bulb",
			OS: "FreeRTOS", Firmware: "1.21.0", OUI: "a8:bb:50", Hostname: "wiz_{short}", Zone: zoneHome, Stack: LWIP, Count: 2,
			DHCP:     dhcp("", paramsLWIP),
			Services: []Service{wizService("ESP01_SHRGB1C_31")},
			Habits:   []Habit{talksTo(5*time.Minute, "eu.mqtt.wiz.world")},
		},
		{
			Name: "tapo-plug", Vendor: "TP-Link", Product: "Tapo P110", Type: "smart_plug",
			OS: "FreeRTOS", Firmware: "1.1.3", OUI: "10:27:f5", Hostname: "P110", Zone: zoneHome, Stack: LWIP, Count: 2,
			DHCP:     dhcp("", paramsLWIP),
			Services: []Service{tapoService("SMART.TAPOPLUG", "P110(EU)", "1.0"), httpService(80, web{server: "SHIP 2.0", pages: map[string]page{"/": {body: "200 OK"}}})},
			Habits:   []Habit{talksTo(6*time.Minute, "euw1-app-server.iot.i.tplinkcloud.com"), keepsTime("pool.ntp.org")},
		},
		{
			Name: "govee-lamp", Vendor: "Govee", Product: "H6076", Type: "smart_bulb",
			OS: "FreeRTOS", Firmware: "1.02.11", OUI: "d4:ad:fc", Hostname: "Govee_H6076_{SHORT}", Zone: zoneHome, Stack: LWIP,
			DHCP:     dhcp("", paramsLWIP),
			Services: []Service{goveeService("H6076")},
			Habits:   []Habit{talksTo(6*time.Minute, "aqm3wd1qlc3dy-ats.iot.us-east-1.amazonaws.com")},
		},
		{
			Name: "lifx-bulb", Vendor: "LIFX", Product: "LIFX A19", Type: "smart_bulb",
			OS: "", Firmware: "2.80", OUI: "d0:73:d5", Hostname: "LIFX Bulb", Zone: zoneHome, Stack: LWIP,
			DHCP:     dhcp("", paramsLWIP),
			Services: []Service{lifxService(27, 2, 80, "Lounge")},
			Habits:   []Habit{talksTo(7*time.Minute, "v2.broker.lifx.co")},
		},
		{
			Name: "xiaomi-purifier", Vendor: "Xiaomi", Product: "zhimi.airpurifier.mc1", Type: "air_purifier",
			OS: "FreeRTOS", Firmware: "1.4.3", OUI: "34:ce:00", Hostname: "zhimi-airpurifier-mc1_miio{short}", Zone: zoneHome, Stack: LWIP,
			DHCP:     dhcp("", paramsLWIP),
			Adverts:  []Advert{{Type: "_miio._udp", Name: "zhimi-airpurifier-mc1_miio{short}", Port: 54321, TXT: []string{"epoch=1"}}},
			Services: []Service{miioService()},
			Habits:   []Habit{talksTo(6*time.Minute, "de.ot.io.mi.com")},
		},
		{
			Name: "onkyo-receiver", Vendor: "Onkyo", Product: "TX-NR609", Type: "av_receiver",
			OS: "Linux", Firmware: "1061-4141-2001-0001", OUI: "00:09:b0", Hostname: "TX-NR609-{SHORT}", Zone: zoneHome,
			DHCP:     dhcp("", paramsLinux),
			Services: receiverService("TX-NR609", "DX"),
		},
		{
			Name: "sensortag", Vendor: "Texas Instruments", Product: "SensorTag CC2650 (Contiki)", Type: "sensor",
			OS: "Contiki", Firmware: "3.0", OUI: "00:12:4b", Zone: zoneHome, Stack: LWIP,
			DHCP: dhcp("", paramsLWIP),
			Services: []Service{coapService(`</.well-known/core>;ct=40,</sen/opt/light>;title="Light";rt="Lux",` +
				`</sen/hdc/t>;title="Temperature";rt="C",</sen/hdc/h>;title="Humidity";rt="%RH",</lt/g>;title="Green LED";rt="Control"`)},
		},
	}
}
