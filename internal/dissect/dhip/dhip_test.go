package dhip_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dhip"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

// message puts a text behind a header.
func message(text string) []byte {
	b := append([]byte("\x20\x00\x00\x00DHIP"), make([]byte, 24)...)
	binary.LittleEndian.PutUint32(b[16:], uint32(len(text)))
	binary.LittleEndian.PutUint32(b[24:], uint32(len(text)))
	return append(b, text...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	old := append([]byte("\xa0\x00\x00\x00\x02\x00\x00\x00"), make([]byte, 26)...)
	accept := append([]byte("\xb0\x00\x00\x58"), make([]byte, 28)...)
	return dissecttest.Suite{
		Protocol: dhip.Protocol,
		Allocs:   6, // the event of a login
		Conversations: []dissecttest.Conversation{
			{
				Name: "search", Transport: heron.UDP, ServerPort: 37810, ClientPort: 50001, Steps: []dissecttest.Step{
					c(message(`{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }`)),
					s(message(`{"mac":"02:00:00:00:00:05","method":"client.notifyDevInfo","params":{"deviceInfo":{"AlarmInputChannels":1,"DeviceClass":"IPC","DeviceType":"IPC-HDW5231R-ZE","HttpPort":80,"IPv4Address":{"IPAddress":"192.0.2.5"},"MachineName":"GATE","SerialNo":"4C00000PAG00001","Vendor":"Dahua","Version":"2.800.0000.14.R"}}}` + "\n\x00")),
				},
			},
			{
				Name: "login", Transport: heron.TCP, ServerPort: 37777, Steps: []dissecttest.Step{
					c(message(`{"method":"global.login","params":{"userName":"admin","password":""},"id":1}`)),
				},
			},
			{Name: "older", Transport: heron.TCP, ServerPort: 37777, PortOnly: true, Steps: []dissecttest.Step{c(old), s(accept)}},
		},
	}
}

func TestDHIP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
