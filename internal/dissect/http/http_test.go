package http_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/http"
)

const get = "GET /setup.xml?x=1 HTTP/1.1\r\nHost: Lamp.Example:80\r\nUser-Agent: curl/8.5.0\r\n\r\n"

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 80, Steps: steps}
}

// reply is a response with its length.
func reply(status, headers, body string) dissecttest.Step {
	return dissecttest.S("HTTP/1.1 " + status + "\r\n" + headers +
		"Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

const device = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major></specVersion>
<device><deviceType>urn:Example:device:lamp:1</deviceType>
<friendlyName>Lamp &amp; Shade</friendlyName><manufacturer>Example Inc.</manufacturer>
<manufacturerURL>http://lamps.example</manufacturerURL><modelDescription> A
 lamp </modelDescription><modelName>Lamp</modelName><modelNumber>L-1</modelNumber>
<serialNumber>0001</serialNumber><UDN>uuid:lamp-0001</UDN>
<deviceList><device><modelName>Not this one</modelName></device></deviceList></device></root>`

func suite() dissecttest.Suite {
	const html = "Server: GoAhead-Webs\r\nContent-Type: text/html; charset=utf-8\r\n"
	camera := "<html><head>\n<TITLE>\n IP  Camera </TITLE></head>"
	return dissecttest.Suite{
		Protocol: http.Protocol,
		Allocs:   4, // the event of a login
		Conversations: []dissecttest.Conversation{
			talk("device_description", dissecttest.C(get),
				reply("200 OK", "SERVER: Unspecified, UPnP/1.0\r\nApplication-URL: http://192.0.2.5:8008/apps/\r\nContent-Type: text/xml\r\n", device)),
			talk("in_chunks_of_a_description", dissecttest.C("GET /description.xml HTTP/1.1\r\n\r\n"), dissecttest.S("HTTP/1.1 200 OK\r\n"+
				"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"+
				"c8\r\n"+device[:0xc8]+"\r\n"+strconv.FormatInt(int64(len(device)-0xc8), 16)+"\r\n"+device[0xc8:]+"\r\n0\r\n\r\n")),
			talk("through_a_proxy", dissecttest.C("GET http://lamp.example/a;jsessionid=secret?x=1 HTTP/1.1\r\nHost: lamp.example\r\nUser-Agent: curl/8.5.0\r\n\r\n"),
				reply("200 OK", html+"Set-Cookie: a=b\r\n", "<title>Others</title>")),
			talk("passed_on", dissecttest.C("GET /a HTTP/1.1\r\nHost: lamp.example\r\nUser-Agent: curl/8.5.0\r\nX-Forwarded-For: 192.0.2.77\r\n\r\n"),
				reply("302 Found", "Server: GoAhead-Webs\r\nVia: 1.1 cache\r\nLocation: http://lamp.example/b\r\n", "")),
			talk("redirect_with_a_token", dissecttest.C("GET /login HTTP/1.1\r\n\r\n"), reply("302 Found", "Location: http://lamp.example/b#access_token=secret\r\n", "")),
			talk("until_the_end", dissecttest.C("GET /video HTTP/1.0\r\n\r\n"), dissecttest.S("HTTP/1.0 200 OK\r\nServer: cam\r\n\r\n"), dissecttest.S("HTTP/1.0 200 OK\r\nServer: not one\r\n\r\n")),
			talk("roku", dissecttest.C("GET /query/device-info HTTP/1.1\r\n\r\n"), reply("200 OK", "Content-Type: text/xml\r\n",
				"<?xml version=\"1.0\"?><device-info><udn>0001-0002</udn><serial-number>YN001</serial-number><vendor-name>Example</vendor-name>"+
					"<model-number>3800X</model-number><model-name>Example Stick</model-name><wifi-mac>02:00:00:00:00:05</wifi-mac>"+
					"<software-version>10.5.0</software-version><user-device-name>Hall</user-device-name></device-info>")),
			talk("camera", dissecttest.C("POST /onvif/device_service HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
				reply("200 OK", "Content-Type: application/soap+xml; charset=utf-8\r\n",
					"<?xml version=\"1.0\"?>\n<env:Envelope xmlns:env=\"x\"><env:Body><tds:GetDeviceInformationResponse>"+
						"<tds:Manufacturer>Example</tds:Manufacturer><tds:Model>CAM-1</tds:Model><tds:FirmwareVersion>V5.4.5</tds:FirmwareVersion>"+
						"<tds:SerialNumber>C0001</tds:SerialNumber><tds:HardwareId>88</tds:HardwareId>"+
						"</tds:GetDeviceInformationResponse></env:Body></env:Envelope>")),
			talk("recorder", dissecttest.C("GET /ISAPI/System/deviceInfo HTTP/1.1\r\n\r\n"), reply("200 OK", "Content-Type: application/xml\r\n",
				"<DeviceInfo version=\"2.0\" xmlns=\"x\">\r\n<deviceName>NVR</deviceName>\r\n<model>NVR-16</model>\r\n<serialNumber>N1</serialNumber>"+
					"<macAddress>02:00:00:00:00:05</macAddress><firmwareVersion>V4.1</firmwareVersion><deviceType>DVR</deviceType></DeviceInfo>")),
			talk("cast", dissecttest.C("GET /setup/eureka_info?options=detail HTTP/1.1\r\n\r\n"), reply("200 OK", "Content-Type: application/json\r\n",
				`{"name":"Hall","build_version":"1.56.2","device_info":{"manufacturer":"Example","model_name":"Stick","mac_address":"02:00:00:00:00:05"},`+
					`"wifi":{"name":"plant"},"ssid":"plant"}`)),
			talk("key_light", dissecttest.C("GET /elgato/accessory-info HTTP/1.1\r\n\r\n"), reply("200 OK", "Content-Type: application/json\r\n",
				`{"productName":"Elgato Key Light","hardwareBoardType":53,"firmwareVersion":"1.0.3","serialNumber":"CN00","displayName":"Desk","wifi-info":{"ssid":"plant"}}`)),
			talk("philips_tv", dissecttest.C("GET /system HTTP/1.1\r\n\r\n"), reply("200 OK", "Content-Type: application/json\r\n",
				`{"menulanguage":"Dutch","name":"55PUS7181/12","country":"NL","nettvversion":"6.0.2","featuring":{"systemfeatures":{"tvtype":"consumer"}}}`)),
			talk("axis", dissecttest.C("POST /axis-cgi/basicdeviceinfo.cgi HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"), reply("200 OK", "Content-Type: application/json\r\n",
				`{"apiVersion":"1.3","data":{"propertyList":{"Brand":"AXIS","ProdFullName":"AXIS M3045-V Network Camera","ProdNbr":"M3045-V","ProdType":"Network Camera",`+
					`"SerialNumber":"020000000005","Version":"9.80.3"}}}`)),
			talk("soundtouch", dissecttest.C("GET /info HTTP/1.1\r\n\r\n"), reply("200 OK", "Content-Type: text/xml\r\n",
				`<?xml version="1.0" encoding="UTF-8" ?><info deviceID="020000000005"><name>Kitchen</name><type>SoundTouch 10</type><margeAccountUUID>7</margeAccountUUID>`+
					`<components><component><softwareVersion>27.0.6</softwareVersion><serialNumber>A1</serialNumber></component></components>`+
					`<networkInfo type="SCM"><macAddress>020000000005</macAddress></networkInfo></info>`)),
			talk("not_a_device", dissecttest.C("GET /v1/items HTTP/1.1\r\n\r\n"), reply("200 OK", "Content-Type: application/json\r\n",
				`{"name":"Hall","model":"nobody's"}`), dissecttest.C("GET /feed HTTP/1.1\r\n\r\n"),
				reply("200 OK", "Content-Type: text/xml\r\n", "<rss><channel><title>News</title></channel></rss>"),
				dissecttest.C("POST /soap HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), reply("200 OK", "Content-Type: text/xml\r\n",
					"<s:Envelope xmlns:s=\"x\"><s:Body><Order><Model>nobody's</Model></Order></s:Body></s:Envelope>")),
			talk("login_page", dissecttest.C(get),
				reply("200 OK", html+"Set-Cookie: SESSID=secret; path=/\r\n", camera+strings.Repeat("x", 20_000)),
				dissecttest.C("GET /next HTTP/1.1\r\nUser-Agent: another\r\n\r\n"),
				reply("404 Not Found", "Server: second answer\r\n", "gone")),
			talk("password_wanted", dissecttest.C(get),
				reply("401 Unauthorized", "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1a2b\", qop=\"auth\"\r\n", ""),
				dissecttest.C("GET / HTTP/1.1\r\nHost: 192.0.2.5\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n"),
				reply("302 Found", "Location: /main.asp?id=7\r\nX-Powered-By: PHP/5.2\r\n", "")),
			talk("in_chunks", dissecttest.C(get), dissecttest.S("HTTP/1.1 200 OK\r\n"+html+
				"Transfer-Encoding: chunked\r\n\r\n"+"2f\r\n"+camera[:47]+"\r\n0\r\nTrailer: x\r\n\r\n"+
				"HTTP/1.1 200 OK\r\nServer: second answer\r\nContent-Length: 0\r\n\r\n")),
			talk("until_close", dissecttest.C(get), dissecttest.S("HTTP/1.0 200 OK\r\n"+html+"\r\n"+camera+
				"HTTP/1.0 200 OK\r\nServer: not a head\r\n\r\n")),
			talk("no_body_after_head", dissecttest.C("HEAD / HTTP/1.1\r\n\r\n"),
				dissecttest.S("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n"+html+"\r\n"),
				dissecttest.C("GET /a HTTP/1.1\r\n\r\n"), reply("200 OK", "Server: second answer\r\n", "x")),
			talk("websocket", dissecttest.C("GET /steve/ocpp/CP%2001?x=1 HTTP/1.1\r\nHost: csms.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp2.0.1, ocpp1.6\r\nSec-WebSocket-Version: 13\r\n\r\n"),
				dissecttest.S("HTTP/1.1 101 Switching Protocols\r\nServer: csms\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n"+
					"\x81\x05Hello"), dissecttest.C("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")),
			talk("websocket_of_another", dissecttest.C("GET /ocpp/CP1 HTTP/1.1\r\nX-Forwarded-For: 192.0.2.77\r\nUpgrade: websocket\r\n"+
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n"),
				dissecttest.S("HTTP/1.1 101 Switching Protocols\r\nServer: csms\r\nUpgrade: WebSocket\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n")),
			talk("another_protocol_inside", dissecttest.C("CONNECT cloud.example:443 HTTP/1.1\r\nHost: cloud.example\r\n\r\n"),
				dissecttest.S("HTTP/1.1 200 Connection established\r\n\r\n"),
				dissecttest.C("GET / HTTP/1.1\r\nUser-Agent: inside the tunnel\r\n\r\n")),
		},
	}
}

func TestHTTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
