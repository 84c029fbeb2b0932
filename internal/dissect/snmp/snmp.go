// Package snmp reads SNMP: what agents say of their system, which engine they are
// in version 3, and who writes to them. Communities are passwords and are never
// told, nor are the names of users.
package snmp

import (
	"bytes"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion    = "snmp.version" // 1, 2c or 3, of an agent
	keyCommunity  = "snmp.default_community"
	keySecurity   = "snmp.security" // none, auth, private: how a version 3 message came
	keyEngine     = "snmp.engine_id"
	keyEnterprise = "snmp.engine_enterprise" // number of the maker of its software
	keyEngineMAC  = "snmp.engine_mac"
	keyEngineIP   = "snmp.engine_address"
	keyEngineText = "snmp.engine_text"
	keyBoots      = "snmp.engine_boots"
	keyTrap       = "snmp.trap" // object identifier of what a trap of version 1 is about, or of a notification
	keyName       = "snmp.sysname"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{keys: make(map[string]string)}
	for oid, key := range objects() {
		encoded := snmp.Object(nil, snmp.ParseOID(oid))
		d.keys[string(encoded.Value)] = key
	}
	d.trapOID = snmp.Object(nil, snmp.ParseOID("1.3.6.1.6.3.1.1.4.1.0")).Value
	d.failure = snmp.Object(nil, snmp.ParseOID("1.3.6.1.6.3.1.1.5.5")).Value
	return dissect.Protocol{
		Name:  "snmp",
		Over:  dissect.OverUDP,
		Ports: []uint16{161, 162},
		Spec: "RFC 1157; RFC 3416; RFC 3411 §5 and RFC 3414 (engines of version 3); RFC 3418 (system group); " +
			"RFC 6933 (entities); RFC 3805 (printers)",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			var msg message
			_, whole := msg.parse(b)
			size, err := ber.Size(b)
			return whole && err == nil && size == len(b)
		},
		Starts:  []byte{ber.Sequence},
		Dissect: d.dissect,
	}
}

