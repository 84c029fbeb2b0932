// Package banner listens for what a server says first: FTP (RFC 959 §5.4), Telnet (RFC
// 854), SMTP (RFC 5321 §3.1), POP3 (RFC 1939 §4), IMAP (RFC 9051 §7.1), MySQL's
// greeting, the version of a remote screen (RFC 6143 §7.1.1), and whatever else greets
// on these ports. It sends nothing at all.
//
// The dissectors read it: ftp.banner, telnet.banner, smtp.banner …
package banner

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const maxAnswer = 4 << 10

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "banner", Transport: heron.TCP, Safety: probe.ReadOnly, Worth: 2,
		Ports:     []uint16{21, 23, 25, 110, 143, 587, 2121, 2323, 3306, 5038, 5900, 5901},
		TLSPorts:  []uint16{465, 990, 993, 995},
		MaxAnswer: maxAnswer, Control: true,
		Spec: "RFC 959 §5.4, RFC 854, RFC 5321 §3.1, RFC 1939 §4, RFC 9051 §7.1, RFC 6143 §7.1.1", Run: run,
	}
}

// run takes what comes until nothing more does.
func run(_ context.Context, c *probe.Conn) error {
	_, err := probe.Listen(c, probe.UntilQuiet)
	return err
}
