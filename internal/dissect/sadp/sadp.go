// Package sadp reads Hikvision's search for cameras and recorders: model, serial
// number, software and addresses of each that answers.
package sadp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Names of the elements that a datagram begins with, after the XML declaration.
const (
	question = "<Probe>"
	answer   = "<ProbeMatch>"
	maxStart = 160
	maxValue = 256
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "sadp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{37020},
		Spec:    "not published; Hikvision SADP, XML over UDP, as observed",
		Probe:   func(b []byte, _ bool) bool { return kindOf(b) != "" },
		Starts:  []byte{'<'},
		Dissect: read,
	}
}

// kindOf returns the element that b begins with, "" when it is none of these: the
// number of the search and its type follow at once.
func kindOf(b []byte) string {
	start := wire.NewReader(b)
	head := start.Bytes(min(len(b), maxStart))
	for _, name := range [...]string{question, answer} {
		if at := bytes.Index(head, []byte(name)); at >= 0 && bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")) &&
			(bytes.Contains(head[at:], []byte("<Uuid>")) || bytes.Contains(head[at:], []byte("<Types>"))) {
			return name
		}
	}
	return ""
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	switch kindOf(b) {
	case question:
		action(value(b, "Types"), out)
	case answer:
		match(b, heron.Subject{Endpoint: m.Src}, out)
	default:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return heron.Verdict{}, nil
}

// action makes an event of what a tool orders beside searching.
func action(kind []byte, out dissect.Emitter) {
	switch string(kind) {
	case "update", "restore", "activate", "resetPassword", "ezvizUnbind", "deviceUpgrade":
		out.Event(heron.Event{Kind: "sadp.write", Attrs: map[string]string{"type": string(kind)}})
	}
}

// match tells what a device answers.
func match(b []byte, about heron.Subject, out dissect.Emitter) {
	for _, field := range [...]struct{ name, key string }{
		{"DeviceDescription", "sadp.model"},
		{"DeviceSN", "sadp.serial"},
		{"SoftwareVersion", "sadp.software"},
		{"DSPVersion", "sadp.dsp_version"},
		{"MAC", "sadp.mac"},
		{"IPv4Address", "sadp.address"},
		{"Activated", "sadp.activated"},
		{"OEMInfo", "sadp.oem"},
	} {
		out.Observe(about, field.key, value(b, field.name))
	}
}

// value returns the text of the first element of a name.
func value(b []byte, name string) []byte {
	for len(b) > 0 {
		at := bytes.Index(b, []byte(name))
		if at < 0 {
			return nil
		}
		opened := bytes.HasSuffix(b[:at], []byte("<"))
		b = b[at+len(name):]
		if !opened || !bytes.HasPrefix(b, []byte(">")) {
			continue
		}
		end := bytes.IndexByte(b, '<')
		if end < 1 || end > maxValue {
			return nil
		}
		return b[1:end]
	}
	return nil
}
