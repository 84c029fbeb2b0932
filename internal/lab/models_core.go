package lab

import "time"

// coreModels are what the network is made of.
func coreModels() []Model {
	return []Model{
		{
			Name: "mikrotik-router", Vendor: "MikroTik", Product: "hEX S (RB760iGS)", Type: "router",
			OS: "RouterOS", Firmware: "6.42", OUI: "4c:5e:0c", Hostname: "MikroTik", Zone: zoneCore, Role: roleGateway,
			Weak: []string{"CVE-2018-14847"},
			Services: []Service{
				dnsService(), dhcpService(), ntpService(),
				httpService(80, web{pages: map[string]page{"/": title("RouterOS router configuration page")}}),
				ftpService("MikroTik FTP server (MikroTik {fw}) ready"),
				sshService("ROSSSH"),
				telnetService("MikroTik v{fw} (stable)\r\nLogin: ", "", ""),
				snmpService(snmpAgent{
					description: "RouterOS RB760iGS", objectID: "1.3.6.1.4.1.14988.1",
					name: "MikroTik", contact: "", location: "Rack 1",
				}),
			},
			Habits: []Habit{keepsTime("time.cloudflare.com"), every("mndp", 3*time.Second, time.Minute, mndpAnnounce)},
		},
		{
			Name: "cisco-switch", Vendor: "Cisco", Product: "Catalyst 2960-24TT-L", Type: "switch",
			OS: "IOS", Firmware: "12.2(55)SE12", OUI: "00:1e:13", Hostname: "sw-core-{short}", Zone: zoneCore,
			Weak: []string{"CVE-2017-3881"},
			LLDP: &LLDP{
				Port: "Gi0/1", Name: "sw-core.lan", Capabilities: 0x04,
				Description: "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version {fw}, RELEASE SOFTWARE (fc1)",
			},
			Services: []Service{
				telnetService("\r\nUser Access Verification\r\n\r\nUsername: ", "", ""),
				sshService("Cisco-1.25"),
				httpService(80, web{server: "cisco-IOS", auth: basic("level_15_access")}),
				snmpService(snmpAgent{
					description: "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version {fw}, RELEASE SOFTWARE (fc1)",
					objectID:    "1.3.6.1.4.1.9.1.716", name: "sw-core", contact: "noc", location: "Rack 1",
				}),
			},
		},
		{
			Name: "unifi-ap", Vendor: "Ubiquiti", Product: "UniFi AP-AC-Lite", Type: "wap",
			OS: "Linux", Firmware: "4.3.28.11361", OUI: "78:8a:20", Hostname: "UBNT-{short}", Zone: zoneCore, Count: 2,
			DHCP: dhcp("ubnt", paramsUDHCP),
			LLDP: &LLDP{
				Port: "eth0", Name: "UBNT-{short}", Capabilities: 0x08,
				Description: "UAP-AC-Lite, {fw}",
			},
			Services: []Service{sshService("dropbear_2017.75"), ubiquitiService()},
			Habits: []Habit{
				keepsTime("0.ubnt.pool.ntp.org"),
				every("discovery", 4*time.Second, 10*time.Minute, ubiquitiAnnounce),
			},
		},
		{
			Name: "raspberry-broker", Vendor: "Raspberry Pi", Product: "Raspberry Pi 4 Model B", Type: "mqtt_broker",
			OS: "Raspbian", Firmware: "10", OUI: "dc:a6:32", Hostname: "mqtt", Zone: zoneCore, Role: roleBroker,
			DHCP: dhcp("dhcpcd-8.1.2:Linux-5.10.63-v7l+:armv7l:BCM2711", paramsDhcpcd),
			Adverts: []Advert{
				{Type: "_mqtt._tcp", Name: "Mosquitto MQTT server on {host}", Port: 1883},
				{Type: "_workstation._tcp", Name: "{host} [{mac}]", Port: 9},
			},
			Services: []Service{mqttService(), sshService("OpenSSH_7.9p1 Raspbian-10+deb10u2")},
			Habits:   []Habit{keepsTime("0.debian.pool.ntp.org")},
		},
		{
			Name: "asterisk-pbx", Vendor: "Dell", Product: "PowerEdge T40", Type: "pbx",
			OS: "Debian", Firmware: "11", OUI: "b0:83:fe", Hostname: "pbx", Zone: zoneCore, Role: rolePBX,
			DHCP: dhcp("", paramsLinux),
			Services: []Service{
				sipService("Asterisk PBX 16.28.0"), sshService("OpenSSH_8.4p1 Debian-5+deb11u1"),
				httpService(80, web{
					server: "Apache/2.4.54 (Debian)", pages: map[string]page{"/": title("FreePBX Administration")},
				}),
			},
			Habits: []Habit{
				keepsTime("1.debian.pool.ntp.org"), every("servers", 22*time.Second, 5*time.Minute, surveyServers),
				every("monitor", 20*time.Second, 2*time.Minute, watchSNMP(
					"mikrotik-router", "cisco-switch", modelPrinter, "apc-ups", "moxa-nport", modelS7, "scalance-switch", "epson-receipt")),
			},
		},
	}
}

