package probe

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Messages of ICMP (RFC 792) and ICMPv6 (RFC 4443, RFC 4861).
const (
	echoReply    = 0
	echoRequest  = 8
	echoRequest6 = 128
	echoReply6   = 129
	solicit6     = 135
	advertise6   = 136
)

// echoID marks our echoes, and echoText is what they carry: whoever sees them on
// the wire can tell what they are.
const (
	echoID   = 0x4852
	echoText = "heron: are you there?"
)

// farRounds are the tries behind a router.
var farRounds = []time.Duration{400 * time.Millisecond, 800 * time.Millisecond}

// linkRounds are the tries on an IPv6 link, the last for as long as one more is found in
// each: whoever solicits us before the echo and is not heard does so again a second
// later (RFC 4861 §10), and what sleeps hears multicast late.
var linkRounds = []time.Duration{400 * time.Millisecond, 1200 * time.Millisecond, 1200 * time.Millisecond, 1200 * time.Millisecond}

// stamps are when something was sent.
type stamps struct {
	mu sync.Mutex
	at map[netip.Addr]time.Time
}

func newStamps() *stamps { return &stamps{at: map[netip.Addr]time.Time{}} }

func (s *stamps) now(a netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at[a] = time.Now()
}

// since is how long ago that was; 0 when nothing was sent.
func (s *stamps) since(a netip.Addr) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.at[a]; ok {
		return time.Since(at)
	}
	return 0
}

// source is our address that a host on the link sees.
func (l *link) source(to netip.Addr) netip.Addr {
	for i, n := range l.networks {
		if n.Contains(to) {
			return l.own[i]
		}
	}
	return netip.IPv4Unspecified()
}

// whoHas is an ARP request.
func whoHas(mac heron.MAC, from, to netip.Addr) []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, 1}
	b = append(b, mac[:]...)
	b = append(b, from.AsSlice()...)
	b = append(b, 0, 0, 0, 0, 0, 0)
	return append(b, to.AsSlice()...)
}

// readARP reads who says in an ARP message that it has which address.
func readARP(b []byte) (mac heron.MAC, addr netip.Addr, ok bool) {
	r := wire.NewReader(b)
	ethernet, ip, sizes, op := r.U16(), r.U16(), r.U16(), r.U16()
	copy(mac[:], r.Bytes(len(mac)))
	addr, _ = netip.AddrFromSlice(r.Bytes(4))
	ok = r.Err() == nil && ethernet == 1 && ip == 0x0800 && sizes == 0x0604 && (op == 1 || op == 2) && mac.IsUnicast()
	return mac, addr, ok
}

// echoMessage is an echo request. The system fills in the checksum of ICMPv6.
func echoMessage(six bool, sequence int) []byte {
	kind := byte(echoRequest)
	if six {
		kind = echoRequest6
	}
	b := []byte{kind, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, echoID)
	b = binary.BigEndian.AppendUint16(b, uint16(sequence))
	b = append(b, echoText...)
	if !six {
		binary.BigEndian.PutUint16(b[2:4], checksum(b))
	}
	return b
}

