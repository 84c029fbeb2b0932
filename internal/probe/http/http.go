// Package http asks a web server for its first page: one GET request, as any
// browser would send it (RFC 9112).
//
// It emits http.server, http.title, http.www_authenticate, and the names of
// cookies as http.set_cookie.
package http

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// maxAnswer is enough for a header and the title of a page.
const maxAnswer = 64 << 10

// maxLine bounds one line of a header.
const maxLine = 8 << 10

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "http", Transport: heron.TCP, Ports: []uint16{80, 8080}, Safety: probe.ReadOnly,
		MaxWrites: 1, MaxBytes: 512, MaxAnswer: maxAnswer, Spec: "RFC 9112", Run: run,
	}
}

func run(_ context.Context, conn net.Conn, emit func(key, value string)) error {
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
	return parse(answer, emit)
}

// parse reads a response as far as it goes.
func parse(answer []byte, emit func(key, value string)) error {
	r := wire.NewReader(answer)
	if !bytes.HasPrefix(r.Line(maxLine), []byte("HTTP/1.")) {
		return probe.ErrNotMine
	}
	for {
		line := r.Line(maxLine)
		if line == nil {
			return errors.New("the header does not end")
		}
		if len(line) == 0 {
			break
		}
		header(line, emit)
	}
	if t := title(r.Rest()); t != "" {
		emit("http.title", t)
	}
	return nil
}

func header(line []byte, emit func(key, value string)) {
	name, value, ok := strings.Cut(wire.Text(line, heron.MaxObservationValue), ":")
	if !ok {
		return
	}
	value = strings.TrimSpace(value)
	switch strings.ToLower(name) {
	case "server":
		emit("http.server", value)
	case "www-authenticate":
		emit("http.www_authenticate", value)
	case "set-cookie":
		// The name alone: a value could be a secret.
		name, _, _ := strings.Cut(value, "=")
		emit("http.set_cookie", name)
	}
}

func title(body []byte) string {
	lower := bytes.ToLower(body)
	_, rest, ok := bytes.Cut(lower, []byte("<title"))
	if !ok {
		return ""
	}
	_, rest, ok = bytes.Cut(rest, []byte(">"))
	if !ok {
		return ""
	}
	text, _, ok := bytes.Cut(rest, []byte("</title"))
	if !ok {
		return ""
	}
	// The same place in the body as it came, with its capitals. Lower-casing
	// may change lengths outside ASCII; then the lower-case text must do.
	if start := len(lower) - len(rest); len(lower) == len(body) {
		r := wire.NewReader(body)
		r.Skip(start)
		text = r.Bytes(len(text))
	}
	return wire.Text(text, heron.MaxObservationValue)
}
