package lab

import "time"

// computerModels are what people work with.
func computerModels() []Model {
	return []Model{
		{
			Name: "windows-laptop", Vendor: "Lenovo", Product: "ThinkPad", Type: "laptop",
			// Windows itself names portable computers LAPTOP-, others DESKTOP-.
			OS: "Windows", Firmware: "10", OUI: "54:e1:ad", Hostname: "LAPTOP-{SHORT}Q8", Zone: zoneOffice, Stack: Windows, Count: 4,
			DHCP: dhcp("MSFT 5.0", paramsWindows), NetBIOS: "LAPTOP-{SHORT}Q8",
			Habits: []Habit{
				keepsTime("time.windows.com"),
				browses(90*time.Second, "www.office.com", "outlook.office365.com", "www.bing.com", "teams.microsoft.com", "www.wikipedia.org"),
				talksTo(10*time.Minute, "settings-win.data.microsoft.com", "v10.events.data.microsoft.com"),
				byDay("print", time.Minute, 25*time.Minute, printPage),
				every("upnp", 30*time.Second, 10*time.Minute, readDescriptions),
			},
		},
		{
			Name: "macbook", Vendor: "Apple", Product: "MacBook Pro", Type: "laptop",
			OS: "macOS", Firmware: "12.6", OUI: "a4:83:e7", Hostname: "Annas-MBP-{short}", Zone: zoneOffice, Stack: Apple, Count: 2,
			DHCP: dhcp("", paramsApple),
			Adverts: []Advert{
				{Type: "_companion-link._tcp", Name: "Anna’s MacBook Pro", Port: 49200, TXT: []string{"rpVr=360.4", "rpFl=0x20000"}},
				{Type: "_device-info._tcp", Name: "Anna’s MacBook Pro", Port: 0, TXT: []string{"model=MacBookPro17,1", "osxvers=21"}},
			},
			Habits: []Habit{
				keepsTime("time.apple.com"),
				browses(80*time.Second, "www.icloud.com", "www.apple.com", "www.wikipedia.org", "github.com"),
				every("browse", 15*time.Second, 5*time.Minute, browse("_airplay._tcp", "_ipp._tcp", "_googlecast._tcp")),
				byDay("network", 90*time.Second, 15*time.Minute, tendNetwork),
			},
		},
		{
			Name: "dell-workstation", Vendor: "Dell", Product: "OptiPlex 7080", Type: "workstation",
			OS: "Windows", Firmware: "10", OUI: "b0:83:fe", Hostname: "WS-{short}", Zone: zoneOffice, Stack: Windows, Count: 2,
			DHCP: dhcp("MSFT 5.0", paramsWindows), NetBIOS: "WS-{short}",
			Habits: []Habit{
				keepsTime("time.windows.com"),
				browses(100*time.Second, "www.office.com", "www.sap.com", "www.bing.com"),
				byDay("devices", 60*time.Second, 10*time.Minute, tendDevices),
				byDay("doors", 80*time.Second, 30*time.Minute, discoverDoors),
				byDay("building", 85*time.Second, 30*time.Minute, surveyBuilding),
				byDay("canon", 65*time.Second, 40*time.Minute, findCanon),
				byDay("domain", 10*time.Second, 2*time.Hour, joinDomain),
				byDay("nas", 40*time.Second, 12*time.Minute, visit("qnap-nas", 8080, agentWindows, "/")),
			},
		},
	}
}

// guestModels are those of visitors; and, sometimes, of somebody worse.
func guestModels() []Model {
	return []Model{
		{
			Name: "iphone", Vendor: "Apple", Product: "iPhone", Type: "phone",
			OS: "iOS", Firmware: "17.1", OUI: "", Hostname: "iPhone", Zone: zoneGuest, Stack: Apple, Count: 3,
			DHCP: dhcp("", paramsApple),
			Habits: []Habit{
				browses(70*time.Second, "www.icloud.com", "gateway.icloud.com", "www.instagram.com", "api.apple-cloudkit.com"),
				talksTo(8*time.Minute, "gsp-ssl.ls.apple.com", "captive.apple.com"),
				every("browse", 20*time.Second, 6*time.Minute, browse("_airplay._tcp", "_raop._tcp", "_companion-link._tcp")),
				byDay("apps", 40*time.Second, 8*time.Minute, useApps),
				byDay("lounge", 45*time.Second, 8*time.Minute, surveyLounge),
			},
		},
		{
			Name: "pixel-phone", Vendor: "Google", Product: "Pixel 7", Type: "phone",
			OS: "Android", Firmware: "14", OUI: "", Hostname: "Pixel-7", Zone: zoneGuest, Count: 2,
			DHCP: dhcp("android-dhcp-14", paramsAndroid),
			Habits: []Habit{
				browses(75*time.Second, "www.google.com", "www.youtube.com", "play.googleapis.com"),
				talksTo(7*time.Minute, "connectivitycheck.gstatic.com", "mtalk.google.com"),
				every("cast", 25*time.Second, 5*time.Minute, browse("_googlecast._tcp")),
			},
		},
		{
			Name: "galaxy-tablet", Vendor: "Samsung", Product: "Galaxy Tab S7", Type: "tablet",
			OS: "Android", Firmware: "13", OUI: "", Hostname: "Galaxy-Tab-S7", Zone: zoneGuest,
			DHCP: dhcp("android-dhcp-13", paramsAndroid),
			Habits: []Habit{
				browses(2*time.Minute, "www.samsung.com", "www.youtube.com", "www.google.com"),
			},
		},
		{
			Name: "intruder", Vendor: "Raspberry Pi", Product: "Raspberry Pi 3 Model B", Type: "single_board_computer",
			OS: "Kali", Firmware: "2022.4", OUI: "b8:27:eb", Hostname: "kali", Zone: zoneGuest, Role: roleIntruder,
			DHCP: dhcp("", paramsLinux),
		},
	}
}
