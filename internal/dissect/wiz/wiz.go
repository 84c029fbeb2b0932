// Package wiz reads the local protocol of WiZ lamps and plugs: what they are, what they
// call out when they begin, and that somebody switches them.
package wiz

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyMAC      = "wiz.mac"
	keyModule   = "wiz.module" // what the radio module is for, as ESP01_SHRGB1C_31
	keyFirmware = "wiz.firmware"
)

// maxMethod bounds the name of a method that is told.
const maxMethod = 40

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "wiz",
		Over:         dissect.OverUDP,
		Ports:        []uint16{38899, 38900},
		Spec:         "WiZ local UDP protocol, as its public descriptions have it; RFC 8259 (JSON)",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { method, whole := methodOf(b); return whole && known(method) },
		Starts:       []byte("{"),
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	method, whole := methodOf(b)
	if !whole || len(method) == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if sets(method) && m.FromClient {
		out.Event(heron.Event{Kind: "wiz.write", Attrs: map[string]string{"method": wire.Text(method, maxMethod)}})
		return heron.Verdict{}, nil
	}
	about := heron.Subject{Endpoint: m.Src}
	asks := m.FromClient && !calls(method)
	s := jsonscan.New(b)
	for v, ok := s.Next(); ok && !asks; v, ok = s.Next() {
		if v.Depth != 2 || v.Kind != jsonscan.String {
			continue
		}
		if key := keyOf(v.Key); key != "" {
			d.text = jsonscan.Append(d.text[:0], v.Raw)
			out.Observe(about, key, d.text)
		}
	}
	return heron.Verdict{}, nil
}

// methodOf returns the method of a message, and whether it is one whole object.
func methodOf(b []byte) (method []byte, whole bool) {
	s := jsonscan.New(b)
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Depth == 1 && v.Kind == jsonscan.String && string(v.Key) == "method" {
			method = v.Raw
		}
	}
	return method, s.Whole() && s.Rest() == 0 && len(b) > 0 && b[0] == '{'
}

// known reports whether a method is one that only these devices have, which finds the
// protocol on any port.
func known(method []byte) bool {
	switch string(method) {
	case "getPilot", "setPilot", "syncPilot", "getSystemConfig", "getUserConfig", "getModelConfig", "getWifiConfig", "setState",
		"registration", "firstBeat":
		return true
	}
	return false
}

// sets reports whether a method changes the device.
func sets(method []byte) bool {
	return bytes.HasPrefix(method, []byte("set")) || string(method) == "reboot" || string(method) == "reset"
}

// calls reports whether a device says it unasked.
func calls(method []byte) bool {
	switch string(method) {
	case "firstBeat", "syncPilot", "syncUserConfig", "syncSystemConfig":
		return true
	}
	return false
}

func keyOf(member []byte) string {
	switch string(member) {
	case "mac":
		return keyMAC
	case "moduleName":
		return keyModule
	case "fwVersion":
		return keyFirmware
	}
	return ""
}
