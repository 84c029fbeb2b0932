// Package hl7 reads the header of HL7 version 2 messages, by which medical
// devices report: which application sends. Patients are never looked at.
package hl7

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all from the segment MSH.
const (
	keyApplication = "hl7.sending_application"
	keyFacility    = "hl7.sending_facility"
	keyVersion     = "hl7.version"
	keyMessage     = "hl7.message_type" // ORU^R01
)

// Framing of the minimal lower layer protocol (HL7 v2, MLLP release 1).
const (
	start     = "\x0bMSH"
	end       = "\x1c\r"
	maxHeader = 1024
)

// maxMessages is how many of a flow are read, after which it has nothing new.
const maxMessages = 100

// Places in heron.FlowScratch.Data: how many headers were read, and for each
// direction whether a header was read to which the end has not come yet.
const (
	atMessages = 0
	atBody     = 1
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:  "hl7",
		Over:  dissect.OverTCP,
		Ports: []uint16{2575, 6661},
		Spec:  "HL7 v2.9 §2.14.9 (MSH); HL7 Transport Specification: MLLP, release 1",
		Probe: func(b []byte, _ bool) bool {
			return len(b) > len(start) && bytes.HasPrefix(b, []byte(start))
		},
		Dissect: read,
	}
}

// Fields of MSH, counted from its name (HL7 v2.9 §2.14.9); the standard counts
// the separator as the first.
const (
	fieldApplication = 2
	fieldFacility    = 3
	fieldType        = 8
	fieldVersion     = 11
)

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	body := &m.Flow.Data[atBody]
	if !m.FromClient {
		body = &m.Flow.Data[atBody+1]
	}
	if *body == 0 && m.Gap && m.Flow.Data[atMessages] > 0 {
		*body = 1 // somewhere in a message
	}
	if *body == 1 {
		return pass(b, body), nil
	}
	if !wire.CanBegin(b, start) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	header := wire.NewReader(b)
	header.Skip(len(start))
	line := header.Until('\r', maxHeader)
	if header.Err() != nil && len(b) < maxHeader {
		return heron.Verdict{}, nil
	}
	if header.Err() != nil || !observe(line, m.Sender(), out) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	*body = 1
	m.Flow.Data[atMessages]++
	return heron.Verdict{Consumed: header.Offset(), Done: m.Flow.Data[atMessages] >= maxMessages}, nil
}

// pass passes over what follows a header, up to the end of the message.
func pass(b []byte, body *byte) heron.Verdict {
	if i := bytes.Index(b, []byte(end)); i >= 0 {
		*body = 0
		return heron.Verdict{Consumed: i + len(end)}
	}
	return heron.Verdict{Consumed: len(bytes.TrimSuffix(b, []byte(end)[:1]))}
}

// observe tells what the segment MSH says of its sender, and reports whether it
// is one. Of a message type the structure is left out, which repeats the rest.
func observe(header []byte, about heron.Subject, out dissect.Emitter) bool {
	r := wire.NewReader(header)
	separator := r.Bytes(1)
	encoding := r.Bytes(2)
	if r.Err() != nil || !wire.Printable(encoding) || bytes.Count(header, separator) < fieldType {
		return false
	}
	component := encoding[:1]
	for i := 0; len(header) > 0 && i <= fieldVersion; i++ {
		var value []byte
		value, header, _ = bytes.Cut(header, separator)
		name, rest, _ := bytes.Cut(value, component)
		switch i {
		case fieldApplication:
			out.Observe(about, keyApplication, name)
		case fieldFacility:
			out.Observe(about, keyFacility, name)
		case fieldType:
			trigger, _, _ := bytes.Cut(rest, component)
			out.Observe(about, keyMessage, value[:min(len(value), len(name)+len(component)+len(trigger))])
		case fieldVersion:
			out.Observe(about, keyVersion, name)
		}
	}
	return true
}
