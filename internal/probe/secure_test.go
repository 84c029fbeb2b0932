package probe

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"iter"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/heron-iot/heron"
)

// selfSigned makes a certificate such as a device makes for itself.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "device.local", Organization: []string{"Maker"}},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestTLSIsSpokenAndTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		conf    *tls.Config
		refused bool
	}{
		"version 1.3":                    {&tls.Config{MinVersion: tls.VersionTLS13}, false},
		"version 1.2":                    {&tls.Config{MaxVersion: tls.VersionTLS12}, false},
		"version 1.0":                    {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, false},
		"the server wants a certificate": {&tls.Config{MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.conf.Certificates = []tls.Certificate{selfSigned(t)}
			l, err := tls.Listen("tcp", "127.0.0.1:0", c.conf)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				if c, err := l.Accept(); err == nil {
					_, _ = io.Copy(c, io.LimitReader(c, 5))
					c.Close()
				}
			}()
			port := l.Addr().(*net.TCPAddr).AddrPort().Port()
			p := Probe{
				Name: "echo", Transport: heron.TCP, TLSPorts: []uint16{port}, MaxWrites: 1, MaxBytes: 5, MaxAnswer: 10, Run: echo,
			}
			got := asked(t, p, port)
			if c.refused { // the certificate came in clear, for the dissectors
				if !bytes.Contains([]byte(got["heard"]), []byte("device.local")) {
					t.Error("the dissectors did not hear the handshake")
				}
				return
			}
			if got["tls.cert.subject"] != "CN=device.local,O=Maker" || got["tls.cert.self_signed"] != "yes" {
				t.Errorf("told %v", got)
			}
			if want := "hello"; got["answer"] != want {
				t.Errorf("the answer over TLS is %q, want %q", got["answer"], want)
			}
		})
	}
}

func asked(t *testing.T, p Probe, port uint16) map[string]string {
	t.Helper()
	s, err := NewScanner(Options{Probes: []Probe{p}, Read: heardBy})
	if err != nil {
		t.Fatal(err)
	}
	host := Host{Addr: loopback4}
	a := s.Ask(t.Context(), host, Target{Question: Question{host.Addr, port, p.Name}, TLS: true})
	got := map[string]string{}
	for _, o := range a.Observations {
		got[o.Key] += o.Value
	}
	return got
}

// heardBy tells all that was said, in place of dissectors.
func heardBy(_ heron.Subject, _ heron.Time, said iter.Seq2[bool, []byte]) []heron.Observation {
	var text []byte
	for _, payload := range said {
		text = append(text, payload...)
	}
	return []heron.Observation{{Key: "heard", Value: string(text)}}
}
