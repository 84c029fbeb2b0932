// Package ipp asks a printer who it is: Get-Printer-Attributes (RFC 8011 §4.2.5), for
// those that name it. Nothing is printed, and no jobs are asked for. It can send
// nothing else.
//
// The dissector reads the answer: ipp.printer-make-and-model, ipp.printer-device-id …
package ipp

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/http1"
)

const (
	port       = 631
	maxRequest = 1 << 10
	maxAnswer  = 32 << 10
)

// Tags of values (RFC 8010 §3.5).
const (
	keyword  = 0x44
	uri      = 0x45
	charset  = 0x47
	language = 0x48
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "ipp", Transport: heron.TCP, Ports: []uint16{port}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: maxRequest, MaxAnswer: maxAnswer, Spec: "RFC 8011 §4.2.5, RFC 8010", Run: run,
	}
}

// attribute is a value; one without a name belongs to the attribute before it.
func attribute(tag byte, name, value string) string {
	return string([]byte{tag, 0, byte(len(name))}) + name + string([]byte{0, byte(len(value))}) + value
}

// request asks for the attributes that name a printer.
func request(host netip.AddrPort) []byte {
	body := "\x01\x01\x00\x0b\x00\x00\x00\x01\x01" + attribute(charset, "attributes-charset", "utf-8") +
		attribute(language, "attributes-natural-language", "en") + attribute(uri, "printer-uri", "ipp://"+host.String()+"/ipp/print")
	name := "requested-attributes"
	for _, value := range []string{
		"printer-make-and-model", "printer-device-id", "printer-firmware-string-version", "printer-name", "printer-info",
		"printer-location", "printer-uuid", "printer-dns-sd-name", "printer-firmware-name",
	} {
		body += attribute(keyword, name, value)
		name = ""
	}
	body += "\x03"
	return fmt.Appendf(nil, "POST /ipp/print HTTP/1.1\r\nHost: %s\r\nUser-Agent: Heron\r\nContent-Type: application/ipp\r\n"+
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s", host, len(body), body)
}

func run(ctx context.Context, c *probe.Conn) error {
	t := c.Target()
	return probe.Ask(size, request(netip.AddrPortFrom(t.Host.WithZone(""), t.Port)))(ctx, c)
}

// size is that of an answer with a length; others end when the connection does.
func size(b []byte) (int, error) {
	head, n, err := http1.Parse(b, "HTTP/1.")
	switch {
	case err != nil || n > 0 && !head.Response():
		return 0, probe.ErrNotMine
	case n > 0 && head.Status != 100 && head.Length() >= 0:
		return n + head.Length(), nil
	}
	return 0, nil
}
