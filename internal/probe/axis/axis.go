// Package axis asks a device of Axis' for what it tells anybody of itself:
// getAllUnrestrictedProperties of VAPIX, which needs no login. It is asked where a page
// or multicast DNS says that it is one, and can send nothing else.
//
// The dissector reads the answer: http.device.model, http.device.firmware …
package axis

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	body      = `{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}`
	maxHost   = 64
	maxAnswer = 8 << 10
)

// request is what is sent to a host.
func request(host netip.AddrPort) []byte {
	return fmt.Appendf(nil, "POST /axis-cgi/basicdeviceinfo.cgi HTTP/1.1\r\nHost: %s\r\nUser-Agent: Heron\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", host, len(body), body)
}

// Probe returns the probe. It has no port of its own.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "axis", Transport: heron.TCP, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(request(netip.AddrPort{})) + maxHost, MaxAnswer: maxAnswer,
		Spec: "Axis, VAPIX: basic device information", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	t := c.Target()
	return probe.Ask(probe.UntilQuiet, request(netip.AddrPortFrom(t.Host.WithZone(""), t.Port)))(ctx, c)
}
