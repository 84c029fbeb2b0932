package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// Bounds of a server: strangers may connect to it.
const (
	maxConnections = 64 // a service
	maxIdle        = 2 * time.Minute
	maxBuffered    = 1 << 20
)

// serve opens the sockets of all services of h. It is called in its namespace.
func (n *Network) serve(h *Host) error {
	for i := range h.Model.Services {
		s := &h.Model.Services[i]
		var err error
		if s.Transport == heron.TCP {
			err = n.serveTCP(h, s)
		} else {
			err = n.serveUDP(h, s)
		}
		if err != nil {
			return fmt.Errorf("%s/%d: %w", s.Transport, s.Port, err)
		}
	}
	return nil
}

func (n *Network) keep(s interface{ Close() error }) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.socks = append(n.socks, s)
}

func (n *Network) serveTCP(h *Host, s *Service) error {
	l, err := new(net.ListenConfig).Listen(n.ctx, "tcp", netip.AddrPortFrom(n.address(h), n.port(s.Port)).String())
	if err != nil {
		return err
	}
	var wrap *tls.Config
	if s.TLS {
		der, key, err := newCertificate("", h)
		if err != nil {
			return err
		}
		wrap = &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
			MinVersion:   tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		}
	}
	n.keep(l)
	n.wg.Go(func() { n.accept(l, h, s, wrap) })
	return nil
}

func (n *Network) accept(l net.Listener, h *Host, s *Service, wrap *tls.Config) {
	slots := make(chan struct{}, maxConnections)
	for {
		conn, err := l.Accept()
		if err != nil {
			return // closed by Stop
		}
		select {
		case slots <- struct{}{}:
		default:
			_ = conn.Close()
			continue
		}
		n.wg.Go(func() {
			defer func() { <-slots }()
			defer conn.Close()
			defer context.AfterFunc(n.ctx, func() { _ = conn.Close() })()
			if wrap != nil {
				converse(tls.Server(conn, wrap), h, s)
				return
			}
			converse(conn, h, s)
		})
	}
}

// converse serves one connection until either side ends it.
func converse(conn net.Conn, h *Host, s *Service) {
	send := func(b []byte) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
		_, err := conn.Write(b)
		return err == nil
	}
	if s.Greeting != nil && !send(s.Greeting(h)) {
		return
	}
	sess := Session{push: send}
	defer sess.end()
	remote, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	var in []byte
	buf := make([]byte, 4096)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(maxIdle))
		k, err := conn.Read(buf)
		if in = append(in, buf[:k]...); k == 0 && err != nil || len(in) > maxBuffered {
			return
		}
		for s.Answer != nil {
			r := s.Answer(h, Query{From: remote, Bytes: in, Session: &sess})
			in = in[min(r.Used, len(in)):]
			if len(r.Bytes) > 0 && !send(r.Bytes) || r.Close {
				return
			}
			if r.Used == 0 || len(in) == 0 {
				break
			}
		}
	}
}

// serveUDP answers datagrams; in a namespace also those to its groups.
func (n *Network) serveUDP(h *Host, s *Service) error {
	at := netip.AddrPortFrom(n.address(h), n.port(s.Port))
	if n.wires != nil {
		at = netip.AddrPortFrom(netip.IPv4Unspecified(), s.Port)
	}
	pc, err := new(net.ListenConfig).ListenPacket(n.ctx, "udp4", at.String())
	if err != nil {
		return err
	}
	conn, ok := pc.(*net.UDPConn)
	if !ok {
		return errors.Join(errors.New("not a UDP socket"), pc.Close())
	}
	n.keep(conn)
	if n.wires != nil {
		if err := join(conn, s.Groups); err != nil {
			return err
		}
	}
	n.mu.Lock()
	if n.udp[h] == nil {
		n.udp[h] = map[uint16]*net.UDPConn{}
	}
	n.udp[h][s.Port] = conn
	n.mu.Unlock()
	n.wg.Go(func() { answerAll(conn, h, s) })
	return nil
}

// join makes a socket a member of the groups that are multicast.
func join(conn *net.UDPConn, groups []netip.Addr) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	for _, g := range groups {
		if !g.IsMulticast() {
			continue
		}
		var failure error
		m := &unix.IPMreqn{Multiaddr: g.As4()}
		if ifi, err := net.InterfaceByName(insideLink); err == nil {
			m.Ifindex = int32(ifi.Index)
		}
		if err := raw.Control(func(fd uintptr) {
			failure = unix.SetsockoptIPMreqn(int(fd), unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, m)
		}); err != nil || failure != nil {
			return fmt.Errorf("join %s: %w", g, errors.Join(err, failure))
		}
	}
	return nil
}

func answerAll(conn *net.UDPConn, h *Host, s *Service) {
	buf := make([]byte, 64<<10)
	for {
		k, from, err := conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an ICMP error about an answer of ours
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if from.Addr() == h.IP {
			continue // our own multicast come back
		}
		r := s.Answer(h, Query{From: from, Bytes: buf[:k], Session: &Session{}})
		if len(r.Bytes) == 0 {
			continue
		}
		switch {
		case from.Addr().IsUnspecified():
			from = netip.AddrPortFrom(localBcast, from.Port())
		case s.ToGroup && s.Groups[0].IsMulticast() && from.Port() == s.Port:
			from = netip.AddrPortFrom(s.Groups[0], s.Port)
		}
		_, _ = conn.WriteToUDPAddrPort(r.Bytes, from) // whoever asked may be gone
	}
}
