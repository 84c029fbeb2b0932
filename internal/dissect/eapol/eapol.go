// Package eapol reads IEEE 802.1X and the EAP inside it: who logs in to the
// network in which manner, what comes of it, and what a device that joins by Wi-Fi
// Protected Setup says of itself. Of an identity only its kind is told, and the
// name of a host; never a user's, never a key.
package eapol

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "eapol.version"
	keyRole    = "eapol.role" // supplicant or authenticator
	keyKey     = "eapol.key"  // the handshake that it does: rsn or wpa
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
	eap  dissect.EAPTeller
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
		return heron.Verdict{}, d.login(&body, about, out)
	case packetStart:
		out.ObserveString(about, keyRole, supplicant)
	case packetLogoff:
		out.Event(heron.Event{Kind: "eapol.logoff"})
	case packetKey:
		key(&body, about, out)
	case packetMKA:
		out.ObserveString(about, dissect.KeyEAPMethod, "macsec")
	}
	return heron.Verdict{}, nil
}

// login reads an EAP packet. A request comes from who decides.
func (d *dissector) login(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	code, err := d.eap.Packet(r, about, out)
	switch code {
	case dissect.EAPRequest:
		out.ObserveString(about, keyRole, authenticator)
	case dissect.EAPResponse:
		out.ObserveString(about, keyRole, supplicant)
	case dissect.EAPSuccess:
		out.Event(heron.Event{Kind: "eap.success"})
	case dissect.EAPFailure:
		dissect.LoginFailed(out, "eap", "")
	}
	return err
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
