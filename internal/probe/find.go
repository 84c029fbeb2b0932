package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/heron-iot/heron"
)

// Area is where a scan looks.
type Area struct {
	Hosts []Host
	// Networks are IPv6 networks of links that this machine is on, too large to try
	// each address: who is there is asked by multicast.
	Networks []netip.Prefix
}

// link is an interface, and the networks on it.
type link struct {
	net.Interface
	own      []netip.Addr
	networks []netip.Prefix
}

// links are the interfaces of this machine that are up.
func links() ([]link, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var out []link
	for _, i := range list {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		l := link{Interface: i}
		for _, a := range addresses {
			n, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			ip, ok := netip.AddrFromSlice(n.IP)
			ones, _ := n.Mask.Size()
			if !ok {
				continue
			}
			l.own = append(l.own, ip.Unmap())
			l.networks = append(l.networks, netip.PrefixFrom(ip.Unmap(), ones).Masked())
		}
		out = append(out, l)
	}
	return out, nil
}

// has tells whether an address is on the link.
func (l *link) has(a netip.Addr) bool {
	if a.Zone() != "" {
		return a.Zone() == l.Name
	}
	return slices.ContainsFunc(l.networks, func(n netip.Prefix) bool { return n.Contains(a) })
}

// hardware tells that hosts on the link have hardware addresses and are asked
// for them.
func (l *link) hardware() bool {
	return l.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0 && len(l.HardwareAddr) == len(heron.MAC{})
}

// Links are the networks of this machine's links on which hosts have hardware addresses.
func Links() ([]netip.Prefix, error) {
	list, err := links()
	if err != nil {
		return nil, err
	}
	var out []netip.Prefix
	for i := range list {
		if list[i].hardware() {
			out = append(out, list[i].networks...)
		}
	}
	return out, nil
}

// search is the search for hosts.
type search struct {
	s     *Scanner
	tell  func(h Host, how string)
	mu    sync.Mutex
	found map[netip.Addr]bool
}

// is takes a host that is there, once.
func (f *search) is(h Host, how string) {
	f.mu.Lock()
	known := f.found[h.Addr]
	f.found[h.Addr] = true
	f.mu.Unlock()
	if known {
		return
	}
	f.s.counts.decided.Add(1)
	if !f.s.skip(h) {
		f.tell(h, how)
	}
}

// missing are those that were not found.
func (f *search) missing(hosts []Host) []Host {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(hosts), func(h Host) bool { return f.found[h.Addr] })
}

// find looks for the hosts of an area and tells each as soon as it is known to be
// there: on a link that this machine is on by ARP and NDP, elsewhere by an echo,
// and where that is not permitted or not answered by connections to a few ports.
// It waits until all was tried.
func (s *Scanner) find(ctx context.Context, area Area, tell func(h Host, how string)) error {
	list, err := links()
	if err != nil {
		return err
	}
	f := &search{s: s, tell: tell, found: map[netip.Addr]bool{}}
	hosts := slices.DeleteFunc(slices.Clone(area.Hosts), s.skip)
	s.counts.hosts.Add(int64(len(hosts)))
	var wg sync.WaitGroup
	var far []Host
	near := map[int][]Host{}
	for _, h := range hosts {
		switch i := slices.IndexFunc(list, func(l link) bool { return l.has(h.Addr) }); {
		case h.Addr.IsLoopback() || slices.ContainsFunc(list, func(l link) bool { return slices.Contains(l.own, h.Addr) }):
			f.is(h, howOwn)
		case i >= 0 && list[i].hardware():
			near[i] = append(near[i], h)
		default:
			far = append(far, h)
		}
	}
	for i, hosts := range near {
		wg.Go(func() { f.near(ctx, &list[i], hosts) })
	}
	wg.Go(func() { f.far(ctx, far) })
	for _, n := range area.Networks {
		for i := range list {
			if slices.Contains(list[i].networks, n) {
				wg.Go(func() { f.multicast(ctx, &list[i], n) })
			}
		}
	}
	wg.Wait()
	return nil
}