type dissector struct {
	keys             map[string]string // of objects, by their encoded names
	trapOID, failure []byte            // encoded: snmpTrapOID.0, authenticationFailure
	text             dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	var msg message
	head, whole := msg.parse(r.Rest())
	if !head {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if msg.version == snmp.Version3 {
		d.engine(&msg, m, out)
	}
	if !whole {
		return heron.Verdict{}, nil
	}
	switch msg.kind {
	case snmp.Set:
		if m.FromClient {
			name, _, _, _ := msg.next()
			d.text = ber.AppendOID(d.text[:0], name)
			event := heron.Event{Kind: "snmp.write", Attrs: map[string]string{}}
			if len(d.text) > 0 {
				event.Attrs["oid"] = string(d.text)
			}
			out.Event(event)
		}
	case snmp.Response:
		d.answer(&msg, m, out)
	case trapV1, trapV2, inform:
		d.trap(&msg, m, out)
	}
	return heron.Verdict{}, nil
}

// answer tells what an agent says. That it takes a community everybody knows is a
// weakness worth telling; any other is a secret.
func (d *dissector) answer(msg *message, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	switch msg.version {
	case snmp.Version1:
		out.ObserveString(about, keyVersion, "1")
	case snmp.Version2c:
		out.ObserveString(about, keyVersion, "2c")
	}
	for _, known := range [...]string{"public", "private"} {
		if string(msg.community) == known {
			out.ObserveString(about, keyCommunity, known)
		}
	}
	d.values(msg, about, out)
}

// values tells the objects that say what a device is.
func (d *dissector) values(msg *message, about heron.Subject, out dissect.Emitter) {
	for {
		name, tag, value, ok := msg.next()
		if !ok {
			return
		}
		key := d.keys[string(name)]
		switch {
		case key == "":
		case tag == ber.OctetString:
			out.Observe(about, key, value)
			if key == keyName {
				out.Observe(heron.Subject{Endpoint: about.Endpoint}, heron.KeyHostname, value)
			}
		case tag == ber.OID:
			d.text = ber.AppendOID(d.text[:0], value)
			out.Observe(about, key, d.text)
		}
	}
}

// trap tells what sends a notification. That somebody asked with a wrong community
// is an event; who it was is not said (RFC 3418 §2, authenticationFailure).
func (d *dissector) trap(msg *message, m *heron.Message, out dissect.Emitter) {
	const genericFailure = 4
	about := heron.Subject{Endpoint: m.Src}
	failed := msg.generic == genericFailure
	if msg.enterprise != nil {
		d.text = ber.AppendOID(d.text[:0], msg.enterprise)
		out.Observe(about, keyTrap, d.text)
	}
	for again := *msg; ; {
		name, tag, value, ok := again.next()
		if !ok {
			break
		}
		if tag == ber.OID && bytes.Equal(name, d.trapOID) {
			failed = failed || bytes.Equal(value, d.failure)
			d.text = ber.AppendOID(d.text[:0], value)
			out.Observe(about, keyTrap, d.text)
		}
	}
	d.values(msg, about, out)
	if failed {
		dissect.LoginFailed(out, "snmp", "")
	}
}

// engine tells which engine an agent is: the one that its answers are secured by,
// and those of its traps, which want no report (RFC 3414 §2.1).
func (d *dissector) engine(msg *message, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	if !m.FromClient {
		out.ObserveString(about, keyVersion, "3")
	} else if msg.flags&flagReportable != 0 || m.DstPort != 162 {
		return
	}
	if msg.kind != report && msg.engine != nil {
		level := "none"
		switch {
		case msg.flags&flagPrivate != 0:
			level = "private"
		case msg.flags&flagAuth != 0:
			level = "auth"
		}
		out.ObserveString(about, keySecurity, level)
	}
	if len(msg.engine) < 5 || len(msg.engine) > 32 {
		return
	}
	about = heron.Subject{Endpoint: m.Src}
	d.engineID(msg.engine, about, out)
	out.Observe(about, keyBoots, d.text.Number(msg.boots))
}

// engineID reads an identifier of an engine: with the first bit set, the number
// of an enterprise, a format, and what it says (RFC 3411 §5, SnmpEngineID).
func (d *dissector) engineID(id []byte, about heron.Subject, out dissect.Emitter) {
	out.Observe(about, keyEngine, d.text.Hex(id))
	r := wire.NewReader(id)
	enterprise := r.U32()
	out.Observe(about, keyEnterprise, d.text.Number(enterprise&0x7fffffff))
	if enterprise>>31 == 0 {
		return
	}
	format := r.U8()
	rest := r.Rest()
	switch format {
	case 1, 2:
		if ip, ok := netip.AddrFromSlice(rest); ok {
			out.Observe(about, keyEngineIP, d.text.Address(ip))
		}
	case 3:
		if len(rest) == 6 {
			out.Observe(about, keyEngineMAC, d.text.MAC(rest))
		}
	case 4:
		if wire.Printable(rest) {
			out.Observe(about, keyEngineText, rest)
		}
	}
}

// objects are those that tell what a device is, with their keys.
func objects() map[string]string {
	return map[string]string{
		"1.3.6.1.2.1.1.1.0":             "snmp.sysdescr",
		"1.3.6.1.2.1.1.2.0":             "snmp.sysobjectid",
		"1.3.6.1.2.1.1.4.0":             "snmp.syscontact",
		"1.3.6.1.2.1.1.5.0":             keyName,
		"1.3.6.1.2.1.1.6.0":             "snmp.syslocation",
		"1.3.6.1.2.1.43.5.1.1.16.1":     "snmp.printer.name",
		"1.3.6.1.2.1.43.5.1.1.17.1":     "snmp.printer.serial",
		"1.3.6.1.2.1.25.3.2.1.3.1":      "snmp.device_description",
		"1.3.6.1.2.1.47.1.1.1.1.7.1":    "snmp.entity.name",
		"1.3.6.1.2.1.47.1.1.1.1.8.1":    "snmp.entity.hardware",
		"1.3.6.1.2.1.47.1.1.1.1.9.1":    "snmp.entity.firmware",
		"1.3.6.1.2.1.47.1.1.1.1.10.1":   "snmp.entity.software",
		"1.3.6.1.2.1.47.1.1.1.1.11.1":   "snmp.entity.serial",
		"1.3.6.1.2.1.47.1.1.1.1.12.1":   "snmp.entity.manufacturer",
		"1.3.6.1.2.1.47.1.1.1.1.13.1":   "snmp.entity.model",
		"1.3.6.1.4.1.318.1.1.1.1.1.1.0": "snmp.apc.model",
		"1.3.6.1.4.1.318.1.1.1.1.2.3.0": "snmp.apc.serial",
		"1.3.6.1.2.1.33.1.1.1.0":        "snmp.ups.manufacturer",
		"1.3.6.1.2.1.33.1.1.2.0":        "snmp.ups.model",
		"1.3.6.1.2.1.33.1.1.3.0":        "snmp.ups.software",
		"1.3.6.1.2.1.33.1.1.4.0":        "snmp.ups.agent",
	}
}
