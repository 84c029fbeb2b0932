package lab

import "time"

// controlModels are the controllers of the production cell.
func controlModels() []Model {
	return []Model{
		{
			Name: modelPLC, Vendor: "Schneider Electric", Product: "BMX P34 2020", Type: "plc",
			OS: "VxWorks", Firmware: "v2.6", OUI: "00:80:f4", Zone: zoneControl, Stack: VxWorks, Count: 2,
			Weak: []string{"CVE-2021-22779", "CVE-2018-7851"},
			Services: []Service{
				modbusService(modbusServer{registers: 2000, objects: []string{"Schneider Electric", "BMX P34 2020", "{fw}"}}),
				httpService(80, web{server: "Schneider-WEB", auth: basic("Schneider Web"), pages: map[string]page{"/index.htm": title("BMX P34 2020")}}),
				ftpService("FTP server (VxWorks VxWorks5.4.2) ready."),
			},
		},
		{
			Name: modelS7, Vendor: "Siemens", Product: "S7-1200 CPU 1214C DC/DC/DC (6ES7 214-1AG40-0XB0)", Type: "plc",
			OS: "", Firmware: "V4.2.1", OUI: "28:63:36", Hostname: "plc-s7", Zone: zoneControl, Stack: VxWorks, Count: 2,
			Weak: []string{"CVE-2019-10929", "CVE-2019-13945"},
			LLDP: &LLDP{
				Port: "port-001", Name: "plc-s7", Capabilities: 0x80,
				Description: "Siemens, SIMATIC S7, S7-1200, 6ES7 214-1AG40-0XB0, HW: 3, FW: {fw}, S C-{SHORT}",
			},
			Services: []Service{
				s7Service(s7Module{order: "6ES7 214-1AG40-0XB0", version: [3]byte{4, 2, 1}, name: "PLC_1", module: "CPU 1214C DC/DC/DC"}),
				httpService(80, web{pages: map[string]page{"/": title("SIMATIC 1200")}}),
				snmpService(snmpAgent{
					description: "Siemens, SIMATIC S7, CPU-1200, 6ES7 214-1AG40-0XB0, HW: 3, FW: {fw}, S C-{SHORT}",
					objectID:    "1.3.6.1.4.1.4329.6.3", name: "plc-s7", contact: "", location: "Cell 2",
				}),
			},
		},
		{
			// A fieldbus controller is programmed; the coupler, 750-352, is not.
			Name: "wago-io", Vendor: "WAGO", Product: "750-881", Type: "plc",
			OS: "", Firmware: "01.09.18", OUI: "00:30:de", Hostname: "WAGO-{short}", Zone: zoneControl, Stack: LWIP,
			DHCP: dhcp("", paramsEmbedded), Weak: []string{"CVE-2018-8836"},
			Services: []Service{
				modbusService(modbusServer{registers: 512, objects: []string{"WAGO Kontakttechnik GmbH & Co. KG", "750-881", "{fw}"}}),
				httpService(80, web{server: "WAGO_Webs", auth: basic("WAGO"), pages: map[string]page{"/": title("Wago Ethernet Web-Based Management")}}),
				ftpService("WAGO FTP server ready."),
			},
		},
		{
			Name: "moxa-nport", Vendor: "Moxa", Product: "NPort 5110", Type: "serial_device_server",
			OS: "", Firmware: "2.5", OUI: "00:90:e8", Hostname: "NP5110_{short}", Zone: zoneControl, Stack: LWIP,
			Weak: []string{"CVE-2016-9361"},
			Services: []Service{
				httpService(80, web{server: "MoxaHttp/1.0", pages: map[string]page{"/": title("NPort Web Console")}}),
				moxaService(0x5110), telnetService("\r\nModel name       : NPort 5110\r\nMAC address      : {MAC}\r\nSerial No.       : {SHORT}\r\nFirmware version : {fw} Build 16080914\r\n\r\nPlease keyin your password:", "", ""),
				snmpService(snmpAgent{description: "NP5110_{SHORT}", objectID: "1.3.6.1.4.1.8691.2.7", name: "NP5110", contact: "", location: ""}),
			},
		},
	}
}

