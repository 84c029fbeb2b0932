package eiscp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/eiscp"
)

func message(text string) string {
	b := binary.BigEndian.AppendUint32([]byte("ISCP"), 16)
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
	return string(append(b, 1, 0, 0, 0)) + text
}

func suite() dissecttest.Suite {
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 60128, ClientPort: 50001, Steps: steps}
	}
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: eiscp.Protocol,
		Allocs:   8, // the events
		Conversations: []dissecttest.Conversation{
			talk("search", heron.UDP, c(message("!xECNQSTN\r\n")), s(message("!1ECNTX-NR609/60128/DX/020000000005\x19\r\n"))),
			talk("orders", heron.TCP, c(message("!1PWRQSTN\r\n")), s(message("!1PWR01\x1a\r\n")), c(message("!1MVL20\r\n")), c(message("!1MVL21\r\n"))),
			talk("short", heron.UDP, s(message("!1ECNTX-8\r\n"))),
		},
	}
}

func TestEISCP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
