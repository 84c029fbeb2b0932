// Package quic reads the start of QUIC connections: the Initial packets, whose
// keys an observer can derive, carry the ClientHello and the ServerHello of TLS.
// All else is encrypted.
package quic

import (
	"errors"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/quic"
	"github.com/heron-iot/heron/internal/proto/tls"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations; those about the handshake are TLS's.
const (
	keyVersion   = "quic.version"
	keyUserAgent = "quic.user_agent"  // in the transport parameters of some clients
	keyName      = "quic.server_name" // that a client asks for in a hello of Google\'s own
)

// Places in heron.FlowScratch.Data.
const (
	atKnown = 0 // a packet of the flow was taken
	atTold  = 1 // two: the client's hello was told, the server's
	atCount = 3 // datagrams so far
)

// maxDatagrams is how many datagrams of a flow are looked at: the hellos are
// among the first.
const maxDatagrams = 48

// leastDatagram is the length that a client pads its first datagram to
// (RFC 9000 §14.1).
const leastDatagram = 1200

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Within:  []string{"tls"},
		Name:    "quic",
		Over:    dissect.OverUDP,
		Ports:   []uint16{443, 8443, 853},
		Spec:    "RFC 8999; RFC 9000; RFC 9001; RFC 9369; RFC 8446; QUIC Crypto (Google, revision 2016)",
		Probe:   probe,
		Starts:  dissect.Octets(0x80, 0xff), // long headers
		Dissect: d.dissect,
	}
}

// probe accepts a datagram of packets with long headers that add up to its
// length, the first of them of a version that is known.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	p, err := quic.ReadLong(&r)
	return err == nil && (p.Whole || len(b) >= leastDatagram) && allowed(&p, fromClient)
}

// allowed reports whether that side may send such a packet first.
func allowed(p *quic.Long, fromClient bool) bool {
	switch p.Type {
	case quic.TypeRetry, quic.TypeNegotiation:
		return !fromClient
	case quic.TypeZeroRTT:
		return fromClient
	}
	return true
}

type dissector struct {
	teller dissect.TLSTeller
	opener opener
	text   []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	known := data[atKnown] != 0
	if first := r.Peek(1); len(first) == 1 && first[0]&0x80 == 0 && known {
		return d.verdict(m), nil
	}
	p, err := quic.ReadLong(r)
	if err != nil || !known && !allowed(&p, m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if !known && !d.genuine(&p, r, m) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data[atKnown] = 1
	out.ObserveString(m.Sender(), keyVersion, quic.VersionName(p.Version))
	for {
		if p.Type == quic.TypeInitial {
			d.initial(&p, m, out)
		}
		if r.Len() == 0 {
			break
		}
		if p, err = quic.ReadLong(r); err != nil {
			break // a short header, or padding
		}
	}
	return d.verdict(m), nil
}

// verdict counts the datagram, and settles the flow when there is no more to see.
func (d *dissector) verdict(m *heron.Message) heron.Verdict {
	data := &m.Flow.Data
	data[atCount]++
	return heron.Verdict{Done: data[atTold] != 0 && data[atTold+1] != 0 || data[atCount] >= maxDatagrams}
}

// genuine reports whether the first packet that is seen of a flow proves to be
// what it looks like: it can be decrypted, or the packets of the datagram add up
// to it. A version is not proof enough.
func (d *dissector) genuine(p *quic.Long, r *wire.Reader, m *heron.Message) bool {
	if p.Type == quic.TypeInitial && m.FromClient && p.Whole {
		d.opener.sessions.Forget(dissect.EndsOf(m)) // of another connection between the same ports
		return d.opener.open(p, m) != nil
	}
	if !p.Whole {
		return len(m.Payload) >= leastDatagram/2
	}
	for rest := r.At(r.Offset()); rest.Len() > 0; {
		if next, err := quic.ReadLong(&rest); err != nil || !next.Whole {
			return false
		}
	}
	return len(p.DCID)+len(p.SCID) > 0
}

// initial adds what an Initial packet carries to its side's stream, and tells the
// hello once it is whole.
func (d *dissector) initial(p *quic.Long, m *heron.Message, out dissect.Emitter) {
	side := dissect.Side(m)
	// A client that is asked to begin again says the same, but with other keys.
	s := d.opener.open(p, m)
	if s == nil || m.Flow.Data[atTold+side] != 0 {
		return
	}
	stream := &s.streams[side]
	if err := quic.CryptoFrames(d.opener.frames, func(offset int, b []byte) { stream.Add(offset, b, maxStream) }); err != nil {
		return
	}
	if hello, ok := quic.ReadHello(stream.Start()); ok && side == 0 {
		d.google(&hello, m, out)
		return
	}
	r := wire.NewReader(stream.Start())
	kind, size := r.U8(), r.U24()
	if body := r.Sub(size); body.Err() == nil && d.hello(kind, &body, side, m, out) == nil {
		m.Flow.Data[atTold+side] = 1
	}
}

// google tells what a client's hello of Google's own handshake says. Of a server's
// nothing is read.
func (d *dissector) google(h *quic.Hello, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	out.Observe(about, keyUserAgent, h.Agent)
	out.Observe(about, keyName, h.Name)
	if len(h.Name) > 0 && !dissect.IsAddress(h.Name) {
		d.text = dissect.AppendLower(d.text[:0], h.Name)
		out.Observe(about, heron.KeyContact, d.text)
	}
	m.Flow.Data[atTold], m.Flow.Data[atTold+1] = 1, 1
}

// errUnexpected says that a message is not the one its side begins with.
var errUnexpected = errors.New("not the hello of its side")

// hello tells what the first message of a side says.
func (d *dissector) hello(kind int, body *wire.Reader, side int, m *heron.Message, out dissect.Emitter) error {
	switch {
	case kind == tls.TypeClientHello && side == 0:
		h, err := tls.ReadClientHello(body)
		if err != nil {
			return err
		}
		d.teller.Client(&h, 'q', m, out)
		out.Observe(m.Sender(), keyUserAgent, quic.UserAgent(h.Extensions))
		return nil
	case kind == tls.TypeServerHello && side == 1:
		h, err := tls.ReadServerHello(body)
		if err != nil {
			return err
		}
		d.teller.Server(&h, m, out)
		return nil
	}
	return errUnexpected
}
