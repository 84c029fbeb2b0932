package probetest

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// peer is a scripted service on loopback.
type peer struct {
	p       *probe.Probe
	answers [][]byte
	address string
	end     func() error
	done    chan heard
}

// heard is what became of a connection, as the peer saw it.
type heard struct {
	sent    []byte
	orderly bool // it was ended without a reset
}

// patience bounds what a peer waits for.
const patience = 10 * time.Second

// serve starts a peer that gives one answer to each thing it is sent, and then waits
// for the end; one that is asked nothing says all at once.
func serve(t *testing.T, p *probe.Probe, answers [][]byte) *peer {
	t.Helper()
	s := &peer{p: p, answers: answers, done: make(chan heard, 1)}
	if p.Transport == heron.UDP {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		s.address, s.end = c.LocalAddr().String(), c.Close
		go s.datagrams(c)
		return s
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s.address, s.end = l.Addr().String(), l.Close
	go s.stream(l)
	return s
}

// dial reaches the peer, whatever the address: so that the service keeps its own port.
func (s *peer) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, s.address)
}

// heard ends the peer and returns what it saw.
func (s *peer) heard() heard {
	if s.p.Transport == heron.UDP {
		_ = s.end()
	}
	return <-s.done
}

func (s *peer) stream(l net.Listener) {
	var h heard
	defer func() { s.done <- h }()
	c, err := l.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	buf := make([]byte, s.p.MaxBytes+1)
	for _, answer := range s.answers {
		if s.p.MaxWrites > 0 {
			n, err := c.Read(buf)
			if err != nil {
				break
			}
			h.sent = append(h.sent, buf[:n]...)
		}
		_, _ = c.Write(answer)
	}
	_ = c.(*net.TCPConn).CloseWrite()
	rest, err := io.ReadAll(c)
	h.sent = append(h.sent, rest...)
	h.orderly = err == nil
}

// datagrams answers until it is closed. There is no end to see.
func (s *peer) datagrams(c net.PacketConn) {
	h := heard{orderly: true}
	defer func() { s.done <- h }()
	buf := make([]byte, 64<<10)
	for i := 0; ; i++ {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return
		}
		h.sent = append(h.sent, buf[:n]...)
		if i < len(s.answers) {
			_, _ = c.WriteTo(s.answers[i], from)
		}
	}
}
