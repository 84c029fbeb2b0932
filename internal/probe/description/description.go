// Package description asks devices at the ports of their own for the description that
// they give to anybody: Roku (External Control Protocol, /query/device-info), Sonos and
// the UPnP devices of other makers, Google Cast (/setup/eureka_info), Samsung's
// televisions (/api/v2/), AirPlay and SoundTouch (/info), Philips' televisions (/system),
// Elgato's lamps (/elgato/accessory-info), and routers that speak TR-064. One GET
// (RFC 9110 §9.3.1) each. It can send nothing else.
//
// The dissector reads the answers: http.device.model, upnp.model_name …
package description

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/http1"
)

// maxRequest bounds a request, and maxAnswer what is read.
const (
	maxRequest = 256
	maxAnswer  = 64 << 10
)

// inClear and overTLS are where descriptions are, by port.
func inClear() map[uint16]string {
	return map[uint16]string{
		1925:  "/system",                                // Philips' televisions
		1400:  "/xml/device_description.xml",            // Sonos
		7000:  "/info",                                  // AirPlay
		8001:  "/api/v2/",                               // Samsung's televisions
		8008:  cast,                                     // Google Cast
		8090:  "/info",                                  // SoundTouch
		9123:  "/elgato/accessory-info",                 // Elgato
		8060:  "/query/device-info",                     // Roku
		49000: "/tr64desc.xml",                          // routers that speak TR-064
		49153: "/setup.xml",                             // WeMo
		60006: "/upnp/desc/aios_device/aios_device.xml", // HEOS
	}
}

func overTLS() map[uint16]string { return map[uint16]string{8443: cast} }

const cast = "/setup/eureka_info?params=version,name,build_info,device_info"

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "description", Transport: heron.TCP, Ports: slices.Sorted(maps.Keys(inClear())),
		TLSPorts: slices.Sorted(maps.Keys(overTLS())), Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: maxRequest, MaxAnswer: maxAnswer, Spec: "RFC 9110 §9.3.1; the makers' descriptions of each", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	t := c.Target()
	path := inClear()[t.Port]
	if t.TLS {
		path = overTLS()[t.Port]
	}
	if path == "" {
		return nil
	}
	host := netip.AddrPortFrom(t.Host.WithZone(""), t.Port)
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Heron\r\nAccept: */*\r\nConnection: close\r\n\r\n", path, host)
	return probe.Ask(size, request)(ctx, c)
}

// size is that of an answer with a length; others end when the connection does.
func size(b []byte) (int, error) {
	head, n, err := http1.Parse(b, "HTTP/1.")
	switch {
	case err != nil || n > 0 && !head.Response():
		return 0, probe.ErrNotMine
	case n > 0 && head.Length() >= 0:
		return n + head.Length(), nil
	}
	return 0, nil
}
