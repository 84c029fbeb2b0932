package lab

// houseModels are the bus and the meeting room of the building.
func houseModels() []Model {
	return []Model{
		{
			Name: "gira-knx", Vendor: "Gira", Product: "KNX/IP Router", Type: "knx_gateway",
			OS: "", Firmware: "4.0", OUI: "00:0a:b3", Zone: zoneBuilding, Stack: LWIP,
			DHCP:     dhcp("", paramsLWIP),
			Services: []Service{knxService(8, "Gira KNX/IP-Router")},
		},
		{
			Name: "crestron-mc3", Vendor: "Crestron", Product: "MC3", Type: "av_controller",
			OS: "", Firmware: "1.007.0026", OUI: "00:10:7f", Hostname: "MC3-{SHORT}", Zone: zoneBuilding,
			DHCP:     dhcp("", paramsEmbedded),
			Services: []Service{crestronService("MC3 Cntrl Eng [v{fw} (Jan 01 2020), #00{SHORT}] @E-{sn}")},
		},
	}
}

// serverModels keep data, names and each other.
func serverModels() []Model {
	domain := windowsServer{domain: "plant.example", major: 10, build: 17763}
	return []Model{
		{
			Name: "windows-server", Vendor: "Dell", Product: "PowerEdge R340 (Windows Server 2019)", Type: "server",
			OS: "Windows", Firmware: "2019", OUI: "d4:be:d9", Hostname: "DC-{SHORT}", Zone: zoneCore, Stack: Windows,
			NetBIOS:  "DC-{SHORT}",
			Services: domain.services(),
			Habits:   []Habit{keepsTime("time.windows.com")},
		},
		{
			Name: "postgres-server", Vendor: "Dell", Product: "PowerEdge R340 (PostgreSQL)", Type: "database_server",
			OS: "Debian", Firmware: "11", OUI: "d4:be:d9", Hostname: "db", Zone: zoneCore,
			DHCP:     dhcp("", paramsLinux),
			Services: []Service{postgresService(), sshService("OpenSSH_8.4p1 Debian-5+deb11u1")},
			Habits:   []Habit{keepsTime("2.debian.pool.ntp.org")},
		},
		{
			Name: "supermicro-bmc", Vendor: "Supermicro", Product: "X11SSL-F", Type: "bmc",
			OS: "Linux", Firmware: "1.63", OUI: "0c:c4:7a", Zone: zoneCore,
			DHCP: dhcp("udhcp 1.23.1", paramsUDHCP),
			Services: []Service{
				ipmiService(10876), sshService("dropbear_2013.62"),
				httpService(80, web{server: "GoAhead-Webs", pages: map[string]page{"/": title("Supermicro BMC Login")}}),
			},
		},
		{
			Name: "orthanc-pacs", Vendor: "Dell", Product: "PowerEdge T40 (Orthanc)", Type: "pacs_server",
			OS: "Debian", Firmware: "1.9.7", OUI: "b0:83:fe", Hostname: "pacs", Zone: zoneMedical,
			DHCP: dhcp("", paramsLinux),
			Services: []Service{
				dicomService(4242, "1.2.276.0.7230010.3.0.3.6.6", "OFFIS_DCMTK_366"),
				httpService(8042, web{server: "Orthanc", auth: `Basic realm="Orthanc Secure Area"`, pages: map[string]page{}}),
			},
		},
		{
			Name: "canon-pixma", Vendor: "Canon", Product: "MX920 series", Type: "printer",
			OS: "", Firmware: "1.020", OUI: "00:1e:8f", Hostname: "{SHORT}000000", Zone: zoneOffice, Stack: LWIP,
			DHCP: dhcp("", paramsPrinter),
			Adverts: []Advert{{Type: "_ipp._tcp", Name: "Canon MX920 series", Port: 631, TXT: []string{
				"txtvers=1", "qtotal=1", "rp=ipp/print", "ty=Canon MX920 series", "product=(Canon MX920 series)", "usb_MFG=Canon", "usb_MDL=MX920 series", "Scan=T", "Fax=T",
			}}},
			Services: []Service{bjnpService("MFG:Canon;CMD:BJL,BJRaster3;MDL:MX920 series;CLS:PRINTER;DES:Canon MX920 series;VER:{fw};SERN:{SHORT};")},
		},
	}
}
