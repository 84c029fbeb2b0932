// Package snmp asks an agent which engine it is: the discovery with which every use of
// SNMP version 3 begins, and which needs no credentials (RFC 3414 §4). The identifier
// that comes back names the maker of the agent, and often its address (RFC 3411 §5).
// It can send nothing else.
//
// WithCommunity makes the probe of those who were given a community: it reads the
// system group, the first entity, and what printers and power supplies say of
// themselves. Public makes the one that reads so with the community that agents are
// delivered with; it is for scans whose policy allows that by name. No community is
// ever guessed.
//
// The dissector reads the answers: snmp.engine_enterprise, snmp.sysdescr …
package snmp

import (
	"context"
	"errors"
	"os"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/wire"
)

// ports and maxAnswer are of all questions.
const (
	port      = 161
	maxAnswer = 8 << 10
)

// Probe returns the probe that needs no credentials.
func Probe() probe.Probe {
	ask := discovery()
	return probe.Probe{
		Name: "snmp", Transport: heron.UDP, Ports: []uint16{port}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: 1, MaxBytes: len(ask), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(ask),
		Spec: "RFC 3414 §4, RFC 3411 §5", Run: probe.Ask(probe.Datagram(size), ask),
	}
}

// discovery is a request for nothing, of an engine that is not known (RFC 3414 §4).
func discovery() []byte {
	const (
		id         = 0x4865726e
		maxSize    = 65507
		reportable = 4
		byUser     = 3
	)
	text := func(b ...byte) []byte { return ber.Append(nil, ber.OctetString, b) }
	header := ber.Append(nil, ber.Sequence, ber.AppendInt(nil, id), ber.AppendInt(nil, maxSize), text(reportable), ber.AppendInt(nil, byUser))
	security := ber.Append(nil, ber.Sequence, text(), ber.AppendInt(nil, 0), ber.AppendInt(nil, 0), text(), text(), text())
	pdu := ber.Append(nil, snmp.Get, ber.AppendInt(nil, id), ber.AppendInt(nil, 0), ber.AppendInt(nil, 0), ber.Append(nil, ber.Sequence))
	return ber.Append(nil, ber.Sequence, ber.AppendInt(nil, snmp.Version3), header, text(security...),
		ber.Append(nil, ber.Sequence, text(), text(), pdu))
}

// WithCommunity returns the probe that reads with a community that it was given. What
// an agent of version 1 does not have makes it refuse the whole question, so that the
// system group is asked for by itself.
func WithCommunity(community string) probe.Probe {
	asked := [][]byte{system(snmp.Version2c, community), details(community)}
	return probe.Probe{
		Name: "snmp_community", Transport: heron.UDP, Ports: []uint16{port}, Safety: probe.Login, Worth: 3,
		MaxWrites: len(asked), MaxBytes: len(asked[0]) + len(asked[1]), MaxAnswer: maxAnswer,
		Control: true, Allow: probe.Only(asked...), Rehearse: [][]byte{asked[0]},
		Spec: "RFC 3416 §4.2.1, RFC 3418, RFC 6933", Run: probe.Ask(probe.Datagram(size), asked...),
	}
}

// public is the community that agents are delivered with, for reading alone.
const public = "public"

// PublicName is the name of the probe that Public returns.
const PublicName = "snmp_public"

// Public returns the probe that reads with the community "public". An agent that does
// not answer version 2c is asked the first question once more, in version 1, and then
// no more.
func Public() probe.Probe {
	first, old, more := system(snmp.Version2c, public), system(snmp.Version1, public), details(public)
	return probe.Probe{
		Name: PublicName, Transport: heron.UDP, Ports: []uint16{port}, Safety: probe.Login, Worth: 3, Once: true,
		MaxWrites: 3, MaxBytes: len(first) + len(old) + len(more), MaxAnswer: maxAnswer,
		Control: true, Allow: probe.Only(first, old, more), Rehearse: [][]byte{first},
		Spec: "RFC 3416 §4.2.1, RFC 1157 §4.1.2, RFC 3418, RFC 6933",
		Run: func(ctx context.Context, c *probe.Conn) error {
			err := probe.Ask(probe.Datagram(size), first)(ctx, c)
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
				return probe.Ask(probe.Datagram(size), old)(ctx, c)
			case err != nil:
				return err
			}
			return probe.Ask(probe.Datagram(size), more)(ctx, c)
		},
	}
}

// system asks for the system group.
func system(version int, community string) []byte {
	return get(version, community, "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0")
}

// details asks for what says more of some devices.
func details(community string) []byte {
	return get(snmp.Version2c, community,
		// the entity MIB's first: hardware, firmware, software, serial number, maker, model (RFC 6933)
		"1.3.6.1.2.1.47.1.1.1.1.8.1", "1.3.6.1.2.1.47.1.1.1.1.9.1", "1.3.6.1.2.1.47.1.1.1.1.10.1",
		"1.3.6.1.2.1.47.1.1.1.1.11.1", "1.3.6.1.2.1.47.1.1.1.1.12.1", "1.3.6.1.2.1.47.1.1.1.1.13.1",
		// a printer's description and serial number (RFC 2790, RFC 3805)
		"1.3.6.1.2.1.25.3.2.1.3.1", "1.3.6.1.2.1.43.5.1.1.17.1",
		// a power supply's maker, model and software (RFC 1628)
		"1.3.6.1.2.1.33.1.1.1.0", "1.3.6.1.2.1.33.1.1.2.0", "1.3.6.1.2.1.33.1.1.3.0")
}

func get(version int, community string, objects ...string) []byte {
	m := snmp.Message{Version: version, Community: community, Kind: snmp.Get, RequestID: 1}
	for _, o := range objects {
		m.Bindings = append(m.Bindings, snmp.Binding{OID: snmp.ParseOID(o), Tag: snmp.TagNull})
	}
	return m.Append(nil)
}

// size is that of a message of any version.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	body := ber.Get(&r, ber.Sequence)
	ber.GetInt(&body)
	if body.Err() != nil || r.Err() != nil {
		return 0, probe.ErrNotMine
	}
	return len(b), nil
}
