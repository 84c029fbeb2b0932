// Package mysql reads the opening of MySQL and MariaDB connections: which version
// a server is, how it logs clients in, what a client's library says of itself, and
// whether the login failed. Users, databases and queries are never told.
package mysql

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion   = "mysql.version"
	keyPlugin    = "mysql.auth_plugin" // of a server: how it logs clients in unless asked for another
	keyTLS       = "mysql.tls"         // of a server: yes or no
	prefixClient = "mysql.client."     // and the attribute of a connection
)

// Capabilities (MySQL internals, Protocol::CapabilityFlags).
const (
	capWithDB     = 0x8
	capTLS        = 0x800
	capProtocol41 = 0x200
	capSecure     = 0x8000
	capPlugin     = 0x80000
	capAttributes = 0x100000
	capLenEnc     = 0x200000
)

// First octets of answers.
const (
	answerOK       = 0x00
	answerSwitch   = 0xfe
	answerError    = 0xff
	denied         = 1045
	hostNotAllowed = 1130
)

// Places in heron.FlowScratch.Data.
const (
	atServer = 0
	atClient = 1
	atTLS    = 2
	atRounds = 3
	atClear  = 4 // the password was asked for in clear
)

// begun is the stage of a side that has said what it is.
const begun = 1

const (
	headerSize = 4
	maxText    = 128
	maxPairs   = 24
	maxRounds  = 12
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{attributes: dissect.KeyMaker{Prefix: prefixClient}}
	return dissect.Protocol{
		Name:    "mysql",
		Over:    dissect.OverTCP,
		Ports:   []uint16{3306},
		Spec:    "MySQL Source Code Documentation, Client/Server Protocol, Connection Phase",
		Starts:  dissect.Octets(45, 199), // the lengths that a greeting can have
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	low, mid, high := r.U8(), r.U8(), r.U8()
	r.Skip(1)
	if r.Err() != nil {
		return 0, nil
	}
	size := low | mid<<8 | high<<16
	if size == 0 || size > 1<<16 {
		return 0, dissect.ErrNotMine
	}
	return headerSize + size, nil
}

// probe takes a greeting.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	size := r.U8()
	r.Skip(2)
	sequence := r.U8()
	_, ok := readGreeting(&r)
	return !fromClient && size+headerSize == len(b) && sequence == 0 && ok
}

// greeting is what a server says first.
type greeting struct {
	version, plugin []byte
	capabilities    int
}

// readGreeting reads version 10 of it: all that is zero must be.
func readGreeting(r *wire.Reader) (g greeting, ok bool) {
	const version10 = 10
	version := r.U8()
	g.version = r.Until(0, maxText)
	r.Skip(4 + 8)
	filler := r.U8()
	g.capabilities = r.U16LE()
	if r.Err() != nil || version != version10 || filler != 0 || !wire.Printable(g.version) {
		return g, false
	}
	if r.Len() == 0 {
		return g, true
	}
	r.Skip(1 + 2)
	g.capabilities |= r.U16LE() << 16
	size := r.U8()
	reserved := r.Bytes(6) // of ten; MariaDB uses the others
	r.Skip(4)
	if r.Err() != nil || !bytes.Equal(reserved, make([]byte, 6)) {
		return g, false
	}
	if g.capabilities&capPlugin != 0 {
		r.Skip(max(13, size-8))
		g.plugin = bytes.TrimRight(r.Rest(), "\x00")
	}
	return g, r.Err() == nil && len(g.plugin) <= maxText
}

type dissector struct {
	attributes dissect.KeyMaker
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if data[atTLS] != 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(3)
	sequence := r.U8()
	data[atRounds]++
	done := data[atRounds] >= maxRounds
	switch {
	case !m.FromClient && data[atServer] == 0 && data[atClient] == 0:
		return d.greet(r, sequence, m, out)
	case !m.FromClient:
		return heron.Verdict{Done: answer(r, m, out) || done}, nil
	case data[atClient] == 0:
		return d.login(r, sequence, m, out)
	}
	return heron.Verdict{Done: done}, nil
}

