// Package radius reads logins to networks: which access server asks, which station
// it asks for, and what the answer is. Users and passwords are never told.
package radius

import (
	"bytes"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyNAS     = "radius.nas_identifier" // what an access server calls itself
	keyAddress = "radius.nas_address"
	keyPort    = "radius.nas_port_type" // what it lets stations in by, a number: 15 Ethernet, 19 Wi-Fi
	keyVendor  = "radius.vendor"        // number of whose attributes it sends
	keyCalled  = "radius.called_station"
	keyStation = "radius.station" // of a station, by its MAC: where it is let in
)

// Codes of packets (RFC 2865 §4, RFC 2866 §4, RFC 5176 §2.3).
const (
	accessRequest      = 1
	accessAccept       = 2
	accessReject       = 3
	accountingRequest  = 4
	accountingResponse = 5
	accessChallenge    = 11
	statusServer       = 12
	statusClient       = 13
	disconnectRequest  = 40
	changeRequest      = 43
	changeRefused      = 45
)

// Attributes (RFC 2865 §5, RFC 2869 §5, RFC 3162 §2).
const (
	nasAddress    = 4
	vendor        = 26
	calledStation = 30
	calling       = 31
	nasIdentifier = 32
	proxyState    = 33
	statusType    = 40
	nasPortType   = 61
	eapMessage    = 79 // RFC 3579 §3.1
	nasAddress6   = 95
)

const (
	headerSize    = 20
	maxAttributes = 128
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "radius",
		Over:    dissect.OverUDP,
		Ports:   []uint16{1812, 1813, 1645, 1646, 1700, 3799},
		Spec:    "RFC 2865; RFC 2866 (accounting); RFC 2869; RFC 3162; RFC 3579 (EAP); RFC 5176 (dynamic authorization)",
		Carries: []string{"eap"},
		Starts:  []byte{accessRequest, accessAccept, accessReject, accountingRequest, accountingResponse, accessChallenge},
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe takes a packet whose attributes fill it: three at least, and one of those
// that every request has.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	code, list, ok := head(&r)
	return ok && fromClient && (code == accessRequest || code == accountingRequest) && sound(list, 3)
}

// head reads the header, whose length must be that of the datagram.
func head(r *wire.Reader) (code int, attributes wire.Reader, ok bool) {
	size := r.Len()
	code = r.U8()
	r.Skip(1)
	length := r.U16()
	r.Skip(16)
	known := code >= accessRequest && code <= accountingResponse || code >= accessChallenge && code <= statusClient ||
		code >= disconnectRequest && code <= changeRefused
	return code, *r, r.Err() == nil && known && length == size
}

// sound reports whether attributes fill a packet, and are so many at least.
func sound(r wire.Reader, least int) bool {
	n := 0
	for ; r.Len() > 0; n++ {
		kind, size := r.U8(), r.U8()
		if kind == 0 || size < 2 {
			return false
		}
		r.Skip(size - 2)
	}
	return r.Err() == nil && n >= least
}

// isCut reports whether a capture cut a packet: it says that it is longer, as far
// as its kind may be, and only the last attribute is not whole.
func isCut(r wire.Reader) bool {
	const longest, attributes = 4096, 2 // RFC 2865 §3
	size := r.Len()
	code := r.U8()
	r.Skip(1)
	length := r.U16()
	r.Skip(16)
	n := 0
	for ; r.Len() > 1; n++ {
		kind, size := r.U8(), r.U8()
		if kind == 0 || kind > 192 || size < 2 {
			return false
		}
		r.Skip(min(size-2, r.Len()))
	}
	return r.Err() == nil && code >= accessRequest && code <= accountingResponse && length > size && length <= longest && n >= attributes
}

// packet is what is kept of one while it is read.
type packet struct {
	nas, called []byte
	station     heron.MAC
	status      int
}

type dissector struct {
	text  dissect.Buffer
	eap   dissect.EAPTeller
	login []byte // an EAP packet, put together from attributes
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	whole := *r
	code, list, ok := head(r)
	if !ok && isCut(whole) {
		return heron.Verdict{}, wire.ErrShort
	}
	if !ok || !sound(list, 0) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	request := code == accessRequest || code == accountingRequest
	own := request && !passedOn(list)
	var p packet
	d.login = d.login[:0]
	for range maxAttributes {
		kind, size := list.U8(), list.U8()
		value := list.Bytes(size - 2)
		if list.Err() != nil {
			break
		}
		d.attribute(kind, value, &p)
		if own {
			d.server(kind, value, m, out)
		}
	}
	if request {
		d.where(&p, out)
	}
	report(code, &p, out)
	return heron.Verdict{Carries: d.carried(&p, out)}, nil
}

