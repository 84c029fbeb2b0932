// Package tds reads the opening of connections to Microsoft SQL Server: its
// version, whether it wants TLS, what a client's machine and application are
// called, and whether the login failed. Users and queries are never told.
package tds

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion     = "tds.version"    // of a server: 15.0.2000
	keyEncryption  = "tds.encryption" // of a server: off, on, not_supported, required
	keyProgram     = "tds.program"    // of a server
	keyApplication = "tds.application"
	keyLibrary     = "tds.library" // of a client
)

// Kinds of packet ([MS-TDS] §2.2.3.1.1).
const (
	batch      = 0x01
	rpcCall    = 0x03
	response   = 0x04
	attention  = 0x06
	bulk       = 0x07
	login7     = 0x10
	sspi       = 0x11
	prelogin   = 0x12
	headerSize = 8
	maxRounds  = 16
)

// Places in heron.FlowScratch.Data.
const (
	atPrelogin = 0
	atLogin    = 1
	atRounds   = 2
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "tds",
		Over:    dissect.OverTCP,
		Ports:   []uint16{1433},
		Spec:    "[MS-TDS]",
		Starts:  []byte{prelogin},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	kind, status, size := r.U8(), r.U8(), r.U16()
	r.Skip(2 + 1)
	window := r.U8()
	n := len(b)
	if n > 0 && !isKind(kind) || n > 1 && status > 0x1f || n >= 4 && size < headerSize || n >= headerSize && window != 0 {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	return size, nil
}

func isKind(kind int) bool {
	switch kind {
	case batch, rpcCall, response, attention, bulk, login7, sspi, prelogin:
		return true
	}
	return false
}

// probe takes a client's first packet: its options begin with the version.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	r := wire.NewReader(b)
	r.Skip(headerSize)
	token, offset, size := r.U8(), r.U16(), r.U16()
	return fromClient && err == nil && n == len(b) && token == 0 && offset > 5 && offset < n && size == 6
}

type dissector struct {
	ntlm dissect.NTLMTeller
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind := r.U8()
	r.Skip(headerSize - 1)
	if r.Err() != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	body := wire.NewReader(r.Rest())
	data := &m.Flow.Data
	data[atRounds]++
	done := data[atRounds] >= maxRounds
	switch {
	case m.FromClient && kind == prelogin:
		if first := body.Peek(1); m.Flow.Protocol == 0 && (first == nil || first[0] != 0) {
			return heron.Verdict{}, dissect.ErrNotMine
		} else if first != nil && first[0] == 0x16 {
			return heron.Verdict{Done: true}, nil // TLS, in packets
		}
		data[atPrelogin] = 1
	case m.FromClient && kind == login7:
		data[atLogin] = 1
		if !d.login(&body, m, out) && m.Flow.Protocol == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
	case m.FromClient && kind == sspi:
		d.ntlm.Tell(body.Rest(), m, out)
	case m.Flow.Protocol == 0:
		return heron.Verdict{}, dissect.ErrNotMine
	case kind == response && data[atLogin] != 0:
		done = d.answer(&body, m, out) || done
	case kind == response && data[atPrelogin] != 0:
		d.options(&body, m, out)
	}
	return heron.Verdict{Done: done}, nil
}

// options tells what a server says before the login (§2.2.6.5).
func (d *dissector) options(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const version, encryption, end, maxOptions = 0, 1, 0xff, 12
	for range maxOptions {
		token := r.U8()
		if token == end || r.Err() != nil {
			return
		}
		value := r.At(r.U16())
		size := r.U16()
		switch {
		case token == version && size == 6:
			d.version(value.U8(), value.U8(), value.U16(), m, out)
		case token == encryption && size == 1:
			switch value.U8() {
			case 0:
				out.ObserveString(m.Sender(), keyEncryption, "off")
			case 1:
				out.ObserveString(m.Sender(), keyEncryption, "on")
			case 2:
				out.ObserveString(m.Sender(), keyEncryption, "not_supported")
			case 3:
				out.ObserveString(m.Sender(), keyEncryption, "required")
			}
		}
	}
}

func (d *dissector) version(major, minor, build int, m *heron.Message, out dissect.Emitter) {
	if major == 0 {
		return
	}
	out.Observe(m.Sender(), keyVersion, d.text.Numbers('.', major, minor, build))
}

// login tells what a client says of itself (§2.2.6.4): places and lengths of texts
// in UTF-16 stand after 36 octets. Its password is only disguised.
func (d *dissector) login(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	if size := r.U32LE(); size < 86 || size > 1<<17 {
		return false
	}
	r.Skip(32)
	machine := d.field(r)
	user := d.field(r)
	password := d.field(r)
	application := d.field(r)
	d.field(r) // server
	d.field(r) // extensions
	library := d.field(r)
	if r.Err() != nil {
		return false
	}
	host := heron.Subject{Endpoint: m.Src}
	d.tell(machine, host, heron.KeyHostname, out)
	d.tell(application, host, keyApplication, out)
	d.tell(library, host, keyLibrary, out)
	if len(user) > 0 && len(password) > 0 {
		dissect.ClearLogin(out, "tds")
	}
	rest := r.At(0)
	d.ntlm.Tell(rest.Rest(), m, out)
	return true
}

// field returns the text that a place and a length of characters point to.
func (d *dissector) field(r *wire.Reader) []byte {
	const maxChars = 128
	at := r.At(r.U16LE())
	chars := r.U16LE()
	return at.Bytes(2 * min(chars, maxChars))
}

func (d *dissector) tell(wide []byte, about heron.Subject, key string, out dissect.Emitter) {
	d.text = ntlmssp.AppendUTF16(d.text[:0], wide)
	out.Observe(about, key, d.text)
}

// answer reads what a server says to a login, token by token (§2.2.7), and reports
// whether it is over.
func (d *dissector) answer(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	const failure, info, acknowledged, changed, challenge, maxTokens, loginFailed = 0xaa, 0xab, 0xad, 0xe3, 0xed, 16, 18456
	for range maxTokens {
		token := r.U8()
		body := r.Sub(r.U16LE())
		if r.Err() != nil {
			return false
		}
		switch token {
		case failure:
			if body.U32LE() == loginFailed {
				dissect.LoginFailed(out, "tds", "18456")
			}
			return true
		case acknowledged:
			body.Skip(1 + 4)
			d.tell(body.Bytes(2*body.U8()), m.Sender(), keyProgram, out)
			d.version(body.U8(), body.U8(), body.U16(), m, out)
			out.Event(heron.Event{Kind: "tds.login"})
			return true
		case challenge:
			d.ntlm.Tell(body.Rest(), m, out)
			return false
		case info, changed:
		default:
			return false
		}
	}
	return false
}
