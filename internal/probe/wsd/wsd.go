// Package wsd asks a host by WS-Discovery what it is: a probe for all types that goes
// to it alone (OASIS WS-Discovery 1.1 §5, ONVIF Core Specification §7.3). A camera
// that answers is asked for its description.
//
// The dissector reads the answers: wsd.type, onvif.model …
package wsd

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// A request is the same but for its number, which no two may share.
const (
	before = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ` +
		`xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">` +
		`<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>urn:uuid:`
	after = `</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>` +
		`<s:Body><d:Probe/></s:Body></s:Envelope>`
	numberSize = 36
)

const maxAnswer = 32 << 10

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "wsd", Transport: heron.UDP, Ports: []uint16{3702}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(before) + numberSize + len(after), MaxAnswer: maxAnswer, Control: true, Allow: allow,
		Spec: "OASIS WS-Discovery 1.1 §5, ONVIF Core Specification §7.3", Run: run,
	}
}

// allow passes the request, whatever its number.
func allow(out []byte) error {
	text := string(out)
	if len(text) != len(before)+numberSize+len(after) || !strings.HasPrefix(text, before) || !strings.HasSuffix(text, after) {
		return probe.ErrUnsafe
	}
	return nil
}

func run(_ context.Context, c *probe.Conn) error {
	if _, err := c.Write([]byte(before + heron.NewID() + after)); err != nil {
		return err
	}
	answer, err := probe.Listen(c, size)
	if err != nil {
		return err
	}
	if f, ok := camera(c.Target().Host, string(answer)); ok {
		c.Follow(f)
	}
	return nil
}

// size is that of an answer.
func size(b []byte) (int, error) {
	if !strings.Contains(wire.Text(b, len(b)), "ProbeMatch") {
		return 0, probe.ErrNotMine
	}
	return len(b), nil
}

// service is the end of the path at which every camera of ONVIF is described (ONVIF
// Core Specification §5.1.1).
const service = "/onvif/device_service"

// camera is the question for the description of a camera, at the address that it gives.
func camera(host netip.Addr, answer string) (probe.Follow, bool) {
	for _, word := range strings.FieldsFunc(answer, func(r rune) bool { return r == '<' || r == '>' || r <= ' ' }) {
		u, err := url.Parse(word)
		if err != nil || u.Scheme != "http" || u.Path != service {
			continue
		}
		if a, err := netip.ParseAddr(u.Hostname()); err != nil || a != host.WithZone("") {
			continue
		}
		port := uint64(80)
		if text := u.Port(); text != "" {
			port, err = strconv.ParseUint(text, 10, 16)
		}
		if err == nil && port > 0 {
			return probe.Follow{Probe: "onvif", Port: uint16(port)}, true
		}
	}
	return probe.Follow{}, false
}
