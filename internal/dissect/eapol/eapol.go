// Package eapol reads IEEE 802.1X and the EAP inside it: who logs in to the
// network in which manner, what comes of it, and what a device that joins by Wi-Fi
// Protected Setup says of itself. Of an identity only its kind is told, and the
// name of a host; never a user's, never a key.
package eapol

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion  = "eapol.version"
	keyRole     = "eapol.role"   // supplicant or authenticator
	keyKey      = "eapol.key"    // the handshake that it does: rsn or wpa
	keyMethod   = "eap.method"   // how it logs in, or wants others to
	keyIdentity = "eap.identity" // its kind: host, mac, anonymous, user
	keyRealm    = "eap.realm"    // what follows the @ of an identity
)

// Roles.
const (
	supplicant    = "supplicant"
	authenticator = "authenticator"
)

// EtherTypes: of EAPOL, and of pre-authentication in RSN (802.11-2020 §12.6.10).
const (
	etherType       = 0x888e
	etherPreAuthRSN = 0x88c7
)

// Types of packet (802.1X-2020 §11.3.2).
const (
	packetEAP    = 0
	packetStart  = 1
	packetLogoff = 2
	packetKey    = 3
	packetMKA    = 5
	lastPacket   = 8
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "eapol",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{etherType, etherPreAuthRSN},
		Spec:       "IEEE 802.1X-2020 §11; RFC 3748 (EAP); IEEE 802.11-2020 §12.7 (keys); Wi-Fi Simple Configuration 2.0.8 §12",
		Dissect:    d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	version, kind := r.U8(), r.U8()
	size := r.U16()
	if r.Err() != nil || version < 1 || version > 3 || kind > lastPacket {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	body := r.Sub(size)
	if err := r.Err(); err != nil {
		return heron.Verdict{}, err
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyVersion, d.text.Number(version))
	switch kind {
	case packetEAP:
		return heron.Verdict{}, d.eap(&body, about, out)
	case packetStart:
		out.ObserveString(about, keyRole, supplicant)
	case packetLogoff:
		out.Event(heron.Event{Kind: "eapol.logoff"})
	case packetKey:
		key(&body, about, out)
	case packetMKA:
		out.ObserveString(about, keyMethod, "macsec")
	}
	return heron.Verdict{}, nil
}

// key tells the kind of a handshake, and who is who in it: the access point asks
// for an acknowledgement (802.11-2020 §12.7.2).
func key(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	const rsn, wpa, ack, pairwise = 2, 254, 0x80, 0x08
	kind, info := r.U8(), r.U16()
	switch {
	case r.Err() != nil:
		return
	case kind == rsn:
		out.ObserveString(about, keyKey, "rsn")
	case kind == wpa:
		out.ObserveString(about, keyKey, "wpa")
	default:
		return
	}
	switch {
	case info&ack != 0:
		out.ObserveString(about, keyRole, authenticator)
	case info&pairwise != 0:
		out.ObserveString(about, keyRole, supplicant)
	}
}

// Codes of EAP (RFC 3748 §4).
const (
	eapRequest  = 1
	eapResponse = 2
	eapSuccess  = 3
	eapFailure  = 4
)

// Methods of EAP (IANA) that are not only methods.
const (
	methodIdentity = 1
	methodNotice   = 2
	methodNak      = 3
	methodExpanded = 254
)

// eap reads an EAP packet. A request comes from who decides.
func (d *dissector) eap(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	code, _, size := r.U8(), r.U8(), r.U16()
	body := r.Sub(size - 4)
	if err := r.Err(); err != nil {
		return err
	}
	switch code {
	case eapRequest:
		out.ObserveString(about, keyRole, authenticator)
		d.method(&body, about, false, out)
	case eapResponse:
		out.ObserveString(about, keyRole, supplicant)
		d.method(&body, about, true, out)
	case eapSuccess:
		out.Event(heron.Event{Kind: "eap.success"})
	case eapFailure:
		dissect.LoginFailed(out, "eap", "")
	}
	return nil
}

func (d *dissector) method(r *wire.Reader, about heron.Subject, answer bool, out dissect.Emitter) {
	switch kind := r.U8(); kind {
	case methodIdentity:
		if answer {
			d.identity(r.Rest(), about, out)
		}
	case methodNotice, methodNak:
	case methodExpanded:
		if r.U24() == vendorWFA && r.U32() == typeWSC {
			out.ObserveString(about, keyMethod, "wps")
			d.setup(r, about, out)
		}
	default:
		out.ObserveString(about, keyMethod, methodName(kind))
	}
}

// methodName names the methods in use (IANA, EAP method types).
func methodName(kind int) string {
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
func (d *dissector) identity(name []byte, about heron.Subject, out dissect.Emitter) {
	if len(name) == 0 {
		return
	}
	kind := "user"
	user, realm, _ := bytes.Cut(name, []byte("@"))
	switch host, isHost := bytes.CutPrefix(name, []byte("host/")); {
	case isHost:
		kind = "host"
		d.text = dissect.AppendLower(d.text[:0], host)
		out.Observe(about, heron.KeyHostname, d.text)
	case isMAC(user):
		kind = "mac"
	case bytes.EqualFold(user, []byte("anonymous")) || len(user) == 0:
		kind = "anonymous"
	case bytes.HasPrefix(user, []byte("WFA-SimpleConfig")):
		kind = "wps"
	}
	out.ObserveString(about, keyIdentity, kind)
	out.Observe(about, keyRealm, realm)
}

// isMAC reports whether a name is a hardware address, as that of devices that
// cannot log in otherwise.
func isMAC(name []byte) bool {
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
