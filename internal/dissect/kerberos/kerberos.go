// Package kerberos reads requests for tickets and their answers: the realm, what a
// machine calls itself, which services are used, and how strongly. Users and
// tickets are never told.
package kerberos

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyRealm   = "kerberos.realm"
	keyService = "kerberos.service" // of a client: a service that it asks a ticket for
	keyOffered = "kerberos.etypes"  // of a client: encryption types in its order, 18,17,23
	keyChosen  = "kerberos.etype"   // of a server: of a ticket
)

// Kinds of message (RFC 4120 §5.10), which are application tags as well.
const (
	asRequest   = 10
	asReply     = 11
	tgsRequest  = 12
	tgsReply    = 13
	errorReply  = 30
	application = 0x60
	context     = 0xa0
)

// Limits on what is looked at.
const (
	maxSize   = 1 << 18
	maxTypes  = 16
	maxParts  = 4
	maxFields = 16
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "kerberos",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{88},
		Spec:    "RFC 4120",
		Starts:  []byte{0, application | asRequest, application | asReply, application | tgsRequest, application | tgsReply, application | errorReply},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a message with the four octets before it (§7.2.2).
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	size := r.U32()
	if r.Err() != nil {
		if start := wire.NewReader(b); start.U8() != 0 {
			return 0, dissect.ErrNotMine
		}
		return 0, nil
	}
	if size < 16 || size > maxSize || r.Len() > 0 && !isKind(ber.Peek(&r)&^application) {
		return 0, dissect.ErrNotMine
	}
	return r.Offset() + size, nil
}

func isKind(kind int) bool {
	switch kind {
	case asRequest, asReply, tgsRequest, tgsReply, errorReply:
		return true
	}
	return false
}

func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	if ber.Peek(&r) == 0 {
		if size, err := frame(b); err != nil || size == 0 {
			return false
		}
		r.Skip(4)
	}
	_, _, ok := head(&r)
	return ok
}

// head reads a message down to its kind: the tag, the version 5, and the kind once
// more must agree. Requests number their fields from 1, answers from 0.
func head(r *wire.Reader) (kind int, body wire.Reader, ok bool) {
	tag, outer := ber.Cut(r)
	kind = tag &^ application
	if tag&^0x1f != application || !isKind(kind) {
		return 0, body, false
	}
	tag, body = ber.Cut(&outer)
	first := context
	if kind == asRequest || kind == tgsRequest {
		first++
	}
	version := ber.Get(&body, first)
	again := ber.Get(&body, first+1)
	ok = tag == ber.Sequence && ber.GetInt(&version) == 5 && ber.GetInt(&again) == kind && body.Err() == nil
	return kind, body, ok
}

type dissector struct {
	text dissect.Buffer
	name []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.TCP {
		r.Skip(4)
	}
	kind, body, ok := head(r)
	if !ok || m.Transport == heron.UDP && r.Len() > 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch kind {
	case asRequest, tgsRequest:
		d.request(&body, m, out)
	case asReply, tgsReply:
		d.reply(kind, &body, m, out)
	case errorReply:
		d.failure(&body, m, out)
	}
	return heron.Verdict{}, nil
}

// field reads the next field of a sequence: its number and contents.
func field(r *wire.Reader) (number int, body wire.Reader, ok bool) {
	if r.Len() == 0 {
		return 0, body, false
	}
	tag, body := ber.Cut(r)
	return tag &^ context, body, r.Err() == nil && tag&^0x1f == context
}

// request reads what a client asks for (§5.4.1).
func (d *dissector) request(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const requestBody = 4
	for range maxFields {
		number, body, ok := field(r)
		if !ok {
			return
		}
		if number == requestBody {
			list := ber.Get(&body, ber.Sequence)
			d.requestBody(&list, m, out)
			return
		}
	}
}

func (d *dissector) requestBody(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const clientName, realm, serverName, types, addresses = 1, 2, 3, 8, 9
	host := heron.Subject{Endpoint: m.Src}
	for range maxFields {
		number, body, ok := field(r)
		if !ok {
			return
		}
		switch number {
		case clientName:
			d.machine(d.principal(&body), host, out)
		case realm:
			text := ber.Get(&body, ber.General)
			out.Observe(host, keyRealm, text.Rest())
		case serverName:
			out.Observe(host, keyService, d.service(&body))
		case types:
			out.Observe(host, keyOffered, d.types(&body))
		case addresses:
			d.addresses(&body, host, out)
		}
	}
}

