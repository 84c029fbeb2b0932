package lab

import "time"

// automationModels are controllers of other makers, each asked by a protocol of its own.
func automationModels() []Model {
	return []Model{
		{
			Name: "rockwell-micrologix", Vendor: "Rockwell Automation", Product: "1766-L32BWA", Type: "plc",
			OS: "", Firmware: "2.11", OUI: "00:1d:9c", Zone: zoneControl, Stack: VxWorks,
			Services: append(
				cipIdentity{vendor: 1, kind: 14, product: 90, major: 2, minor: 11, name: "1766-L32BWA B/11.00"}.services(),
				httpService(80, web{server: "A-B WWW/0.1", pages: map[string]page{"/": title("1766-L32BWA B/11.00")}}),
			),
		},
		{
			Name: "omron-cj2m", Vendor: "Omron", Product: "CJ2M-CPU33", Type: "plc",
			OS: "", Firmware: "02.01", OUI: "00:00:0a", Zone: zoneControl, Stack: VxWorks,
			Services: []Service{finsService("CJ2M-CPU33", "02.01")},
		},
		{
			Name: "mitsubishi-q", Vendor: "Mitsubishi Electric", Product: "Q03UDVCPU", Type: "plc",
			OS: "", Firmware: "", OUI: "58:52:8a", Zone: zoneControl, Stack: VxWorks,
			Services: []Service{melsecService(5007, "Q03UDVCPU", 0x0366)},
		},
		{
			Name: "beckhoff-cx", Vendor: "Beckhoff", Product: "CX5130", Type: "plc",
			OS: "Windows", Firmware: "3.1.4024", OUI: "00:01:05", Hostname: "CX-{SHORT}", Zone: zoneControl, Stack: Windows,
			DHCP: dhcp("MSFT 5.0", paramsWindows), NetBIOS: "CX-{SHORT}",
			Services: []Service{twincatService(4024)},
		},
		{
			Name: "phoenix-plcnext", Vendor: "Phoenix Contact", Product: "AXC F 2152", Type: "plc",
			OS: "Linux", Firmware: "2021.0.3", OUI: "00:a0:45", Hostname: "axcf2152", Zone: zoneControl,
			DHCP: dhcp("udhcp 1.31.1", paramsUDHCP),
			LLDP: &LLDP{Port: "port-001", Name: "axcf2152", Capabilities: 0x80, Description: "PHOENIX CONTACT AXC F 2152"},
			Services: []Service{
				opcuaService(uaServer{uri: "urn:{host}:eUAServer", product: "http://phoenixcontact.com/OpcUA/PLCnext", name: "eUAServer@{host}"}),
				httpsService(443, web{server: "nginx", pages: map[string]page{"/": title("PLCnext Technology - AXC F 2152")}}),
			},
		},
		{
			Name: "wago-coupler", Vendor: "WAGO", Product: "750-352", Type: "remote_io",
			OS: "", Firmware: "01.03.06", OUI: "00:30:de", Hostname: "WAGO-{short}", Zone: zoneControl, Stack: LWIP,
			DHCP: dhcp("", paramsEmbedded),
			Services: []Service{
				modbusService(modbusServer{registers: 512, objects: []string{"WAGO Kontakttechnik GmbH & Co. KG", "750-352", "{fw}"}}),
				httpService(80, web{server: "WAGO_Webs", auth: basic("WAGO"), pages: map[string]page{"/": title("Wago Ethernet Web-Based Management")}}),
			},
		},
	}
}

// scadaModels gather what all controllers know, by the protocol of each.
func scadaModels() []Model {
	return []Model{{
		Name: "ignition-gateway", Vendor: "Dell", Product: "PowerEdge R340 (Ignition)", Type: "scada_server",
		OS: "Windows", Firmware: "8.1.10", OUI: "d4:be:d9", Hostname: "SCADA-{SHORT}", Zone: zoneControl, Stack: Windows,
		NetBIOS:  "SCADA-{SHORT}",
		Services: []Service{httpService(8088, web{pages: map[string]page{"/": title("Ignition Gateway")}})},
		Habits: []Habit{
			keepsTime("time.windows.com"),
			every("survey", 55*time.Second, 20*time.Minute, surveyPlant),
			every("instruments", 75*time.Second, 20*time.Minute, surveyInstruments),
			every("poll", 25*time.Second, time.Minute, pollModbus("wago-coupler", 1, 0, 8)),
		},
	}}
}

// instrumentModels measure, and bring serial lines to the network.
func instrumentModels() []Model {
	return []Model{
		{
			Name: "emerson-gateway", Vendor: "Emerson", Product: "1410 Wireless Gateway", Type: "protocol_gateway",
			OS: "Linux", Firmware: "6.5.45", OUI: "00:22:ff", Hostname: "gw-{short}", Zone: zoneControl,
			Services: []Service{
				hartService(hartDevice{manufacturer: 0x26, kind: 0x264e, revision: 2, software: 4}),
				httpsService(443, web{server: "Apache", pages: map[string]page{"/": title("Smart Wireless Gateway")}}),
			},
		},
		{
			Name: "lantronix-uds", Vendor: "Lantronix", Product: "UDS1100", Type: "serial_device_server",
			OS: "", Firmware: "6.5.0.7", OUI: "00:20:4a", Zone: zoneControl, Stack: LWIP,
			Services: []Service{
				lantronixService("U3"), lantronixSetup("UDS1100"),
				httpService(80, web{pages: map[string]page{"/": title("Lantronix Web Manager")}}),
			},
		},
		{
			Name: "veeder-gauge", Vendor: "Veeder-Root", Product: "TLS-350", Type: "tank_gauge",
			OS: "", Firmware: "131.02", OUI: "00:20:4a", Zone: zoneRetail, Stack: LWIP,
			Services: []Service{gaugeService("STATION 7", "{fw}", "346331-100-C")},
		},
	}
}

// lantronixSetup greets as the setup of a device server does.
func lantronixSetup(product string) Service {
	s := telnetService("\r\n*** Lantronix "+product+" Device Server ***\r\nMAC address {MAC}\r\nSoftware version V{fw} (070919)\r\n\r\nPress Enter for Setup Mode \r\n", "", "")
	s.Port = 9999
	return s
}
