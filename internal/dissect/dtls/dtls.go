// Package dtls reads the clear part of DTLS handshakes: hellos, certificates up
// to version 1.2, and the fingerprints of both sides.
package dtls

import (
	"fmt"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/tls"
	"github.com/heron-iot/heron/internal/wire"
)

// maxMessage bounds a handshake message that is put together from fragments.
const maxMessage = 16 << 10

// maxDatagrams is how many datagrams of a flow are looked at.
const maxDatagrams = 48

// Places in heron.FlowScratch.Data.
const (
	atKnown = 0 // a record of the flow was taken
	atHello = 1 // two: the hello of that side was told, the client's first
	atDone  = 3 // the server has no more to tell
	atCount = 4 // datagrams so far
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "dtls",
		Over:    dissect.OverUDP,
		Ports:   []uint16{4433, 5684, 443, 3391, 853},
		Spec:    "RFC 9147; RFC 6347; RFC 4347; RFC 6066 §3 (SNI); RFC 9146 (connection ID)",
		Probe:   probe,
		Starts:  []byte{tls.RecordChangeCipher, tls.RecordAlert, tls.RecordHandshake, tls.RecordData, tls.RecordConnectionID},
		Dissect: d.dissect,
	}
}

// probe accepts a datagram of records that add up to it. One of its own epoch 0
// must have a type that is sent in clear.
func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	for r.Len() > 0 {
		rec := tls.ReadDatagramRecord(&r)
		if r.Err() != nil {
			return false
		}
		if !inClear(&rec) {
			return rec.Epoch > 0 && len(rec.Body) >= 16
		}
	}
	return len(b) > 0
}

// inClear reports whether a record is one that can be sent without encryption, and
// looks so.
func inClear(rec *tls.DatagramRecord) bool {
	if rec.Epoch != 0 {
		return false
	}
	r := wire.NewReader(rec.Body)
	switch rec.Type {
	case tls.RecordChangeCipher:
		return r.U8() == 1
	case tls.RecordAlert:
		return len(rec.Body) == 2 && r.U8() <= 2
	case tls.RecordHandshake:
		f := tls.ReadFragment(&r)
		return r.Err() == nil && f.Type <= 24
	}
	return false
}

type dissector struct {
	teller dissect.TLSTeller
	parts  dissect.Recent[parts]
}

// parts are the messages of a flow that are being put together, of each side one.
type parts [2]struct {
	sequence, kind int
	pieces         dissect.Pieces
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if data[atKnown] == 0 {
		if !probe(m.Payload, m.FromClient) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		d.parts.Forget(dissect.EndsOf(m))
	} else if !tls.IsDTLS(version(m.Payload)) && !unified(m.Payload) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data[atKnown] = 1
	var failed error
	for r.Len() > 0 {
		rec := tls.ReadDatagramRecord(r)
		if r.Err() != nil || rec.Epoch != 0 {
			break // encrypted from here on
		}
		if rec.Type == tls.RecordHandshake {
			if err := d.fragments(rec.Body, m, out); err != nil {
				failed = err
			}
		}
	}
	data[atCount]++
	return heron.Verdict{Done: data[atDone] != 0 || data[atCount] >= maxDatagrams}, failed
}

// version returns that of the record which b begins with.
func version(b []byte) int {
	r := wire.NewReader(b)
	r.Skip(1)
	return r.U16()
}

// unified reports whether b can begin with the header that records of DTLS 1.3
// have once they are encrypted (RFC 9147 §4).
func unified(b []byte) bool {
	r := wire.NewReader(b)
	return r.U8()>>5 == 1
}

// fragments goes through the handshake messages of a record, or parts of them.
func (d *dissector) fragments(body []byte, m *heron.Message, out dissect.Emitter) error {
	side := dissect.Side(m)
	for r := wire.NewReader(body); r.Len() > 0; {
		f := tls.ReadFragment(&r)
		if r.Err() != nil {
			return fmt.Errorf("handshake: %w", r.Err())
		}
		if !wanted(f.Type, side, m) || f.Length > maxMessage {
			continue
		}
		whole := f.Body
		if len(whole) < f.Length {
			if whole = d.join(&f, m); len(whole) < f.Length {
				continue
			}
		}
		message := wire.NewReader(whole)
		if err := d.message(f.Type, &message, m, out); err != nil {
			return err
		}
	}
	return nil
}

// wanted reports whether a message of that type has something new to tell.
func wanted(kind, side int, m *heron.Message) bool {
	data := &m.Flow.Data
	switch kind {
	case tls.TypeClientHello:
		return side == 0 && data[atHello] == 0
	case tls.TypeServerHello:
		return side == 1 && data[atHello+1] == 0
	case tls.TypeCertificate:
		return side == 1 && data[atDone] == 0
	}
	return false
}

// join adds a fragment to the message it is of, and returns what is there of that
// from its start.
func (d *dissector) join(f *tls.Fragment, m *heron.Message) []byte {
	e := dissect.EndsOf(m)
	p := d.parts.Get(e)
	if p == nil {
		p = d.parts.Put(e)
		p[0].kind, p[1].kind = -1, -1
	}
	part := &p[dissect.Side(m)]
	if part.sequence != f.Sequence || part.kind != f.Type {
		part.sequence, part.kind = f.Sequence, f.Type
		part.pieces.Reset()
	}
	part.pieces.Add(f.Offset, f.Body, f.Length)
	return part.pieces.Start()
}

// message tells what a message of the handshake says.
func (d *dissector) message(kind int, r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	data := &m.Flow.Data
	switch kind {
	case tls.TypeClientHello:
		h, err := tls.ReadDatagramClientHello(r)
		if err != nil {
			return fmt.Errorf("client hello: %w", err)
		}
		data[atHello] = 1
		d.teller.Client(&h, 'd', m, out)
	case tls.TypeServerHello:
		h, err := tls.ReadServerHello(r)
		if err != nil {
			return fmt.Errorf("server hello: %w", err)
		}
		d.teller.Server(&h, m, out)
		if h.Retry {
			return nil // a second one follows
		}
		data[atHello+1] = 1
		if h.Version == tls.VersionDTLS13 {
			data[atDone] = 1 // all after it is encrypted
		}
	case tls.TypeCertificate:
		data[atDone] = 1
		return d.teller.Certificate(tls.ReadCertificates(r), m, out)
	}
	return nil
}
