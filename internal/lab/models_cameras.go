package lab

import "time"

// cameraModels watch.
func cameraModels() []Model {
	return []Model{
		{
			Name: modelCamera, Vendor: "Hikvision", Product: "DS-2CD2142FWD-I", Type: "camera",
			OS: "Linux", Firmware: "V5.4.3", OUI: "44:19:b6", Hostname: "", Zone: zoneCameras, Count: 4,
			DHCP: dhcp("udhcp 1.18.4", paramsUDHCP),
			Weak: []string{"CVE-2017-7921", "CVE-2021-36260"},
			UPnP: &UPnP{
				Server: "Linux/3.0.8, UPnP/1.0, Portable SDK for UPnP devices/1.6.18", Type: "urn:schemas-upnp-org:device:Basic:1",
				Port: 49152, Path: "/upnpdevicedesc.xml", Friendly: "HIKVISION DS-2CD2142FWD-I - {SHORT}", Maker: "HIKVISION",
				MakerURL: "http://www.hikvision.com", Model: "DS-2CD2142FWD-I", ModelNumber: "DS-2CD2142FWD-I",
				ModelDescription: "Network Camera",
			},
			Adverts: []Advert{
				{Type: "_psia._tcp", Name: "HIKVISION DS-2CD2142FWD-I - {SHORT}", Port: 80, TXT: []string{"txtvers=1", "path=/PSIA"}},
				{Type: "_http._tcp", Name: "HIKVISION DS-2CD2142FWD-I - {SHORT}", Port: 80, TXT: []string{"txtvers=1", "path=/"}},
			},
			Services: []Service{
				httpService(80, web{server: "App-webs/", auth: digest("IP Camera({SHORT})"), pages: map[string]page{
					"/":                        {code: 302, more: []string{"Location: /doc/page/login.asp"}},
					"/doc/page/login.asp":      title("index"),
					"/ISAPI/System/deviceInfo": {kind: "application/xml", body: hikvisionInfo("DS-2CD2142FWD-I", "IPCamera", "build 160705")},
				}}),
				rtspService("Hikvision-RTSP", "IP Camera({SHORT})"),
				onvifService("Hikvision", "DS-2CD2142FWD-I"),
			},
			Habits: []Habit{keepsTime("time.windows.com"), talksTo(20*time.Minute, "dev.eu.hik-connect.com")},
		},
		{
			Name: "dahua-camera", Vendor: "Dahua", Product: "IPC-HDW4433C-A", Type: "camera",
			OS: "Linux", Firmware: "2.622.0000000.2.R", OUI: "4c:11:bf", Hostname: "IPC", Zone: zoneCameras, Count: 3,
			DHCP: dhcp("udhcp 1.20.2", paramsUDHCP),
			Weak: []string{"CVE-2021-33044", "CVE-2021-33045"},
			Services: []Service{
				httpService(80, web{pages: map[string]page{
					"/":                     title("WEB SERVICE"),
					"/cgi-bin/magicBox.cgi": {kind: "text/plain", body: "version={fw},build:2017-10-13\r\n"},
				}}),
				rtspService("Rtsp Server/3.0", "Login to {SHORT}"), dahuaService("IPC-HDW4433C-A"), dhipService("IPC", "IPC-HDW4433C-A"),
				onvifService("Dahua", "IPC-HDW4433C-A"),
			},
			Habits: []Habit{keepsTime("time.windows.com"), talksTo(15*time.Minute, "www.easy4ipcloud.com")},
		},
	}
}

// otherCameraModels are the other makers' cameras.
func otherCameraModels() []Model {
	return []Model{
		{
			Name: "axis-camera", Vendor: "Axis", Product: "M3045-V", Type: "camera",
			OS: "AXIS OS", Firmware: "6.50.1.2", OUI: "00:40:8c", Hostname: "axis-{short}", Zone: zoneCameras,
			DHCP: dhcp("AXIS,Network Camera,M3045-V,{fw}", paramsLinux),
			Weak: []string{"CVE-2018-10660", "CVE-2018-10661"},
			Adverts: []Advert{
				{Type: "_axis-video._tcp", Name: "AXIS M3045-V - {SHORT}", Port: 80, TXT: []string{"txtvers=1", "macaddress={SHORT}"}},
				{Type: "_rtsp._tcp", Name: "AXIS M3045-V - {SHORT}", Port: 554, TXT: []string{"txtvers=1", "path=axis-media/media.amp"}},
			},
			UPnP: &UPnP{
				Server: "Linux/4.9.0-axis4, UPnP/1.0, Portable SDK for UPnP devices/1.6.18", Type: "urn:axis-com:service:BasicService:1",
				Port: 49152, Path: "/rootdesc1.xml", Friendly: "AXIS M3045-V - {SHORT}", Maker: "AXIS",
				MakerURL: "http://www.axis.com/", Model: "AXIS M3045-V", ModelNumber: "M3045-V",
				ModelDescription: "AXIS M3045-V Network Camera",
			},
			Services: []Service{
				httpService(80, web{server: "Apache/2.4.27 (Unix) OpenSSL/1.0.2k", auth: digest("AXIS_{SHORT}"), pages: map[string]page{
					"/axis-cgi/basicdeviceinfo.cgi": {kind: "application/json", body: `{"apiVersion":"1.3","data":{"propertyList":{"Brand":"AXIS","ProdFullName":"AXIS M3045-V Network Camera","ProdNbr":"M3045-V","ProdType":"Network Camera","SerialNumber":"{SHORT}","Version":"{fw}"}}}`},
				}}),
				rtspService("GStreamer RTSP server", "AXIS_{SHORT}"), onvifService("AXIS", "M3045-V"),
				ftpService("AXIS M3045-V Network Camera {fw} (2017) ready."),
			},
			Habits: []Habit{keepsTime("0.pool.ntp.org")},
		},
		{
			Name: "reolink-camera", Vendor: "Reolink", Product: "RLC-410", Type: "camera",
			OS: "Linux", Firmware: "v2.0.0.1055_17110905", OUI: "ec:71:db", Hostname: "IPC", Zone: zoneCameras,
			DHCP: dhcp("udhcp 1.20.2", paramsUDHCP), Weak: []string{"CVE-2020-25173"},
			Services: []Service{
				httpService(80, web{server: "nginx/1.6.2", pages: map[string]page{"/": title("Reolink")}}),
				rtspService("Rtsp Server", "RLC-410"), onvifService("REOLINK", "RLC-410"),
			},
			Habits: []Habit{keepsTime("pool.ntp.org"), talksTo(10*time.Minute, "p2p.reolink.com", "pushx.reolink.com")},
		},
	}
}

