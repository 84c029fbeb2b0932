package probe

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// arp asks a link who has the addresses (RFC 826), in frames of our own: it needs
// CAP_NET_RAW.
func (f *search) arp(ctx context.Context, l *link, hosts []Host) error {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), "arp")
	defer file.Close()
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: network16(unix.ETH_P_ARP), Ifindex: l.Index}); err != nil {
		return err
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	sent := newStamps()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.hearARP(raw, hosts, sent)
	}()
	to := &unix.SockaddrLinklayer{Protocol: network16(unix.ETH_P_ARP), Ifindex: l.Index, Hatype: unix.ARPHRD_ETHER, Halen: 6}
	copy(to.Addr[:], "\xff\xff\xff\xff\xff\xff")
	err = f.repeat(ctx, hosts, rounds, func(h Host) error {
		sent.now(h.Addr)
		return unix.Sendto(fd, whoHas(heron.MAC(l.HardwareAddr), l.source(h.Addr), h.Addr), 0, to)
	})
	_ = file.Close()
	<-done
	if ctx.Err() != nil {
		return nil // who stopped the scan wants no other way to be tried
	}
	return err
}

// hearARP takes answers until the socket is closed.
func (f *search) hearARP(raw syscall.RawConn, hosts []Host, sent *stamps) {
	wanted := map[netip.Addr]Host{}
	for _, h := range hosts {
		wanted[h.Addr] = h
	}
	buf := make([]byte, 128)
	for {
		var n int
		var err error
		closed := raw.Read(func(fd uintptr) bool {
			n, _, err = unix.Recvfrom(int(fd), buf, 0)
			return !errors.Is(err, unix.EAGAIN)
		})
		if closed != nil {
			return
		}
		mac, addr, ok := readARP(buf[:max(n, 0)])
		h, ours := wanted[addr]
		if err != nil || !ok || !ours {
			continue
		}
		h.MAC, h.Delay = mac, sent.since(addr)
		f.is(h, howARP)
	}
}

// network16 puts a number into network byte order, as sockaddr_ll wants it.
func network16(v uint16) uint16 { return v<<8 | v>>8 }

// echoSocket opens a socket for echoes: a raw one, or where that is not permitted
// the one that Linux has for them (ping_group_range), which numbers them itself.
func echoSocket(ctx context.Context, six bool) (conn net.PacketConn, own bool, err error) {
	network, address, family, protocol := "ip4:icmp", "0.0.0.0", unix.AF_INET, unix.IPPROTO_ICMP
	if six {
		network, address, family, protocol = "ip6:ipv6-icmp", "::", unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	if conn, err = new(net.ListenConfig).ListenPacket(ctx, network, address); err == nil {
		if raw, ok := conn.(*net.IPConn); ok && six {
			hearAll(raw)
		}
		return conn, true, nil
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, false, err
	}
	file := os.NewFile(uintptr(fd), "echo")
	defer file.Close() // the connection has a copy
	conn, err = net.FilePacketConn(file)
	return conn, false, err
}

// hearAll makes room for the answers of a whole link at once, and keeps what is no
// answer out of it (RFC 3542 §3.2). Without either, fewer are heard.
func hearAll(c *net.IPConn) {
	const room = 4 << 20
	_ = c.SetReadBuffer(room)
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	var f unix.ICMPv6Filter // of a set bit, nothing is heard
	for i := range f.Data {
		f.Data[i] = ^uint32(0)
	}
	for _, kind := range []int{echoReply6, solicit6, advertise6} {
		f.Data[kind/32] &^= 1 << (kind % 32)
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, room) // beyond the system's bound, where that is permitted
		_ = unix.SetsockoptICMPv6Filter(int(fd), unix.IPPROTO_ICMPV6, unix.ICMPV6_FILTER, &f)
	})
}

// neighbours takes those of hosts that the system knows the hardware address of.
func (f *search) neighbours(hosts []Host) {
	file, err := os.Open("/proc/net/arp")
	if err != nil {
		return
	}
	defer file.Close()
	known := map[netip.Addr]heron.MAC{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		field := strings.Fields(lines.Text())
		const complete = "0x2"
		if len(field) < 4 || field[2] != complete {
			continue
		}
		addr, addrErr := netip.ParseAddr(field[0])
		mac, macErr := heron.ParseMAC(field[3])
		if addrErr == nil && macErr == nil {
			known[addr] = mac
		}
	}
	for _, h := range hosts {
		if mac, ok := known[h.Addr]; ok {
			h.MAC = mac
			f.is(h, howARP)
		}
	}
}
