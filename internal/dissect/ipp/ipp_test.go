package ipp_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ipp"
)

func attribute(tag byte, name, value string) string {
	return string([]byte{tag, 0, byte(len(name))}) + name + string([]byte{0, byte(len(value))}) + value
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 631, Steps: steps}
	}
	ask := "\x02\x00\x00\x0b\x00\x00\x00\x01\x01" + attribute(0x42, "requesting-user-name", "alice") + "\x03"
	printer := "\x02\x00\x00\x00\x00\x00\x00\x01\x01" + attribute(0x47, "attributes-charset", "utf-8") + "\x04" + attribute(0x41, "printer-make-and-model", "Example LaserJet 400") +
		attribute(0x41, "printer-firmware-string-version", "2409") + attribute(0x45, "printer-uuid", "urn:uuid:1234") + attribute(0x41, "printer-state-message", "secret") + "\x03"
	post := func(body string) string {
		return fmt.Sprintf("POST /ipp/print HTTP/1.1\r\nHost: p\r\nUser-Agent: CUPS/2.4.2\r\nContent-Type: application/ipp\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	head := "HTTP/1.1 200 OK\r\nServer: Example-HTTP/1.0\r\nContent-Type: application/ipp\r\n"
	return dissecttest.Suite{
		Protocol: ipp.Protocol,
		Allocs:   2,
		Conversations: []dissecttest.Conversation{
			talk("attributes", c(post(ask)), s(fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(printer), printer)), c(post(ask)), s("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")),
			talk("chunked", c(post(ask)), s("HTTP/1.1 100 Continue\r\n\r\n"), s(fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n14\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", head, printer[:20], len(printer)-20, printer[20:]))),
			talk("document", c("POST /ipp HTTP/1.1\r\nContent-Type: application/ipp\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\n\r\n"), s(head+"Content-Length: 9\r\n\r\n\x02\x00\x00\x00\x00\x00\x00\x01\x03")),
		},
	}
}

func TestIPP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
