// Package smb reads the opening of SMB sessions of versions 1 to 3.1.1: which
// dialect two machines agree on, what they call themselves and their systems, and
// logins, shares and pipes, and what DCE/RPC says in the pipes. Files, users and
// contents are never told.
package smb

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/proto/nbns"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyDialect    = "smb.dialect"     // that the server chose: 1, 2.0.2, 2.1, 3.0, 3.0.2, 3.1.1
	keyMaxDialect = "smb.max_dialect" // the highest that a client offers
	keySigning    = "smb.signing"     // of a server: required, enabled or disabled
	keyGUID       = "smb.guid"
	keyNativeOS   = "smb.native_os"
	keyNativeLM   = "smb.native_lanman"
	keyDomain     = "smb.domain"
	keyGuest      = "smb.guest" // of a server: guest or anonymous, whom it let in
)

// Kinds of packet of the NetBIOS session service (RFC 1002 §4.3.1).
const (
	sessionMessage   = 0x00
	sessionRequest   = 0x81
	positiveResponse = 0x82
	negativeResponse = 0x83
	keepAlive        = 0x85
)

// First octets of a message; the three after it are SMB.
const (
	magicOne       = 0xff
	magicTwo       = 0xfe
	magicEncrypted = 0xfd
	magicPacked    = 0xfc
)

const (
	maxMessages = 120 // of a connection
	maxCalls    = 250 // of its messages that carry calls, which are not counted with the others
	maxText     = 512
	headerSize  = 4
)

// Places in heron.FlowScratch.Data.
const (
	atMessages = 0
	atPlain    = 1 // the server takes passwords in clear
	atCalls    = 2
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	const nameSize = 16
	d := &dissector{name: make([]byte, 0, nameSize)}
	return dissect.Protocol{
		Name:    "smb",
		Over:    dissect.OverTCP,
		Ports:   []uint16{445, 139},
		Spec:    "[MS-SMB2]; [MS-CIFS]; [MS-SMB]; RFC 1002 §4.3 (NetBIOS session); [MS-RPCE] §2.1.1.2 (calls in pipes)",
		Carries: []string{"dcerpc"},
		Starts:  []byte{sessionMessage, sessionRequest},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a packet of the session service.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	kind, size := r.U8(), r.U24()
	if len(b) < headerSize {
		if len(b) > 0 && !isKind(kind) {
			return 0, dissect.ErrNotMine
		}
		return 0, nil
	}
	ok := false
	switch kind {
	case sessionMessage:
		magic := r.Peek(min(r.Len(), 4))
		ok = size >= 32 && isMagic(magic)
	case sessionRequest:
		const nameSize = 32
		ok = size == 68 && (r.Len() == 0 || r.U8() == nameSize)
	case positiveResponse, keepAlive:
		ok = size == 0
	case negativeResponse:
		ok = size == 1
	}
	if !ok {
		return 0, dissect.ErrNotMine
	}
	return headerSize + size, nil
}

func isKind(kind int) bool {
	switch kind {
	case sessionMessage, sessionRequest, positiveResponse, negativeResponse, keepAlive:
		return true
	}
	return false
}

// isMagic compares as much of the mark of a message as is there.
func isMagic(b []byte) bool {
	r := wire.NewReader(b)
	first := r.U8()
	if len(b) > 0 && (first < magicPacked || first > magicOne) {
		return false
	}
	return string(r.Rest()) == "SMB"[:max(0, len(b)-1)]
}

func probe(b []byte, _ bool) bool {
	n, err := frame(b)
	return err == nil && n > 0 && len(b) >= 2*headerSize
}

type dissector struct {
	ntlm    dissect.NTLMTeller
	rpc     dissect.RPCTeller
	text    dissect.Buffer
	name    []byte
	pipes   dissect.Recent[pipes]
	carries bool // the message at hand carries calls
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind := r.U8()
	r.Skip(3)
	if kind != sessionMessage {
		if kind == sessionRequest {
			d.session(r, m, out)
		}
		return heron.Verdict{}, nil
	}
	magic := r.U8()
	r.Skip(3)
	data := &m.Flow.Data
	done := false
	d.carries = false
	switch magic {
	case magicOne:
		d.one(r, m, out)
	case magicTwo:
		d.two(r, m, out)
	default:
		done = true // from here on it is encrypted
	}
	v := heron.Verdict{}
	if d.carries {
		v.Carries = "dcerpc"
	}
	if d.carries && data[atCalls] < maxCalls {
		data[atCalls]++
	} else if data[atMessages] < maxMessages {
		data[atMessages]++
	}
	v.Done = done || data[atMessages] >= maxMessages
	return v, nil
}

// session tells what a client calls itself when it asks for a session.
func (d *dissector) session(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const nameSize = 32
	for i := range 2 { // the called, then the calling name
		size := r.U8()
		name := r.Bytes(nameSize)
		end := r.U8()
		if r.Err() != nil || size != nameSize || end != 0 {
			return
		}
		text, _, ok := nbns.DecodeName(name, d.name[:0])
		if i == 1 && ok {
			out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, text)
		}
	}
}

