package ocpp_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ocpp"
	"github.com/heron-iot/heron/internal/proto/websocket"
)

// c is a message of the station's, s one of the central system's.
func c(text string) dissecttest.Step {
	return dissecttest.C(websocket.Append(nil, websocket.Text, []byte{0x37, 0xfa, 0x21, 0x3d}, []byte(text)))
}

func s(text string) dissecttest.Step {
	return dissecttest.S(websocket.Append(nil, websocket.Text, nil, []byte(text)))
}

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 8080, Steps: steps}
	}
	const accepted = `[3,"19223201",{"status":"Accepted","currentTime":"2026-01-05T08:00:00Z","interval":300}]`
	return dissecttest.Suite{
		Protocol: ocpp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("version_1.6", c(`[2,"19223201","BootNotification",{"chargePointVendor":"Acme \u0041G","chargePointModel":"Wall 11",`+
				`"chargePointSerialNumber":"W11-0001","chargeBoxSerialNumber":"B-7","firmwareVersion":"1.4.2","iccid":"8944","imsi":"2340","meterType":"E-Meter 3"}]`),
				s(accepted), c(`[2,"2","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]`), s(`[3,"2",{}]`),
				s(`[2,"s1","UpdateFirmware",{"location":"ftp://user:secret@fw.example/1.bin","retrieveDate":"2026-01-05T08:00:00Z"}]`),
				c(`[4,"s1","NotSupported","no",{}]`), s(`[2,"s2","GetConfiguration",{}]`), c(`[3,"s2",{"configurationKey":[{"key":"AuthorizationKey","value":"secret"}]}]`)),
			talk("version_2.0.1", c(`[2, "a", "BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "Post 22", "vendorName": "Acme", `+
				`"serialNumber": "P-9", "firmwareVersion": "2.0", "modem": {"iccid": "8944", "firmwareVersion": "not this"}}}]`), s(accepted),
				s(`[2,"b","SetVariables",{"setVariableData":[{"attributeValue":"secret"}]}]`)),
			talk("in_the_middle", s(`[2,"9","TriggerMessage",{"requestedMessage":"BootNotification"}]`), c(`[3,"9",{"status":"Accepted"}]`),
				c(`[2,"10","Heartbeat",{}]`)),
			talk("in_two_frames", c(`[2,"1","Heartbeat",{}]`), dissecttest.C("\x01\x83\x00\x00\x00\x00[2,"+
				"\x89\x80\x00\x00\x00\x00"+"\x80\xb5\x00\x00\x00\x00\"11\",\"BootNotification\",{\"chargePointVendor\":\"Acme\"}]")),
			talk("longer_than_is_kept", c(`[2,"1","Heartbeat",{}]`), c(`[2,"2","DataTransfer",{"vendorId":"x","data":"`+strings.Repeat("A", 40_000)+`"}]`),
				c(`[2,"3","BootNotification",{"chargePointVendor":"Acme","chargePointModel":"Wall 11"}]`)),
		},
	}
}

func TestOCPP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// What has the form alone is left to others.
func TestProbe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in         string
		fromClient bool
		want       bool
	}{
		{`[2,"1","Heartbeat",{}]`, true, true},
		{`[2,"1","Heartbeat",{}]`, false, false},
		{`[2,"1","Reset",{"type":"Hard"}]`, false, true},
		{`[2,"1","http://example.com/add",{}]`, true, false}, // WAMP 1
		{`[2,"1","Heartbeat",7]`, true, false},
		{`[2,"1","Heartbeat"`, true, false},
		{`[3,"1",{}]`, true, false},
		{`{"type":"Heartbeat"}`, true, false},
		{"", true, false},
	} {
		if got := ocpp.Protocol().Probe([]byte(c.in), c.fromClient); got != c.want {
			t.Errorf("%s: got %t", c.in, got)
		}
	}
}
