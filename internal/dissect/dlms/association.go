package dlms

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// Fields of the messages by which a client and a meter associate (IEC 62056-5-3
// §9.4): those of both have one number.
const (
	fieldContext    = 0xa1
	fieldResult     = 0xa2 // of the answer
	fieldDiagnostic = 0xa3 // of the answer
	fieldTitle      = 0xa4 // of the meter
	fieldMechanism  = 0x8b // of the request
	fieldSecret     = 0xac // of the request
)

// Mechanisms by which a client logs in, by the last number of their names (§9.4.2.2.3);
// those above are challenges.
const (
	withoutLogin = 0
	withPassword = 1
)

// associates reports whether a message begins an association, or answers that.
func associates(message []byte) bool {
	r := wire.NewReader(message)
	tag, body := ber.Next(&r)
	return r.Err() == nil && (tag == tagAARQ || tag == tagAARE) && bytes.Contains(body.Rest(), []byte(oidContext))
}

// asks tells how a client logs in.
func asks(message []byte, m *heron.Message, out dissect.Emitter) {
	mechanism, secret := withoutLogin, false
	for r := fields(message); r.Len() > 0; {
		tag, body := ber.Next(&r)
		switch tag {
		case fieldMechanism:
			if name, ok := bytes.CutPrefix(body.Rest(), []byte(oidMechanism)); ok && len(name) == 1 {
				mechanism = int(name[0])
			}
		case fieldSecret:
			secret = true
		}
	}
	switch mechanism {
	case withoutLogin:
		out.ObserveString(m.Sender(), keyAuth, "none")
	case withPassword:
		out.ObserveString(m.Sender(), keyAuth, "password")
	default:
		out.ObserveString(m.Sender(), keyAuth, "challenge")
	}
	if secret && mechanism == withPassword {
		dissect.ClearLogin(out, schemeName)
	}
}

// answers tells whose a meter is, by its title, and that it refuses a client.
func (d *dissector) answers(message []byte, m *heron.Message, out dissect.Emitter) {
	result, why := 0, 0
	for r := fields(message); r.Len() > 0; {
		tag, body := ber.Next(&r)
		switch tag {
		case fieldResult:
			result = ber.GetInt(&body)
		case fieldDiagnostic:
			_, service := ber.Next(&body)
			why = ber.GetInt(&service)
		case fieldTitle:
			title := ber.Get(&body, ber.OctetString)
			if text := title.Rest(); len(text) == titleSize {
				manufacturer(text, m, out)
				out.Observe(m.Sender(), keyTitle, d.text.Hex(text))
			}
		}
	}
	if result != 0 {
		dissect.LoginFailed(out, schemeName, strconv.Itoa(why))
	}
}

// fields returns a Reader over the fields of a message.
func fields(message []byte) wire.Reader {
	r := wire.NewReader(message)
	_, body := ber.Next(&r)
	return body
}
