package bittorrent_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/bittorrent"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func handshake(peer string) string {
	return "\x13BitTorrent protocol" + "\x00\x00\x00\x00\x00\x10\x00\x05" + strings.Repeat("h", 20) + peer
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ClientPort: 40000, ServerPort: 6881, Steps: steps}
	}
	more := "d1:md11:ut_metadatai2ee1:pi6881e1:v17:Transmission 2.94e"
	message := "\x00\x00\x00" + string(rune(2+len(more))) + "\x14\x00" + more
	id := strings.Repeat("n", 20)
	micro := func(first byte, number string) string {
		return string([]byte{first, 0}) + number + strings.Repeat("\x00", 16)
	}
	return dissecttest.Suite{
		Protocol: bittorrent.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("peers", heron.TCP, c(handshake("-TR2940-abcdefghijkl")+message), s(handshake("-XX1234-abcdefghijkl")+"\x00\x00\x00\x05\x04\x00\x00\x00\x01")),
			talk("hash_table", heron.UDP, c("d1:ad2:id20:"+id+"e1:q4:ping1:t2:aa1:v4:LT\x01\x021:y1:qe"),
				s("d2:ip6:abcdef1:rd2:id20:"+id+"e1:t2:aa1:v4:UT\xa8\x921:y1:re")),
			talk("tracker", heron.UDP, c("\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00\x01\x02\x03\x04")),
			talk("local_search", heron.UDP, c("BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n\r\n")),
			talk("micro_transport", heron.UDP, c(micro(0x41, "\x12\x34")), s(micro(0x21, "\x12\x34")), c(micro(0x01, "\x12\x35")+"data")),
		},
	}
}

func TestBitTorrent(t *testing.T) { suite().Run(t) }

// A handshake in clear may come after one that hides which protocol it is.
func TestTheStartMayBeHidden(t *testing.T) {
	t.Parallel()
	p := bittorrent.Protocol()
	b := []byte(strings.Repeat("\x9c", 160) + handshake("M7-9-2--abcdefghijkl") + "more")
	m := heron.Message{Transport: heron.TCP, Payload: b, FromClient: true, Flow: &heron.FlowScratch{}}
	if v, err := p.Dissect(nil, &m, nil); !p.Probe(b, true) || err != nil || v.Consumed != len(b)-len("more") {
		t.Errorf("probe %t, %+v, %v", p.Probe(b, true), v, err)
	}
}

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
