package wsd_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/wsd"
)

const camera = `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ` +
	`xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>` +
	`<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>` +
	`<a:EndpointReference><a:Address>urn:uuid:0001</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>` +
	`<d:Scopes>onvif://www.onvif.org/name/Front%20Door onvif://www.onvif.org/hardware/IPC-1</d:Scopes>` +
	`<d:XAddrs>http://192.0.2.9/onvif/device_service http://127.0.0.1:8899/onvif/device_service</d:XAddrs>` +
	`</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, wsd.Probe(), []probetest.Case{
		{Name: "camera", Answer: []byte(camera), Want: map[string]string{
			"service.protocol": "udp/3702/wsd", "onvif.model": "IPC-1", "onvif.name": "Front Door",
			"wsd.endpoint": "urn:uuid:0001",
			"wsd.scope":    "onvif://www.onvif.org/name/Front%20Door | onvif://www.onvif.org/hardware/IPC-1",
			"wsd.type":     "NetworkVideoTransmitter",
			"wsd.xaddr":    "http://192.0.2.9/onvif/device_service | http://127.0.0.1:8899/onvif/device_service",
		}, Follows: []probe.Follow{{Probe: "onvif", Port: 8899}}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, wsd.Probe(), []byte(camera)) }
