package capture

import (
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// OpenLive captures on an interface through a ring of memory that the kernel
// writes and we read (AF_PACKET with TPACKET_V3, packet(7)), so that a frame
// costs no system call and no copy. It needs CAP_NET_RAW.
//
// Close makes Next return io.EOF. The ring stays mapped until Next has returned
// that, or until the source is garbage, because whoever called Next may still
// read the last frame.
func OpenLive(c LiveConfig) (Source, error) {
	c.fill()
	l, err := openLive(c, nil)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// openLive opens an interface with a filter that is compiled, nil for that of c.
func openLive(c LiveConfig, program []unix.SockFilter) (*live, error) {
	iface, err := net.InterfaceByName(c.Interface)
	if err != nil {
		return nil, heron.Errorf(heron.CodeNotFound, "capture: there is no interface %q; there are: %s", c.Interface, interfaceNames())
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, liveError(c.Interface, err)
	}
	l := &live{name: c.Interface, idle: c.Idle, snaplen: c.Snaplen, fd: fd, wakeFD: -1}
	if err := l.setUp(c, iface, program); err != nil {
		_ = l.Close()
		return nil, err
	}
	l.unmap = runtime.AddCleanup(l, func(mem []byte) { _ = unix.Munmap(mem) }, l.ring.mem)
	return l, nil
}

// live is an interface being captured.
type live struct {
	name    string
	idle    time.Duration
	snaplen int
	link    heron.LinkType
	echoes  bool // loopback: frames show twice, going out and coming in
	ring    ring
	unmap   runtime.Cleanup
	stats   Stats
	closed  atomic.Bool

	mu         sync.Mutex // held by whoever uses the descriptors
	fd, wakeFD int
}

var _ BlockSource = (*live)(nil)

// setUp makes the socket deliver: the filter first, so that no frame slips past
// it, and the interface last.
func (l *live) setUp(c LiveConfig, iface *net.Interface, program []unix.SockFilter) error {
	var err error
	if l.link, l.echoes, err = hardware(l.fd, c.Interface); err != nil {
		return err
	}
	if program == nil {
		if program, err = liveProgram(c.Filter, l.link, c.Snaplen); err != nil {
			return err
		}
	}
	steps := []func() error{
		func() error { return attach(l.fd, program) },
		func() error { return l.ring.open(l.fd, c.RingBytes) },
		func() (err error) { l.wakeFD, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); return err },
		func() error {
			return unix.Bind(l.fd, &unix.SockaddrLinklayer{Protocol: network16(unix.ETH_P_ALL), Ifindex: iface.Index})
		},
		func() error { return l.listen(c, iface.Index) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return liveError(c.Interface, err)
		}
	}
	return nil
}

// listen asks for the frames of other stations, if they are wanted.
func (l *live) listen(c LiveConfig, index int) error {
	if !c.Promiscuous {
		return nil
	}
	m := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
	return unix.SetsockoptPacketMreq(l.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m)
}

// hardware tells the link type of an interface, and whether it is a loopback.
func hardware(fd int, name string) (link heron.LinkType, loopback bool, err error) {
	const (
		hardwareRadiotap = 803
		hardwareRawIP    = 519
	)
	req, err := unix.NewIfreq(name)
	if err == nil {
		err = unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, req)
	}
	if err != nil {
		return 0, false, liveError(name, err)
	}
	switch kind := req.Uint16(); kind {
	case unix.ARPHRD_ETHER:
		return heron.LinkEthernet, false, nil
	case unix.ARPHRD_LOOPBACK:
		return heron.LinkEthernet, true, nil
	case unix.ARPHRD_NONE, hardwareRawIP:
		return heron.LinkRaw, false, nil
	case unix.ARPHRD_IEEE80211:
		return heron.Link80211, false, nil
	case hardwareRadiotap:
		return heron.LinkRadiotap, false, nil
	default:
		return 0, false, heron.Errorf(heron.CodeUnsupported,
			"capture on %s: its kind of link (ARPHRD %d) is not known; capture on the Ethernet interface below it", name, kind)
	}
}

// liveProgram compiles the filter, with the snapshot length as what it returns.
func liveProgram(filter string, link heron.LinkType, snaplen int) ([]unix.SockFilter, error) {
	var program []bpf.RawInstruction
	var err error
	if strings.TrimSpace(filter) == "" {
		program, err = bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: MaxFrame}})
	} else {
		program, err = compileFilter(filter, link, true)
	}
	if err != nil {
		return nil, err
	}
	const returnConstant = unix.BPF_RET | unix.BPF_K
	out := make([]unix.SockFilter, 0, len(program))
	for _, i := range program {
		if i.Op == returnConstant && i.K != 0 {
			i.K = uint32(snaplen)
		}
		out = append(out, unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	return out, nil
}

func attach(fd int, program []unix.SockFilter) error {
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})
}

