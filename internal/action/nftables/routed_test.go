package nftables_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
	"github.com/heron-iot/heron/internal/action/nftables"
	"github.com/heron-iot/heron/internal/testneeds"
)

// routed is a gateway between two networks: the executor's place when devices
// are not bridged but routed.
//
//	a ── gw ── b      and another host, c, on a's side of the gateway
type routed struct{ t *testing.T }

func (r routed) ip(args ...string) {
	r.t.Helper()
	if err := run(r.t.Context(), testneeds.Program(r.t, "ip", "iproute2"), args...); err != nil {
		r.t.Fatal(err)
	}
}

const routedPrefix = "nfr-"

func newRouted(t *testing.T) routed {
	t.Helper()
	testneeds.Root(t)
	r := routed{t}
	for _, ns := range []string{"a", "b", "c", "gw"} {
		name := routedPrefix + ns
		_ = run(t.Context(), "ip", "netns", "del", name) // left by a crash
		r.ip("netns", "add", name)
		t.Cleanup(func() { _ = run(context.WithoutCancel(t.Context()), "ip", "netns", "del", name) })
		r.ip("-n", name, "link", "set", "lo", "up")
		if err := r.inside(ns, func() error { // addresses are usable at once
			return os.WriteFile("/proc/sys/net/ipv6/conf/default/accept_dad", []byte("0"), 0)
		}); err != nil {
			t.Fatal(err)
		}
	}
	for i, ns := range []string{"a", "b", "c"} {
		inner, outer := routedPrefix+ns, fmt.Sprintf("to-%s", ns)
		r.ip("-n", routedPrefix+"gw", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", inner)
		r.ip("-n", routedPrefix+"gw", "addr", "add", fmt.Sprintf("10.78.%d.1/24", i), "dev", outer)
		r.ip("-n", routedPrefix+"gw", "addr", "add", fmt.Sprintf("fd78:%d::1/64", i), "dev", outer, "nodad")
		r.ip("-n", routedPrefix+"gw", "link", "set", outer, "up")
		r.ip("-n", inner, "addr", "add", fmt.Sprintf("10.78.%d.2/24", i), "dev", "eth0")
		r.ip("-n", inner, "addr", "add", fmt.Sprintf("fd78:%d::2/64", i), "dev", "eth0", "nodad")
		r.ip("-n", inner, "link", "set", "eth0", "up")
		r.ip("-n", inner, "route", "add", "default", "via", fmt.Sprintf("10.78.%d.1", i))
		r.ip("-n", inner, "-6", "route", "add", "default", "via", fmt.Sprintf("fd78:%d::1", i))
	}
	if err := r.inside("gw", func() error {
		return errors.Join(
			os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0),
			os.WriteFile("/proc/sys/net/ipv6/conf/all/forwarding", []byte("1"), 0))
	}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r routed) open(ns string) *os.File {
	r.t.Helper()
	f, err := os.Open(filepath.Join("/run/netns", routedPrefix+ns))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = f.Close() })
	return f
}

// inside calls fn on a thread in a namespace; the thread ends after it.
func (r routed) inside(ns string, fn func() error) error {
	f := r.open(ns)
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		done <- fn()
	}()
	return <-done
}

func (r routed) dial(from, to string) error {
	return r.inside(from, func() error {
		conn, err := net.DialTimeout("tcp", to, 500*time.Millisecond)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

func (r routed) listen(ns, at string) {
	r.t.Helper()
	err := r.inside(ns, func() error {
		l, err := net.Listen("tcp", at)
		if err != nil {
			return err
		}
		r.t.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				_ = conn.Close()
			}
		}()
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestRoutedDeviceIsCutOff(t *testing.T) {
	t.Parallel()
	r := newRouted(t)
	const server, server6, gateway = "10.78.1.2:80", "[fd78:1::2]:80", "10.78.0.1:81"
	r.listen("b", server)
	r.listen("b", server6)
	r.listen("gw", "0.0.0.0:81")
	x := nftables.Executor(nftables.Config{NetNS: int(r.open("gw").Fd())})
	g := action.Target{
		Action: heron.Action{ID: "routed", Expires: heron.TimeOf(time.Now().Add(time.Hour))},
		Device: heron.Device{IPs: []netip.Addr{netip.MustParseAddr("10.78.0.2"), netip.MustParseAddr("fd78:0::2")}},
	}
	reach := func(from, to string, want bool) {
		t.Helper()
		if err := tried(want, func() error { return r.dial(from, to) }); (err == nil) != want {
			t.Errorf("%s to %s: got %v, want success %v", from, to, err, want)
		}
	}
	for _, to := range []string{server, server6, gateway} {
		reach("a", to, true)
	}
	quarantine(t, x, &g)
	for _, to := range []string{server, server6, gateway} {
		reach("a", to, false)
		reach("c", to, true)
	}
	if err := x.Undo(t.Context(), g, g.Action.Backup); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{server, server6, gateway} {
		reach("a", to, true)
	}
}

func TestTheRouterItselfIsSpared(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfi")
	var own heron.MAC
	if err := n.InsideCore(func() error {
		ifi, err := net.InterfaceByName(n.BridgeName())
		if err == nil {
			own = heron.MAC(ifi.HardwareAddr)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	_, err := x.Plan(t.Context(), action.Target{Device: heron.Device{MACs: []heron.MAC{own}}})
	if heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("got %v, want a refusal", err)
	}
}
