package probe

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"
)

// Requests returns what the probe would send to a service, in order: it is run
// against an imaginary server that gives the answers of Rehearse. Nothing leaves
// this machine.
func (p *Probe) Requests(ctx context.Context, t Target) [][]byte {
	r := &rehearsal{answers: p.Rehearse, to: netip.AddrPortFrom(t.Host, t.Port)}
	// Where the imaginary answers lead, and whether they please, does not matter.
	_ = p.Run(ctx, NewConn(r, p, t, Patience{}, time.Time{}, func(string, string) {}))
	return r.requests
}

// rehearsal is a connection to nobody, which remembers what was written.
type rehearsal struct {
	requests [][]byte
	answers  [][]byte
	in       bytes.Reader
	to       netip.AddrPort
}

func (r *rehearsal) Write(b []byte) (int, error) {
	if i := len(r.requests); i < len(r.answers) {
		r.in.Reset(r.answers[i])
	}
	r.requests = append(r.requests, slices.Clone(b))
	return len(b), nil
}

func (r *rehearsal) Read(b []byte) (int, error) {
	if r.in.Len() == 0 {
		return 0, io.EOF
	}
	return r.in.Read(b)
}

func (r *rehearsal) Close() error                     { return nil }
func (r *rehearsal) LocalAddr() net.Addr              { return net.TCPAddrFromAddrPort(netip.AddrPort{}) }
func (r *rehearsal) RemoteAddr() net.Addr             { return net.TCPAddrFromAddrPort(r.to) }
func (r *rehearsal) SetDeadline(time.Time) error      { return nil }
func (r *rehearsal) SetReadDeadline(time.Time) error  { return nil }
func (r *rehearsal) SetWriteDeadline(time.Time) error { return nil }