// wide reads UTF-16 from a reader as text, up to a zero.
func (d *dissector) wide(r *wire.Reader, size int) []byte {
	d.text = ntlmssp.AppendUTF16(d.text[:0], r.Bytes(min(size, maxText, r.Len()&^1)))
	return d.text
}

// share reports a connection to a share by its name, which is the last part of a
// path. Those whose name ends in a dollar sign are for administrators.
func share(path []byte, out dissect.Emitter) {
	start := 0
	for i, c := range path {
		if c == '\\' {
			start = i + 1
		}
	}
	name := path[start:]
	if len(name) == 0 {
		return
	}
	kind := "smb.share"
	if name[len(name)-1] == '$' && string(name) != "IPC$" {
		kind = "smb.admin_share"
	}
	out.Event(heron.Event{Kind: kind, Attrs: map[string]string{"share": wire.Text(name, 80)}})
}

// pipe reports that a pipe is opened by which a machine is administered from
// afar. Everything else is a file, and not told.
func pipe(name []byte, out dissect.Emitter) {
	if len(name) > 0 && name[0] == '\\' {
		name = name[1:]
	}
	for _, known := range [...]string{
		"svcctl", "atsvc", "winreg", "samr", "lsarpc", "srvsvc", "wkssvc", "netlogon", "spoolss", "eventlog", "epmapper",
		"drsuapi", "ntsvcs", "initshutdown", "netdfs", "efsrpc", "browser", "PSEXESVC",
	} {
		if line.Is(name, known) {
			out.Event(heron.Event{Kind: "smb.pipe", Attrs: map[string]string{"pipe": known}})
			return
		}
	}
}

// failed reports a login that was refused, when the status says so ([MS-ERREF]
// §2.3).
func failed(status int, out dissect.Emitter) {
	var code string
	switch status {
	case 0xc000006d:
		code = "logon_failure"
	case 0xc0000064:
		code = "no_such_user"
	case 0xc000006a:
		code = "wrong_password"
	case 0xc000006e:
		code = "account_restriction"
	case 0xc0000071:
		code = "password_expired"
	case 0xc0000072:
		code = "account_disabled"
	case 0xc0000234:
		code = "account_locked_out"
	case 0xc000015b:
		code = "logon_type_not_granted"
	default:
		return
	}
	dissect.LoginFailed(out, "smb", code)
}

// signing tells whether a server signs what it says.
func signing(enabled, required bool, m *heron.Message, out dissect.Emitter) {
	value := "disabled"
	if required {
		value = "required"
	} else if enabled {
		value = "enabled"
	}
	out.ObserveString(m.Sender(), keySigning, value)
}
