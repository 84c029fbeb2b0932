package dtls_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/dtls"
	"github.com/heron-iot/heron/internal/proto/tls"
)

// selfSigned returns a certificate that is the same each time.
func selfSigned() []byte {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(0x1234), Subject: pkix.Name{CommonName: "gateway-0001"},
		NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(2_000_000_000, 0),
	}
	der, err := x509.CreateCertificate(nil, cert, cert, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return der
}

func hello(version int, cookie string, more ...tls.Extension) []byte {
	h := tls.Hello{
		Version: version, Ciphers: []uint16{0xc02b, 0xc0ae}, ServerName: "lwm2m.example.com",
		Extensions: append([]tls.Extension{tls.Words(tls.ExtGroups, 23)}, more...),
	}
	return tls.WithCookie(tls.AppendClientHello(nil, h)[9:], []byte(cookie))
}

// server is the body of a ServerHello.
func server(version int, more ...tls.Extension) []byte {
	b := tls.AppendServerHello(nil, tls.Version12, [32]byte{1}, 0xc02b, more...)[9:]
	b[0], b[1] = byte(version>>8), byte(version)
	return b
}

// record is a datagram with one handshake message, or a part of it.
func record(version, kind, sequence int, body []byte, from, to int) []byte {
	return tls.AppendDatagramRecord(nil, tls.RecordHandshake, version, 0, sequence,
		tls.AppendFragment(nil, kind, sequence, body, from, to))
}

func whole(version, kind, sequence int, body []byte) []byte {
	return record(version, kind, sequence, body, 0, len(body))
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 5684, Steps: steps}
}

func suite() dissecttest.Suite {
	const v10, v12, v13 = tls.VersionDTLS10, tls.VersionDTLS12, tls.VersionDTLS13
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	chain := tls.AppendCertificate(nil, selfSigned())[9:]
	verify := append([]byte{0xfe, 0xff, 4}, "cook"...)
	sealed := tls.AppendDatagramRecord(nil, tls.RecordData, v12, 1, 7, make([]byte, 60))
	offer := tls.OfferVersions(v13, v12)
	pick := tls.Extension{Type: tls.ExtSupportedVersions, Body: []byte{0xfe, 0xfc}}
	return dissecttest.Suite{
		Protocol: dtls.Protocol, Allocs: 4, // memory for fragments, until it is used again; the race detector doubles it
		Conversations: []dissecttest.Conversation{
			talk("certificate_of_1_2", c(whole(v10, tls.TypeClientHello, 0, hello(v12, ""))),
				s(whole(v10, tls.TypeHelloVerifyRequest, 0, verify)),
				c(whole(v12, tls.TypeClientHello, 1, hello(v12, "cook"))),
				s(append(whole(v12, tls.TypeServerHello, 1, server(v12)), whole(v12, tls.TypeCertificate, 2, chain)...))),
			talk("in_fragments", c(record(v10, tls.TypeClientHello, 0, hello(v10, ""), 40, len(hello(v10, "")))),
				c(record(v10, tls.TypeClientHello, 0, hello(v10, ""), 0, 60)),
				s(whole(v10, tls.TypeServerHello, 0, server(v10))),
				s(record(v10, tls.TypeCertificate, 1, chain, 100, len(chain))),
				s(record(v10, tls.TypeCertificate, 1, chain, 0, 100))),
			talk("nothing_to_see_in_1_3", c(whole(v12, tls.TypeClientHello, 0, hello(v12, "", offer))),
				s(append(whole(v12, tls.TypeServerHello, 0, server(v12, pick)), 0x2f, 1, 2, 0, 30))),
			talk("start_was_missed", c(sealed), s(sealed)),
		},
	}
}

func TestDTLS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
