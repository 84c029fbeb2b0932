// Package govee reads the local protocol of Govee's lamps: what they answer to a search,
// and that somebody switches them.
package govee

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel    = "govee.sku"
	keyDevice   = "govee.device_id"
	keyFirmware = "govee.firmware"
	keyHardware = "govee.hardware"
)

// begin is how all messages begin.
const begin = `{"msg":{`

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "govee",
		Over:         dissect.OverUDP,
		Ports:        []uint16{4001, 4002, 4003},
		Spec:         "Govee WLAN Guide (LAN API); RFC 8259 (JSON)",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { _, ok := commandOf(b); return ok },
		Starts:       []byte("{"),
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text []byte
}

// commandOf returns the command of a message, and whether it is one.
func commandOf(b []byte) (command []byte, ok bool) {
	if !wire.CanBegin(b, begin) {
		return nil, false
	}
	s, data := jsonscan.New(b), false
	for v, more := s.Next(); more; v, more = s.Next() {
		switch {
		case v.Depth == 2 && v.Kind == jsonscan.String && string(v.Key) == "cmd":
			command = v.Raw
		case v.Depth == 2 && v.Kind == jsonscan.Object && string(v.Key) == "data":
			data = true
		}
	}
	return command, data && len(command) > 0 && s.Whole() && s.Rest() == 0
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	command, ok := commandOf(b)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch string(command) {
	case "scan":
		d.answer(b, heron.Subject{Endpoint: m.Src}, out)
	case "turn", "brightness", "colorwc", "ptReal":
		if m.FromClient {
			out.Event(heron.Event{Kind: "govee.write", Attrs: map[string]string{"command": wire.Text(command, 16)}})
		}
	}
	return heron.Verdict{}, nil
}

// answer tells what a lamp says to a search; the search itself has none of it.
func (d *dissector) answer(b []byte, about heron.Subject, out dissect.Emitter) {
	s := jsonscan.New(b)
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Depth != 3 || v.Kind != jsonscan.String {
			continue
		}
		if key := keyOf(v.Key); key != "" {
			d.text = jsonscan.Append(d.text[:0], v.Raw)
			out.Observe(about, key, d.text)
		}
	}
}

func keyOf(member []byte) string {
	switch string(member) {
	case "sku":
		return keyModel
	case "device":
		return keyDevice
	case "wifiVersionSoft":
		return keyFirmware
	case "wifiVersionHard":
		return keyHardware
	}
	return ""
}
