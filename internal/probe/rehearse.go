package probe

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"
)

// Requests returns what the probe would send to a service, in order: it is run
// against an imaginary server that gives the answers of Rehearse, and one that tries
// again by itself also against one that is silent. Nothing leaves this machine.
func (p *Probe) Requests(ctx context.Context, t Target) [][]byte {
	out := p.rehearse(ctx, t, p.Rehearse, io.EOF)
	if p.Once {
		for _, b := range p.rehearse(ctx, t, nil, os.ErrDeadlineExceeded) {
			if !slices.ContainsFunc(out, func(x []byte) bool { return bytes.Equal(x, b) }) {
				out = append(out, b)
			}
		}
	}
	return out
}

// rehearse runs the probe against answers; end is what comes after them.
func (p *Probe) rehearse(ctx context.Context, t Target, answers [][]byte, end error) [][]byte {
	r := &rehearsal{answers: answers, end: end, to: netip.AddrPortFrom(t.Host, t.Port)}
	// Where the imaginary answers lead, and whether they please, does not matter.
	_ = p.Run(ctx, NewConn(r, p, t, Patience{}, time.Time{}, func(string, string) {}))
	return r.requests
}

// rehearsal is a connection to nobody, which remembers what was written.
type rehearsal struct {
	requests [][]byte
	answers  [][]byte
	end      error
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
		return 0, r.end
	}
	return r.in.Read(b)
}

func (r *rehearsal) Close() error                     { return nil }
func (r *rehearsal) LocalAddr() net.Addr              { return net.TCPAddrFromAddrPort(netip.AddrPort{}) }
func (r *rehearsal) RemoteAddr() net.Addr             { return net.TCPAddrFromAddrPort(r.to) }
func (r *rehearsal) SetDeadline(time.Time) error      { return nil }
func (r *rehearsal) SetReadDeadline(time.Time) error  { return nil }
func (r *rehearsal) SetWriteDeadline(time.Time) error { return nil }
