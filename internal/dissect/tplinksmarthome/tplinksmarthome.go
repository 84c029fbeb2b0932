// Package tplinksmarthome reads the local protocol of TP-Link's Kasa plugs, bulbs
// and switches: JSON behind an exclusive-or that hides nothing. What a device is
// and what it is told to do is told; what is in its orders, and where it stands,
// is not.
package tplinksmarthome

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel    = "tplink.model"
	keyType     = "tplink.type"
	keyName     = "tplink.dev_name"
	keyAlias    = "tplink.alias"
	keySoftware = "tplink.sw_ver"
	keyHardware = "tplink.hw_ver"
	keyDevice   = "tplink.device_id"
	keyOEM      = "tplink.oem_id"
	keyMAC      = "tplink.mac"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "tplinksmarthome",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{9999},
		Spec:         "TP-Link Smart Home Protocol, as its public descriptions have it; RFC 8259 (JSON)",
		EveryMessage: true,
		Probe:        d.probe,
		Starts:       []byte{0x00, braceHidden},
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

// The first two octets of all messages: a brace and a quotation mark, hidden. Each
// octet is the key of the next, firstKey that of the first.
const (
	braceHidden = 0xd0
	quoteHidden = 0xf2
	firstKey    = 0xab
)

// maxSize bounds a message, and maxName a command that is told.
const (
	maxSize = 16 << 10
	maxName = 40
)

type dissector struct {
	plain []byte
	text  []byte
}

// frame reads the length that comes before a message over TCP.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	size := r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	if size < 2 || size > maxSize {
		return 0, dissect.ErrNotMine
	}
	if start := r.Peek(2); start != nil && (start[0] != braceHidden || start[1] != quoteHidden) {
		return 0, dissect.ErrNotMine
	}
	return 4 + size, nil
}

// probe asks for a message that is JSON to its end; over TCP its start must do.
func (d *dissector) probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	if start := r.Peek(2); start != nil && start[0] == braceHidden && start[1] == quoteHidden {
		return d.reveal(b)
	}
	size := r.U32()
	start := r.Peek(2)
	return size <= maxSize && start != nil && start[0] == braceHidden && start[1] == quoteHidden
}

// reveal takes the exclusive-or off, and reports whether what is there is one
// whole JSON object of objects.
func (d *dissector) reveal(b []byte) bool {
	d.plain = d.plain[:0]
	key := byte(firstKey)
	for _, c := range b[:min(len(b), maxSize)] {
		d.plain = append(d.plain, c^key)
		key = c
	}
	s, objects := jsonscan.New(d.plain), false
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Depth == 1 && v.Kind != jsonscan.Object && string(v.Key) != "context" {
			return false
		}
		objects = objects || v.Depth == 1
	}
	return objects && s.Whole() && s.Rest() == 0
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.TCP {
		r.Skip(4)
	}
	start := r.Peek(2)
	if start == nil || start[0] != braceHidden || start[1] != quoteHidden || !d.reveal(r.Rest()) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	s := jsonscan.New(d.plain)
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		switch {
		case v.Depth == 2 && m.FromClient && orders(v.Key) && dissect.Fresh(m.Flow, dissect.Sum(v.Parent), dissect.Sum(v.Key)):
			out.Event(heron.Event{Kind: "tplink.write", Attrs: map[string]string{
				"module": string(v.Parent[:min(len(v.Parent), maxName)]), "command": string(v.Key[:min(len(v.Key), maxName)]),
			}})
		case v.Kind == jsonscan.String && v.Depth == 3 && string(v.Parent) == "get_sysinfo":
			if key := keyOf(v.Key); key != "" {
				d.text = jsonscan.Append(d.text[:0], v.Raw)
				out.Observe(about, key, d.text)
			}
		}
	}
	return heron.Verdict{}, nil
}

// orders reports whether a command changes something.
func orders(command []byte) bool {
	for _, start := range [...]string{"set_", "add_", "edit_", "delete_", "transition_", "download_", "flash_"} {
		if bytes.HasPrefix(command, []byte(start)) {
			return true
		}
	}
	switch string(command) {
	case "reset", "reboot", "bind", "unbind":
		return true
	}
	return false
}

func keyOf(name []byte) string {
	switch string(name) {
	case "model":
		return keyModel
	case "type", "mic_type":
		return keyType
	case "dev_name", "description":
		return keyName
	case "alias":
		return keyAlias
	case "sw_ver":
		return keySoftware
	case "hw_ver":
		return keyHardware
	case "deviceId":
		return keyDevice
	case "oemId":
		return keyOEM
	case "mac", "mic_mac":
		return keyMAC
	}
	return ""
}
