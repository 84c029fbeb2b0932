package fins_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/fins"
)

// request and response are commands between node 1 and node 9.
func request(digits string) []byte {
	return append(dissecttest.Hex("80 00 02 00 01 00 00 09 00 07"), dissecttest.Hex(digits)...)
}

func response(digits, text string) []byte {
	return append(append(dissecttest.Hex("c0 00 02 00 09 00 00 01 00 07"), dissecttest.Hex(digits)...), text...)
}

// tcp puts a body into a frame of FINS/TCP.
func tcp(command uint32, body []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte("FINS"), uint32(len(body)+8))
	b = binary.BigEndian.AppendUint32(b, command)
	return append(append(b, 0, 0, 0, 0), body...)
}

func pad(s string, n int) string {
	return s + string(make([]byte, n-len(s)))
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	udp := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 9600, Steps: steps}
	}
	about := response("0501 0000", pad("CJ2M-CPU33", 20)+pad("02.01", 20)+pad("", 52))
	return dissecttest.Suite{
		Protocol: fins.Protocol,
		Allocs:   40, // the events of orders
		Conversations: []dissecttest.Conversation{
			udp("controller_data", c(request("0501 00")), s(about)),
			udp("status", c(request("0601")), s(response("0601 0040 01 04 0000 0100 0000 0000", pad("", 16))),
				c(request("0502 00 19")), s(response("0502 0000 82", "\x10"+pad("CJ1W-ETN21", 20)+"\x11"+pad("CJ1W-SCU41", 20)))),
			udp("orders", c(request("0101 82 0064 00 0002")), c(request("0101 82 0064 00 0002")), c(request("0102 82 0064 00 0001 1234")),
				c(request("0402")), c(request("0401 ffff 04")), c(request("0307 ffff 00000000 0001 00")),
				c(request("2301 0001 0001 30 006400")), s(response("0402 2605", ""))),
			{
				Name: "over_tcp", Transport: heron.TCP, ServerPort: 9600, Steps: []dissecttest.Step{
					c(tcp(0, make([]byte, 4))), s(tcp(1, dissecttest.Hex("00000009 00000001"))),
					c(tcp(2, request("0501 00"))), s(tcp(2, about)),
				},
			},
		},
	}
}

func TestFINS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
