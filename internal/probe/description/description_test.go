package description_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/description"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func answer(kind, body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", kind, len(body), body)
}

const (
	roku = `<?xml version="1.0" encoding="UTF-8" ?><device-info><serial-number>S0001</serial-number><vendor-name>Roku</vendor-name>` +
		`<model-name>Roku Express</model-name><model-number>3930X</model-number><software-version>9.4.0</software-version></device-info>`
	upnp = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><manufacturer>Sonos, Inc.</manufacturer>` +
		`<modelName>Sonos One</modelName><modelNumber>S18</modelNumber></device></root>`
	cast = `{"build_info":{"cast_build_revision":"1.56.281627"},"device_info":{"manufacturer":"Google Inc.","product_name":"prestwick",` +
		`"model_name":"Google Nest Hub","ssdp_udn":"0001"},"name":"Kitchen"}`
	samsung = `{"device":{"OS":"Tizen","modelName":"UE55TU8000","name":"[TV] Hall","type":"Samsung SmartTV","wifiMac":"02:00:00:00:00:05"},` +
		`"name":"[TV] Hall","version":"2.0.25"}`
)

// at returns the probe for one port.
func at(port uint16) probe.Probe {
	p := description.Probe()
	p.Ports = []uint16{port}
	return p
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, at(8060), []probetest.Case{{Name: "Roku", Answer: answer("text/xml; charset=utf-8", roku), Want: map[string]string{
		"service.protocol": "tcp/8060/http", "http.content_type": "text/xml; charset=utf-8",
		"http.device.firmware": "9.4.0", "http.device.model": "Roku Express",
		"http.device.model_number": "3930X", "http.device.serial": "S0001", "http.device.vendor": "Roku",
	}}})
	probetest.Run(t, at(1400), []probetest.Case{{Name: "Sonos", Answer: answer("text/xml", upnp), Want: map[string]string{
		"service.protocol": "tcp/1400/http", "http.content_type": "text/xml", "upnp.manufacturer": "Sonos, Inc.",
		"upnp.model_name": "Sonos One", "upnp.model_number": "S18",
	}}})
	probetest.Run(t, at(8008), []probetest.Case{{Name: "Cast", Answer: answer("application/json", cast), Want: map[string]string{
		"service.protocol": "tcp/8008/http", "http.content_type": "application/json",
		"http.device.firmware": "1.56.281627", "http.device.id": "0001",
		"http.device.model": "prestwick | Google Nest Hub", "http.device.name": "Kitchen",
		"http.device.vendor": "Google Inc.",
	}}})
	probetest.Run(t, at(8001), []probetest.Case{{Name: "Samsung", Answer: answer("application/json", samsung), Want: map[string]string{
		"service.protocol": "tcp/8001/http", "http.content_type": "application/json",
		"http.device.mac": "02:00:00:00:00:05", "http.device.model": "UE55TU8000",
		"http.device.name": "[TV] Hall", "http.device.type": "Samsung SmartTV",
	}}})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, at(8060), answer("text/xml", roku)) }
