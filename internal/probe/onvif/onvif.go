// Package onvif asks a camera for its description: GetDeviceInformation of the device
// service (ONVIF Core Specification §8.3.1), without credentials. Cameras that tell it
// to nobody else answer with a fault, and are left at that. It can send nothing else.
//
// The dissector reads the answer: http.device.vendor, http.device.model …
package onvif

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	body = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>` +
		`<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>`
	maxHost   = 64
	maxAnswer = 16 << 10
)

// request is what is sent to a host.
func request(host netip.AddrPort) []byte {
	return fmt.Appendf(nil, "POST /onvif/device_service HTTP/1.1\r\nHost: %s\r\nUser-Agent: Heron\r\n"+
		"Content-Type: application/soap+xml; charset=utf-8; action=\"http://www.onvif.org/ver10/device/wsdl/GetDeviceInformation\"\r\n"+
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s", host, len(body), body)
}

// Probe returns the probe. Its ports are those at which some makers have the service
// alone; where others have it, WS-Discovery tells.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "onvif", Transport: heron.TCP, Ports: []uint16{8899, 2020}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(request(netip.AddrPort{})) + maxHost, MaxAnswer: maxAnswer,
		Spec: "ONVIF Core Specification §8.3.1", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	t := c.Target()
	return probe.Ask(probe.UntilQuiet, request(netip.AddrPortFrom(t.Host.WithZone(""), t.Port)))(ctx, c)
}
