package lab

import "time"

// mediaModels play and show.
func mediaModels() []Model {
	return []Model{
		{
			Name: "sonos-one", Vendor: "Sonos", Product: "Sonos One (S13)", Type: "smart_speaker",
			OS: "Linux", Firmware: "56.0-76060", OUI: "00:0e:58", Hostname: "SonosZP", Zone: zoneHome, Count: 2,
			DHCP: dhcp("udhcp 1.25.1", paramsUDHCP),
			UPnP: &UPnP{
				Server: "Linux UPnP/1.0 Sonos/{fw} (ZPS13)", Type: "urn:schemas-upnp-org:device:ZonePlayer:1",
				Port: 1400, Path: "/xml/device_description.xml", Friendly: "{ip} - Sonos One", Maker: "Sonos, Inc.",
				MakerURL: "http://www.sonos.com", Model: "Sonos One", ModelNumber: "S13", ModelDescription: "Sonos One",
			},
			Adverts: []Advert{{Type: "_sonos._tcp", Name: "Sonos-{SHORT}@Lounge", Port: 1443, TXT: []string{"vers=1", "protovers=1.24.1", "info=/api/v1/players/RINCON_{SHORT}/info"}}},
			Habits:  []Habit{keepsTime("0.sonostime.pool.ntp.org"), talksTo(6*time.Minute, "ws.sonos.com", "msmetrics.ws.sonos.com")},
		},
		{
			Name: "echo-dot", Vendor: "Amazon", Product: "Echo Dot", Type: "smart_speaker",
			OS: "Fire OS", Firmware: "655695120", OUI: "fc:65:de", Hostname: "", Zone: zoneHome,
			DHCP:    dhcp("dhcpcd-6.8.2:Linux-4.4.22+:armv7l:MT8516", paramsDhcpcd),
			Adverts: []Advert{{Type: "_amzn-alexa._tcp", Name: "{sn}", Port: 55442, TXT: []string{"n=Echo Dot", "a=0"}}},
			Habits: []Habit{
				keepsTime("ntp-g7g.amazon.com"), talksTo(4*time.Minute, "avs-alexa-4-na.amazon.com", "device-metrics-us.amazon.com"),
				every("ssdp", 18*time.Second, 8*time.Minute, ssdpSearch("urn:schemas-upnp-org:device:basic:1", "")),
			},
		},
		{
			Name: "samsung-tv", Vendor: "Samsung", Product: "QE55Q60T", Type: "tv",
			OS: "Tizen", Firmware: "T-NKM2DEUC-1460.9", OUI: "8c:79:f5", Hostname: "Samsung", Zone: zoneHome,
			DHCP: dhcp("", paramsDhcpcd),
			UPnP: &UPnP{
				Server: "SHP, UPnP/1.0, Samsung UPnP SDK/1.0", Type: "urn:dial-multiscreen-org:device:dialreceiver:1",
				Port: 7678, Path: "/nservice/", Friendly: "[TV] Samsung Q60 Series (55)", Maker: "Samsung Electronics",
				MakerURL: "http://www.samsung.com/sec", Model: "QE55Q60T", ModelNumber: "AllShare1.0", ModelDescription: "Samsung DTV RCR",
			},
			Services: []Service{httpService(8001, web{server: "", pages: map[string]page{
				"/api/v2/": {kind: "application/json", body: `{"device":{"OS":"Tizen","TokenAuthSupport":"true","modelName":"QE55Q60T","name":"[TV] Samsung Q60 Series (55)","type":"Samsung SmartTV","wifiMac":"{mac}","firmwareVersion":"{fw}"},"name":"[TV] Samsung Q60 Series (55)","type":"Samsung SmartTV","version":"2.0.25"}`},
			}})},
			Habits: []Habit{talksTo(5*time.Minute, "api.samsungcloudsolution.com", "log-config.samsungacr.com"), keepsTime("time.samsungcloudsolution.com")},
		},
		{
			Name: "lg-tv", Vendor: "LG", Product: "OLED55C9PLA", Type: "tv",
			OS: "webOS", Firmware: "04.80.04", OUI: "38:8c:50", Hostname: "LGwebOSTV", Zone: zoneHome,
			DHCP: dhcp("", paramsLinux), Weak: []string{"CVE-2023-6317"},
			UPnP: &UPnP{
				Server: "Linux/i686 UPnP/1,0 DLNADOC/1.50 LGE WebOS TV/Version 0.9", Type: "urn:lge-com:service:webos-second-screen:1",
				Port: 1754, Path: "/", Friendly: "[LG] webOS TV OLED55C9PLA", Maker: "LG Electronics",
				MakerURL: "http://www.lge.com", Model: "OLED55C9PLA", ModelNumber: "1.0", ModelDescription: "LG WebOSTV DMRplus",
			},
			Adverts: []Advert{{Type: "_airplay._tcp", Name: "[LG] webOS TV OLED55C9PLA", Port: 7000, TXT: []string{"deviceid={MAC}", "manufacturer=LG", "model=OLED55C9PLA", "srcvers=377.25.06", "fv=p20.T10P.04.80.04"}}},
			Habits:  []Habit{talksTo(6*time.Minute, "snu.lge.com", "eic.rdx2.lgtvsdp.com"), keepsTime("pool.ntp.org")},
		},
		{
			Name: "chromecast", Vendor: "Google", Product: "Chromecast", Type: "streaming_player",
			OS: "Cast OS", Firmware: "1.56.281627", OUI: "54:60:09", Hostname: "Chromecast", Zone: zoneHome,
			DHCP:    dhcp("dhcpcd-6.8.2:Linux-3.8.13+:armv7l:Marvell", paramsDhcpcd),
			Adverts: []Advert{{Type: "_googlecast._tcp", Name: "Chromecast-{sn}", Port: 8009, TXT: []string{"id={sn}", "cd={short}", "rm=", "ve=05", "md=Chromecast", "ic=/setup/icon.png", "fn=Lounge", "ca=4101", "st=0", "bs=FA8FCA{SHORT}"}}},
			Services: []Service{httpService(8008, web{pages: map[string]page{
				"/setup/eureka_info": {kind: "application/json", body: `{"build_version":"281627","cast_build_revision":"{fw}","name":"Lounge","mac_address":"{MAC}","model_name":"Chromecast","manufacturer":"Google Inc."}`},
			}})},
			Habits: []Habit{keepsTime("time.google.com"), talksTo(5*time.Minute, "clients3.google.com", "cast.google.com")},
		},
		{
			Name: "roku-stick", Vendor: "Roku", Product: "Roku Express (3930X)", Type: "streaming_player",
			OS: "Roku OS", Firmware: "9.4.0", OUI: "d8:31:34", Hostname: "Roku", Zone: zoneHome,
			DHCP: dhcp("", paramsUDHCP),
			UPnP: &UPnP{
				Server: "Roku/{fw} UPnP/1.0 Roku/{fw}", Type: "roku:ecp", Port: 8060, Path: "/",
				Friendly: "Roku Express", Maker: "Roku", MakerURL: "http://www.roku.com/", Model: "Roku Express",
				ModelNumber: "3930X", ModelDescription: "Roku Streaming Player Network Media",
			},
			Habits: []Habit{talksTo(5*time.Minute, "scribe.logs.roku.com", "api.sr.roku.com"), keepsTime("ntp.roku.com")},
		},
	}
}
