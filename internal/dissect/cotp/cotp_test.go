package cotp_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	dissector "github.com/heron-iot/heron/internal/dissect/cotp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/proto/cotp"
)

func suite() dissecttest.Suite {
	connect := cotp.AppendConnect(nil, cotp.ConnectRequest, 0, 7, []byte("PANEL"), []byte("PRESS4"))
	confirm := cotp.AppendConnect(nil, cotp.ConnectConfirm, 7, 9, []byte("PANEL"), []byte("PRESS4"))
	data := cotp.AppendData(nil, []byte("what nobody knows"), true)
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		PortOnly: true,
		Conversations: []dissecttest.Conversation{{
			Name: "unknown", Transport: heron.TCP, ServerPort: 102, PortOnly: true,
			Steps: []dissecttest.Step{
				dissecttest.C(connect), dissecttest.S(confirm), dissecttest.C(slices.Concat(data, data)), dissecttest.S(data),
			},
		}, {
			Name: "again", Transport: heron.TCP, ServerPort: 102, PortOnly: true,
			Steps: []dissecttest.Step{dissecttest.C(connect), dissecttest.S(confirm), dissecttest.C(connect)},
		}, {
			Name: "refused", Transport: heron.TCP, ServerPort: 102, PortOnly: true,
			Steps: []dissecttest.Step{dissecttest.C(connect), dissecttest.S(dissecttest.Hex("03 00 00 0b 06 80 0007 0000 02"))},
		}},
	}
}

func TestCOTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// TestOthersAreLeft checks that what others read is left to them.
func TestOthersAreLeft(t *testing.T) {
	t.Parallel()
	frame := dissector.Protocol().Frame
	for _, payload := range []string{
		"\x32\x01\x00\x00\x00\x01\x00\x08\x00\x00", "\x72\x01\x00\x10", "\x01\x00\x01\x00\x61", "\x0d\x03\x05\x06\x13", "\xa8\x03\x80\x01\x01",
	} {
		if n, err := frame(cotp.AppendData(nil, []byte(payload), true)); err == nil {
			t.Errorf("% x: taken, %d octets", payload, n)
		}
	}
}
