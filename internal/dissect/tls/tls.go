// Package tls reads the clear part of TLS handshakes: the names that clients
// ask for, the fingerprints of both sides, and certificates up to TLS 1.2.
package tls

import (
	"errors"
	"fmt"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/tls"
	"github.com/heron-iot/heron/internal/wire"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "tls",
		Over:    dissect.OverTCP,
		Ports:   []uint16{443, 8443, 8883, 993, 995, 465, 636, 989, 990, 5061, 6697, 853},
		Spec:    "RFC 8446; RFC 5246; RFC 6066 §3 (SNI); RFC 7301 (ALPN); FoxIO JA4 (BSD 3-clause part)",
		Probe:   probe,
		Starts:  []byte{tls.RecordHandshake, tls.RecordData, tls.RecordAlert},
		Dissect: d.dissect,
	}
}

// probe accepts a handshake record that begins with the hello of that side, and
// the middle of a connection whose start was missed.
func probe(b []byte, fromClient bool) bool {
	if isSealed(b) {
		return true
	}
	r := wire.NewReader(b)
	rec := tls.ReadRecord(&r)
	body := wire.NewReader(rec.Body)
	hello := tls.TypeServerHello
	if fromClient {
		hello = tls.TypeClientHello
	}
	return r.Err() == nil && rec.Type == tls.RecordHandshake && body.U8() == hello && body.U8() == 0
}

type dissector struct {
	teller   dissect.TLSTeller
	messages []byte // handshake messages put together from records
	text     []byte
}

// Places in heron.FlowScratch.Data; the first of a pair is the client's.
const (
	atDone   = 0 // two: that side's handshake has no more to tell
	atBegun  = 2 // two: that side's hello was read
	atSealed = 4 // the server chose a version in which the end of the handshake looks like data
	atData   = 5 // records of data that the client sent after the server's hello
	atPassed = 6 // two: bytes that passed since, of both
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	side := dissect.Side(m)
	data := &m.Flow.Data
	if data[atDone+side] != 0 {
		return d.data(r, m, out), nil
	}
	if data[atBegun+side] == 0 && !couldBegin(m.Payload, m.FromClient) {
		return missed(m.Payload)
	}
	consumed, after, err := d.gather(r, len(m.Payload) >= dissect.StreamPrefix)
	if err != nil {
		return heron.Verdict{}, err
	}
	if len(d.messages) > 0 {
		whole, err := d.read(side, m, out)
		if err != nil {
			return heron.Verdict{Done: true}, err
		}
		if !whole && len(m.Payload) < dissect.StreamPrefix {
			return heron.Verdict{}, nil
		}
		after = after || !whole
	}
	if after {
		data[atDone+side] = 1
		consumed = len(m.Payload)
	}
	// A client that has said its hello waits for the server's; nothing waits for a
	// client whose hello was missed.
	return heron.Verdict{Consumed: consumed, Done: data[atDone+1] != 0 && data[atDone] == 0}, nil
}

// couldBegin is probe for bytes that may be fewer than it needs. A server may
// refuse at once, with an alert.
func couldBegin(b []byte, fromClient bool) bool {
	if fromClient {
		return matches(b, tls.RecordHandshake, 3, -1, -1, -1, tls.TypeClientHello, 0)
	}
	return matches(b, tls.RecordHandshake, 3, -1, -1, -1, tls.TypeServerHello, 0) ||
		matches(b, tls.RecordAlert, 3, -1, 0, 2)
}

// missed takes the middle of a connection whose handshake was not seen: it has
// nothing to show but that it is TLS.
func missed(b []byte) (heron.Verdict, error) {
	if isSealed(b) {
		return heron.Verdict{Consumed: len(b), Done: true}, nil
	}
	r := wire.NewReader(b)
	rec := tls.ReadRecord(&r)
	short := errors.Is(r.Err(), wire.ErrShort)
	begun := matches(b, tls.RecordData, 3) || matches(b, tls.RecordAlert, 3)
	if begun && (short || r.Err() == nil && !rec.Whole) {
		return heron.Verdict{}, nil
	}
	return heron.Verdict{}, dissect.ErrNotMine
}

