package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/heron-iot/heron"
)

// Mode says where a Network lives.
type Mode uint8

// The modes.
const (
	// Loopback is one address of 127.77.0.0/16 a device, for anyone. Ports
	// below 1024 are PortOffset higher for a plain user.
	Loopback Mode = iota
	// Namespaces is one network namespace a device, with its own MAC address,
	// on one bridge; for root.
	Namespaces
)

// PortOffset is added to ports below 1024 where the system refuses those.
const PortOffset = 10000

// defaultName is what a network is called by itself.
const defaultName = "hl"

// Config says what Start starts. The zero value is every model, once, on
// loopback addresses, answering but doing nothing by itself.
type Config struct {
	Mode Mode
	// Name begins the names of namespaces and links, and chooses the loopback
	// network; "" is "hl". At most six lower-case letters or digits.
	Name string
	// Own puts the bridge in a namespace of its own, Name-core, instead of the
	// one that Start is called in.
	Own bool
	// Models are the names of those wanted; empty is all.
	Models []string
	Seed   uint64
	// Fragile lets devices of fragile types, those of control, medicine and buildings,
	// break as old ones do: at a second connection while one is open, at a reset, and at
	// bytes that their protocol has no room for. They stay down; Fallen tells why.
	Fragile bool
	// Active lets the devices do what they do all day.
	Active bool
	Log    *slog.Logger // nil discards
}

// Network is a site on real sockets.
type Network struct {
	c      Config
	site   *Site
	hosts  []*Host
	wires  *wires // namespaces; nil on loopback
	offset uint16
	// attached tells that another process keeps the network up.
	attached bool

	ctx    context.Context //nolint:containedctx // ends with Stop: it is the life of the network
	cancel context.CancelFunc
	wg     sync.WaitGroup

	lives map[*Host]*life // of all hosts; what is in them, under mu

	mu  sync.Mutex
	udp map[*Host]map[uint16]*net.UDPConn
}

// Start brings a network up. It first takes down what an earlier one of the
// same name left behind.
func Start(ctx context.Context, c Config) (*Network, error) {
	n, err := newNetwork(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := n.up(ctx); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	return n, nil
}

// Attach returns the network of namespaces of that name that another process
// keeps up, to play attacks in it; c.Models and c.Seed must be those it was
// started with. Stop lets go of it, and leaves it up.
func Attach(ctx context.Context, c Config) (*Network, error) {
	n, err := newNetwork(ctx, c)
	if err != nil {
		return nil, err
	}
	n.attached = true
	if n.wires, err = attach(n.c, n.hosts); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	return n, nil
}

func newNetwork(ctx context.Context, c Config) (*Network, error) {
	if c.Name == "" {
		c.Name = defaultName
	}
	if len(c.Name) > 6 || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return nil, heron.Errorf(heron.CodeInvalid, "lab name %q: want at most six lower-case letters and digits", c.Name)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	site, err := NewSite(c.Seed, 0)
	if err != nil {
		return nil, err
	}
	n := &Network{c: c, site: site, lives: map[*Host]*life{}, udp: map[*Host]map[uint16]*net.UDPConn{}}
	if n.hosts, err = chosen(site, c.Models); err != nil {
		return nil, err
	}
	n.ctx, n.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, h := range site.Hosts {
		if c.Mode == Loopback {
			h.Here = n.onLoopback(h)
		}
	}
	for _, h := range n.hosts {
		n.lives[h] = newLife(n.ctx)
	}
	return n, nil
}

// chosen are the hosts of the models wanted. The gateway is always there.
func chosen(s *Site, models []string) ([]*Host, error) {
	if len(models) == 0 {
		return s.Hosts, nil
	}
	var out []*Host
	for _, name := range models {
		if len(s.roles[name]) == 0 || s.roles[name][0].Model.Name != name {
			return nil, heron.Errorf(heron.CodeInvalid, "the lab has no model %q; heron lab list shows them", name)
		}
	}
	for _, h := range s.Hosts {
		if h.Model.Role == roleGateway || slices.Contains(models, h.Model.Name) {
			out = append(out, h)
		}
	}
	return out, nil
}

func (n *Network) up(ctx context.Context) error {
	if n.c.Mode == Namespaces {
		w, err := raise(n.c, n.hosts)
		n.wires = w
		if err != nil {
			return err
		}
	} else if os.Geteuid() != 0 {
		n.offset = PortOffset
	}
	for _, h := range n.hosts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := n.inside(h, func() error { return n.serve(h) }); err != nil {
			return fmt.Errorf("start %s: %w", h.Name, err)
		}
	}
	if n.c.Active {
		for _, h := range n.hosts {
			n.wg.Go(func() { n.live(h) })
		}
	}
	return nil
}

// inside calls fn on a thread that is in the namespace of h.
func (n *Network) inside(h *Host, fn func() error) error {
	if n.wires == nil {
		return fn()
	}
	return n.wires.inside(h, fn)
}

