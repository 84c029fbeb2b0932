// Package http asks a web server for its first page: one GET request, as any
// browser would send it (RFC 9112).
//
// The dissector reads the answer: http.server, http.title, http.www_authenticate …
package http

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// maxAnswer is enough for a header and the title of a page.
const maxAnswer = 64 << 10

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "http", Transport: heron.TCP, Ports: []uint16{80, 8080}, TLSPorts: []uint16{443, 8443}, Safety: probe.ReadOnly,
		MaxWrites: 1, MaxBytes: 640, MaxAnswer: maxAnswer, Spec: "RFC 9112", Run: run,
	}
}

func run(_ context.Context, c *probe.Conn) error {
	t := c.Target()
	request := "GET " + cmp.Or(t.Path, "/") + " HTTP/1.1\r\nHost: " + host(t.Host) +
		"\r\nUser-Agent: Heron\r\nAccept: */*\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(c, request); err != nil {
		return err
	}
	answer, err := io.ReadAll(c)
	if len(answer) == 0 && err != nil {
		return err
	}
	if !bytes.HasPrefix(answer, []byte("HTTP/1.")) {
		return probe.ErrNotMine
	}
	return nil
}

// host writes an address as a URL does.
func host(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.WithZone("").String() + "]"
	}
	return a.String()
}