// isSealed reports whether b is a run of encrypted records, the first of them
// whole: data, or the alert with which a connection ends (RFC 5246 §7.2.1).
func isSealed(b []byte) bool {
	r := wire.NewReader(b)
	for first := true; r.Len() > 0; first = false {
		rec := tls.ReadRecord(&r)
		if errors.Is(r.Err(), wire.ErrShort) {
			return !first
		}
		sealed := rec.Type == tls.RecordData || rec.Type == tls.RecordAlert && len(rec.Body) >= leastAlert
		if r.Err() != nil || !sealed || first && !rec.Whole {
			return false
		}
	}
	return len(b) > 0
}

// leastAlert is the length of the shortest alert that is encrypted: its two octets
// with a tag (RFC 8446 §5.2, AES-CCM-8). One in clear has two (RFC 5246 §7.2).
const leastAlert = 2 + 8

// matches compares b, as far as it goes, with octets of which -1 is any.
func matches(b []byte, want ...int) bool {
	r := wire.NewReader(b)
	for _, w := range want {
		if r.Len() == 0 {
			return true
		}
		if c := r.U8(); w >= 0 && c != w {
			return false
		}
	}
	return true
}

// gather puts the handshake messages of the whole records at the start of the
// stream together. It reports how many bytes those records have, and whether
// what can be read has ended: data or an encrypted part follows. When full, the
// part of a record that is there has to do.
func (d *dissector) gather(r *wire.Reader, full bool) (consumed int, after bool, err error) {
	d.messages = d.messages[:0]
	for r.Len() > 0 {
		rec := tls.ReadRecord(r)
		if errors.Is(r.Err(), wire.ErrShort) {
			break
		}
		if r.Err() != nil {
			if consumed > 0 {
				return consumed, true, nil
			}
			return 0, false, fmt.Errorf("record: %w", r.Err())
		}
		if rec.Type == tls.RecordData || rec.Type == tls.RecordChangeCipher {
			return consumed, true, nil
		}
		if !rec.Whole && !full {
			break
		}
		if rec.Type == tls.RecordHandshake {
			d.messages = append(d.messages, rec.Body...)
		}
		consumed = r.Offset()
	}
	return consumed, false, nil
}

// read goes through the gathered messages and reports whether the last was
// whole. Nothing is told unless all of them are, or a hello is.
func (d *dissector) read(side int, m *heron.Message, out dissect.Emitter) (whole bool, err error) {
	for r := wire.NewReader(d.messages); r.Len() > 0; {
		kind, size := r.U8(), r.U24()
		if r.Err() != nil || size > r.Len() {
			return false, nil
		}
		body := r.Sub(size)
		if err := d.handshake(kind, &body, side, m, out); err != nil {
			return true, err
		}
	}
	return true, nil
}

// handshake reads one message of the handshake, where its side may send it.
func (d *dissector) handshake(kind int, body *wire.Reader, side int, m *heron.Message, out dissect.Emitter) error {
	data := &m.Flow.Data
	switch {
	case kind == tls.TypeClientHello && side == 0 && data[atBegun] == 0:
		if err := d.client(body, m, out); err != nil {
			return err
		}
		data[atBegun], data[atDone] = 1, 1
	case kind == tls.TypeServerHello && side == 1 && data[atBegun+1] == 0:
		return d.server(body, m, out)
	case kind == tls.TypeCertificate && side == 1:
		data[atDone+1] = 1
		return d.teller.Certificate(tls.ReadCertificates(body), m, out)
	}
	return nil
}

// client tells what a ClientHello says.
func (d *dissector) client(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	h, err := tls.ReadClientHello(r)
	if err != nil {
		return fmt.Errorf("client hello: %w", err)
	}
	d.teller.Client(&h, 't', m, out)
	return nil
}

// server tells what a ServerHello says. In TLS 1.3 all after it is encrypted.
func (d *dissector) server(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	h, err := tls.ReadServerHello(r)
	if err != nil {
		return fmt.Errorf("server hello: %w", err)
	}
	d.teller.Server(&h, m, out)
	if h.Retry {
		return nil // it is a hello like any other, but a second one follows
	}
	data := &m.Flow.Data
	data[atBegun+1] = 1
	if h.Version >= tls.Version13 {
		data[atDone+1], data[atSealed] = 1, 1
	}
	return nil
}