// near looks for hosts on a link.
func (f *search) near(ctx context.Context, l *link, hosts []Host) {
	var four, six []Host
	for _, h := range hosts {
		if h.Addr.Is4() {
			four = append(four, h)
		} else {
			six = append(six, h)
		}
	}
	if len(four) > 0 {
		if err := f.arp(ctx, l, four); err != nil {
			f.s.o.Log.Info("no ARP, hosts are found by connections", "interface", l.Name, "error", err)
			f.connections(ctx, four)
			f.neighbours(four)
		}
	}
	if len(six) > 0 {
		if err := f.echo(ctx, six); err != nil {
			f.s.o.Log.Info("no echo, hosts are found by connections", "interface", l.Name, "error", err)
			f.connections(ctx, six)
		}
	}
	f.gone(f.missing(hosts))
}

// gone counts hosts that are not there.
func (f *search) gone(hosts []Host) { f.s.counts.decided.Add(int64(len(hosts))) }

// far looks for hosts behind routers.
func (f *search) far(ctx context.Context, hosts []Host) {
	if len(hosts) == 0 {
		return
	}
	if err := f.echo(ctx, hosts); err != nil {
		f.s.o.Log.Info("no echo, hosts are found by connections", "error", err)
	}
	f.connections(ctx, f.missing(hosts))
	f.gone(f.missing(hosts))
}

// round is one try of a search: when it is over, those that did not answer are
// tried again.
var rounds = []time.Duration{120 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond}

// enoughRounds is how many rounds there are when nobody was found but in the first:
// no packet was lost, then.
const enoughRounds = 2

// repeat sends to each host until it is found, round after round.
func (f *search) repeat(ctx context.Context, hosts []Host, waits []time.Duration, send func(Host) error) error {
	late := 0 // found after the first round
	for i, wait := range waits {
		before := len(hosts)
		hosts = f.missing(hosts)
		if i > 1 {
			late += before - len(hosts)
		}
		if len(hosts) == 0 || i == enoughRounds && late == 0 {
			return nil
		}
		for _, h := range hosts {
			if err := f.s.pace.take(ctx, 1); err != nil {
				return err
			}
			f.s.counts.packets.Add(1)
			if err := send(h); err != nil {
				return err
			}
		}
		if err := f.await(ctx, hosts, wait); err != nil {
			return err
		}
	}
	return nil
}

// await waits until hosts are found, and no longer than wait.
func (f *search) await(ctx context.Context, hosts []Host, wait time.Duration) error {
	for until := time.Now().Add(wait); time.Now().Before(until) && len(f.missing(hosts)) > 0; {
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// knockPorts are tried where nothing else tells whether a host is there: one of
// them is open, or refuses, nearly everywhere.
var knockPorts = []uint16{80, 443, 22, 502, 8080}

// connections looks for hosts by full connections, closed in order.
func (f *search) connections(ctx context.Context, hosts []Host) {
	slots := make(chan struct{}, cap(f.s.open))
	var wg sync.WaitGroup
	for _, h := range hosts {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			f.knock(ctx, h)
		})
	}
	wg.Wait()
}

// knock tries ports of one host, one after the other.
func (f *search) knock(ctx context.Context, h Host) {
	over, err := f.s.o.Turns.take(ctx, h.Addr)
	if err != nil {
		return
	}
	defer over()
	k := f.s.newTalk(h, nil)
	for _, port := range knockPorts {
		began := time.Now()
		raw, err := k.connect(ctx, port)
		if err == nil {
			h.Delay = time.Since(began)
			k.hangUp(ctx, raw, nil)
			f.is(h, howConnect)
			return
		}
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			h.Delay = time.Since(began)
			f.is(h, howConnect)
			return
		case ctx.Err() != nil, errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
			return
		}
	}
}