// greet tells what a server is, or that it lets nobody in from there.
func (d *dissector) greet(r *wire.Reader, sequence int, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if first := r.Peek(1); sequence == 0 && first != nil && first[0] == answerError {
		r.Skip(1)
		code := r.U16LE()
		if r.Err() != nil || code < 1000 || code > 5000 || !wire.Printable(r.Rest()) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		failed(code, out)
		return heron.Verdict{Done: true}, nil
	}
	g, ok := readGreeting(r)
	if !ok || sequence != 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	m.Flow.Data[atServer] = begun
	about := m.Sender()
	out.Observe(about, keyVersion, g.version)
	out.Observe(about, keyPlugin, g.plugin)
	tls := "no"
	if g.capabilities&capTLS != 0 {
		tls = "yes"
	}
	out.ObserveString(about, keyTLS, tls)
	return heron.Verdict{}, nil
}

// login reads a client's answer to the greeting, or its wish for TLS, which is the
// first part of it.
func (d *dissector) login(r *wire.Reader, sequence int, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const wish = 32
	size := r.Len()
	capabilities := r.U32LE()
	r.Skip(4 + 1)
	reserved := r.Bytes(19) // of 23; MariaDB uses the others
	r.Skip(4)
	if r.Err() != nil || sequence != 1 || capabilities&capProtocol41 == 0 || !bytes.Equal(reserved, make([]byte, 19)) {
		if m.Flow.Data[atServer] == begun {
			m.Flow.Data[atClient] = begun // an old client
			return heron.Verdict{}, nil
		}
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if size == wish && capabilities&capTLS != 0 {
		m.Flow.Data[atTLS] = begun
		return heron.Verdict{}, nil
	}
	m.Flow.Data[atClient] = begun
	r.Until(0, 1<<10) // the user
	switch {
	case capabilities&capLenEnc != 0:
		r.Skip(length(r))
	case capabilities&capSecure != 0:
		r.Skip(r.U8())
	default:
		r.Until(0, 1<<10)
	}
	if capabilities&capWithDB != 0 {
		r.Until(0, 1<<10)
	}
	if capabilities&capPlugin != 0 {
		if isClear(r.Until(0, maxText)) {
			login(out)
		}
	}
	if capabilities&capAttributes != 0 {
		d.pairs(r, m, out)
	}
	return heron.Verdict{}, nil
}

func isClear(plugin []byte) bool { return string(plugin) == "mysql_clear_password" }

func login(out dissect.Emitter) {
	dissect.ClearLogin(out, "mysql")
}

// length reads a number of one to eight octets (Protocol::LengthEncodedInteger).
func length(r *wire.Reader) int {
	switch n := r.U8(); n {
	case 0xfc:
		return r.U16LE()
	case 0xfd:
		return r.U16LE() | r.U8()<<16
	case 0xfe, 0xff:
		r.Fail(wire.ErrShort)
		return 0
	default:
		return n
	}
}

// pairs tells what a client's library says of itself; a user of the system is not
// among it.
func (d *dissector) pairs(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	list := r.Sub(min(length(r), r.Len()))
	for range maxPairs {
		key := list.Bytes(length(&list))
		value := list.Bytes(length(&list))
		if list.Err() != nil {
			return
		}
		switch string(key) {
		case "_client_name", "_client_version", "_os", "_platform", "program_name", "_server_host", "_runtime_version", "_runtime_vendor", "_connector_name", "_connector_version":
			out.Observe(m.Sender(), d.attributes.Key(bytes.TrimLeft(key, "_"), 32), value)
		}
	}
}

// answer reads what a server says to a login, and reports whether it is over.
func answer(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	switch r.U8() {
	case answerOK:
		out.Event(heron.Event{Kind: "mysql.login"})
		return true
	case answerError:
		failed(r.U16LE(), out)
		return true
	case answerSwitch:
		if isClear(r.Until(0, maxText)) && m.Flow.Data[atClear] == 0 {
			m.Flow.Data[atClear] = 1
			out.Event(heron.Event{
				Kind: heron.KeyClearLogin, Attrs: map[string]string{"scheme": "mysql"},
				Src: m.Dst, Dst: m.Src, SrcPort: m.DstPort, DstPort: m.SrcPort,
			})
		}
	}
	return false
}

func failed(code int, out dissect.Emitter) {
	if code == denied || code == hostNotAllowed || code == 1044 || code == 1698 || code == 1129 {
		dissect.LoginFailed(out, "mysql", strconv.Itoa(code))
	}
}
