package wsd_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/wsd"
)

// envelope is a message with that action and body.
func envelope(action, body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ` +
		`xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:Action>` +
		`http://schemas.xmlsoap.org/ws/2005/04/discovery/` + action + `</a:Action></s:Header><s:Body>` + body +
		`</s:Body></s:Envelope>`
}

func suite() dissecttest.Suite {
	talk := func(name string, port uint16, text string) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.UDP, ClientPort: 50000, ServerPort: port,
			Steps: []dissecttest.Step{dissecttest.C(text)},
		}
	}
	camera := `<d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:0001</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>` + "\n" +
		`onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/Front%20Door ` +
		`onvif://www.onvif.org/hardware/IPC-1 onvif://www.onvif.org/manufacturer/Example onvif://www.onvif.org/MAC/02:00:00:00:00:05 ` +
		`onvif://www.onvif.org/location/hall</d:Scopes><d:XAddrs>http://192.0.2.5/onvif/device_service</d:XAddrs></d:ProbeMatch>`
	return dissecttest.Suite{
		Protocol: wsd.Protocol,
		Allocs:   4, // names with their spaces restored
		Conversations: []dissecttest.Conversation{
			talk("probe", 3702, envelope("Probe", `<d:Probe><d:Types xmlns:dn="urn:x">dn:NetworkVideoTransmitter</d:Types></d:Probe>`)),
			talk("camera", 3702, envelope("ProbeMatches", camera)),
			talk("hello", 3702, envelope("Hello", `<Hello><Types>wsdp:Device wprt:PrintDeviceType</Types></Hello>`)),
		},
	}
}

func TestWSD(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
