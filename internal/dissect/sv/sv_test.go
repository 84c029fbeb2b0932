package sv_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/sv"
	"github.com/heron-iot/heron/internal/proto/ber"
)

// message is a frame with data units of one stream.
func message(units int) dissecttest.Step {
	v := func(tag int, b ...byte) []byte { return ber.Append(nil, tag, b) }
	var all []byte
	for i := range units {
		all = ber.Append(all, 0x30, v(0x80, []byte("MU0101")...), v(0x81, []byte("MU01LD0/LLN0$PhsMeas1")...),
			v(0x82, 0, byte(i)), v(0x83, 0, 0, 0, 1), v(0x85, 2), v(0x87, make([]byte, 64)...))
	}
	pdu := ber.Append(nil, 0x60, v(0x80, byte(units)), ber.Append(nil, 0xa2, all))
	size := 8 + len(pdu)
	return dissecttest.C(slices.Concat([]byte{0x40, 0, byte(size >> 8), byte(size), 0, 0, 0, 0}, pdu))
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: sv.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "stream", Transport: heron.Link, EtherType: 0x88ba, Steps: []dissecttest.Step{message(1), message(2), message(8)},
			Client: dissecttest.End("02:00:00:00:00:07", ""), Server: dissecttest.End("01:0c:cd:04:00:01", ""),
		}},
	}
}

func TestSampledValues(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
