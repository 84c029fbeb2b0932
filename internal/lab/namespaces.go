package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// insideLink is the name of a device's interface in its namespace.
const insideLink = "eth0"

// namedDir is where named namespaces are, as ip-netns(8) keeps them.
const namedDir = "/run/netns"

// wires is what connects the devices: a bridge, and for each device a namespace
// and a pair of links.
type wires struct {
	prefix string
	core   netns.NsHandle // where the bridge is
	own    bool           // core is ours to remove
	inner  map[*Host]netns.NsHandle
	bridge netlink.Link
	lock   *os.File
}

// coreAddress is the bridge's own: where a sensor or a server stands.
func coreAddress() netip.Addr { return netip.AddrFrom4([4]byte{10, 77, 255, 254}) }

// CoreAddress is the address of the bridge of a network of namespaces: the
// machine that watches and enforces.
func CoreAddress() netip.Addr { return coreAddress() }

// Down removes what a network of that name left behind, in the namespace that
// it is called in; "" is the name that Start uses by itself.
func Down(name string) error {
	if name == "" {
		name = defaultName
	}
	prefix := name + "-"
	var errs []error
	entries, err := os.ReadDir(namedDir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		errs = append(errs, err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			errs = append(errs, deleteNamed(e.Name()))
		}
	}
	links, err := netlink.LinkList()
	errs = append(errs, err)
	for _, l := range links {
		if strings.HasPrefix(l.Attrs().Name, prefix) {
			// A link whose other end was in a namespace goes away with that, a
			// moment later: it may be gone between the look and the removal.
			if err := netlink.LinkDel(l); err != nil && !errors.Is(err, unix.ENODEV) {
				errs = append(errs, fmt.Errorf("remove link %s: %w", l.Attrs().Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// deleteNamed removes a named namespace, if it is there.
func deleteNamed(name string) error {
	if err := netns.DeleteNamed(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove namespace %s: %w", name, err)
	}
	return nil
}

// claim makes sure that nobody else keeps a lab of that name up; the claim ends
// with the file, and so with the process.
func claim(name string) (*os.File, error) {
	f, err := os.OpenFile("/run/heron-lab-"+name+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("claim lab %s: %w", name, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close() // it was opened for the lock alone
		return nil, heron.Errorf(heron.CodeConflict, "a lab called %s is up already; stop it, or give this one another name", name)
	}
	return f, nil
}

// raise makes the namespaces and links. What it returns with an error is still
// to be lowered.
func raise(c Config, hosts []*Host) (*wires, error) {
	if os.Geteuid() != 0 {
		return nil, heron.Errorf(heron.CodeUnsupported, "network namespaces need root; start the lab on loopback addresses, or use sudo")
	}
	w := &wires{prefix: c.Name + "-", own: c.Own, core: -1, inner: map[*Host]netns.NsHandle{}}
	var err error
	if w.lock, err = claim(c.Name); err != nil {
		return nil, err
	}
	if err := Down(c.Name); err != nil {
		return w, err
	}
	if err := shareNamed(); err != nil {
		return w, err
	}
	if c.Own {
		w.core, err = newNamespace(w.prefix + "core")
	} else {
		w.core, err = netns.Get()
	}
	if err != nil {
		return w, fmt.Errorf("namespace of the bridge: %w", err)
	}
	if err := w.raiseBridge(); err != nil {
		return w, err
	}
	for _, h := range hosts {
		if err := w.raiseHost(h); err != nil {
			return w, fmt.Errorf("namespace of %s: %w", h.Name, err)
		}
	}
	return w, nil
}

// shareNamed makes the folder of named namespaces a shared mount, as the first
// "ip netns add" after a boot does. Were that to happen while namespaces of
// ours are in it, each would be mounted twice, and could not be removed.
func shareNamed() error {
	if err := os.MkdirAll(namedDir, 0o755); err != nil {
		return err
	}
	const shared = unix.MS_SHARED | unix.MS_REC
	err := unix.Mount("", namedDir, "none", shared, "")
	if !errors.Is(err, unix.EINVAL) {
		return err // it is a mount already; or we may not
	}
	if err := unix.Mount(namedDir, namedDir, "none", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s: %w", namedDir, err)
	}
	return unix.Mount("", namedDir, "none", shared, "")
}

// attach finds the wires of a network that another process keeps up.
func attach(c Config, hosts []*Host) (*wires, error) {
	w := &wires{prefix: c.Name + "-", core: -1, inner: map[*Host]netns.NsHandle{}}
	for _, h := range hosts {
		ns, err := netns.GetFromName(w.name(h))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return w, fmt.Errorf("open namespace %s: %w", w.name(h), err)
		}
		w.inner[h] = ns
	}
	if len(w.inner) == 0 {
		return w, heron.Errorf(heron.CodeNotFound, "no lab called %q is up here; start it with: heron lab up", c.Name)
	}
	return w, nil
}

// detach lets go of what attach found.
func (w *wires) detach() error {
	var errs []error
	for _, ns := range w.inner {
		errs = append(errs, ns.Close())
	}
	return errors.Join(errs...)
}

// newNamespace makes a named namespace without moving the caller into it.
func newNamespace(name string) (netns.NsHandle, error) {
	runtime.LockOSThread()
	home, err := netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return -1, err
	}
	defer home.Close()
	ns, err := netns.NewNamed(name)
	if back := netns.Set(home); back != nil {
		return ns, back // the thread stays locked and ends with its goroutine
	}
	runtime.UnlockOSThread()
	return ns, err
}

func (w *wires) handle(ns netns.NsHandle) (*netlink.Handle, error) {
	return netlink.NewHandleAt(ns)
}

// raiseBridge makes the bridge, with the address of whoever watches.
func (w *wires) raiseBridge() error {
	h, err := w.handle(w.core)
	if err != nil {
		return err
	}
	defer h.Close()
	name := w.prefix + "br"
	if err := h.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: name}}); err != nil {
		return fmt.Errorf("add bridge %s: %w", name, err)
	}
	if w.bridge, err = h.LinkByName(name); err != nil {
		return err
	}
	return up(h, w.bridge, coreAddress())
}

// up gives a link its address and switches it on.
func up(h *netlink.Handle, l netlink.Link, ip netip.Addr) error {
	a := &netlink.Addr{IPNet: &net.IPNet{IP: ip.AsSlice(), Mask: net.CIDRMask(Prefix().Bits(), 32)}}
	if err := h.AddrAdd(l, a); err != nil {
		return fmt.Errorf("add address %s: %w", ip, err)
	}
	return h.LinkSetUp(l)
}

// raiseHost makes the namespace of a host and wires it to the bridge.
func (w *wires) raiseHost(host *Host) error {
	ns, err := newNamespace(w.name(host))
	if err != nil {
		return err
	}
	w.inner[host] = ns
	if err := w.inside(host, quickIPv6); err != nil {
		return err
	}
	core, err := w.handle(w.core)
	if err != nil {
		return err
	}
	defer core.Close()
	outer := fmt.Sprintf("%s%d", w.prefix, host.Index)
	veth := &netlink.Veth{
		LinkAttrs:        netlink.LinkAttrs{Name: outer, MasterIndex: w.bridge.Attrs().Index},
		PeerName:         insideLink,
		PeerHardwareAddr: host.MAC[:],
		PeerNamespace:    netlink.NsFd(ns),
	}
	if err := core.LinkAdd(veth); err != nil {
		return fmt.Errorf("add link %s: %w", outer, err)
	}
	if err := core.LinkSetUp(veth); err != nil {
		return err
	}
	inner, err := w.handle(ns)
	if err != nil {
		return err
	}
	defer inner.Close()
	return w.address(inner, host)
}

// address gives a host its address, and the gateway as its way out.
func (w *wires) address(inner *netlink.Handle, host *Host) error {
	lo, err := inner.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := inner.LinkSetUp(lo); err != nil {
		return err
	}
	l, err := inner.LinkByName(insideLink)
	if err != nil {
		return err
	}
	if err := up(inner, l, host.IP); err != nil {
		return err
	}
	// The kernel makes this address too, but only once it noticed the carrier.
	v6 := &netlink.Addr{
		IPNet: &net.IPNet{IP: host.IPv6.AsSlice(), Mask: net.CIDRMask(64, 128)}, Flags: unix.IFA_F_NODAD,
	}
	if err := inner.AddrAdd(l, v6); err != nil && !errors.Is(err, unix.EEXIST) && !errors.Is(err, unix.EOPNOTSUPP) {
		return fmt.Errorf("add address %s: %w", host.IPv6, err)
	}
	gw := host.site.gateway()
	if host == gw {
		return nil
	}
	return inner.RouteAdd(&netlink.Route{LinkIndex: l.Attrs().Index, Gw: gw.IP.AsSlice()})
}

// quickIPv6 lets link-local addresses be used at once: the lab knows that they
// are unique.
func quickIPv6() error {
	err := os.WriteFile("/proc/sys/net/ipv6/conf/default/accept_dad", []byte("0"), 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil // a kernel without IPv6
	}
	return err
}

func (w *wires) name(h *Host) string { return w.prefix + h.Name }

// inside calls fn on a thread in the namespace of a host.
func (w *wires) inside(h *Host, fn func() error) error {
	ns, ok := w.inner[h]
	if !ok {
		return heron.Errorf(heron.CodeNotFound, "%s is not part of this network", h.Name)
	}
	return inNamespace(ns, fn)
}

// inNamespace calls fn on a thread that is in ns for that long.
func inNamespace(ns netns.NsHandle, fn func() error) error {
	done := make(chan error, 1)
	go func() {
		// The thread is never unlocked: it ends with this goroutine, and so no
		// other can find itself in a strange namespace.
		runtime.LockOSThread()
		if err := netns.Set(ns); err != nil {
			done <- fmt.Errorf("enter namespace: %w", err)
			return
		}
		done <- fn()
	}()
	return <-done
}

// lower removes all that raise made.
func (w *wires) lower() error {
	var errs []error
	if w.core >= 0 && !w.own {
		errs = append(errs, inNamespace(w.core, func() error { return Down(strings.TrimSuffix(w.prefix, "-")) }))
	}
	for h, ns := range w.inner {
		errs = append(errs, ns.Close())
		if w.own {
			errs = append(errs, deleteNamed(w.name(h)))
		}
	}
	if w.core >= 0 {
		errs = append(errs, w.core.Close())
	}
	if w.own {
		errs = append(errs, deleteNamed(w.prefix+"core"))
	}
	errs = append(errs, w.lock.Close())
	return errors.Join(errs...)
}

// CoreNS is a file descriptor of the namespace of the bridge, for whoever is to
// act there; 0 on loopback. It is valid until Stop.
func (n *Network) CoreNS() int {
	if n.wires == nil {
		return 0
	}
	return int(n.wires.core)
}

// InsideCore calls fn on a thread in the namespace of the bridge.
func (n *Network) InsideCore(fn func() error) error {
	if n.wires == nil {
		return fn()
	}
	return inNamespace(n.wires.core, fn)
}

// BridgeName is the interface on which all traffic of the network can be seen.
func (n *Network) BridgeName() string { return n.c.Name + "-br" }
