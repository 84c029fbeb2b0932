// Package ssh listens for the identification line that an SSH server sends
// first (RFC 4253 §4.2). It sends nothing at all.
//
// It emits ssh.banner.
package ssh

import (
	"context"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// maxAnswer bounds what may come before the identification line, and maxLine
// the line itself: RFC 4253 allows 255 bytes.
const (
	maxAnswer = 4 << 10
	maxLine   = 512
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "ssh", Transport: heron.TCP, Ports: []uint16{22}, Safety: probe.ReadOnly,
		MaxAnswer: maxAnswer, Control: true, Spec: "RFC 4253 §4.2", Run: run,
	}
}

func run(_ context.Context, c *probe.Conn) error {
	var buf [maxAnswer]byte
	n := 0
	for n < len(buf) {
		m, err := c.Read(buf[n:])
		n += m
		if parse(buf[:n], c.Emit) {
			return nil
		}
		if err != nil {
			break
		}
	}
	return probe.ErrNotMine
}

// parse looks for the identification line; other lines may come before it.
func parse(b []byte, emit func(key, value string)) bool {
	r := wire.NewReader(b)
	for {
		line := r.Line(maxLine)
		if line == nil {
			return false
		}
		if text := wire.Text(line, maxLine); strings.HasPrefix(text, "SSH-") {
			emit("ssh.banner", text)
			return true
		}
	}
}
