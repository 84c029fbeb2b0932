package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"

	prototls "github.com/heron-iot/heron/internal/proto/tls"
)

// maxHandshake is how much of a handshake is kept for the dissectors.
const maxHandshake = 32 << 10

// recorder keeps the first bytes of both sides.
type recorder struct {
	net.Conn
	said []utterance
	left int
}

func (r *recorder) keep(fromClient bool, b []byte) {
	b = b[:min(len(b), r.left)]
	if r.left -= len(b); len(b) > 0 {
		r.said = append(r.said, utterance{fromClient, bytes.Clone(b)})
	}
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.keep(false, b[:n])
	return n, err
}

func (r *recorder) Write(b []byte) (int, error) {
	r.keep(true, b)
	return r.Conn.Write(b)
}

// secure speaks TLS over raw, as a client that trusts anyone and shows no
// certificate. The dissectors hear the handshake, also one that ends because the
// server wants a certificate or offers what is not spoken any more; the
// certificate is told here, for TLS 1.3 hides it from who only listens.
func secure(ctx context.Context, raw net.Conn, n *notes) (*tls.Conn, error) {
	r := &recorder{Conn: raw, left: maxHandshake}
	c := tls.Client(r, &tls.Config{
		InsecureSkipVerify: true, // to learn who it is; nothing secret is ever sent
		MinVersion:         tls.VersionTLS10,
		CipherSuites:       everyCipher(),
	})
	err := c.HandshakeContext(context.WithoutCancel(ctx)) // its deadline ends it, not a reset
	r.left = 0
	n.overhear(r.said)
	if err != nil {
		return nil, err
	}
	if chain := c.ConnectionState().PeerCertificates; len(chain) > 0 {
		facts, err := prototls.CertificateFacts(chain[0].Raw)
		if err != nil {
			return nil, err
		}
		for _, f := range facts {
			n.emit(f.Key, f.Value)
		}
	}
	return c, nil
}

// everyCipher are also those that old devices are left with.
func everyCipher() []uint16 {
	var out []uint16
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, s := range list {
			out = append(out, s.ID)
		}
	}
	return out
}