// Stop ends all devices and removes what Start made.
func (n *Network) Stop() error {
	n.cancel()
	n.wg.Wait()
	switch {
	case n.wires == nil:
		return nil
	case n.attached:
		return n.wires.detach()
	}
	return n.wires.lower()
}

// Device is one host of a Network, as others reach it.
type Device struct {
	Name, Model, Type string
	MAC               heron.MAC
	IP                netip.Addr
	IPv6              netip.Addr // link-local; namespaces only
	Namespace         string     // "" on loopback
	Ports             []string   // "tcp/80/http"
	// Switch is the model of the switch that it hangs on, and SwitchPort the port, as
	// those tell by SNMP; "" of the switches.
	Switch, SwitchPort string
}

// Devices lists the devices, in the order of the site.
func (n *Network) Devices() []Device {
	out := make([]Device, 0, len(n.hosts))
	for _, h := range n.hosts {
		d := Device{Name: h.Name, Model: h.Model.Name, Type: h.Model.Type, MAC: h.MAC, IP: h.Here}
		d.Switch, d.SwitchPort, _ = n.site.plug(h)
		if n.wires != nil {
			d.Namespace, d.IPv6 = n.wires.name(h), h.IPv6
		}
		for _, s := range h.Model.Services {
			d.Ports = append(d.Ports, fmt.Sprintf("%s/%d/%s", s.Transport, n.port(s.Port), s.Protocol))
		}
		out = append(out, d)
	}
	return out
}

// onLoopback is the same place of 127.77.0.0/16, or of another such network when the
// lab has a name of its own, so that two can be up at a time.
func (n *Network) onLoopback(h *Host) netip.Addr {
	b := h.IP.As4()
	b[0] = 127
	if n.c.Name != defaultName {
		b[1] = byte(100 + fnvOf(n.c.Name)%150)
	}
	return netip.AddrFrom4(b)
}

func (n *Network) port(p uint16) uint16 {
	if p < 1024 {
		return p + n.offset
	}
	return p
}

// Find returns the first device of a model.
func (n *Network) Find(model string) (Device, bool) {
	for _, d := range n.Devices() {
		if d.Model == model {
			return d, true
		}
	}
	return Device{}, false
}

// Attack plays an attack from the device that does it, and returns when it is
// over or ctx ends.
func (n *Network) Attack(ctx context.Context, name string) error {
	attack, err := attackNamed(name)
	if err != nil {
		return err
	}
	if n.wires == nil {
		return heron.Errorf(heron.CodeUnsupported, "attacks need network namespaces: run the lab as root")
	}
	h := attack.from(n.site)
	if !slices.Contains(n.hosts, h) {
		return heron.Errorf(heron.CodeInvalid, "%s is played by %s, which this network has not; start it with that model", name, h.Model.Name)
	}
	return n.act(ctx, h, rand.New(rand.NewPCG(n.c.Seed, fnvOf(name))), attack.do)
}

// Inside calls fn on a thread that is in the network of a device, as if fn ran
// on the device itself: sockets that it opens are the device's. On loopback it
// just calls fn.
func (n *Network) Inside(device string, fn func() error) error {
	for _, h := range n.hosts {
		if h.Name == device {
			return n.inside(h, fn)
		}
	}
	return heron.Errorf(heron.CodeNotFound, "the lab has no device %q", device)
}

// act lets h do something, on a thread in its namespace.
func (n *Network) act(ctx context.Context, h *Host, rng *rand.Rand, do func(*actor)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.ctx, cancel)()
	err := n.inside(h, func() error {
		p := &stage{ctx: ctx, n: n}
		defer p.close()
		do(&actor{player: p, site: n.site, host: h, rng: rng, now: heron.TimeOf(time.Now())})
		return p.err
	})
	return errors.Join(err, ctx.Err())
}

// live does the habits of a host until the network stops.
func (n *Network) live(h *Host) {
	rng := rand.New(rand.NewPCG(n.c.Seed, fnvOf(h.Name)))
	next := make([]time.Time, len(h.Model.Habits))
	for i, habit := range h.Model.Habits {
		next[i] = time.Now().Add(habit.First/4 + time.Duration(rng.Int64N(int64(2*time.Second))))
	}
	for len(next) > 0 {
		i := 0
		for j := range next {
			if next[j].Before(next[i]) {
				i = j
			}
		}
		select {
		case <-n.ctx.Done():
			return
		case <-time.After(time.Until(next[i])):
		}
		habit := h.Model.Habits[i]
		if err := n.act(n.ctx, h, rng, habit.Do); err != nil && n.ctx.Err() == nil {
			n.c.Log.Debug("lab habit", "host", h.Name, "habit", habit.Name, "error", err)
		}
		next[i] = time.Now().Add(max(habit.Every, time.Second))
	}
}
