// Package mms asks a device that speaks MMS, as protection relays and other devices of
// IEC 61850 do, who made it and which it is: an association without credentials,
// Identify, and Conclude, in one connection (ISO 9506-2 §8, §10.6; IEC 61850-8-1 §9).
// It can send nothing else. The access points and selectors are those that the
// standard's profile has by default.
//
// The dissector reads the answer: mms.vendor, mms.model, mms.revision.
package mms

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/wire"
)

const maxAnswer = 8 << 10

// The presentation contexts: of the association and of MMS.
const (
	contextACSE = 1
	contextMMS  = 3
)

func connect() []byte {
	return cotp.AppendConnect(nil, cotp.ConnectRequest, 0, 1, []byte{0, 1}, []byte{0, 1})
}

func value(tag int, parts ...[]byte) []byte { return ber.Append(nil, tag, parts...) }

// initiate is the MMS PDU that opens an association (ISO 9506-2 §8.2): version 1, and
// what a client does that reads.
func initiate() []byte {
	detail := value(0xa4, value(0x80, []byte{1}), value(0x81, []byte{5, 0xf1, 0}),
		value(0x82, []byte{3, 0xee, 0x1c, 0, 0, 4, 8, 0, 0, 0x79, 0xef, 0x18}))
	return value(0xa8, value(0x80, []byte{0, 0xfd, 0xe8}), value(0x81, []byte{1}), value(0x82, []byte{1}), value(0x83, []byte{5}), detail)
}

// associate asks for it: session, presentation and association in one (ITU-T X.225
// §8.3.1, X.226 §8.2, X.227 §9.1).
func associate() []byte {
	basic := value(ber.Sequence, value(ber.OID, []byte{0x51, 1}))
	contexts := value(0xa4,
		value(ber.Sequence, ber.AppendInt(nil, contextACSE), value(ber.OID, []byte{0x52, 1, 0, 1}), basic),
		value(ber.Sequence, ber.AppendInt(nil, contextMMS), value(ber.OID, []byte{0x28, 0xca, 0x22, 2, 1}), basic))
	external := value(0x28, value(ber.OID, []byte{0x51, 1}), ber.AppendInt(nil, contextMMS), value(0xa0, initiate()))
	request := value(0x60, value(0xa1, value(ber.OID, []byte{0x28, 0xca, 0x22, 2, 3})),
		value(0xa2, value(ber.OID, []byte{0x29, 1, 0x87, 0x67, 1})), value(0xa3, ber.AppendInt(nil, 12)),
		value(0xa6, value(ber.OID, []byte{0x29, 1, 0x87, 0x67})), value(0xa7, ber.AppendInt(nil, 12)),
		value(0xbe, external))
	user := value(0x61, value(ber.Sequence, ber.AppendInt(nil, contextACSE), value(0xa0, request)))
	normal := value(0xa2, value(0x81, []byte{0, 0, 0, 1}), value(0x82, []byte{0, 0, 0, 1}), contexts, user)
	presentation := value(ber.Set, value(0xa0, value(0x80, []byte{1})), normal)
	parameters := []byte{
		0x05, 6, 0x13, 1, 0, 0x16, 1, 2, // version 2
		0x14, 2, 0, 2, // duplex
		0x33, 2, 0, 1, 0x34, 2, 0, 1, // selectors
	}
	return cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Connect, presentation, parameters...), true)
}

// inSession puts an MMS PDU into an association that is open.
func inSession(pdu []byte) []byte {
	data := value(0x61, value(ber.Sequence, ber.AppendInt(nil, contextMMS), value(0xa0, pdu)))
	return cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Transfer, data), true)
}

func identify() []byte { return inSession(value(0xa0, ber.AppendInt(nil, 1), value(0x82))) }

func conclude() []byte { return inSession(value(0x8b)) }

// Probe returns the probe.
func Probe() probe.Probe {
	size := len(connect()) + len(associate()) + len(identify()) + len(conclude())
	return probe.Probe{
		Name: "mms", Transport: heron.TCP, Ports: []uint16{102}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: 4, MaxBytes: size, MaxAnswer: maxAnswer,
		Control: true, Allow: probe.Only(connect(), associate(), identify(), conclude()),
		Rehearse: [][]byte{
			cotp.AppendConnect(nil, cotp.ConnectConfirm, 1, 1, []byte{0, 1}, []byte{0, 1}),
			cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Accept, nil), true), identify(),
		},
		Spec: "ISO 9506-2 §8, §10.6; IEC 61850-8-1 §9; RFC 1006", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	if _, err := c.Write(connect()); err != nil {
		return err
	}
	answer, err := probe.Listen(c, packet)
	if err != nil {
		return err
	}
	if r := wire.NewReader(answer); kindOf(&r) != cotp.ConnectConfirm {
		return probe.ErrNotMine
	}
	if _, err = c.Write(associate()); err != nil {
		return err
	}
	if answer, err = probe.Listen(c, message); err != nil {
		return err
	}
	if !accepted(answer) {
		return nil
	}
	return probe.Ask(message, identify(), conclude())(ctx, c)
}

// kindOf returns the kind of a packet; 0 of none.
func kindOf(r *wire.Reader) byte {
	p, err := cotp.Read(r)
	if err != nil {
		return 0
	}
	return p.Kind
}

// accepted reports whether a message accepts the session.
func accepted(answer []byte) bool {
	r := wire.NewReader(cotp.Join(answer, nil))
	kind, _, ok := cotp.ReadSession(&r)
	return ok && kind == cotp.Accept
}

// packet is the size of one packet, message that of all packets of a message.
func packet(b []byte) (int, error) {
	n, err := cotp.Size(b)
	if err != nil {
		return 0, probe.ErrNotMine
	}
	return n, nil
}

func message(b []byte) (int, error) {
	n, _, err := cotp.Span(b)
	if err != nil {
		return 0, probe.ErrNotMine
	}
	return n, nil
}
