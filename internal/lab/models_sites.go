package lab

import "time"

// medicalModels care for patients.
func medicalModels() []Model {
	return []Model{
		{
			Name: "baxter-pump", Vendor: "Baxter", Product: "SIGMA Spectrum", Type: "infusion_pump",
			OS: "", Firmware: "8.00.01", OUI: "00:40:9d", Hostname: "SIGMA-{short}", Zone: zoneMedical, Stack: LWIP, Count: 3,
			DHCP: dhcp("", paramsLWIP), Weak: []string{"CVE-2020-12047", "CVE-2020-12045"},
			Services: []Service{
				telnetService("Sigma Spectrum WBM {fw}\r\nlogin: ", "", ""),
				ftpService("Digi FTP server ready"),
			},
			Habits: []Habit{every("hl7", 8*time.Second, time.Minute, sayHL7("Baxter", "SIGMA Spectrum", "MDC_DEV_PUMP_INFUS_VMD", "MDC_FLOW_FLUID_PUMP"))},
		},
		{
			Name: "philips-monitor", Vendor: "Philips", Product: "IntelliVue MX450", Type: "patient_monitor",
			OS: "", Firmware: "M.02.07", OUI: "00:09:fb", Hostname: "", Zone: zoneMedical, Stack: LWIP, Count: 2,
			DHCP: dhcp("", paramsLWIP), Weak: []string{"CVE-2020-16212"},
			Habits: []Habit{every("hl7", 9*time.Second, 45*time.Second, sayHL7("Philips", "IntelliVue MX450", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "MDC_ECG_HEART_RATE"))},
		},
		{
			Name: "hl7-gateway", Vendor: "HP", Product: "ProLiant DL360 (Mirth Connect)", Type: "ehr_interface",
			OS: "Windows", Firmware: "2019", OUI: "3c:52:82", Hostname: "HL7GW-{short}", Zone: zoneMedical, Stack: Windows, Role: roleHL7,
			DHCP: dhcp("MSFT 5.0", paramsWindows), NetBIOS: "HL7GW", Weak: []string{"CVE-2023-43208"},
			Services: []Service{
				hl7Service(),
				httpService(8080, web{server: "Jetty(9.4.44.v20210927)", pages: map[string]page{"/": title("Mirth Connect Administrator")}}),
				httpsService(8443, web{pages: map[string]page{"/api/server/version": {kind: "text/plain", body: "4.3.0"}}}),
			},
			Habits: []Habit{keepsTime("time.windows.com"), every("archive", 28*time.Second, 10*time.Minute, verifyArchive)},
		},
	}
}

// retailModels sell.
func retailModels() []Model {
	return []Model{
		{
			Name: "verifone-terminal", Vendor: "Verifone", Product: "VX 820", Type: "payment_terminal",
			OS: "Verix", Firmware: "QT000530", OUI: "00:0b:4f", Hostname: "VX820-{short}", Zone: zoneRetail, Stack: LWIP, Count: 2,
			DHCP: dhcp("VFI", paramsLWIP), Weak: []string{"CVE-2019-14717"},
			Habits: []Habit{byDay("pay", 15*time.Second, 3*time.Minute, func(a *actor) {
				a.cloudPort("host.acquirer.example", 8443, 600, 400)
			})},
		},
		{
			Name: "ingenico-terminal", Vendor: "Ingenico", Product: "iCT250", Type: "payment_terminal",
			OS: "Telium 2", Firmware: "SDK 9.32.5", OUI: "54:7f:54", Hostname: "INGENICO-{short}", Zone: zoneRetail, Stack: LWIP,
			DHCP: dhcp("Ingenico", paramsLWIP),
			Habits: []Habit{byDay("pay", 18*time.Second, 4*time.Minute, func(a *actor) {
				a.cloudPort("gw.acquirer.example", 443, 600, 400)
			})},
		},
		{
			Name: "pos-terminal", Vendor: "HP", Product: "RP9 G1 Retail System 9015", Type: "pos_terminal",
			OS: "Windows", Firmware: "7", OUI: "3c:52:82", Hostname: "POS-{short}", Zone: zoneRetail, Stack: Windows, Count: 2,
			DHCP: dhcp("MSFT 5.0", paramsWindows), NetBIOS: "POS-{short}", Weak: []string{"CVE-2019-0708"},
			Habits: []Habit{
				byDay("receipt", 25*time.Second, 4*time.Minute, printReceipt),
				byDay("gauge", 35*time.Second, 20*time.Minute, readGauge),
				talksTo(10*time.Minute, "pos.backoffice.example"), keepsTime("time.windows.com"),
			},
		},
		{
			Name: "epson-receipt", Vendor: "Epson", Product: "TM-T88V", Type: "receipt_printer",
			OS: "", Firmware: "01.13", OUI: "00:26:ab", Hostname: "EPSON{SHORT}", Zone: zoneRetail, Stack: LWIP,
			DHCP: dhcp("", paramsPrinter),
			Services: []Service{
				rawPrintService("TM-T88V"),
				httpService(80, web{server: "EPSON-HTTP/1.0", pages: map[string]page{"/": title("EPSON TMNet WebConfig")}}),
				snmpService(snmpAgent{description: "TM-T88V UB-E03", objectID: "1.3.6.1.4.1.1248.1.1.2.1.3", name: "TM-T88V", contact: "", location: "Till 1"}),
			},
		},
	}
}