// principal reads a name (§5.2.2): its parts, with slashes between them.
func (d *dissector) principal(r *wire.Reader) []byte {
	name := ber.Get(r, ber.Sequence)
	ber.Get(&name, context) // kind of name
	wrapped := ber.Get(&name, context+1)
	list := ber.Get(&wrapped, ber.Sequence)
	d.name = d.name[:0]
	for i := 0; i < maxParts && list.Len() > 0; i++ {
		part := ber.Get(&list, ber.General)
		if list.Err() != nil {
			break
		}
		if i > 0 {
			d.name = append(d.name, '/')
		}
		d.name = append(d.name, part.Rest()...)
	}
	return d.name
}

// service is principal for a service: what has one part only may be a user.
func (d *dissector) service(r *wire.Reader) []byte {
	name := d.principal(r)
	if !bytes.Contains(name, []byte("/")) {
		return nil
	}
	return name
}

// machine tells a machine's name: those of machines end in a dollar sign, all
// others are users, or begin with host/.
func (d *dissector) machine(name []byte, host heron.Subject, out dissect.Emitter) {
	own, isHost := bytes.CutPrefix(name, []byte("host/"))
	account, isMachine := bytes.CutSuffix(name, []byte("$"))
	switch {
	case isHost:
		out.Observe(host, heron.KeyHostname, own)
	case isMachine && !bytes.ContainsAny(account, "/@"):
		out.Observe(host, heron.KeyHostname, account)
	}
}

// types appends the numbers of a list, with commas.
func (d *dissector) types(r *wire.Reader) []byte {
	list := ber.Get(r, ber.Sequence)
	d.text = d.text[:0]
	for i := 0; i < maxTypes && list.Len() > 0; i++ {
		n := ber.GetInt(&list)
		if list.Err() != nil {
			break
		}
		if i > 0 {
			d.text = append(d.text, ',')
		}
		d.text = strconv.AppendInt(d.text, int64(n), 10)
	}
	return d.text
}

// addresses tells the NetBIOS name among a client's addresses (§7.5.3).
func (d *dissector) addresses(r *wire.Reader, host heron.Subject, out dissect.Emitter) {
	const netBIOS = 20
	list := ber.Get(r, ber.Sequence)
	for range maxParts {
		one := ber.Get(&list, ber.Sequence)
		kind := ber.Get(&one, context)
		value := ber.Get(&one, context+1)
		name := ber.Get(&value, ber.OctetString)
		if list.Err() != nil || one.Err() != nil {
			return
		}
		if ber.GetInt(&kind) == netBIOS {
			out.Observe(host, heron.KeyHostname, wire.Unpad(name.Rest()))
		}
	}
}

// reply reads an answer with a ticket (§5.4.2).
func (d *dissector) reply(kind int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const ticket = 5
	for range maxFields {
		number, body, ok := field(r)
		if !ok {
			return
		}
		if number == ticket {
			d.ticket(kind, &body, m, out)
		}
	}
}

// ticket tells the clear part of a ticket (§5.3).
func (d *dissector) ticket(kind int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	_, outer := ber.Cut(r)
	_, list := ber.Cut(&outer)
	ber.Get(&list, context) // version
	wrapped := ber.Get(&list, context+1)
	realm := ber.Get(&wrapped, ber.General)
	named := ber.Get(&list, context+2)
	service := d.service(&named)
	tag, sealed := ber.Cut(&list)
	_, parts := ber.Cut(&sealed)
	etype := ber.Get(&parts, context)
	number := ber.GetInt(&etype)
	if tag != context+3 || list.Err() != nil || etype.Err() != nil {
		return
	}
	about := m.Sender()
	out.Observe(about, keyRealm, realm.Rest())
	out.Observe(about, keyChosen, d.text.Number(number))
	if kind == tgsReply && len(service) > 0 {
		out.Event(heron.Event{Kind: "kerberos.ticket", Attrs: map[string]string{
			"service": wire.Text(service, 128), "etype": strconv.Itoa(number),
		}})
	}
}

// failure reads a refusal (§5.9.1).
func (d *dissector) failure(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const code, realm = 6, 9
	for range maxFields {
		number, body, ok := field(r)
		if !ok {
			return
		}
		switch number {
		case code:
			refused(ber.GetInt(&body), out)
		case realm:
			text := ber.Get(&body, ber.General)
			out.Observe(m.Sender(), keyRealm, text.Rest())
		}
	}
}

// refused tells why: some answers say that a login failed, and one that it goes on
// (§7.5.9).
func refused(code int, out dissect.Emitter) {
	const unknownClient, revoked, expired, badLogin, moreNeeded, tooBig = 6, 18, 23, 24, 25, 52
	switch code {
	case unknownClient, revoked, expired, badLogin:
		dissect.LoginFailed(out, "kerberos", strconv.Itoa(code))
	case moreNeeded, tooBig:
	default:
		out.Event(heron.Event{Kind: "kerberos.error", Attrs: map[string]string{"code": strconv.Itoa(code)}})
	}
}
