// Package sip asks a SIP server or telephone what it can do: OPTIONS (RFC 3261 §11),
// which begins no call. It can send nothing else.
//
// The dissector reads the answer: sip.server, sip.user_agent.
package sip

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/http1"
)

const (
	maxRequest = 512
	maxAnswer  = 8 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "sip", Transport: heron.UDP, Ports: []uint16{5060}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: maxRequest, MaxAnswer: maxAnswer, Spec: "RFC 3261 §11", Run: run,
	}
}

// request names us by the address that the answer shall go to: that which it came from
// (RFC 3581).
func request(host netip.AddrPort, from string) []byte {
	return fmt.Appendf(nil, "OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKheron;rport\r\nMax-Forwards: 1\r\n"+
		"To: <sip:%s>\r\nFrom: <sip:heron@%s>;tag=heron\r\nCall-ID: heron\r\nCSeq: 1 OPTIONS\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n",
		host, from, host, from)
}

func run(ctx context.Context, c *probe.Conn) error {
	t := c.Target()
	return probe.Ask(size, request(netip.AddrPortFrom(t.Host.WithZone(""), t.Port), c.LocalAddr().String()))(ctx, c)
}

// size is that of a final answer; others come before it.
func size(b []byte) (int, error) {
	head, err := http1.ParseWhole(b, "SIP/2.0")
	switch {
	case err != nil || !head.Response():
		return 0, probe.ErrNotMine
	case head.Status < 200:
		return 0, nil
	}
	return len(b), nil
}
