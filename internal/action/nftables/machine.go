package nftables

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// machine is what the machine that enforces is in its network.
type machine struct {
	macs              []heron.MAC
	ips, gateways     []netip.Addr
	forwards, bridges bool
}

// machine looks at the namespace that the executor acts in.
func (x *executor) machine() (m machine, err error) {
	err = x.inside(func() error { return m.look() })
	return m, err
}

// inside calls fn in the executor's network namespace.
func (x *executor) inside(fn func() error) error {
	if x.NetNS == 0 {
		return fn()
	}
	runtime.LockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("open own namespace: %w", err)
	}
	defer home.Close()
	if err := unix.Setns(x.NetNS, unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("enter namespace: %w", err)
	}
	defer func() {
		// A thread that cannot go home must not be used again: it stays
		// locked, and ends with its goroutine.
		if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
	}()
	return fn()
}

func (m *machine) look() error {
	links, err := netlink.LinkList()
	if err != nil {
		return fmt.Errorf("list interfaces: %w", err)
	}
	for _, l := range links {
		if mac := l.Attrs().HardwareAddr; len(mac) == 6 {
			m.macs = append(m.macs, heron.MAC(mac))
		}
		m.bridges = m.bridges || l.Type() == "bridge"
	}
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return fmt.Errorf("list addresses: %w", err)
	}
	for _, a := range addrs {
		m.ips = append(m.ips, addrOf(a.IP))
	}
	routes, err := netlink.RouteList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return fmt.Errorf("list routes: %w", err)
	}
	for _, r := range routes {
		if r.Gw != nil {
			m.gateways = append(m.gateways, addrOf(r.Gw))
		}
	}
	on, err := os.ReadFile("/proc/sys/net/ipv4/ip_forward")
	m.forwards = err == nil && bytes.HasPrefix(on, []byte("1"))
	return nil
}

func addrOf(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}

// spare refuses to hold this machine itself and the routers that it needs.
func (m *machine) spare(h hold) error {
	for _, mac := range h.MACs {
		if slices.Contains(m.macs, mac) {
			return heron.Errorf(heron.CodeInvalid, "%s is this machine's own address: it would cut itself off", mac)
		}
	}
	for _, ip := range h.IPs {
		if slices.Contains(m.ips, ip) {
			return heron.Errorf(heron.CodeInvalid, "%s is this machine's own address: it would cut itself off", ip)
		}
		if slices.Contains(m.gateways, ip) {
			return heron.Errorf(heron.CodeInvalid, "%s is the router that this machine reaches the network through", ip)
		}
	}
	return nil
}