// buildingModels keep the house warm, lit and locked.
func buildingModels() []Model {
	return []Model{
		{
			Name: "niagara-jace", Vendor: "Tridium", Product: "JACE-8000", Type: "building_controller",
			OS: "QNX", Firmware: "4.4.73.24", OUI: "00:01:f0", Hostname: "jace-{short}", Zone: zoneBuilding,
			DHCP: dhcp("", paramsEmbedded), Weak: []string{"CVE-2017-16744"},
			Services: []Service{
				bacnetService(bacnetDevice{instance: 40000, vendor: 36, vendorName: "Tridium", model: "JACE-8000", firmware: "{fw}", application: "Niagara4 Station", name: "Station_{SHORT}"}),
				foxService(),
				httpService(80, web{server: "Niagara Web Server/4.4.73.24", pages: map[string]page{"/": {code: 302, more: []string{"Location: /login"}}, "/login": title("Login")}}),
			},
			Habits: []Habit{
				every("whois", 10*time.Second, 10*time.Minute, whoIs),
				every("poll", 20*time.Second, time.Minute, pollBACnet),
				every("meter", 25*time.Second, 15*time.Minute, readsMeter(modelMeter)),
				keepsTime("pool.ntp.org"),
			},
		},
		{
			Name: "siemens-ahu", Vendor: "Siemens", Product: "Climatix POL638", Type: "hvac_unit",
			OS: "", Firmware: "10.34", OUI: "00:a0:03", Hostname: "POL638_{short}", Zone: zoneBuilding, Stack: LWIP, Count: 2,
			DHCP: dhcp("", paramsLWIP),
			Services: []Service{
				bacnetService(bacnetDevice{instance: 50000, vendor: 7, vendorName: "Siemens Building Technologies", model: "Climatix", firmware: "{fw}", application: "VVS11.72", name: "AHU_{SHORT}"}),
				httpService(80, web{server: "Climatix", auth: basic("Climatix"), pages: map[string]page{}}),
			},
		},
		{
			Name: "jci-thermostat", Vendor: "Johnson Controls", Product: "TEC3000", Type: "thermostat_commercial",
			OS: "", Firmware: "4.1.0.21", OUI: "00:10:8d", Hostname: "", Zone: zoneBuilding, Stack: LWIP, Count: 3,
			DHCP: dhcp("", paramsLWIP),
			Services: []Service{
				bacnetService(bacnetDevice{instance: 60000, vendor: 5, vendorName: "Johnson Controls, Inc.", model: "TEC3000", firmware: "{fw}", application: "4.1.0", name: "TEC_{SHORT}"}),
			},
		},
		{
			Name: "hid-door", Vendor: "HID", Product: "VertX EVO V2000", Type: "access_control",
			OS: "Linux", Firmware: "2.2.7.39", OUI: "00:06:8e", Hostname: "VertXController", Zone: zoneBuilding,
			DHCP: dhcp("udhcp 0.9.9-pre", paramsUDHCP),
			Services: []Service{
				hidService(), telnetService("\r\nVertXController login: ", "", ""),
				ftpService("VertXController FTP server (GNU inetutils 1.4.1) ready."),
				httpService(80, web{server: "GoAhead-Webs", auth: digest("HID"), pages: map[string]page{}}),
			},
			Habits: []Habit{keepsTime("pool.ntp.org")},
		},
	}
}
