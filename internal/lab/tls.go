package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net"
	"slices"
	"time"
)

// TLS record types (RFC 8446 §5.1).
const (
	tlsChangeCipherSpec = 20
	tlsHandshake        = 22
	tlsApplicationData  = 23
)

// TLS handshake types (RFC 8446 §4).
const (
	tlsClientHello       = 1
	tlsServerHello       = 2
	tlsCertificate       = 11
	tlsServerKeyExchange = 12
	tlsServerHelloDone   = 14
	tlsClientKeyExchange = 16
)

// tlsVersion12 is in every record and hello (RFC 8446 §4.1.2).
const tlsVersion12 = 0x0303

// maxRecord is the most plaintext of one record (RFC 8446 §5.1).
const maxRecord = 1 << 14

func tlsRecord(kind byte, data []byte) []byte {
	b := []byte{kind}
	b = binary.BigEndian.AppendUint16(b, tlsVersion12)
	return appendVector16(b, data)
}

// tlsRecords cuts application data into records.
func tlsRecords(data []byte) []byte {
	var b []byte
	for chunk := range slices.Chunk(data, maxRecord) {
		b = append(b, tlsRecord(tlsApplicationData, chunk)...)
	}
	return b
}

func tlsMessage(kind byte, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(kind)<<24|uint32(len(body)))
	return append(b, body...)
}

func appendVector16(b, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(data))), data...)
}

func appendVector24(b, data []byte) []byte {
	n := len(data)
	return append(append(b, byte(n>>16), byte(n>>8), byte(n)), data...)
}

// tlsExtension is one extension of a hello (RFC 8446 §4.2).
func tlsExtension(b []byte, kind uint16, data []byte) []byte {
	return appendVector16(binary.BigEndian.AppendUint16(b, kind), data)
}

// Cipher suites in the order that each kind of client offers them (IANA).
var (
	suitesModern = []uint16{
		0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f, 0x35,
	}
	suitesWindows  = []uint16{0x1302, 0x1301, 0xc02c, 0xc02b, 0xc030, 0xc02f, 0xc024, 0xc023, 0xc028, 0xc027, 0x9d, 0x9c, 0x3d, 0x3c}
	suitesEmbedded = []uint16{0xc02c, 0xc030, 0x9f, 0xc02b, 0xc02f, 0x9e, 0xc024, 0xc028, 0x6b, 0x3d, 0x35, 0x3c, 0x2f, 0xff}
	suitesTiny     = []uint16{0xc02b, 0xc02f, 0xc023, 0xc027, 0xff}
)

// tlsProfile is how the TLS of a stack says hello.
func tlsProfile(s Stack) (suites []uint16, modern bool) {
	switch s {
	case Windows:
		return suitesWindows, true
	case Apple:
		return suitesModern, true
	case LWIP, VxWorks:
		return suitesTiny, false
	}
	return suitesEmbedded, false
}

