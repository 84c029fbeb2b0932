// Package probetest is the suite that every probe must pass: what is learned from a
// scripted peer, that it stays within its budget and closes in order, that it
// takes another protocol for what it is, and that no answer can make it panic,
// hang or send more.
package probetest

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	dissectall "github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/probe"
)

// Case is one scripted peer: what it answers, and what must be learned of it, by the
// probe and by the dissectors that hear the conversation.
type Case struct {
	Name string
	// Answer is sent when the probe asked, or at once when it asks nothing.
	Answer []byte
	// Then are the answers to what it asks next.
	Then [][]byte
	// Want has each key with its value, or its values parted by " | ". The protocol of
	// the service is among them, as service.protocol.
	Want map[string]string
	Path string // that a Follow asked for
	// Follows is where the answers must lead; a port of 0 is the same port.
	Follows []probe.Follow
}

// loopback is where the peers are.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// Run runs the suite.
func Run(t *testing.T, p probe.Probe, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			a, h := ask(t, p, c.Path, append([][]byte{c.Answer}, c.Then...))
			if d := cmp.Diff(c.Want, learned(a)); d != "" {
				t.Errorf("observations (-want +got):\n%s", d)
			}
			for i, f := range a.Follows {
				if f.Port == a.Port {
					a.Follows[i].Port = 0
				}
			}
			if d := cmp.Diff(c.Follows, a.Follows); d != "" {
				t.Errorf("follows (-want +got):\n%s", d)
			}
			if len(h.sent) > p.MaxBytes || a.Writes > p.MaxWrites {
				t.Errorf("sent %d bytes in %d writes; the budget is %d in %d", len(h.sent), a.Writes, p.MaxBytes, p.MaxWrites)
			}
			if !h.orderly {
				t.Error("the connection was not closed in order")
			}
		})
	}
	t.Run("another protocol says nothing", func(t *testing.T) {
		t.Parallel()
		other(t, p, cases)
	})
	t.Run("a control device is asked only what is safe", func(t *testing.T) { controlOnly(t, p) })
	t.Run("a plan shows what is sent", func(t *testing.T) { rehearse(t, p) })
}

// learned joins the values of each key.
func learned(a probe.Answer) map[string]string {
	got := map[string]string{}
	for _, o := range a.Observations {
		if have, ok := got[o.Key]; ok {
			o.Value = have + " | " + o.Value
		}
		got[o.Key] = o.Value
	}
	return got
}

// other answers in other protocols: of the probe's own nothing may be told.
func other(t *testing.T, p probe.Probe, cases []Case) {
	t.Helper()
	own, spoken := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		spoken[c.Want[heron.KeyServiceProtocol]] = true
		for key := range c.Want {
			own[key] = key != heron.KeyServiceProtocol
		}
	}
	for _, answer := range [][]byte{
		[]byte("220 mail.example ESMTP\r\n"), []byte("\xff\xfd\x18\xff\xfd\x20login: "),
		[]byte("SSH-2.0-dropbear_2016.73\r\n"), []byte("HTTP/1.0 400 Bad Request\r\nServer: x\r\n\r\n"),
		{0x16, 3, 1, 0, 2, 1, 0},
		bytes.Repeat([]byte{0}, 300),
	} {
		a, _ := ask(t, p, "", [][]byte{answer})
		mine := spoken[learned(a)[heron.KeyServiceProtocol]] // it is not another's
		for _, o := range a.Observations {
			if own[o.Key] && !mine {
				t.Errorf("%q gave %s = %q", answer, o.Key, o.Value)
			}
		}
	}
}

func controlOnly(t *testing.T, p probe.Probe) {
	t.Helper()
	s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Allowed(&p, probe.Host{Addr: loopback, Control: true}) && !p.Control {
		t.Error("would ask a control device")
	}
}

// rehearse runs the probe against its own imaginary server.
func rehearse(t *testing.T, p probe.Probe) {
	t.Helper()
	requests := p.Requests(t.Context(), target(&p, ""))
	if len(requests) == 0 && p.MaxWrites > 0 {
		t.Error("the plan shows no request")
	}
	if p.MaxWrites > 1 && p.Rehearse == nil {
		t.Error("the probe may write more than once, and has no Rehearse to plan with")
	}
}

// target is the first port of a probe on loopback; 80 where it has none, since others
// lead to it.
func target(p *probe.Probe, path string) probe.Target {
	ports := slices.Concat(p.Ports, p.TLSPorts, []uint16{80})
	return probe.Target{Question: probe.Question{Host: loopback, Port: ports[0], Probe: p.Name}, Printer: p.Printers, Path: path}
}

// Target is the first service that a probe is for, on loopback.
func Target(p *probe.Probe) probe.Target { return target(p, "") }

// Fuzz feeds the probe answers of any kind.
func Fuzz(f *testing.F, p probe.Probe, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		raw := &scripted{answer: bytes.NewReader(answer)}
		c := probe.NewConn(raw, &p, target(&p, ""), probe.Patience{}, time.Time{}, func(key, value string) {
			if key == "" || len(value) > heron.MaxObservationValue {
				t.Fatalf("emitted %q = %q", key, value)
			}
		})
		if err := p.Run(ctx, c); errors.Is(err, probe.ErrBudget) || errors.Is(err, probe.ErrUnsafe) {
			t.Fatal(err)
		}
	})
}

// ask runs one probe against a peer that listens on loopback.
func ask(t *testing.T, p probe.Probe, path string, answers [][]byte) (a probe.Answer, h heard) {
	t.Helper()
	s := serve(t, &p, answers)
	scanner, err := probe.NewScanner(probe.Options{
		Probes: []probe.Probe{p}, Timeout: 2 * time.Second, Safety: p.Safety, Thorough: p.Thorough || len(p.Makers) > 0, Dial: s.dial, Read: read,
	})
	if err != nil {
		t.Fatal(err)
	}
	a = scanner.Ask(t.Context(), probe.Host{Addr: loopback, Control: p.Control, Printer: p.Printers}, target(&p, path))
	return a, s.heard()
}

// read has the dissectors read the conversation.
func read(server heron.Subject, at heron.Time, said iter.Seq2[bool, []byte]) []heron.Observation {
	return dissect.Overhear(dissectall.Protocols(), server, at, said)
}

// scripted is a connection that answers from memory.
type scripted struct {
	net.Conn
	answer *bytes.Reader
}

func (s *scripted) Read(b []byte) (int, error)  { return s.answer.Read(b) }
func (s *scripted) Write(b []byte) (int, error) { return len(b), nil }
func (s *scripted) Close() error                { return nil }
func (s *scripted) SetDeadline(time.Time) error { return nil }
func (s *scripted) LocalAddr() net.Addr         { return s.RemoteAddr() }
func (s *scripted) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
}
