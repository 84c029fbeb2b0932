// Package irobot reads the search for iRobot's cleaning robots: what they say of
// themselves.
package irobot

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyHostname = "irobot.hostname"
	keyName     = "irobot.name"
	keyFirmware = "irobot.firmware"
	keySKU      = "irobot.sku"
	keyMAC      = "irobot.mac"
	keyID       = "irobot.id"
)

// search is what is sent to all, or to a robot.
const search = "irobotmcs"

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "irobot",
		Over:         dissect.OverUDP,
		Ports:        []uint16{5678},
		Spec:         "iRobot's search, as its public descriptions have it; RFC 8259 (JSON)",
		Plain:        true,
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { return string(b) == search || isRobot(b) },
		Starts:       []byte("i{"),
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text []byte
}

// isRobot reports whether b is one whole object with what only a robot's answer has.
func isRobot(b []byte) bool {
	if !wire.CanBegin(b, `{"ver":"`) {
		return false
	}
	s, named := jsonscan.New(b), false
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		named = named || v.Depth == 1 && string(v.Key) == "robotname"
	}
	return named && s.Whole() && s.Rest() == 0
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	if string(b) == search {
		return heron.Verdict{}, nil
	}
	if !isRobot(b) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	s := jsonscan.New(b)
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Depth != 1 || v.Kind != jsonscan.String {
			continue
		}
		if key := keyOf(v.Key); key != "" {
			d.text = jsonscan.Append(d.text[:0], v.Raw)
			out.Observe(heron.Subject{Endpoint: m.Src}, key, d.text)
		}
	}
	return heron.Verdict{}, nil
}

func keyOf(member []byte) string {
	switch string(member) {
	case "hostname":
		return keyHostname
	case "robotname":
		return keyName
	case "sw":
		return keyFirmware
	case "sku":
		return keySKU
	case "mac":
		return keyMAC
	case "robotid":
		return keyID
	}
	return ""
}
