// Package pgsql reads the opening of PostgreSQL connections: what a client calls
// its application, which version a server is, how it logs clients in and whether
// it let them. Users, databases and queries are never told.
package pgsql

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyApplication = "pgsql.application"
	keyVersion     = "pgsql.version"
	keyAuth        = "pgsql.auth" // how the server logs clients in: none, cleartext, md5, scram …
	keyTLS         = "pgsql.tls"  // of a server that was asked for it: yes or no
)

// Codes of the first message of a client (PostgreSQL documentation, Message
// Formats).
const (
	version3  = 196608
	cancel    = 80877102
	wantTLS   = 80877103
	wantGSS   = 80877104
	maxStart  = 10000
	maxParams = 24
	maxText   = 256
)

// Places in heron.FlowScratch.Data.
const (
	atWanted  = 0 // TLS or GSS was asked for, and not answered
	atTLS     = 1
	atStarted = 2
	atLogin   = 3 // a password was asked for in clear
	atRounds  = 4
	atMiddle  = 5 // the connection's beginning was not seen
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "pgsql",
		Over:    dissect.OverTCP,
		Ports:   []uint16{5432},
		Spec:    "PostgreSQL documentation, Frontend/Backend Protocol 3.0",
		Starts:  []byte("\x00ER"),
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe takes a client's first message, and the answers of a server that nobody
// else begins with.
func probe(b []byte, fromClient bool) bool {
	if !fromClient {
		return answers(b)
	}
	r := wire.NewReader(b)
	size, code := r.U32(), r.U32()
	if r.Err() != nil || size != len(b) {
		return false
	}
	switch code {
	case wantTLS, wantGSS:
		return size == 8
	case cancel:
		return size == 16
	}
	return code == version3 && string(r.Peek(min(5, r.Len()))) == "user\x00"
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (v heron.Verdict, err error) {
	data := &m.Flow.Data
	switch {
	case data[atTLS] != 0:
		return v, dissect.ErrNotMine
	case m.Flow.Protocol == 0 && begun(r, m):
		switch known(r.Peek(r.Len()), m.FromClient) {
		case no:
			return v, dissect.ErrNotMine
		case unsure:
			return v, nil
		case yes:
			data[atStarted], data[atMiddle] = 1, 1
		}
		v.Done, err = d.message(r, m, out)
	case m.FromClient && data[atStarted] == 0:
		err = start(r, m, out)
	case data[atWanted] != 0 && !m.FromClient:
		err = granted(r, m, out)
	default:
		v.Done, err = d.message(r, m, out)
	}
	if err != nil {
		return v, err
	}
	if r.Err() != nil {
		return heron.Verdict{}, nil // more is to come
	}
	v.Consumed = r.Offset()
	return v, nil
}

// begun reports whether a message of a flow of no known protocol is not the first
// of its connection: a server's, or one that has a kind before its length.
func begun(r *wire.Reader, m *heron.Message) bool {
	first := r.Peek(1)
	return m.Flow.Data[atStarted] == 0 && m.Flow.Data[atWanted] == 0 && (!m.FromClient || len(first) > 0 && first[0] != 0)
}

// start reads the first messages of a client, which have no kind before their
// length.
func start(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	size := r.U32()
	if size < 8 && r.Err() == nil || size > maxStart {
		return dissect.ErrNotMine
	}
	code := r.U32()
	if r.Err() != nil {
		return nil
	}
	body := r.Sub(size - 8)
	data := &m.Flow.Data
	switch {
	case (code == wantTLS || code == wantGSS) && size == 8:
		data[atWanted] = 1
	case code == cancel && size == 16:
	case code>>16 == 3 && code&0xffff < 8:
		if r.Err() != nil {
			return nil
		}
		data[atStarted] = 1
		for range maxParams {
			name := body.Until(0, maxText)
			value := body.Until(0, maxStart)
			if body.Err() != nil {
				break
			}
			if string(name) == "application_name" {
				out.Observe(m.Sender(), keyApplication, value)
			}
		}
	default:
		return dissect.ErrNotMine
	}
	return nil
}

// granted reads the one letter with which a server answers a wish for TLS.
func granted(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	data := &m.Flow.Data
	switch r.U8() {
	case 'S', 'G':
		data[atTLS] = 1
		out.ObserveString(m.Sender(), keyTLS, "yes")
	case 'N':
		out.ObserveString(m.Sender(), keyTLS, "no")
	case 'E': // an old server does not know what is wanted
		r.Rest()
	default:
		return dissect.ErrNotMine
	}
	data[atWanted] = 0
	return nil
}

// message reads one with a kind, and reports whether the login is over.
func (d *dissector) message(r *wire.Reader, m *heron.Message, out dissect.Emitter) (done bool, err error) {
	kind, size := r.U8(), r.U32()
	if r.Err() != nil {
		return false, nil
	}
	if kind < 'A' || kind > 'z' || size < 4 || size > 1<<24 {
		return false, dissect.ErrNotMine
	}
	if size-4 > r.Len() && len(m.Payload) >= dissect.StreamPrefix {
		r.Rest()
		return true, nil
	}
	body := r.Sub(size - 4)
	if r.Err() != nil {
		return false, nil
	}
	data := &m.Flow.Data
	data[atRounds]++
	if m.FromClient {
		if kind == 'p' && data[atLogin] != 0 {
			data[atLogin] = 0
			dissect.ClearLogin(out, "pgsql")
		}
		return data[atRounds] > 200, nil
	}
	switch kind {
	case 'R':
		d.method(body.U32(), m, out)
	case 'S':
		if string(body.Until(0, maxText)) == "server_version" {
			out.Observe(m.Sender(), keyVersion, body.Until(0, maxText))
		}
	case 'E':
		failed(&body, out)
		return true, nil
	case 'Z':
		return true, nil
	}
	return data[atRounds] > 200, nil
}

// method tells how a server logs clients in.
func (d *dissector) method(code int, m *heron.Message, out dissect.Emitter) {
	data := &m.Flow.Data
	name := ""
	switch code {
	case 0:
		if data[atMiddle] != 0 {
			break // what was before is not known
		}
		if data[atRounds] == 1 {
			name = "none"
		} else {
			out.Event(heron.Event{Kind: "pgsql.login"})
		}
	case 3:
		name = "cleartext"
		data[atLogin] = 1
	case 5:
		name = "md5"
	case 7, 9:
		name = "gss"
	case 10:
		name = "scram"
	case 8, 11, 12: // goes on
	default:
		out.Observe(m.Sender(), keyAuth, d.text.Number(code))
	}
	out.ObserveString(m.Sender(), keyAuth, name)
}

// failed reports a login that was refused: states of class 28 (PostgreSQL
// documentation, Error Codes).
func failed(r *wire.Reader, out dissect.Emitter) {
	for range maxParams {
		field := r.U8()
		value := r.Until(0, 1<<12)
		if r.Err() != nil {
			return
		}
		if field == 'C' && len(value) == 5 && string(value[:2]) == "28" {
			dissect.LoginFailed(out, "pgsql", wire.Text(value, 5))
		}
	}
}