// carried tells what the EAP packet in a packet says of the station that it comes
// from, and names what is carried. What a server sends to a station says nothing of
// either, and how it ends is told as RADIUS has it.
func (d *dissector) carried(p *packet, out dissect.Emitter) string {
	r := wire.NewReader(d.login)
	head := r
	code := head.U8()
	if head.Skip(1); head.U16() != r.Len() || code < dissect.EAPRequest || code > dissect.EAPFailure {
		return ""
	}
	if code == dissect.EAPResponse && p.station != (heron.MAC{}) {
		_, _ = d.eap.Packet(&r, heron.Subject{Endpoint: heron.Endpoint{MAC: p.station}}, out) // cut short is told as far as it goes
	}
	return "eap"
}

// passedOn reports whether a request comes from a proxy, which leaves a mark for
// itself (RFC 2865 §5.33): what it says of an access server is not of its sender.
func passedOn(list wire.Reader) bool {
	for range maxAttributes {
		kind, size := list.U8(), list.U8()
		if list.Skip(size - 2); list.Err() != nil {
			return false
		}
		if kind == proxyState {
			return true
		}
	}
	return false
}

// attribute keeps what a login is about.
func (d *dissector) attribute(kind int, value []byte, p *packet) {
	r := wire.NewReader(value)
	switch kind {
	case calling:
		p.station = station(value)
	case statusType:
		p.status = r.U32()
	case nasIdentifier:
		p.nas = value
	case calledStation:
		p.called = value
	case eapMessage:
		d.login = append(d.login, value...)
	}
}

// server tells what a request says of the access server that sent it; in an answer
// all is of others.
func (d *dissector) server(kind int, value []byte, m *heron.Message, out dissect.Emitter) {
	about := heron.Subject{Endpoint: m.Src}
	r := wire.NewReader(value)
	switch {
	case kind == nasIdentifier:
		out.Observe(about, keyNAS, value)
	case kind == nasAddress && len(value) == 4, kind == nasAddress6 && len(value) == 16:
		if ip, ok := netip.AddrFromSlice(value); ok && !ip.IsUnspecified() {
			out.Observe(about, keyAddress, d.text.Address(ip))
		}
	case kind == nasPortType:
		out.Observe(about, keyPort, d.text.Number(r.U32()))
	case kind == vendor:
		out.Observe(about, keyVendor, d.text.Number(r.U32()))
	case kind == calledStation:
		out.Observe(about, keyCalled, value)
	}
}

// where tells of a station, known by its MAC address, where it is let in: the
// access server, and what the station called there.
func (d *dissector) where(p *packet, out dissect.Emitter) {
	if p.station == (heron.MAC{}) {
		return
	}
	d.text = append(d.text[:0], p.nas...)
	if len(p.nas) > 0 && len(p.called) > 0 {
		d.text = append(d.text, ' ')
	}
	d.text = append(d.text, p.called...)
	out.Observe(heron.Subject{Endpoint: heron.Endpoint{MAC: p.station}}, keyStation, d.text)
}

// station reads a MAC address in any of the ways in which it is written: six
// pairs of digits, with or without marks between them (RFC 3580 §3.21).
func station(b []byte) (mac heron.MAC) {
	n := 0
	for _, c := range b {
		v := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		switch {
		case c == '-' || c == ':' || c == '.':
		case v < 0 || n >= 12:
			return heron.MAC{}
		default:
			mac[n/2] = mac[n/2]<<4 | byte(v)
			n++
		}
	}
	if n != 12 {
		return heron.MAC{}
	}
	return mac
}

// report tells what happens to a login.
func report(code int, p *packet, out dissect.Emitter) {
	attrs := map[string]string{}
	kind := ""
	switch code {
	case accessAccept:
		kind = "radius.accept"
	case accessReject:
		kind, attrs["scheme"] = "auth.failed", "radius"
	case disconnectRequest:
		kind = "radius.disconnect"
	case changeRequest:
		kind = "radius.change"
	case accountingRequest:
		const start, stop = 1, 2
		switch p.status {
		case start:
			kind = "radius.start"
		case stop:
			kind = "radius.stop"
		}
	}
	if kind == "" {
		return
	}
	if p.station != (heron.MAC{}) {
		attrs["station"] = p.station.String()
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}