// officeModels print.
func officeModels() []Model {
	return []Model{
		{
			Name: modelPrinter, Vendor: "HP", Product: "LaserJet MFP M428fdw", Type: "printer",
			OS: "FutureSmart", Firmware: "002_2008A", OUI: "3c:52:82", Hostname: "NPI{short}", Zone: zoneOffice, Stack: VxWorks,
			DHCP: dhcp("Hewlett-Packard JetDirect", paramsPrinter),
			Weak: []string{"CVE-2022-3942"}, NetBIOS: "NPI{short}",
			Adverts: []Advert{
				{Type: "_ipp._tcp", Name: "HP LaserJet MFP M428fdw ({SHORT})", Port: 631, TXT: []string{
					"txtvers=1", "qtotal=1", "rp=ipp/print", "ty=HP LaserJet MFP M428fdw", "product=(HP LaserJet MFP M428fdw)",
					"usb_MFG=HP", "usb_MDL=LaserJet MFP M428fdw", "pdl=application/pdf,image/urf", "adminurl=http://{host}.local.",
					"note=Second floor", "mac={mac}",
				}},
				{Type: "_pdl-datastream._tcp", Name: "HP LaserJet MFP M428fdw ({SHORT})", Port: 9100, TXT: []string{
					"txtvers=1", "ty=HP LaserJet MFP M428fdw", "usb_MFG=HP", "usb_MDL=LaserJet MFP M428fdw",
				}},
			},
			Services: []Service{
				ippService("HP LaserJet MFP M428fdw", "{fw}"), rawPrintService("HP LaserJet MFP M428fdw"),
				httpService(80, web{
					server: "HP HTTP Server; HP HP LaserJet MFP M428fdw - W1A30A; Serial Number: {SHORT}; Built: Fri Aug 07, 2020 {fw}",
					pages:  map[string]page{"/": title("HP LaserJet MFP M428fdw {ip}")},
				}),
				snmpService(snmpAgent{
					description: "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM JDI23900012,CIDATE 08/07/2020",
					objectID:    "1.3.6.1.4.1.11.2.3.9.1", name: "NPI{short}", contact: "", location: "Second floor",
				}),
			},
		},
		{
			Name: "brother-printer", Vendor: "Brother", Product: "HL-L2350DW", Type: "printer",
			OS: "", Firmware: "1.62", OUI: "00:80:77", Hostname: "BRW{short}", Zone: zoneOffice, Stack: LWIP,
			DHCP: dhcp("", paramsPrinter), NetBIOS: "BRW{short}",
			Adverts: []Advert{{Type: "_printer._tcp", Name: "Brother HL-L2350DW series", Port: 515, TXT: []string{
				"txtvers=1", "ty=Brother HL-L2350DW series", "product=(Brother HL-L2350DW series)", "usb_MFG=Brother", "usb_MDL=HL-L2350DW series",
			}}},
			Services: []Service{
				rawPrintService("Brother HL-L2350DW series:84E-F75:Ver.{fw}"), ftpService("FTP print service:V-1.13/Use the network password for the ID if updating."),
				httpService(80, web{server: "debut/1.30", pages: map[string]page{"/": title("Brother HL-L2350DW series")}}),
			},
		},
		{
			Name: "zebra-label", Vendor: "Zebra", Product: "ZD420-203dpi", Type: "label_printer",
			OS: "Link-OS", Firmware: "V84.20.21Z", OUI: "00:07:4d", Hostname: "ZBR{short}", Zone: zoneOffice, Stack: LWIP,
			DHCP: dhcp("Zebra", paramsEmbedded),
			Services: []Service{
				rawPrintService("ZTC ZD420-203dpi ZPL"),
				httpService(80, web{pages: map[string]page{"/": title("ZTC ZD420-203dpi ZPL")}}),
			},
		},
	}
}

