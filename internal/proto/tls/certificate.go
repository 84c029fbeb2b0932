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
)

// CertificateFact is one thing that a certificate says, under the key of its
// observation.
type CertificateFact struct{ Key, Value string }

// maxCertNames is how many names of one certificate are told.
const maxCertNames = 8

// CertificateFacts tells what a certificate (RFC 5280) says. Nothing of it is
// verified.
func CertificateFacts(der []byte) ([]CertificateFact, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	id := sha256.Sum256(der)
	facts := []CertificateFact{
		{"tls.cert.subject", c.Subject.String()},
		{"tls.cert.issuer", c.Issuer.String()},
		{"tls.cert.not_after", c.NotAfter.UTC().Format(time.RFC3339)},
		{"tls.cert.key", keyName(c)},
		{"tls.cert.signature", strings.ToLower(c.SignatureAlgorithm.String())},
		{"tls.cert.serial", hex.EncodeToString(c.SerialNumber.Bytes())},
		{"tls.cert.sha256", hex.EncodeToString(id[:])},
	}
	// Issued by itself is what can be told without trusting the key to be sound.
	if bytes.Equal(c.RawSubject, c.RawIssuer) {
		facts = append(facts, CertificateFact{"tls.cert.self_signed", "yes"})
	}
	for _, name := range c.DNSNames[:min(len(c.DNSNames), maxCertNames)] {
		facts = append(facts, CertificateFact{"tls.cert.san", name})
	}
	for _, ip := range c.IPAddresses[:min(len(c.IPAddresses), maxCertNames)] {
		facts = append(facts, CertificateFact{"tls.cert.san", ip.String()})
	}
	return facts, nil
}

// keyName returns the kind and size of the public key, as rsa-2048.
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