// recorderModels keep what was watched, and a doorbell that watches.
func recorderModels() []Model {
	return []Model{
		{
			Name: "hikvision-nvr", Vendor: "Hikvision", Product: "DS-7608NI-E2", Type: "nvr",
			OS: "Linux", Firmware: "V3.4.92", OUI: "44:19:b6", Hostname: "", Zone: zoneCameras,
			DHCP: dhcp("udhcp 1.18.4", paramsUDHCP),
			Weak: []string{"CVE-2021-36260"},
			Services: []Service{
				httpService(80, web{server: "DNVRS-Webs", auth: digest("DS-7608NI-E2"), pages: map[string]page{
					"/":                        title("index"),
					"/ISAPI/System/deviceInfo": {kind: "application/xml", body: hikvisionInfo("DS-7608NI-E2", "DVR", "build 170228")},
				}}),
				rtspService("Hikvision-RTSP", "DS-7608NI-E2"),
			},
			Habits: []Habit{
				keepsTime("time.windows.com"),
				every("record", 15*time.Second, 3*time.Minute, watchCamera("Hikvision NVR", modelCamera, "axis-camera", "dahua-camera", "reolink-camera", "xm-dvr", "doorbird-doorbell")),
				every("search", 25*time.Second, 10*time.Minute, onvifProbe),
			},
		},
		{
			Name: "xm-dvr", Vendor: "Xiongmai", Product: "NBD6808T-PL", Type: "dvr",
			OS: "Linux", Firmware: "V4.02.R11", OUI: "00:12:12", Hostname: "LocalHost", Zone: zoneCameras, Role: roleInfected,
			DHCP: dhcp("udhcp 1.15.2", paramsUDHCP), Weak: []string{"CVE-2017-16725"},
			Services: []Service{
				httpService(80, web{server: "uc-httpd 1.0.0", pages: map[string]page{"/": title("NETSurveillance WEB")}}),
				telnetService("LocalHost login: ", "root", "xc3511"),
				rtspService("H264DVR 1.0", "NETSurveillance"), onvifInformation(8899, "H264", "NBD6808T-PL"),
			},
			Habits: []Habit{keepsTime("pool.ntp.org"), talksTo(12*time.Minute, "xmsecu.com")},
		},
		{
			Name: "doorbird-doorbell", Vendor: "DoorBird", Product: "DoorBird D101", Type: "intercom",
			OS: "Linux", Firmware: "000125", OUI: "1c:ca:e3", Hostname: "bha-{short}", Zone: zoneBuilding,
			DHCP:    dhcp("udhcp 1.24.1", paramsUDHCP),
			Adverts: []Advert{{Type: "_axis-video._tcp", Name: "DoorBird Video Doorstation - {SHORT}", Port: 80, TXT: []string{"macaddress={SHORT}"}}},
			Services: []Service{
				httpService(80, web{server: "Boa/0.94.14rc21", auth: basic("DoorBird Login"), pages: map[string]page{
					"/bha-api/info.cgi": {kind: "application/json", body: `{"BHA":{"RETURNCODE":"1","VERSION":[{"FIRMWARE":"{fw}","BUILD_NUMBER":"15870439","WIFI_MAC_ADDR":"{SHORT}","DEVICE-TYPE":"DoorBird D101"}]}}`},
				}}),
				rtspService("DoorBird", "DoorBird Login"),
			},
			Habits: []Habit{keepsTime("0.pool.ntp.org"), talksTo(9*time.Minute, "api.doorbird.net")},
		},
	}
}

// hikvisionInfo is the device information of the vendor's HTTP interface.
func hikvisionInfo(model, kind, build string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">` +
		`<deviceName>` + kind + `</deviceName><model>` + model + `</model><serialNumber>{SHORT}</serialNumber>` +
		`<macAddress>{mac}</macAddress><firmwareVersion>{fw}</firmwareVersion><firmwareReleasedDate>` + build +
		`</firmwareReleasedDate><deviceType>` + kind + `</deviceType></DeviceInfo>`
}
