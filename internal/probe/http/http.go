// Package http asks a web server for its first page: one GET request, as any
// browser would send it (RFC 9112).
//
// The dissector reads the answer: http.server, http.title, http.www_authenticate …
package http

import (
	"bytes"
	"context"
	"io"
	"net"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// maxAnswer is enough for a header and the title of a page.
const maxAnswer = 64 << 10

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "http", Transport: heron.TCP, Ports: []uint16{80, 8080}, Safety: probe.ReadOnly,
		MaxWrites: 1, MaxBytes: 512, MaxAnswer: maxAnswer, Spec: "RFC 9112", Run: run,
	}
}

func run(_ context.Context, conn net.Conn, _ func(key, value string)) error {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		return err
	}
	request := "GET / HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: Heron\r\nAccept: */*\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	answer, err := io.ReadAll(conn)
	if len(answer) == 0 && err != nil {
		return err
	}
	if !bytes.HasPrefix(answer, []byte("HTTP/1.")) {
		return probe.ErrNotMine
	}
	return nil
}