// Next implements Source.
func (l *live) Next(p *heron.Packet) error {
	for {
		if l.closed.Load() {
			l.free()
			return io.EOF
		}
		if l.ring.next(p, l.echoes) {
			l.lend(p)
			return nil
		}
		if err := l.wait(); err != nil {
			return err
		}
	}
}

// NextBlock implements BlockSource: frames that the kernel gave together.
func (l *live) NextBlock(ps []heron.Packet) (int, error) {
	if err := l.Next(&ps[0]); err != nil {
		return 0, err
	}
	n := 1
	for n < len(ps) && l.ring.more(&ps[n], l.echoes) {
		l.lend(&ps[n])
		n++
	}
	return n, nil
}

// lend completes a frame of the ring, and counts it.
func (l *live) lend(p *heron.Packet) {
	p.Link = l.link
	l.stats.Packets++
	l.stats.Bytes += uint64(p.OrigLen)
}

// wait sleeps until the kernel gives a block, Close is called, or nothing comes
// for too long.
func (l *live) wait() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Load() {
		return nil
	}
	timeout := -1
	if l.idle > 0 {
		timeout = int(max(l.idle.Milliseconds(), 1))
	}
	fds := []unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}, {Fd: int32(l.wakeFD), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, timeout)
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return liveError(l.name, err)
	case n == 0:
		return ErrIdle
	case fds[0].Revents&unix.POLLERR != 0:
		code, err := unix.GetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = unix.Errno(code)
		}
		if err != nil {
			return liveError(l.name, err)
		}
	}
	return nil
}

// Stats implements Source.
func (l *live) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countDropsLocked()
	return l.stats
}

// countDropsLocked adds what the kernel dropped since it was asked last.
func (l *live) countDropsLocked() {
	if l.fd < 0 {
		return
	}
	if s, err := unix.GetsockoptTpacketStatsV3(l.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
		l.stats.KernelDrops += uint64(s.Drops)
	}
}

// Close implements Source; it may be called while Next waits, and twice.
func (l *live) Close() error {
	if l.closed.Swap(true) {
		return nil
	}
	if l.wakeFD >= 0 {
		one := [8]byte{1, 1, 1, 1, 1, 1, 1, 1} // not zero in either byte order
		_, _ = unix.Write(l.wakeFD, one[:])    // cannot fail: the counter is 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countDropsLocked()
	_ = unix.Close(l.fd)
	if l.wakeFD >= 0 {
		_ = unix.Close(l.wakeFD)
	}
	l.fd, l.wakeFD = -1, -1
	return nil
}

// free gives the ring back, when nobody reads a frame in it any more.
func (l *live) free() {
	if l.ring.mem != nil {
		l.unmap.Stop()
		_ = unix.Munmap(l.ring.mem)
		l.ring.mem = nil
	}
}

func interfaceNames() string {
	list, err := net.Interfaces()
	if err != nil || len(list) == 0 {
		return "none"
	}
	names := make([]string, 0, len(list))
	for _, i := range list {
		names = append(names, i.Name)
	}
	return strings.Join(names, ", ")
}

func liveError(name string, err error) error {
	var e *heron.Error
	switch {
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		e = heron.Errorf(heron.CodeForbidden,
			"capture on %s: no permission; run as root, or give the program the right: setcap cap_net_raw,cap_net_admin=eip HERON", name)
	case errors.Is(err, unix.ENETDOWN):
		e = heron.Errorf(heron.CodeUnavailable, "capture on %s: the interface is down; bring it up with: ip link set %s up", name, name)
	case errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO):
		e = heron.Errorf(heron.CodeNotFound, "capture on %s: the interface is gone", name)
	case errors.Is(err, unix.ENOMEM):
		e = heron.Errorf(heron.CodeUnavailable, "capture on %s: not enough memory for the ring; make it smaller", name)
	default:
		e = heron.Errorf(heron.CodeUnsupported, "capture on %s: %v", name, err)
	}
	e.Err = err
	return e
}

// network16 puts a number into network byte order, as sockaddr_ll wants it.
func network16(v uint16) uint16 { return v<<8 | v>>8 }
