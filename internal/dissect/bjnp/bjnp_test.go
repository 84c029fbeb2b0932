package bjnp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/bjnp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func message(mark string, kind, command byte, body string) string {
	b := append([]byte(mark), kind, command, 0, 0, 0, 7, 0, 0)
	return string(binary.BigEndian.AppendUint32(b, uint32(len(body)))) + body
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 50123, ServerPort: 8611, Steps: steps}
}

func suite() dissecttest.Suite {
	const id = "MFG:Example;CMD:BJL,BJRaster3;SOJ:TXT01;MDL:EX1000 series;CLS:PRINTER;DES:Example EX1000;VER:1.020;SERN:0001;STA:10;"
	return dissecttest.Suite{
		Protocol: bjnp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("discovery", dissecttest.C(message("BJNP", 1, 1, "")),
				dissecttest.S(message("BJNP", 0x81, 1, "\x00\x01\x08\x00\x06\x04\x02\x00\x00\x00\x00\x05\xc0\x00\x02\x05"))),
			talk("identity", dissecttest.C(message("BJNP", 1, 0x30, "")), dissecttest.S(message("BJNP", 0x81, 0x30, "\x00\x70"+id))),
			{Name: "printing", Transport: heron.TCP, ClientPort: 50123, ServerPort: 8611, Steps: []dissecttest.Step{
				dissecttest.C(message("BJNP", 1, 0x21, string(make([]byte, 3000)))), dissecttest.S(message("BJNP", 0x81, 0x21, "\x00\x00\x0b\xb8")),
			}},
			talk("scanner", dissecttest.C(message("MFNP", 2, 0x30, "")), dissecttest.S(message("MFNP", 0x82, 0x30, "\x00\x10MDL:EX1000;"))),
		},
	}
}

func TestBJNP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
