package tns_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/tns"
)

func packet(kind byte, body string) string {
	n := len(body) + 8
	return string([]byte{byte(n >> 8), byte(n), 0, 0, kind, 0, 0, 0}) + body
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: tns.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "refused", Transport: heron.TCP, ServerPort: 1521, Steps: []dissecttest.Step{
				dissecttest.C(packet(1, "\x01\x3a\x01\x2c(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=plant)(CID=(PROGRAM=historian.exe)(HOST=STATION7)(USER=alice)))(ADDRESS=(HOST=192.0.2.5)))")),
				dissecttest.S(packet(4, "\x22\x00\x00\x50(DESCRIPTION=(ERR=12514)(VSNNUM=186647296))")),
			},
		}},
	}
}

func TestTNS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
