// Package probetest is the suite that every probe must pass: what it tells of a
// scripted peer, that it stays within its budget and closes in order, that it
// takes another protocol for what it is, and that no answer can make it panic,
// hang or send more.
package probetest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// Case is one scripted peer: what it answers, and what the probe must tell.
type Case struct {
	Name string
	// Answer is sent when the probe asked, or at once when it asks nothing.
	Answer []byte
	Want   map[string]string // key → value
}

// Run runs the suite.
func Run(t *testing.T, p probe.Probe, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			a, sent, orderly := ask(t, p, c.Answer)
			got := map[string]string{}
			for _, o := range a.Observations {
				got[o.Key] = o.Value
			}
			if d := cmp.Diff(c.Want, got); d != "" {
				t.Errorf("observations (-want +got):\n%s", d)
			}
			if len(sent) > p.MaxBytes || a.Writes > p.MaxWrites {
				t.Errorf("sent %d bytes in %d writes; the budget is %d in %d", len(sent), a.Writes, p.MaxBytes, p.MaxWrites)
			}
			if !orderly {
				t.Error("the connection was not closed in order")
			}
		})
	}
	t.Run("another protocol says nothing", func(t *testing.T) {
		t.Parallel()
		for _, other := range [][]byte{
			[]byte("220 mail.example ESMTP\r\n"), []byte("\xff\xfd\x18\xff\xfd\x20login: "),
			{0x16, 3, 1, 0, 2, 1, 0},
			bytes.Repeat([]byte{0}, 300),
		} {
			if a, _, _ := ask(t, p, other); len(a.Observations) > 0 {
				t.Errorf("%q gave %v", other, a.Observations)
			}
		}
	})
	t.Run("a control device is asked only what is safe", func(t *testing.T) { controlOnly(t, p) })
}

func controlOnly(t *testing.T, p probe.Probe) {
	t.Helper()
	s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}})
	if err != nil {
		t.Fatal(err)
	}
	plan := s.Plan([]probe.Host{{Addr: netip.MustParseAddr("127.0.0.1"), Control: true}})
	if !p.Control && len(plan) > 0 {
		t.Errorf("would ask a control device %v", plan)
	}
}

// Fuzz feeds the probe answers of any kind.
func Fuzz(f *testing.F, p probe.Probe, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		conn := &scripted{answer: bytes.NewReader(answer)}
		_ = p.Run(ctx, conn, func(key, value string) {
			if key == "" || len(value) > heron.MaxObservationValue {
				t.Fatalf("emitted %q = %q", key, value)
			}
		})
		if conn.writes > p.MaxWrites {
			t.Fatalf("%d writes, the budget is %d", conn.writes, p.MaxWrites)
		}
	})
}

// ask runs one probe against a peer that listens on loopback.
func ask(t *testing.T, p probe.Probe, answer []byte) (a probe.Answer, sent []byte, orderly bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	type heard struct {
		sent    []byte
		orderly bool
	}
	done := make(chan heard, 1)
	go func() {
		var h heard
		defer func() { done <- h }()
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		if p.MaxWrites > 0 {
			buf := make([]byte, p.MaxBytes+1)
			n, _ := c.Read(buf)
			h.sent = buf[:n]
		}
		_, _ = c.Write(answer)
		_ = c.(*net.TCPConn).CloseWrite()
		rest, err := io.ReadAll(c)
		h.sent = append(h.sent, rest...)
		h.orderly = err == nil
	}()
	p.Ports = []uint16{l.Addr().(*net.TCPAddr).AddrPort().Port()}
	s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(t.Context(), []probe.Host{{Addr: netip.MustParseAddr("127.0.0.1"), Control: p.Control}}, func(x probe.Answer) { a = x })
	if err != nil {
		t.Fatal(err)
	}
	h := <-done
	return a, h.sent, h.orderly
}

// scripted is a connection that answers from memory.
type scripted struct {
	net.Conn
	answer *bytes.Reader
	writes int
}

func (s *scripted) Read(b []byte) (int, error)  { return s.answer.Read(b) }
func (s *scripted) Write(b []byte) (int, error) { s.writes++; return len(b), nil }
func (s *scripted) Close() error                { return nil }
func (s *scripted) RemoteAddr() net.Addr        { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
