package capture

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/heron-iot/heron"
)

// How long to wait between two attempts to reach a server of a capture.
const (
	redialFirst = 250 * time.Millisecond
	redialMost  = 15 * time.Second
	dialTimeout = 5 * time.Second
)

// pcapTCP reads a capture, pcap or pcapng, from a server that gives it as it
// grows, and asks again when the connection breaks.
type pcapTCP struct {
	address string
	filter  atomic.Pointer[userFilter]
	closed  chan struct{}
	wait    time.Duration
	src     Source // nil without a connection
	stats   Stats

	mu   sync.Mutex // of conn
	conn net.Conn
}

func openPcapTCP(c LiveConfig) (Source, error) {
	address, err := hostPort(c.Interface, schemePcap, "57012")
	if err != nil {
		return nil, err
	}
	s := &pcapTCP{address: address, closed: make(chan struct{}), wait: redialFirst}
	return s, s.SetFilter(c.Filter)
}

// SetFilter exchanges the filter.
func (s *pcapTCP) SetFilter(expr string) error {
	f, err := newUserFilter(expr)
	if err == nil {
		s.filter.Store(f)
	}
	return err
}

// Next implements Source.
func (s *pcapTCP) Next(p *heron.Packet) error {
	for {
		if s.isClosed() {
			return io.EOF
		}
		if s.src == nil && !s.dial() {
			return s.pause()
		}
		if err := s.src.Next(p); err != nil {
			s.drop()
			return s.pause()
		}
		s.wait = redialFirst
		if !s.filter.Load().passes(p) {
			continue
		}
		s.stats.Packets++
		s.stats.Bytes += uint64(p.OrigLen)
		return nil
	}
}

func (s *pcapTCP) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// dial connects, and reports whether it did.
func (s *pcapTCP) dial() bool {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return false
	}
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	if s.isClosed() {
		_ = conn.Close()
	}
	s.src = OpenReader(s.address, conn)
	return true
}

// drop gives a broken connection up.
func (s *pcapTCP) drop() {
	s.mu.Lock()
	_ = s.conn.Close()
	s.mu.Unlock()
	_ = s.src.Close()
	s.src = nil
}

// pause waits before the next attempt.
func (s *pcapTCP) pause() error {
	select {
	case <-s.closed:
		return io.EOF
	case <-time.After(s.wait):
	}
	s.wait = min(2*s.wait, redialMost)
	return ErrIdle
}

// Stats implements Source.
func (s *pcapTCP) Stats() Stats { return s.stats }

// Close implements Source.
func (s *pcapTCP) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return nil
	}
	close(s.closed)
	if s.conn == nil {
		return nil
	}
	if err := s.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
