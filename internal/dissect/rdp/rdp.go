// Package rdp reads the opening of Remote Desktop connections: which security is
// asked for and chosen, and what the client calls itself where that is in clear.
// The user's name in the cookie is never told.
package rdp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyRequested = "rdp.requested"    // of a client: the strongest security it asks for
	keySecurity  = "rdp.security"     // that the server chose: rdp, tls, credssp …
	keyClient    = "rdp.client_name"  // what the client calls itself
	keyBuild     = "rdp.client_build" // of the client's system
)

// Codes of X.224 (§13) and kinds of negotiation ([MS-RDPBCGR] §2.2.1).
const (
	connectRequest = 0xe0
	connectConfirm = 0xd0
	data           = 0xf0
	negotiate      = 1
	negotiated     = 2
	refused        = 3
	negotiateSize  = 8
	headerSize     = 4
	port           = 3389
	maxMessages    = 12
)

// Places in heron.FlowScratch.Data.
const (
	atBegun    = 0
	atSecured  = 1 // TLS comes next
	atMessages = 2
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Within:  []string{"cotp"},
		Name:    "rdp",
		Over:    dissect.OverTCP,
		Ports:   []uint16{port},
		Spec:    "[MS-RDPBCGR] §2.2.1; RFC 1006 (TPKT); ITU-T X.224, T.124",
		Starts:  []byte{3},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, reserved, size := r.U8(), r.U8(), r.U16()
	if len(b) > 0 && version != 3 || len(b) > 1 && reserved != 0 || len(b) >= headerSize && size < 7 {
		return 0, dissect.ErrNotMine
	}
	return size, nil
}

// probe takes a request to connect, or its confirmation, that has what only RDP
// puts there: others use the same transport.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	r.Skip(headerSize)
	length, code := r.U8(), r.U8()
	r.Skip(5)
	if r.Err() != nil || length+headerSize+1 != len(b) {
		return false
	}
	return fromClient && code == connectRequest && isRequest(r.Rest()) || !fromClient && code == connectConfirm && isConfirmation(r.Rest())
}

// isConfirmation reports whether the variable part of a confirmation is the answer
// to a negotiation (§2.2.1.2).
func isConfirmation(b []byte) bool {
	r := wire.NewReader(b)
	kind := r.U8()
	r.Skip(1)
	return (kind == negotiated || kind == refused) && r.U16LE() == negotiateSize && len(b) == negotiateSize
}

// begins reports whether a connection whose request was not seen is RDP's: by a
// negotiation, or on the port by what only conferences (T.125) say.
func begins(m *heron.Message, code int, rest []byte) bool {
	r := wire.NewReader(rest)
	switch code {
	case connectRequest:
		return true
	case connectConfirm:
		r.Skip(4)
		return !m.FromClient && (isConfirmation(r.Rest()) || m.SrcPort == port && r.Len() == 0)
	case data:
		const connect, sendRequest, sendIndication = 0x7f, 0x64, 0x68
		first, second := r.U8(), r.U8()
		if m.FromClient {
			return m.DstPort == port && (first == connect && second == 0x65 || first == sendRequest && r.Len() > 4)
		}
		return m.SrcPort == port && (first == connect && second == 0x66 || first == sendIndication && r.Len() > 4)
	}
	return false
}

// isRequest reports whether the variable part of a request is a cookie, a
// negotiation, or both (§2.2.1.1).
func isRequest(b []byte) bool {
	rest := afterCookie(b)
	r := wire.NewReader(rest)
	kind := r.U8()
	r.Skip(1)
	size := r.U16LE()
	return len(rest) < len(b) && len(rest) == 0 || r.Err() == nil && kind == negotiate && size == negotiateSize && len(rest) >= negotiateSize
}

// afterCookie returns what follows the cookie or the routing token.
func afterCookie(b []byte) []byte {
	if end := bytes.Index(b, []byte("\r\n")); end >= 0 && (bytes.HasPrefix(b, []byte("Cookie: ")) || bytes.HasPrefix(b, []byte("tsv://"))) {
		return b[end+2:]
	}
	return b
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	state := &m.Flow.Data
	if state[atSecured] != 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(headerSize)
	r.Skip(1)
	code := r.U8()
	r.Skip(1)
	if r.Err() != nil || state[atBegun] == 0 && !begins(m, code, r.Peek(r.Len())) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	state[atBegun] = 1
	state[atMessages]++
	done := state[atMessages] >= maxMessages
	switch code {
	case connectRequest:
		r.Skip(4)
		rest := r.Rest()
		if !isRequest(rest) && (m.DstPort != port || len(rest) > 0) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		negotiation(afterCookie(rest), m, out)
	case connectConfirm:
		r.Skip(4)
		if negotiation(r.Rest(), m, out) {
			state[atSecured] = 1
		}
	case data:
		done = d.settings(r.Rest(), m, out) || done
	}
	return heron.Verdict{Done: done}, nil
}

// negotiation tells what is asked for or chosen, and reports whether TLS follows.
func negotiation(b []byte, m *heron.Message, out dissect.Emitter) bool {
	r := wire.NewReader(b)
	kind := r.U8()
	r.Skip(3)
	protocols := r.U32LE()
	switch {
	case len(b) == 0 && !m.FromClient:
		out.ObserveString(m.Sender(), keySecurity, "rdp")
	case len(b) == 0 || r.Err() != nil:
	case kind == negotiate && m.FromClient:
		out.ObserveString(m.Sender(), keyRequested, name(protocols))
	case kind == negotiated && !m.FromClient:
		out.ObserveString(m.Sender(), keySecurity, name(protocols))
		return protocols != 0
	case kind == refused && !m.FromClient:
		const notOnServer, required = 2, 5
		switch protocols {
		case required:
			out.ObserveString(m.Sender(), keySecurity, "credssp")
		case notOnServer:
			out.ObserveString(m.Sender(), keySecurity, "rdp")
		}
	}
	return false
}

// name is the strongest of a set of protocols (§2.2.1.1.1).
func name(protocols int) string {
	switch {
	case protocols&8 != 0:
		return "credssp-ex"
	case protocols&16 != 0:
		return "rdsaad"
	case protocols&2 != 0:
		return "credssp"
	case protocols&4 != 0:
		return "rdstls"
	case protocols&1 != 0:
		return "tls"
	}
	return "rdp"
}

// settings tells what a client says of itself in the exchange of settings
// (§2.2.1.3), where it is in clear, and reports whether the server has answered.
// They stand behind the key of four letters (T.124 §8.7).
func (d *dissector) settings(b []byte, m *heron.Message, out dissect.Emitter) bool {
	if !m.FromClient {
		return bytes.Contains(b, []byte("McDn"))
	}
	const coreBlock = 0xc001
	at := bytes.Index(b, []byte("Duca"))
	if at < 0 {
		return false
	}
	r := wire.NewReader(b[at:])
	r.Skip(4)
	if r.U8()&0x80 != 0 {
		r.Skip(1)
	}
	kind := r.U16LE()
	r.Skip(2 + 4 + 2 + 2 + 2 + 2 + 4) // length, version, screen, colours, sequence, keyboard
	build := r.U32LE()
	called := r.Bytes(32)
	if r.Err() != nil || kind != coreBlock {
		return false
	}
	d.text = ntlmssp.AppendUTF16(d.text[:0], called)
	about := m.Sender()
	out.Observe(about, keyClient, d.text)
	out.Observe(about, heron.KeyHostname, d.text)
	out.Observe(about, keyBuild, d.text.Number(build))
	return false
}
