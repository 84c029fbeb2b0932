package lab

import (
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

func (n *Network) serveTCP(h *Host, s *Service) error {
	l, err := new(net.ListenConfig).Listen(n.ctx, "tcp", netip.AddrPortFrom(h.Here, n.port(s.Port)).String())
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
	n.lives[h].closes(l)
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
			defer n.leave(h)
			defer n.lives[h].closes(conn)()
			switch {
			case !n.enter(h):
			case wrap != nil:
				n.converse(tls.Server(conn, wrap), h, s)
			default:
				n.converse(conn, h, s)
			}
		})
	}
}

// converse serves one connection until either side ends it.
func (n *Network) converse(conn net.Conn, h *Host, s *Service) {
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
		if wasReset(err) {
			n.fall(h, fellReset)
		}
		if in = append(in, buf[:k]...); k == 0 && err != nil || len(in) > maxBuffered {
			return
		}
		var ok bool
		if in, ok = n.answer(h, s, Query{From: remote, Bytes: in, Session: &sess}); !ok {
			return
		}
	}
}

// answer answers what a stream brought, and returns what nobody used yet; not ok is the
// end of the connection.
func (n *Network) answer(h *Host, s *Service, q Query) (rest []byte, ok bool) {
	for s.Answer != nil {
		r := s.Answer(h, q)
		if r.Broken {
			n.fall(h, errStray.Error())
		}
		q.Bytes = q.Bytes[min(r.Used, len(q.Bytes)):]
		if len(r.Bytes) > 0 && !q.Session.push(r.Bytes) || r.Close {
			return nil, false
		}
		if r.Used == 0 || len(q.Bytes) == 0 {
			break
		}
	}
	return q.Bytes, true
}

// serveUDP answers datagrams; in a namespace also those to its groups.
func (n *Network) serveUDP(h *Host, s *Service) error {
	at := netip.AddrPortFrom(h.Here, n.port(s.Port))
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
	n.lives[h].closes(conn)
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
	n.wg.Go(func() { n.answerAll(conn, h, s) })
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

func (n *Network) answerAll(conn *net.UDPConn, h *Host, s *Service) {
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
		if from.Addr() == h.Here {
			continue // our own multicast come back
		}
		r := s.Answer(h, Query{From: from, Bytes: buf[:k], Session: &Session{}})
		if r.Broken {
			n.fall(h, errStray.Error())
		}
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
