package dissect

import (
	"crypto/sha256"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/tls"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations about TLS handshakes, whatever carries them.
const (
	keyTLSName          = "tls.sni"
	keyTLSALPN          = "tls.alpn" // of a client: all it offers; of a server: the one it chose
	keyTLSJA3           = "tls.ja3"
	keyTLSJA3S          = "tls.ja3s"
	keyTLSJA4           = "tls.ja4"
	keyTLSVersion       = "tls.version"        // that the server chose
	keyTLSClientVersion = "tls.client_version" // the highest that the client offers
	keyTLSCipher        = "tls.cipher"         // that the server chose, in hexadecimal
)

// How many certificates and how many fingerprints are remembered.
const (
	maxCerts  = 1024
	maxPrints = 1024
)

// TLSTeller tells what the clear part of TLS handshakes says, for those
// dissectors whose protocol carries one: TLS over TCP, DTLS, QUIC. The zero
// value is ready; one goroutine uses it.
type TLSTeller struct {
	prints tls.Fingerprinter
	text   []byte
	known  map[[32]byte][]tls.CertificateFact // by the SHA-256 of the certificate
	hellos map[string]helloPrints             // by what they are made of
}

// helloPrints are the fingerprints of a ClientHello.
type helloPrints struct{ ja3, ja4 string }

// Client tells what a ClientHello says. carrier is the first letter of its JA4:
// 't' over TCP, 'q' over QUIC, 'd' for DTLS.
func (t *TLSTeller) Client(h *tls.ClientHello, carrier byte, m *heron.Message, out Emitter) {
	about := m.Sender()
	out.Observe(about, keyTLSName, h.ServerName)
	if !IsAddress(h.ServerName) {
		t.text = AppendLower(t.text[:0], h.ServerName)
		out.Observe(about, heron.KeyContact, t.text)
	}
	t.text = t.text[:0]
	for list := wire.NewReader(h.ALPN); list.Len() > 0; {
		if len(t.text) > 0 {
			t.text = append(t.text, ',')
		}
		t.text = append(t.text, list.Bytes(list.U8())...)
	}
	out.Observe(about, keyTLSALPN, t.text)
	out.ObserveString(about, keyTLSClientVersion, tls.VersionName(h.MaxVersion()))
	prints := t.printsOf(h, carrier)
	out.ObserveString(about, keyTLSJA3, prints.ja3)
	out.ObserveString(about, keyTLSJA4, prints.ja4)
}

// printsOf returns the fingerprints of a ClientHello. Digests are dear and most
// hellos of a device are alike, so that they are remembered.
func (t *TLSTeller) printsOf(h *tls.ClientHello, carrier byte) helloPrints {
	t.text = append(t.text[:0], carrier, byte(h.Version>>8), byte(h.Version), 0)
	if h.HasName {
		t.text = append(t.text[:3], 1)
	}
	for _, b := range [...][]byte{h.Ciphers, h.Groups, h.Points, h.Signatures, h.Versions, h.ALPN} {
		t.text = append(append(t.text, byte(len(b)>>8), byte(len(b))), b...)
	}
	r := wire.NewReader(h.Extensions)
	for r.Len() > 0 {
		t.text = append(t.text, r.Bytes(2)...)
		r.Skip(r.U16())
	}
	if r.Err() != nil {
		t.text = append(t.text, 1) // the last is not whole, and does not count
	}
	prints, ok := t.hellos[string(t.text)]
	if ok {
		return prints
	}
	prints.ja3 = string(t.prints.JA3(h))
	prints.ja4 = string(t.prints.JA4(h, carrier))
	const most = 1024 // bytes that are worth remembering
	if len(t.text) > most {
		return prints
	}
	if t.hellos == nil || len(t.hellos) >= maxPrints {
		t.hellos = make(map[string]helloPrints)
	}
	t.hellos[string(t.text)] = prints
	return prints
}

// Server tells what a ServerHello says.
func (t *TLSTeller) Server(h *tls.ServerHello, m *heron.Message, out Emitter) {
	about := m.Sender()
	out.ObserveString(about, keyTLSVersion, tls.VersionName(h.Version))
	const digits = "0123456789abcdef"
	t.text = append(t.text[:0], '0', 'x', digits[h.Cipher>>12&15], digits[h.Cipher>>8&15], digits[h.Cipher>>4&15], digits[h.Cipher&15])
	out.Observe(about, keyTLSCipher, t.text)
	out.Observe(about, keyTLSALPN, h.ALPN)
	out.Observe(about, keyTLSJA3S, t.prints.JA3S(h))
}

// Certificate tells what the sender's certificate says. Parsing is dear and most
// handshakes show the same few, so that what they say is remembered.
func (t *TLSTeller) Certificate(der []byte, m *heron.Message, out Emitter) error {
	if len(der) == 0 {
		return nil
	}
	id := sha256.Sum256(der)
	facts, ok := t.known[id]
	if !ok {
		var err error
		if facts, err = tls.CertificateFacts(der); err != nil {
			return err
		}
		if t.known == nil {
			t.known = make(map[[32]byte][]tls.CertificateFact)
		}
		if len(t.known) >= maxCerts {
			clear(t.known)
		}
		t.known[id] = facts
	}
	about := m.Sender()
	for _, f := range facts {
		out.ObserveString(about, f.Key, f.Value)
	}
	return nil
}