// officeServiceModels store, talk and keep the power up.
func officeServiceModels() []Model {
	return []Model{
		{
			Name: "qnap-nas", Vendor: "QNAP", Product: "TS-251+", Type: "nas",
			OS: "QTS", Firmware: "4.3.6.0895", OUI: "24:5e:be", Hostname: "NAS{short}", Zone: zoneOffice,
			DHCP: dhcp("", paramsLinux), NetBIOS: "NAS{short}",
			Weak: []string{"CVE-2019-7192", "CVE-2021-28799"},
			Adverts: []Advert{
				{Type: "_qdiscover._tcp", Name: "NAS{short}", Port: 8080, TXT: []string{
					"accessType=http,accessPort=8080,model=TS-X51,displayModel=TS-251+,fwVer={fw},fwBuildNum=20190328,serialNum=Q{SHORT}",
				}},
				{Type: "_smb._tcp", Name: "NAS{short}", Port: 445},
			},
			Services: []Service{
				sshService("OpenSSH_7.6p1"),
				httpService(8080, web{server: "http server 1.0", pages: map[string]page{"/": title("NAS{short}")}}),
			},
			Habits: []Habit{keepsTime("pool.ntp.org"), talksTo(30*time.Minute, "update.qnap.com", "www.myqnapcloud.com")},
		},
		{
			Name: "dlink-nas", Vendor: "D-Link", Product: "DNS-320L", Type: "nas",
			OS: "Linux", Firmware: "1.11", OUI: "1c:5f:2b", Hostname: "dlink-{short}", Zone: zoneOffice,
			DHCP: dhcp("udhcp 1.12.1", paramsUDHCP), NetBIOS: "DLINK-{short}",
			Weak: []string{"CVE-2024-3273", "CVE-2024-10914"},
			UPnP: &UPnP{
				Server: "Linux/2.6.31.8, UPnP/1.0, DNS-320L/{fw}", Type: "urn:schemas-upnp-org:device:Basic:1",
				Port: 49152, Path: "/desc.xml", Friendly: "dlink-{short}", Maker: "D-Link Corporation",
				MakerURL: "http://www.dlink.com", Model: "DNS-320L", ModelNumber: "{fw}", ModelDescription: "ShareCenter",
			},
			Services: []Service{
				ftpService("NAS FTP server ready."),
				httpService(80, web{server: "lighttpd/1.4.28", pages: map[string]page{
					"/": title("ShareCenter by D-Link"),
					"/xml/info.xml": {kind: "text/xml", body: `<?xml version="1.0"?><info><ifname>dlink-{short}</ifname>` +
						`<servername>DNS-320L</servername><version>{fw}</version><hw_ver>A1</hw_ver></info>`},
				}}),
			},
		},
		{
			Name: "yealink-phone", Vendor: "Yealink", Product: "SIP-T46S", Type: "voip_phone",
			OS: "Linux", Firmware: "66.84.0.125", OUI: "80:5e:c0", Hostname: "SIP-T46S", Zone: zoneOffice, Count: 3,
			DHCP: dhcp("yealink", paramsEmbedded),
			LLDP: &LLDP{Port: "WAN PORT", Name: "SIP-T46S", Capabilities: 0x20, Description: "{fw}"},
			Services: []Service{
				sipService("Yealink SIP-T46S {fw}"),
				httpService(80, web{server: "Yealink Embed HTTP Server", auth: digest("Gigabit Color IP Phone SIP-T46S")}),
			},
			Habits: []Habit{every("register", 9*time.Second, 20*time.Minute, sipRegister("Yealink SIP-T46S {fw}"))},
		},
		{
			Name: "apc-ups", Vendor: "APC", Product: "Smart-UPS 1500 (AP9630)", Type: "ups",
			OS: "AOS", Firmware: "6.4.0", OUI: "00:c0:b7", Hostname: "apc{short}", Zone: zoneOffice, Stack: LWIP,
			DHCP: dhcp("APC", paramsEmbedded), Weak: []string{"CVE-2020-11896"},
			Services: []Service{
				telnetService("User Name : ", "apc", "apc"), ftpService("AP9630 Network Management Card AOS v{fw} FTP server ready."),
				httpService(80, web{server: "", pages: map[string]page{"/": title("Smart-UPS 1500 - APC | Log On")}}),
				snmpService(snmpAgent{
					description: "APC Web/SNMP Management Card (MB:v4.1.0 PF:v{fw} PN:apc_hw05_aos_640.bin AF1:v6.4.0 AN1:apc_hw05_sumx_640.bin MN:AP9630 HR:05 SN: ZA{SHORT} MD:12/03/2015)",
					objectID:    "1.3.6.1.4.1.318.1.3.27", name: "apc{short}", contact: "facilities", location: "Server room",
				}),
			},
		},
	}
}
