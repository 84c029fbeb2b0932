package tls_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/tls"
	"github.com/heron-iot/heron/internal/proto/tls"
)

// selfSigned returns a certificate that is the same each time: Ed25519
// signatures need no chance.
func selfSigned() []byte {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	name := pkix.Name{Organization: []string{"Example Inc."}, CommonName: "camera-0001"}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(0x1234), Subject: name,
		NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(2_000_000_000, 0),
		DNSNames: []string{"camera.lan"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 5).To4()},
	}
	der, err := x509.CreateCertificate(nil, cert, cert, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return der
}

func hello() []byte {
	return tls.AppendClientHello(nil, tls.Hello{
		Ciphers: []uint16{0x1301, 0xc02f}, ServerName: "API.Lamps.example", ALPN: []string{"h2", "http/1.1"},
		Extensions: []tls.Extension{tls.OfferVersions(tls.Version13, tls.Version12), tls.Words(tls.ExtGroups, 29)},
	})
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 443, Steps: steps}
}

// rewrap puts the handshake messages of one record into records of n bytes.
func rewrap(b []byte, n int) []byte {
	var out []byte
	for body := b[5:]; len(body) > 0; body = body[min(n, len(body)):] {
		out = tls.AppendRecord(out, tls.RecordHandshake, tls.Version12, body[:min(n, len(body))])
	}
	return out
}

// sealed is records of data of such lengths.
func sealed(lengths ...int) (out []byte) {
	for _, n := range lengths {
		out = tls.AppendRecord(out, tls.RecordData, tls.Version12, make([]byte, n))
	}
	return out
}

func suite() dissecttest.Suite {
	data := dissecttest.C(tls.AppendRecord(nil, tls.RecordData, tls.Version12, make([]byte, 500)))
	old := tls.AppendServerHello(nil, tls.Version12, [32]byte{1}, 0xc02f, tls.PickALPN("h2"))
	cert := tls.AppendCertificate(nil, selfSigned())
	var retry [32]byte
	copy(retry[:], "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91")
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("certificate_of_1_2", dissecttest.C(hello()), dissecttest.S(append(old, cert...)), data),
			talk("nothing_to_see_in_1_3", dissecttest.C(hello()),
				dissecttest.S(tls.AppendServerHello(nil, tls.Version13, [32]byte{1}, 0x1301)), data),
			talk("retry_of_1_3", dissecttest.C(hello()),
				dissecttest.S(tls.AppendServerHello(nil, tls.Version13, retry, 0x1301)), dissecttest.C(hello()),
				dissecttest.S(tls.AppendServerHello(nil, tls.Version13, [32]byte{1}, 0x1302))),
			talk("requests_of_1_2", dissecttest.C(hello()), dissecttest.S(append(old, cert...)),
				dissecttest.C(append(rewrap(hello(), 100), sealed(32, 500, 31, 17000)...)), dissecttest.S(sealed(400)), dissecttest.C(sealed(900))),
			talk("what_follows_an_answer_is_no_request", dissecttest.C(hello()), dissecttest.S(append(old, cert...)),
				dissecttest.C(sealed(500)), dissecttest.S(sealed(400)), dissecttest.C(sealed(900))),
			talk("requests_of_1_3", dissecttest.C(append(hello(), sealed(300)...)),
				dissecttest.S(append(tls.AppendServerHello(nil, tls.Version13, [32]byte{1}, 0x1301), sealed(40, 800)...)),
				dissecttest.C(sealed(53, 120)), dissecttest.S(sealed(250)), dissecttest.C(sealed(700))),
			talk("only_the_server_was_seen_again", dissecttest.C(hello()), dissecttest.S(append(old, cert...)),
				dissecttest.S(sealed(16000)), dissecttest.S(sealed(16000)), dissecttest.S(sealed(16000)), dissecttest.C(sealed(500))),
			talk("messages_across_records", dissecttest.C(rewrap(hello(), 40)),
				dissecttest.S(append(rewrap(old, 9), rewrap(cert, 100)...))),
			talk("handshake_missed", data, dissecttest.S(data.Payload)),
			talk("only_the_end_was_seen", dissecttest.S(append(dissecttest.Hex("15 0303 001a"), make([]byte, 26)...))),
			talk("refused", dissecttest.C(hello()), dissecttest.S(dissecttest.Hex("15 0301 0002 02 28"))),
			talk("address_for_a_name", dissecttest.C(tls.AppendClientHello(nil,
				tls.Hello{Version: tls.Version10, Ciphers: []uint16{5}, ServerName: "192.0.2.5"}))),
		},
	}
}

func TestTLS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