// clientHello is the first message of a client (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
func clientHello(rng *rand.Rand, s Stack, server string) []byte {
	suites, modern := tlsProfile(s)
	b := binary.BigEndian.AppendUint16(nil, tlsVersion12)
	b = append(b, random(rng, 32)...)
	if modern {
		b = append(append(b, 32), random(rng, 32)...)
	} else {
		b = append(b, 0)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(2*len(suites)))
	for _, c := range suites {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	b = append(b, 1, 0)
	b = appendVector16(b, clientExtensions(rng, modern, server))
	return tlsRecord(tlsHandshake, tlsMessage(tlsClientHello, b))
}

func clientExtensions(rng *rand.Rand, modern bool, server string) []byte {
	var b []byte
	if server != "" {
		name := appendVector16([]byte{0}, []byte(server))
		b = tlsExtension(b, 0, appendVector16(nil, name))
	}
	b = tlsExtension(b, 11, []byte{1, 0})
	if !modern {
		b = tlsExtension(b, 10, []byte{0, 4, 0, 23, 0, 24})
		return tlsExtension(b, 13, []byte{0, 8, 4, 3, 4, 1, 5, 1, 2, 1})
	}
	b = tlsExtension(b, 10, []byte{0, 6, 0, 29, 0, 23, 0, 24})
	b = tlsExtension(b, 13, []byte{0, 12, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1})
	b = tlsExtension(b, 16, []byte{0, 12, 2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'})
	b = tlsExtension(b, 43, []byte{4, 3, 4, 3, 3})
	b = tlsExtension(b, 45, []byte{1, 1})
	return tlsExtension(b, 51, keyShare(rng, true))
}

// keyShare is one X25519 share (RFC 8446 §4.2.8).
func keyShare(rng *rand.Rand, list bool) []byte {
	share := appendVector16([]byte{0, 29}, random(rng, 32))
	if !list {
		return share
	}
	return appendVector16(nil, share)
}

// serverHello answers a client; of TLS 1.3 when modern.
func serverHello(rng *rand.Rand, modern bool, suite uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, tlsVersion12)
	b = append(b, random(rng, 32)...)
	b = append(append(b, 32), random(rng, 32)...)
	b = binary.BigEndian.AppendUint16(b, suite)
	b = append(b, 0)
	var ext []byte
	if modern {
		ext = tlsExtension(ext, 43, []byte{3, 4})
		ext = tlsExtension(ext, 51, keyShare(rng, false))
	} else {
		ext = tlsExtension(ext, 0xff01, []byte{0})
		ext = tlsExtension(ext, 11, []byte{1, 0})
	}
	return tlsMessage(tlsServerHello, appendVector16(b, ext))
}

// handshake is a whole handshake on tape. Against a host of the site, and by
// clients that know no better, it is TLS 1.2, with the certificate to be seen.
func (c *tcpTape) handshake(conv conversation) []line {
	rng, stack := c.t.rng, c.client.stack
	suites, modern := tlsProfile(stack)
	hello := clientHello(rng, stack, conv.server)
	ccs := tlsRecord(tlsChangeCipherSpec, []byte{1})
	if modern && c.server.host == nil {
		flight := tlsRecord(tlsHandshake, serverHello(rng, true, suites[0]))
		flight = append(flight, ccs...)
		flight = append(flight, tlsRecord(tlsApplicationData, random(rng, 2400))...)
		return []line{
			{true, hello},
			{false, flight},
			{true, append(ccs, tlsRecord(tlsApplicationData, random(rng, 53))...)},
		}
	}
	cert := c.t.certificate(conv.server, c.server.host)
	flight := tlsRecord(tlsHandshake, serverHello(rng, false, 0xc02b))
	flight = append(flight, tlsRecord(tlsHandshake, tlsMessage(tlsCertificate,
		appendVector24(nil, appendVector24(nil, cert))))...)
	flight = append(flight, tlsRecord(tlsHandshake, tlsMessage(tlsServerKeyExchange, serverKeys(rng)))...)
	flight = append(flight, tlsRecord(tlsHandshake, tlsMessage(tlsServerHelloDone, nil))...)
	finished := tlsRecord(tlsHandshake, random(rng, 40))
	key := append([]byte{65}, publicPoint(rng)...)
	answer := tlsRecord(tlsHandshake, tlsMessage(tlsClientKeyExchange, key))
	answer = append(append(answer, ccs...), finished...)
	return []line{
		{true, hello},
		{false, flight},
		{true, answer},
		{false, append(slices.Clone(ccs), finished...)},
	}
}

// publicPoint stands for an uncompressed point of P-256.
func publicPoint(rng *rand.Rand) []byte { return append([]byte{4}, random(rng, 64)...) }

// serverKeys is an ECDHE key exchange on P-256 signed with ECDSA (RFC 8422 §5.4).
func serverKeys(rng *rand.Rand) []byte {
	b := append([]byte{3, 0, 23, 65}, publicPoint(rng)...)
	b = append(b, 4, 3)
	return appendVector16(b, random(rng, 71))
}

// random is n bytes of chance, as encryption makes them.
func random(rng *rand.Rand, n int) []byte {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, rng.Uint64())
	}
	return b[:n:n]
}

// certificate returns the certificate of a host, or of an outside server by
// its name.
func (t *tape) certificate(name string, h *Host) []byte {
	key := name
	if h != nil {
		key = "host " + h.Name
	}
	if der, ok := t.certs[key]; ok {
		return der
	}
	der, _, err := newCertificate(name, h)
	if err != nil {
		panic("lab: make certificate: " + err.Error()) // our own constants are wrong
	}
	t.certs[key] = der
	return der
}

// newCertificate makes the certificate that a host, or else the outside server
// of that name, shows: the same each time.
func newCertificate(name string, h *Host) ([]byte, *ecdsa.PrivateKey, error) {
	subject := pkix.Name{CommonName: name}
	issuer := pkix.Name{CommonName: "Example Issuing CA", Organization: []string{"Example Trust Services"}}
	seed := name
	if h != nil {
		m := h.Model
		subject = pkix.Name{
			CommonName: m.Product, Organization: []string{m.Vendor}, SerialNumber: h.Serial,
		}
		issuer, seed = subject, h.Serial
	}
	scalar := sha256.Sum256([]byte("heron lab key " + seed))
	scalar[0] = 0 // below the order of the group
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		return nil, nil, fmt.Errorf("key of %s: %w", seed, err)
	}
	cert := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(scalar[:8]),
		Subject:      subject, Issuer: issuer,
		NotBefore: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(2039, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:  x509.KeyUsageDigitalSignature,
	}
	if h != nil {
		cert.IPAddresses = []net.IP{h.IP.AsSlice()}
	} else {
		cert.DNSNames = []string{name}
	}
	parent := *cert
	parent.Subject = issuer
	// With no source of chance the signature is deterministic (RFC 6979).
	der, err := x509.CreateCertificate(nil, cert, &parent, key.Public(), key)
	return der, key, err
}
