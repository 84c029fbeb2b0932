package onvif_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron/internal/probe/onvif"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func answer() []byte {
	const body = `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>` +
		`<tds:GetDeviceInformationResponse><tds:Manufacturer>Example</tds:Manufacturer><tds:Model>IPC-1</tds:Model>` +
		`<tds:FirmwareVersion>2.4.1</tds:FirmwareVersion><tds:SerialNumber>S0001</tds:SerialNumber><tds:HardwareId>1.0</tds:HardwareId>` +
		`</tds:GetDeviceInformationResponse></s:Body></s:Envelope>`
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: gSOAP/2.8\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, onvif.Probe(), []probetest.Case{
		{Name: "camera", Answer: answer(), Want: map[string]string{
			"service.protocol": "tcp/8899/http", "http.content_type": "application/soap+xml; charset=utf-8", "http.device.firmware": "2.4.1",
			"http.device.hardware": "1.0", "http.device.model": "IPC-1", "http.device.serial": "S0001",
			"http.device.vendor": "Example", "http.server": "gSOAP/2.8",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, onvif.Probe(), answer()) }
