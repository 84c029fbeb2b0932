// Package hid_discovery reads the search for HID's door controllers, VertX and Edge: what
// they say of themselves, and that somebody gives them orders.
package hid_discovery

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyMAC      = "hid.mac"
	keyName     = "hid.name"
	keyModel    = "hid.model"
	keyFirmware = "hid.firmware"
)

// What messages begin with: a word, and the length of all as three digits.
const (
	ask    = "discover;"
	answer = "discovered;"
	order  = "command_"
)

// maxOrder bounds the name of an order that is told, maxFields the fields of an answer.
const (
	maxOrder  = 40
	maxFields = 8
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "hid_discovery",
		Over:         dissect.OverUDP,
		Ports:        []uint16{4070},
		Spec:         "not published; HID's search for controllers, as it was described in public",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { return isMessage(b) },
		Starts:       []byte("dc"),
		Dissect:      read,
	}
}

// isMessage reports whether b begins with one of the words and has the length after it.
func isMessage(b []byte) bool {
	word, rest, ok := bytes.Cut(b[:min(len(b), maxOrder+8)], []byte(";"))
	if !ok || len(rest) < 4 || rest[3] != ';' {
		return false
	}
	for _, c := range rest[:3] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return string(word) == ask[:len(ask)-1] || string(word) == answer[:len(answer)-1] || bytes.HasPrefix(word, []byte(order))
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	if !isMessage(b) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	word, rest, _ := bytes.Cut(b, []byte(";"))
	switch {
	case bytes.HasPrefix(word, []byte(order)):
		if m.FromClient {
			out.Event(heron.Event{Kind: "hid.write", Attrs: map[string]string{"command": wire.Text(word[len(order):], maxOrder)}})
		}
	case string(word) == answer[:len(answer)-1]:
		about := heron.Subject{Endpoint: m.Src}
		for i := range maxFields {
			var field []byte
			field, rest, _ = bytes.Cut(rest, []byte(";"))
			if key := keyOf(i); key != "" && wire.Printable(field) {
				out.Observe(about, key, field)
			}
		}
	}
	return heron.Verdict{}, nil
}

// keyOf returns the key of a field: after the length come MAC address, name, address,
// a number, model, version and date.
func keyOf(field int) string {
	switch field {
	case 1:
		return keyMAC
	case 2:
		return keyName
	case 5:
		return keyModel
	case 6:
		return keyFirmware
	}
	return ""
}