// panelModels run and connect the production cell.
func panelModels() []Model {
	return []Model{
		{
			Name: modelHMI, Vendor: "Weintek", Product: "cMT3090", Type: "hmi",
			OS: "Linux", Firmware: "20210614", OUI: "00:0c:26", Hostname: "cMT-{short}", Zone: zoneControl, Count: 2,
			DHCP: dhcp("udhcp 1.22.1", paramsUDHCP),
			Services: []Service{
				httpService(80, web{server: "lighttpd/1.4.35", pages: map[string]page{"/": title("cMT3090 - EasyWeb 2.0")}}),
				telnetService("\r\ncMT-{short} login: ", "", ""),
			},
			Habits: []Habit{
				every("poll", 5*time.Second, time.Minute, pollModbus(modelPLC, 1, 100, 20)),
				every("poll-io", 7*time.Second, time.Minute, pollModbus("wago-io", 1, 0, 8)),
				every("poll-s7", 6*time.Second, time.Minute, pollS7),
				every("setpoint", 40*time.Second, 15*time.Minute, writeSetpoint),
			},
		},
		{
			Name: "tia-workstation", Vendor: "Dell", Product: "Precision 3650", Type: "engineering_workstation",
			OS: "Windows", Firmware: "10", OUI: "b0:83:fe", Hostname: "ENG-{short}", Zone: zoneControl, Stack: Windows,
			DHCP: dhcp("MSFT 5.0", paramsWindows), NetBIOS: "ENG-{short}",
			Habits: []Habit{
				keepsTime("time.windows.com"),
				byDay("online", 50*time.Second, 10*time.Minute, readS7Identity),
				byDay("modicon", 70*time.Second, 20*time.Minute, readModbusIdentity),
				byDay("pages", 100*time.Second, 15*time.Minute, tendPlant),
				browses(5*time.Minute, "support.industry.siemens.com", "www.office.com"),
			},
		},
		{
			Name: "scalance-switch", Vendor: "Siemens", Product: "SCALANCE X208 (6GK5 208-0BA10-2AA3)", Type: "industrial_switch",
			OS: "", Firmware: "V5.2.3", OUI: "00:1b:1b", Hostname: "scalance-{short}", Zone: zoneControl, Stack: VxWorks,
			Weak: []string{"CVE-2019-10942"},
			LLDP: &LLDP{Port: "port-001", Name: "scalance-x208", Capabilities: 0x04, Description: "Siemens, SIMATIC NET, SCALANCE X208, 6GK5 208-0BA10-2AA3, HW: 5, FW: {fw}"},
			Services: []Service{
				telnetService("Siemens SCALANCE X208\r\nLogin: ", "", ""),
				snmpService(snmpAgent{
					description: "Siemens, SIMATIC NET, SCALANCE X208, 6GK5 208-0BA10-2AA3, HW: 5, FW: {fw}, SVPL6147920",
					objectID:    "1.3.6.1.4.1.4196.1.1.5.2.22", name: "scalance-x208", contact: "", location: "Cell 1",
				}),
			},
		},
	}
}

// plantModels are the power of the plant.
func plantModels() []Model {
	return []Model{
		{
			Name: "sel-relay", Vendor: "Schweitzer Engineering Laboratories", Product: "SEL-751", Type: "ied",
			OS: "", Firmware: "SEL-751-R204-V0", OUI: "00:30:a7", Zone: zoneControl, Stack: VxWorks,
			Services: []Service{
				telnetService("\r\nFEEDER 1                              Date: 01/05/2026\r\nSEL-751 FID={fw}\r\n=", "", ""),
				ftpService("SEL-751 FTP SERVER"),
				modbusService(modbusServer{registers: 1600, id: "SEL-751"}),
				mmsService("SEL", "SEL-751", "{fw}"), outstationService(10),
			},
		},
		{
			Name: "schneider-meter", Vendor: "Schneider Electric", Product: "PM5560", Type: "power_meter",
			OS: "", Firmware: "2.7.4", OUI: "00:80:f4", Hostname: "PM5560-{short}", Zone: zoneControl, Stack: LWIP, Count: 2,
			DHCP: dhcp("", paramsEmbedded),
			Services: []Service{
				modbusService(modbusServer{registers: 4000, objects: []string{"Schneider Electric", "METSEPM5560", "{fw}"}}),
				httpService(80, web{server: "PowerLogic", pages: map[string]page{"/": title("PowerLogic PM5560")}}),
			},
		},
		{
			Name: "fronius-inverter", Vendor: "Fronius", Product: "Symo 10.0-3-M", Type: "solar_inverter",
			OS: "Linux", Firmware: "3.15.1-7", OUI: "00:03:ac", Hostname: "DATAMANAGER-{short}", Zone: zoneControl,
			DHCP: dhcp("udhcp 1.18.5", paramsUDHCP),
			Services: []Service{
				modbusService(modbusServer{registers: 50000, objects: []string{"Fronius", "Symo 10.0-3-M", "{fw}"}}),
				httpService(80, web{server: "lighttpd/1.4.31", pages: map[string]page{
					"/":                            title("Fronius Datamanager 2.0"),
					"/solar_api/GetAPIVersion.cgi": {kind: "application/json", body: `{"APIVersion":1,"BaseURL":"/solar_api/v1/","CompatibilityRange":"1.5-18"}`},
				}}),
			},
			Habits: []Habit{keepsTime("0.pool.ntp.org"), talksTo(5*time.Minute, "device.solarweb.com")},
		},
	}
}
