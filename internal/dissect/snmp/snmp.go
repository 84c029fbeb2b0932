// Package snmp reads SNMP versions 1 and 2c: what agents say of their system.
// Version 3 is recognised.
// Communities are passwords and are never told.
package snmp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion   = "snmp.version" // 1, 2c or 3, of an agent
	keyCommunity = "snmp.default_community"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "snmp",
		Over:         dissect.OverUDP,
		Ports:        []uint16{161, 162},
		Spec:         "RFC 1157; RFC 3416; RFC 3418 (system group); RFC 6933 (entities); RFC 3805 (printers)",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { _, err := snmp.Parse(b); return err == nil },
		Dissect:      read,
	}
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	msg, err := snmp.Parse(b)
	if err != nil {
		return heron.Verdict{}, other(b, m, out)
	}
	switch {
	case msg.Kind == snmp.Set && m.FromClient:
		event := heron.Event{Kind: "snmp.write", Attrs: map[string]string{}}
		if len(msg.Bindings) > 0 {
			event.Attrs["oid"] = msg.Bindings[0].OID.String()
		}
		out.Event(event)
	case msg.Kind == snmp.Response:
		answer(msg, m, out)
	}
	return heron.Verdict{}, nil
}

// other takes what has the frame of SNMP and is not read further: traps of
// version 1, and version 3, of which only that it is spoken is told.
func other(b []byte, m *heron.Message, out dissect.Emitter) error {
	const sequence, integer, text = 0x30, 0x02, 0x04
	r := wire.NewReader(b)
	tag, n := r.U8(), r.U8()
	if n > 0x80 { // the length is in so many octets (X.690 §8.1.3.5)
		r.Skip(n & 0x7f)
	}
	kind, size, version, next := r.U8(), r.U8(), r.U8(), r.U8()
	if r.Err() != nil || tag != sequence || n > 0x84 || kind != integer || size != 1 {
		return dissect.ErrNotMine
	}
	switch {
	case version == snmp.Version3 && next == sequence:
		if !m.FromClient {
			out.ObserveString(m.Sender(), keyVersion, "3")
		}
		return nil
	case version == snmp.Version1 && next == text:
		return nil
	}
	return dissect.ErrNotMine
}

// answer tells what an agent says. That it takes a community everybody knows is a
// weakness worth telling; any other is a secret.
func answer(msg *snmp.Message, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	version := "1"
	if msg.Version == snmp.Version2c {
		version = "2c"
	}
	out.ObserveString(about, keyVersion, version)
	if msg.Community == "public" || msg.Community == "private" {
		out.ObserveString(about, keyCommunity, msg.Community)
	}
	for _, b := range msg.Bindings {
		key := keyOf(b.OID.String())
		switch {
		case key == "":
		case b.Tag == snmp.TagString:
			out.Observe(about, key, b.Value)
		case b.Tag == snmp.TagOID:
			if value, ok := snmp.ReadObject(b.Value); ok {
				out.ObserveString(about, key, value.String())
			}
		}
		if key == "snmp.sysname" && b.Tag == snmp.TagString {
			out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, b.Value)
		}
	}
}

// keyOf returns the key of an object that tells what a device is; "" for others.
func keyOf(oid string) string {
	switch oid {
	case "1.3.6.1.2.1.1.1.0":
		return "snmp.sysdescr"
	case "1.3.6.1.2.1.1.2.0":
		return "snmp.sysobjectid"
	case "1.3.6.1.2.1.1.4.0":
		return "snmp.syscontact"
	case "1.3.6.1.2.1.1.5.0":
		return "snmp.sysname"
	case "1.3.6.1.2.1.1.6.0":
		return "snmp.syslocation"
	case "1.3.6.1.2.1.43.5.1.1.16.1":
		return "snmp.printer.name"
	case "1.3.6.1.2.1.43.5.1.1.17.1":
		return "snmp.printer.serial"
	case "1.3.6.1.2.1.25.3.2.1.3.1":
		return "snmp.device_description"
	case "1.3.6.1.2.1.47.1.1.1.1.9.1":
		return "snmp.entity.firmware"
	case "1.3.6.1.2.1.47.1.1.1.1.11.1":
		return "snmp.entity.serial"
	case "1.3.6.1.2.1.47.1.1.1.1.12.1":
		return "snmp.entity.manufacturer"
	case "1.3.6.1.2.1.47.1.1.1.1.13.1":
		return "snmp.entity.model"
	}
	return ""
}
