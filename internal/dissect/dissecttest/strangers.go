package dissecttest

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// stranger is something that turns up on ports that are not its own.
type stranger struct {
	protocol string
	kin      []string // protocols that rightly take it for theirs
	steps    []Step
}

// strangers returns what the suite puts on every dissector's port.
func strangers() []stranger {
	return []stranger{
		{"http", []string{"ssdp"}, []Step{
			C("GET /index.html HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8.5.0\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 2\r\n\r\nhi"),
		}},
		{"ssh", nil, []Step{C("SSH-2.0-OpenSSH_9.6\r\n"), S("SSH-2.0-dropbear_2022.83\r\n")}},
		{"smtp", []string{"ftp"}, []Step{S("220 mail.example.com ESMTP\r\n"), C("EHLO there\r\n")}},
		{"tls", nil, []Step{C(Hex("160301 0005 0100000103"))}},
		{"dns", []string{"mdns", "llmnr", "nbns"}, []Step{
			C(Hex("1234 0100 0001 0000 0000 0000 03777777 07 6578616d706c65 00 0001 0001")),
		}},
		{"modbus", nil, []Step{C(Hex("0001 0000 0006 01 03 0000 000a")), S(Hex("0001 0000 0003 01 83 02"))}},
		{"mqtt", nil, []Step{C(Hex("10 0d 0004 4d515454 04 02 003c 0001 61"))}},
		{"ntp", nil, []Step{C(append(Hex("23000000"), make([]byte, 44)...))}},
		{"zeros", nil, []Step{C(make([]byte, 300)), S(make([]byte, 300))}},
		{"ones", nil, []Step{C(bytes.Repeat([]byte{0xff}, 300)), S(bytes.Repeat([]byte{0xff}, 300))}},
		{"text", nil, []Step{C("hello, is anybody there?\r\n"), S("no.\r\n\r\n")}},
		{"noise", nil, []Step{C(noise(400)), S(noise(401))}},
		{"nothing", nil, []Step{C(""), S("")}},
	}
}

// noise is bytes of no pattern, the same each time (xorshift32).
func noise(n int) []byte {
	b, x := make([]byte, n), uint32(n)*2654435761+1
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x >> 11)
	}
	return b
}

// on returns the stranger's conversation on each transport and first port of p.
func (s stranger) on(p *dissect.Protocol) []Conversation {
	var out []Conversation
	for over, transport := range map[dissect.Over]heron.Transport{
		dissect.OverTCP: heron.TCP, dissect.OverUDP: heron.UDP, dissect.OverLink: heron.Link,
		dissect.OverICMP: heron.ICMP, dissect.OverIP: heron.OtherIP, dissect.OverWebSocket: heron.TCP,
	} {
		if p.Over&over == 0 {
			continue
		}
		c := Conversation{Transport: transport, Steps: s.steps}
		if len(p.Ports) > 0 {
			c.ServerPort = p.Ports[0]
		}
		if len(p.EtherTypes) > 0 {
			c.EtherType = p.EtherTypes[0]
		}
		out = append(out, c)
	}
	return out
}
