// Package vnc reads the opening of remote screens by RFB: versions, which security
// a server offers, whether a login failed, and the desktop's name.
package vnc

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion  = "vnc.version"        // of a server, 3.8
	keyClient   = "vnc.client_version" // of a client
	keySecurity = "vnc.security"       // one that the server offers: none, vnc, vencrypt …
	keyName     = "vnc.name"           // of the desktop
)

// Places in heron.FlowScratch.Data.
const (
	atClient = 0 // steps
	atServer = 1
	atMinor  = 2 // of the version in use
	atChosen = 3 // security
)

// Steps of the two sides (RFC 6143 §7.1 to §7.3).
const (
	stepVersion = iota
	stepSecurity
	stepLogin
	stepResult
	stepInit
)

const (
	none        = 1
	login       = 2
	greeting    = 12
	versionText = "RFB 000.000\n"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "vnc",
		Over:    dissect.OverTCP,
		Ports:   []uint16{5900, 5901, 5902, 5903},
		Spec:    "RFC 6143",
		Starts:  []byte("R"),
		Probe:   func(b []byte, _ bool) bool { return len(b) >= greeting && isGreeting(b) },
		Dissect: d.dissect,
	}
}

// isGreeting compares as much of a greeting as is there.
func isGreeting(b []byte) bool {
	for i, c := range b[:min(len(b), greeting)] {
		want := versionText[i]
		if c != want && (want != '0' || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	side := atServer
	if m.FromClient {
		side = atClient
	}
	if data[side] == stepVersion {
		return d.greet(r, side, m, out)
	}
	var done bool
	if m.FromClient {
		done = client(r, data)
	} else {
		done = d.server(r, m, out)
	}
	if r.Err() != nil {
		return heron.Verdict{}, nil // more is to come
	}
	return heron.Verdict{Consumed: r.Offset(), Done: done}, nil
}

// greet reads a version.
func (d *dissector) greet(r *wire.Reader, side int, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !isGreeting(m.Payload) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	b := r.Bytes(greeting)
	if r.Err() != nil {
		return heron.Verdict{}, nil
	}
	key := keyVersion
	if side == atClient {
		key = keyClient
	}
	major, minor := number(b[4:7]), number(b[8:11])
	out.Observe(m.Sender(), key, d.text.Numbers('.', major, minor))
	if side == atClient || m.Flow.Data[atMinor] == 0 {
		m.Flow.Data[atMinor] = byte(min(minor, 8)) // the client has the last word
	}
	m.Flow.Data[side] = stepSecurity
	return heron.Verdict{Consumed: greeting}, nil
}

func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = 10*n + int(c-'0')
	}
	return n
}

// client passes over what the client chooses, its answer to a challenge, and
// whether it shares the screen.
func client(r *wire.Reader, data *[12]byte) bool {
	step := data[atClient]
	if step == stepSecurity && data[atMinor] < 7 {
		step = stepLogin // the server chooses
	}
	if step == stepLogin && data[atChosen] != login {
		step = stepInit
	}
	switch step {
	case stepSecurity:
		if kind := r.U8(); r.Err() == nil {
			data[atChosen], data[atClient] = byte(kind), stepLogin
			return kind != none && kind != login
		}
	case stepLogin:
		if r.Skip(16); r.Err() == nil {
			data[atClient] = stepInit
		}
	default:
		r.Rest()
	}
	return false
}

// server reads what a server offers, whether it let the client in, and what its
// desktop is called.
func (d *dissector) server(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	data := &m.Flow.Data
	step := data[atServer]
	if step == stepLogin && data[atChosen] != login {
		step = stepResult
	}
	if step == stepResult && data[atChosen] != login && data[atMinor] < 8 {
		step = stepInit // version 3.7 says nothing when there is no login
	}
	switch step {
	case stepSecurity:
		return d.offers(r, m, out)
	case stepLogin:
		if r.Skip(16); r.Err() == nil {
			data[atServer] = stepResult
		}
	case stepResult:
		result := r.U32()
		if r.Err() != nil {
			return false
		}
		data[atServer] = stepInit
		if result != 0 {
			dissect.LoginFailed(out, "vnc", "")
			return true
		}
	case stepInit:
		r.Skip(2 + 2 + 16) // screen, format of its points
		name := r.Bytes(r.U32())
		if r.Err() == nil {
			out.Observe(m.Sender(), keyName, name)
			return true
		}
	}
	return false
}

// offers tells the kinds of security: a list, or one up to version 3.3.
func (d *dissector) offers(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	data := &m.Flow.Data
	if data[atMinor] < 7 {
		kind := r.U32()
		if r.Err() != nil {
			return false
		}
		data[atChosen], data[atServer] = byte(kind), stepLogin
		d.security(kind, m, out)
		return kind != none && kind != login
	}
	kinds := r.Bytes(r.U8())
	if r.Err() != nil {
		return false
	}
	data[atServer] = stepLogin
	for _, kind := range kinds {
		d.security(int(kind), m, out)
	}
	return len(kinds) == 0
}

// security names a kind of security (RFC 6143 §8.1.2 and its registry).
func (d *dissector) security(kind int, m *heron.Message, out dissect.Emitter) {
	name := ""
	switch kind {
	case none:
		name = "none"
	case login:
		name = "vnc"
	case 5, 6, 129, 130, 133:
		name = "realvnc"
	case 16:
		name = "tight"
	case 17:
		name = "ultra"
	case 18:
		name = "tls"
	case 19:
		name = "vencrypt"
	case 20:
		name = "sasl"
	case 30, 31, 32, 33, 34, 35, 36:
		name = "apple"
	default:
		out.Observe(m.Sender(), keySecurity, d.text.Number(kind))
	}
	out.ObserveString(m.Sender(), keySecurity, name)
}
