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
)

// stage is the player that uses real sockets. It runs on a thread in the
// namespace of its host, and opens every socket on that thread.
type stage struct {
	ctx context.Context //nolint:containedctx // the life of one act
	n   *Network
	raw int // AF_PACKET socket plus one; 0 when not open
	err error
}

// Waits of a client. Everything is on one machine.
const (
	dialWait  = 400 * time.Millisecond
	replyWait = 700 * time.Millisecond
	quietWait = 30 * time.Millisecond
)

// reachable tells whether the lab may send there: its own network, and the
// network that stands for the Internet and that nobody has (RFC 2544).
func reachable(ip netip.Addr) bool {
	return Prefix().Contains(ip) || netip.MustParsePrefix("198.18.0.0/15").Contains(ip)
}

// talk implements player.
func (s *stage) talk(c conversation) bool {
	if s.ctx.Err() != nil || !reachable(c.to.Addr()) {
		return false
	}
	to := c.to
	if h := s.n.site.byIP[to.Addr()]; h != nil {
		to = netip.AddrPortFrom(h.Here, s.n.port(to.Port()))
	}
	d := net.Dialer{Timeout: dialWait}
	conn, err := d.DialContext(s.ctx, "tcp", to.String())
	if err != nil {
		return false
	}
	defer conn.Close()
	if c.tls {
		// The devices' certificates are their own work; we are here to talk, not to trust.
		conn = tls.Client(conn, &tls.Config{ServerName: c.server, InsecureSkipVerify: true})
	}
	hear(conn, quietWait) // a greeting, if there is one
	for i, req := range c.requests {
		if i > 0 {
			s.pause(c.gap)
		}
		if s.ctx.Err() != nil {
			return true
		}
		_ = conn.SetWriteDeadline(time.Now().Add(replyWait))
		if _, err := conn.Write(req); err != nil {
			return true
		}
		hear(conn, replyWait)
	}
	return true
}

// hear reads until the other side is quiet.
func hear(conn net.Conn, wait time.Duration) {
	buf := make([]byte, 16<<10)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		if _, err := conn.Read(buf); err != nil {
			return
		}
		wait = quietWait
	}
}

// say implements player.
func (s *stage) say(d datagram) {
	to := d.to.Addr()
	if s.ctx.Err() != nil || to.Is6() || !to.IsMulticast() && !isBroadcast(to) && !reachable(to) {
		return
	}
	if d.src.Addr().IsValid() && d.src.Addr().IsUnspecified() {
		s.sayRaw(d)
		return
	}
	if s.n.wires == nil && (to.IsMulticast() || isBroadcast(to)) {
		return // there is no link to announce anything on
	}
	if h := s.n.site.byIP[to]; h != nil {
		d.to = netip.AddrPortFrom(h.Here, s.n.port(d.to.Port()))
	}
	s.n.mu.Lock()
	own := s.n.udp[d.from][d.src.Port()]
	s.n.mu.Unlock()
	if own != nil {
		_, _ = own.WriteToUDPAddrPort(d.payload, d.to) // as lossy as the network
		return
	}
	at := ":0"
	if p := d.src.Port(); p >= 1024 || p > 0 && s.n.wires != nil {
		at = fmt.Sprintf(":%d", p)
	}
	pc, err := new(net.ListenConfig).ListenPacket(s.ctx, "udp4", at)
	if err != nil {
		s.err = errors.Join(s.err, err)
		return
	}
	defer pc.Close()
	if _, err := pc.WriteTo(d.payload, net.UDPAddrFromAddrPort(d.to)); err != nil {
		return
	}
	buf := make([]byte, 2048)
	_ = pc.SetReadDeadline(time.Now().Add(quietWait))
	_, _, _ = pc.ReadFrom(buf) // the answer is the server's to give, not ours to use
}

// sayRaw sends from a host that has no address yet.
func (s *stage) sayRaw(d datagram) {
	p := packet{
		srcMAC: d.from.MAC, dstMAC: multicastMAC(d.to.Addr()),
		src: d.src.Addr(), dst: d.to.Addr(), ttl: d.from.Model.Stack.ttl(),
	}
	s.frame(d.from, udpFrame(p, d.src.Port(), d.to.Port(), d.payload))
}

// frame implements player, with a packet socket.
func (s *stage) frame(_ *Host, b []byte) {
	if s.n.wires == nil || s.ctx.Err() != nil {
		return
	}
	if s.raw == 0 {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("packet socket: %w", err))
			return
		}
		s.raw = fd + 1
	}
	ifi, err := net.InterfaceByName(insideLink)
	if err == nil {
		err = unix.Sendto(s.raw-1, b, 0, &unix.SockaddrLinklayer{Ifindex: ifi.Index, Halen: 6})
	}
	s.err = errors.Join(s.err, err)
}

// pause implements player.
func (s *stage) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-s.ctx.Done():
	case <-time.After(d):
	}
}

func (s *stage) close() {
	if s.raw != 0 {
		_ = unix.Close(s.raw - 1)
	}
}

var _, _ player = (*stage)(nil), (*tape)(nil)