// checksum is the Internet checksum (RFC 1071).
func checksum(b []byte) uint16 {
	sum := 0
	for r := wire.NewReader(b); r.Len() > 0; {
		if r.Len() == 1 {
			sum += r.U8() << 8
			break
		}
		sum += r.U16()
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// readEcho reads a message of ICMP: whether it shows that its sender, or the
// target of an advertisement, is there, and what its hardware address is, where it
// says. own tells that echoes carry our mark.
func readEcho(b []byte, six, own bool, from netip.Addr) (h Host, ok bool) {
	r := wire.NewReader(b)
	h.Addr = from
	kind := r.U8()
	r.Skip(3)
	switch {
	case !six && kind == echoReply, six && kind == echoReply6:
		return h, r.U16() == echoID && r.Err() == nil || !own
	case six && (kind == solicit6 || kind == advertise6):
		r.Skip(4)
		target, valid := netip.AddrFromSlice(r.Bytes(16))
		if kind == advertise6 {
			h.Addr = target
		}
		h.MAC = linkAddress(&r, kind)
		return h, valid && r.Err() == nil
	}
	return h, false
}

// linkAddress reads the option of RFC 4861 §4.6.1 that fits a message.
func linkAddress(r *wire.Reader, kind int) (m heron.MAC) {
	want := 1 // of the sender
	if kind == advertise6 {
		want = 2 // of the target
	}
	for r.Len() > 0 {
		option, length := r.U8(), 8*r.U8()
		if length == 0 {
			return m
		}
		if body := r.Bytes(length - 2); option == want && len(body) == len(m) {
			copy(m[:], body)
		}
	}
	return m
}

// echo asks hosts for an echo. On an IPv6 link that makes the system solicit them
// first, and an advertisement is as good as an echo.
func (f *search) echo(ctx context.Context, hosts []Host) error {
	var families [2][]Host
	for _, h := range hosts {
		if h.Addr.Is4() {
			families[0] = append(families[0], h)
		} else {
			families[1] = append(families[1], h)
		}
	}
	for i, list := range families {
		if len(list) == 0 {
			continue
		}
		if err := f.echoFamily(ctx, list, i == 1); err != nil {
			return err
		}
	}
	return nil
}

func (f *search) echoFamily(ctx context.Context, hosts []Host, six bool) error {
	c, own, err := echoSocket(ctx, six)
	if err != nil {
		return err
	}
	wanted := map[netip.Addr]Host{}
	for _, h := range hosts {
		wanted[h.Addr.WithZone("")] = h
	}
	sent := newStamps()
	stop := f.hearEchoes(c, six, own, func(x Host) {
		h, ours := wanted[x.Addr.WithZone("")]
		if ours {
			h.MAC, h.Delay = x.MAC, sent.since(h.Addr)
			f.is(h, howEcho)
		}
	})
	defer stop()
	n := 0
	return f.repeat(ctx, hosts, farRounds, func(h Host) error {
		n++
		sent.now(h.Addr)
		var to net.Addr = &net.IPAddr{IP: h.Addr.AsSlice(), Zone: h.Addr.Zone()}
		if !own {
			to = &net.UDPAddr{IP: h.Addr.AsSlice(), Zone: h.Addr.Zone()}
		}
		_, _ = c.WriteTo(echoMessage(six, n), to) // an address without a route is one that does not answer
		return nil
	})
}

// hearEchoes takes messages until it is stopped.
func (f *search) hearEchoes(c net.PacketConn, six, own bool, fn func(Host)) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			if h, ok := readEcho(buf[:n], six, own, addrOf(from)); ok {
				fn(h)
			}
		}
	}()
	return func() { _ = c.Close(); <-done }
}

func addrOf(a net.Addr) netip.Addr {
	var ip net.IP
	switch a := a.(type) {
	case *net.IPAddr:
		ip = a.IP
	case *net.UDPAddr:
		ip = a.IP
	}
	addr, _ := netip.AddrFromSlice(ip)
	return addr.Unmap()
}

// allNodes is every IPv6 host of a link.
const allNodes = "ff02::1"

// multicast asks all hosts of an IPv6 network at once for an echo, from our own
// address in it, so that they answer from theirs.
func (f *search) multicast(ctx context.Context, l *link, n netip.Prefix) {
	hear, own, err := echoSocket(ctx, true)
	if err != nil || !own {
		f.s.o.Log.Info("no multicast echo", "interface", l.Name, "error", err)
		return
	}
	source := l.source(n.Addr())
	if source.IsLinkLocalUnicast() {
		source = source.WithZone(l.Name)
	}
	say, err := new(net.ListenConfig).ListenPacket(ctx, "ip6:ipv6-icmp", source.String())
	if err != nil {
		_ = hear.Close()
		f.s.o.Log.Info("no multicast echo", "interface", l.Name, "error", err)
		return
	}
	defer say.Close()
	var mu sync.Mutex
	macs := map[netip.Addr]heron.MAC{}
	there := map[netip.Addr]time.Duration{}
	began := time.Now()
	stop := f.hearEchoes(hear, true, true, func(h Host) {
		mu.Lock()
		defer mu.Unlock()
		if h.MAC != (heron.MAC{}) {
			macs[h.Addr] = h.MAC
		}
		if _, known := there[h.Addr]; !known && n.Contains(h.Addr) && h.Addr != source.WithZone("") {
			there[h.Addr] = time.Since(began)
		}
	})
	found := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(there)
	}
	before := 0
	for i, wait := range linkRounds {
		now := found()
		if i >= enoughRounds && now == before || f.s.pace.take(ctx, 1) != nil {
			break
		}
		before = now
		f.s.counts.packets.Add(1)
		_, _ = say.WriteTo(echoMessage(true, i), &net.IPAddr{IP: net.ParseIP(allNodes), Zone: l.Name})
		_ = sleep(ctx, wait)
	}
	stop()
	for a, delay := range there {
		h := Host{Addr: a, MAC: macs[a], Delay: delay}
		if a.IsLinkLocalUnicast() {
			h.Addr = a.WithZone(l.Name)
		}
		f.s.counts.hosts.Add(1)
		f.is(h, howEcho)
	}
}
