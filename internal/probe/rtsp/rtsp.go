// Package rtsp asks a camera what it can do, OPTIONS (RFC 2326 §10.1), and for the
// description of its first stream, DESCRIBE (§10.2), without credentials: most ask for
// some, and name themselves in doing so. No stream is set up.
//
// The dissector reads the answers: rtsp.server, rtsp.www_authenticate …
package rtsp

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/http1"
)

const (
	maxRequest = 256
	maxAnswer  = 16 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "rtsp", Transport: heron.TCP, Ports: []uint16{554, 8554, 10554}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: 2, MaxBytes: 2 * maxRequest, MaxAnswer: maxAnswer,
		Rehearse: [][]byte{[]byte("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")}, Spec: "RFC 2326 §10.1, §10.2", Run: run,
	}
}

func request(method string, host netip.AddrPort, number int) []byte {
	return fmt.Appendf(nil, "%s rtsp://%s/ RTSP/1.0\r\nCSeq: %d\r\nUser-Agent: Heron\r\nAccept: application/sdp\r\n\r\n", method, host, number)
}

func run(ctx context.Context, c *probe.Conn) error {
	t := c.Target()
	host := netip.AddrPortFrom(t.Host.WithZone(""), t.Port)
	return probe.Ask(size, request("OPTIONS", host, 1), request("DESCRIBE", host, 2))(ctx, c)
}

// size is that of an answer, with what follows its head.
func size(b []byte) (int, error) {
	head, n, err := http1.Parse(b, "RTSP/1.")
	switch {
	case err != nil || n > 0 && !head.Response():
		return 0, probe.ErrNotMine
	case n == 0:
		return 0, nil
	}
	return n + max(head.Length(), 0), nil
}
