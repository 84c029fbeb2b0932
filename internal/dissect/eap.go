package dissect

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations about EAP, whatever carries it.
const (
	KeyEAPMethod   = "eap.method"   // how it logs in, or wants others to
	keyEAPIdentity = "eap.identity" // its kind: host, mac, anonymous, user
	keyEAPRealm    = "eap.realm"    // what follows the @ of an identity
)

// Codes of EAP (RFC 3748 §4).
const (
	EAPRequest  = 1
	EAPResponse = 2
	EAPSuccess  = 3
	EAPFailure  = 4
)

// Methods of EAP (IANA) that are not only methods.
const (
	eapIdentity = 1
	eapNotice   = 2
	eapNak      = 3
	eapExpanded = 254
)

// EAPTeller tells what EAP packets say, for those dissectors whose protocol carries
// them: who logs in by which method, and what a device that joins by Wi-Fi
// Protected Setup is. Of an identity only its kind is told, and the name of a host.
// The zero value is ready; one goroutine uses it.
type EAPTeller struct {
	text Buffer
}

// Packet tells what an EAP packet says of who sent it, and returns its code: a
// request comes from who decides, a response from who logs in. The code is 0 of
// what is cut short.
func (t *EAPTeller) Packet(r *wire.Reader, about heron.Subject, out Emitter) (code int, err error) {
	code, _, size := r.U8(), r.U8(), r.U16()
	body := r.Sub(size - 4)
	if err := r.Err(); err != nil {
		return 0, err
	}
	switch code {
	case EAPRequest:
		t.method(&body, about, false, out)
	case EAPResponse:
		t.method(&body, about, true, out)
	}
	return code, nil
}

func (t *EAPTeller) method(r *wire.Reader, about heron.Subject, answer bool, out Emitter) {
	switch kind := r.U8(); kind {
	case eapIdentity:
		if answer {
			t.identity(r.Rest(), about, out)
		}
	case eapNotice, eapNak:
	case eapExpanded:
		if r.U24() == wpsVendor && r.U32() == wpsType {
			out.ObserveString(about, KeyEAPMethod, "wps")
			t.setup(r, about, out)
		}
	default:
		out.ObserveString(about, KeyEAPMethod, eapMethodName(kind))
	}
}

// eapMethodName names the methods in use (IANA, EAP method types).
func eapMethodName(kind int) string {
	switch kind {
	case 4:
		return "md5"
	case 5:
		return "otp"
	case 6:
		return "gtc"
	case 13:
		return "tls"
	case 17:
		return "leap"
	case 18:
		return "sim"
	case 21:
		return "ttls"
	case 23:
		return "aka"
	case 25:
		return "peap"
	case 26, 29:
		return "mschapv2"
	case 43:
		return "fast"
	case 50:
		return "aka-prime"
	case 52:
		return "pwd"
	case 55:
		return "teap"
	}
	return "other"
}

// identity tells what kind of name was given, the name of a host, and the realm.
func (t *EAPTeller) identity(name []byte, about heron.Subject, out Emitter) {
	if len(name) == 0 {
		return
	}
	kind := "user"
	user, realm, _ := bytes.Cut(name, []byte("@"))
	switch host, isHost := bytes.CutPrefix(name, []byte("host/")); {
	case isHost:
		kind = "host"
		t.text = AppendLower(t.text[:0], host)
		out.Observe(about, heron.KeyHostname, t.text)
	case isMACName(user):
		kind = "mac"
	case bytes.EqualFold(user, []byte("anonymous")) || len(user) == 0:
		kind = "anonymous"
	case bytes.HasPrefix(user, []byte("WFA-SimpleConfig")):
		kind = "wps"
	}
	out.ObserveString(about, keyEAPIdentity, kind)
	out.Observe(about, keyEAPRealm, realm)
}

// isMACName reports whether a name is a hardware address, as that of devices that
// cannot log in otherwise.
func isMACName(name []byte) bool {
	digits := 0
	for _, c := range name {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			digits++
		case c != ':' && c != '-' && c != '.':
			return false
		}
	}
	return digits == 12
}
