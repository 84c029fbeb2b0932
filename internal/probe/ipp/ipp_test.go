package ipp_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron/internal/probe/ipp"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func attribute(tag byte, name, value string) string {
	return string([]byte{tag, 0, byte(len(name))}) + name + string([]byte{0, byte(len(value))}) + value
}

func printer() []byte {
	body := "\x01\x01\x00\x00\x00\x00\x00\x01\x01" + attribute(0x47, "attributes-charset", "utf-8") + "\x04" +
		attribute(0x41, "printer-make-and-model", "HP LaserJet 400 M401n") + attribute(0x41, "printer-firmware-string-version", "2409") + "\x03"
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: HP HTTP Server\r\nContent-Type: application/ipp\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, ipp.Probe(), []probetest.Case{
		{Name: "printer", Answer: printer(), Want: map[string]string{
			"service.protocol": "tcp/631/ipp", "ipp.printer-firmware-string-version": "2409",
			"ipp.printer-make-and-model": "HP LaserJet 400 M401n", "ipp.server": "HP HTTP Server",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, ipp.Probe(), printer()) }
