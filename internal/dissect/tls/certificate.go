package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// Keys of the observations about certificates.
const (
	keySubject    = "tls.cert.subject"
	keyIssuer     = "tls.cert.issuer"
	keySAN        = "tls.cert.san"
	keyNotAfter   = "tls.cert.not_after" // RFC 3339, UTC
	keySelfSigned = "tls.cert.self_signed"
	keyKey        = "tls.cert.key"       // as rsa-2048
	keySignature  = "tls.cert.signature" // algorithm
	keySerial     = "tls.cert.serial"    // in hexadecimal
	keySHA256     = "tls.cert.sha256"
)

// Limits on certificates: most names told of one, and most remembered.
const (
	maxNames = 8
	maxKnown = 1024
)

// fact is one observation that a certificate gives rise to.
type fact struct{ key, value string }

// certificate tells what the sender's certificate says. Parsing is dear and most
// handshakes show the same few, so that what they say is remembered.
func (d *dissector) certificate(der []byte, m *heron.Message, out dissect.Emitter) error {
	if len(der) == 0 {
		return nil
	}
	id := sha256.Sum256(der)
	facts, ok := d.known[id]
	if !ok {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
		if len(d.known) >= maxKnown {
			clear(d.known)
		}
		facts = factsOf(cert, id)
		d.known[id] = facts
	}
	about := m.Sender()
	for _, f := range facts {
		out.ObserveString(about, f.key, f.value)
	}
	return nil
}

func factsOf(c *x509.Certificate, id [32]byte) []fact {
	facts := []fact{
		{keySubject, c.Subject.String()},
		{keyIssuer, c.Issuer.String()},
		{keyNotAfter, c.NotAfter.UTC().Format(time.RFC3339)},
		{keyKey, keyName(c)},
		{keySignature, strings.ToLower(c.SignatureAlgorithm.String())},
		{keySerial, hex.EncodeToString(c.SerialNumber.Bytes())},
		{keySHA256, hex.EncodeToString(id[:])},
	}
	// Issued by itself is what can be told without trusting the key to be sound.
	if bytes.Equal(c.RawSubject, c.RawIssuer) {
		facts = append(facts, fact{keySelfSigned, "yes"})
	}
	for _, name := range c.DNSNames[:min(len(c.DNSNames), maxNames)] {
		facts = append(facts, fact{keySAN, name})
	}
	for _, ip := range c.IPAddresses[:min(len(c.IPAddresses), maxNames)] {
		facts = append(facts, fact{keySAN, ip.String()})
	}
	return facts
}

// keyName returns the kind and size of the public key.
func keyName(c *x509.Certificate) string {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return "rsa-" + strconv.Itoa(k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ecdsa-" + strconv.Itoa(k.Curve.Params().BitSize)
	case ed25519.PublicKey:
		return "ed25519"
	}
	return strings.ToLower(c.PublicKeyAlgorithm.String())
}
