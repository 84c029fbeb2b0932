// Package ssdp asks a host by SSDP what it is, with a search that goes to it alone
// (UPnP Device Architecture 2.0 §1.3.2), and leads on to the description that it names
// (§2.3). It can send nothing else.
//
// The dissector reads the answers: ssdp.server, ssdp.st …
package ssdp

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/http1"
	"github.com/heron-iot/heron/internal/wire"
)

// request asks for all that the host is. The group stands as the one that is asked, as
// every device expects.
const request = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n"

// Bounds: of what is read, of the answers that are looked at, and of a description's address.
const (
	maxAnswer   = 24 << 10
	maxAnswers  = 24
	maxLocation = 512
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "ssdp", Transport: heron.UDP, Ports: []uint16{1900}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(request)),
		Spec: "UPnP Device Architecture 2.0 §1.3.2", Run: run,
	}
}

func run(_ context.Context, c *probe.Conn) error {
	if _, err := c.Write([]byte(request)); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range maxAnswers {
		answer, err := probe.Listen(c, size)
		if err != nil && i > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		head, err := http1.ParseWhole(answer, "HTTP/1.")
		if err != nil {
			return probe.ErrNotMine
		}
		location := wire.Text(head.Get("Location"), maxLocation)
		if f, ok := description(c.Target().Host, location); ok && !seen[location] {
			seen[location] = true
			c.Follow(f)
		}
	}
	return nil
}

// size is that of an answer.
func size(b []byte) (int, error) {
	if _, err := http1.ParseWhole(b, "HTTP/1."); err != nil {
		return 0, probe.ErrNotMine
	}
	return len(b), nil
}

// roku is the port at which Roku's players describe themselves in their own way, and
// not where they say.
const roku = 8060

// description is the question for a description on the host itself.
func description(host netip.Addr, location string) (probe.Follow, bool) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "http" || u.User != nil {
		return probe.Follow{}, false
	}
	a, err := netip.ParseAddr(u.Hostname())
	if err != nil || a != host.WithZone("") {
		return probe.Follow{}, false
	}
	port := uint64(80)
	if text := u.Port(); text != "" {
		if port, err = strconv.ParseUint(text, 10, 16); err != nil {
			return probe.Follow{}, false
		}
	}
	if port == roku {
		return probe.Follow{Probe: "description", Port: roku}, true
	}
	return probe.Follow{Probe: "http", Port: uint16(port), Path: u.RequestURI()}, port > 0
}
