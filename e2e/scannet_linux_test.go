package e2e_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/testneeds"
)

// The hosts that are scanned: control devices, which break at what old ones break at;
// others; those among the others that drop what comes to closed ports; and one that is
// not there at first.
var (
	fragileModels = []string{"schneider-m340", "siemens-s7-1200", "wago-io", "sel-relay", "schneider-meter", "siemens-ahu"}
	silentModels  = []string{"hikvision-camera", "hp-laserjet"}
	otherModels   = []string{"hue-bridge", "shelly-plug", "qnap-nas", "moxa-nport"}
	lateModel     = "fronius-inverter"
)

// scannet is a network of namespaces with a scanner on its bridge.
type scannet struct {
	*lab.Network
	core   string // the namespace of the bridge
	guards []*guard
	late   lab.Device
}

// startScannet brings the network up. Its names carry the id of the process; it goes
// with the test, and what a process left behind that was killed goes now.
func startScannet(t *testing.T) *scannet {
	t.Helper()
	testneeds.Root(t)
	testneeds.Program(t, "ip", "iproute2")
	removeLeftovers(t)
	name := netPrefix + strconv.FormatInt(int64(os.Getpid()), 36)
	n, err := lab.Start(t.Context(), lab.Config{
		Mode: lab.Namespaces, Name: name, Own: true, Seed: 7,
		Models: slices.Concat(fragileModels, silentModels, otherModels, []string{lateModel}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	s := &scannet{Network: n, core: name + "-core"}
	ip(t, "-n", s.core, "link", "set", "lo", "up")
	for _, d := range n.Devices() {
		switch {
		case slices.Contains(fragileModels, d.Model):
			s.guards = append(s.guards, s.guard(t, d))
		case slices.Contains(silentModels, d.Model):
			silence(t, n, d)
		case d.Model == lateModel:
			s.late = d
			ip(t, "-n", d.Namespace, "link", "set", "eth0", "down")
		}
	}
	if len(n.Devices()) < 13 || len(s.guards) < len(fragileModels) {
		t.Fatalf("%d hosts, %d of them fragile", len(n.Devices()), len(s.guards))
	}
	return s
}

// netPrefix begins the names of these networks, with the id of their process behind it.
const netPrefix = "s"

// removeLeftovers takes down networks whose processes are gone.
func removeLeftovers(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir("/run/netns")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, core := strings.CutSuffix(e.Name(), "-core")
		id, ours := strings.CutPrefix(name, netPrefix)
		pid, err := strconv.ParseInt(id, 36, 32)
		if core && ours && err == nil && errors.Is(syscall.Kill(int(pid), 0), syscall.ESRCH) {
			if err := lab.Down(name); err != nil {
				t.Error(err)
			}
		}
	}
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// targets are the networks of /24 that the devices are in.
func (s *scannet) targets() []string {
	var out []string
	for _, d := range s.Devices() {
		if p, _ := d.IP.Prefix(24); !slices.Contains(out, p.String()) {
			out = append(out, p.String())
		}
	}
	return out
}

// silence lets a device drop what comes to its TCP ports that are closed.
func silence(t *testing.T, n *lab.Network, d lab.Device) {
	t.Helper()
	err := n.Inside(d.Name, func() error {
		c, err := nftables.New()
		if err != nil {
			return err
		}
		table := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "silent"})
		in := c.AddChain(&nftables.Chain{
			Name: "in", Table: table, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter,
		})
		rule := func(port []byte, verdict expr.VerdictKind) {
			tests := []expr.Any{
				&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, &expr.Cmp{Register: 1, Data: []byte{unix.IPPROTO_TCP}},
			}
			if port != nil {
				tests = append(tests,
					&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2}, &expr.Cmp{Register: 1, Data: port})
			}
			c.AddRule(&nftables.Rule{Table: table, Chain: in, Exprs: append(tests, &expr.Verdict{Kind: verdict})})
		}
		for _, port := range openPorts(d, "tcp") {
			rule([]byte{byte(port >> 8), byte(port)}, expr.VerdictAccept)
		}
		rule(nil, expr.VerdictDrop)
		return c.Flush()
	})
	if err != nil {
		t.Fatalf("silence %s: %v", d.Name, err)
	}
}

// openPorts are those that a device answers on.
func openPorts(d lab.Device, transport string) []uint16 {
	var out []uint16
	for _, p := range d.Ports {
		if parts := strings.Split(p, "/"); parts[0] == transport {
			port, _ := strconv.ParseUint(parts[1], 10, 16)
			out = append(out, uint16(port))
		}
	}
	return out
}

// listen captures on an interface of a namespace, in which it is called.
func listen(name string) (src capture.Source, err error) {
	return capture.OpenLive(capture.LiveConfig{Interface: name, RingBytes: 8 << 20, Idle: 50 * time.Millisecond})
}

// follow hands over what is captured until the test ends, or over says that there is no
// more to come.
func follow(t *testing.T, src capture.Source, fn func(*heron.Packet), over func() bool) {
	t.Helper()
	var wg sync.WaitGroup
	end := make(chan struct{})
	wg.Go(func() {
		var p heron.Packet
		for {
			err := src.Next(&p)
			select {
			case <-end:
				return
			default:
			}
			switch {
			case err == nil:
				fn(&p)
			case !errors.Is(err, capture.ErrIdle):
				if !over() {
					t.Errorf("capture: %v", err)
				}
				return
			}
		}
	})
	t.Cleanup(func() {
		close(end)
		wg.Wait()
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
}

// guard stands at the interface of a fragile device and counts what the scanner sends
// it. The device goes down for good at a second connection while one is open, and at a
// reset.
type guard struct {
	device lab.Device

	mu          sync.Mutex
	packets     int                 // of the scanner
	connects    []heron.Time        // when it began connections
	open        map[[2]uint16]uint8 // connections by their ports, with who has ended them
	most        int                 // of them at once
	questions   map[uint16]int      // connections and datagrams by port
	broke       string
	established int
}

// Who ended a connection.
const (
	scannerEnded = 1 << iota
	deviceEnded
	bothEnded = scannerEnded | deviceEnded
)

func (s *scannet) guard(t *testing.T, d lab.Device) *guard {
	t.Helper()
	g := &guard{device: d, open: map[[2]uint16]uint8{}, questions: map[uint16]int{}}
	var src capture.Source
	err := s.Inside(d.Name, func() (err error) {
		src, err = listen("eth0")
		return err
	})
	if err != nil {
		t.Fatalf("capture at %s: %v", d.Name, err)
	}
	follow(t, src, g.see, g.isBroken)
	return g
}

func (g *guard) see(p *heron.Packet) {
	x, ok := readSegment(p.Data)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if x.src == lab.CoreAddress() {
		g.packets++
		g.sentLocked(&x, p.Time)
	} else if x.dst == lab.CoreAddress() {
		g.answeredLocked(&x)
	}
}

// sentLocked takes what the scanner sent.
func (g *guard) sentLocked(x *segment, at heron.Time) {
	key := [2]uint16{x.srcPort, x.dstPort}
	switch {
	case x.protocol == unix.IPPROTO_UDP:
		g.questions[x.dstPort]++
	case x.flags&flagSYN != 0:
		if _, again := g.open[key]; !again {
			g.questions[x.dstPort]++
		}
		g.open[key] = 0
		g.connects = append(g.connects, at)
		if g.most = max(g.most, len(g.open)); len(g.open) > 1 {
			g.dieLocked("a second connection")
		}
	case x.flags&flagRST != 0:
		delete(g.open, key)
		g.dieLocked("a reset")
	case x.flags&flagFIN != 0:
		g.endLocked(key, scannerEnded)
	}
}

// answeredLocked takes what the device answered.
func (g *guard) answeredLocked(x *segment) {
	key := [2]uint16{x.dstPort, x.srcPort}
	switch {
	case x.flags&flagRST != 0:
		delete(g.open, key)
	case x.flags&flagSYN != 0:
		g.established++
	case x.flags&flagFIN != 0:
		g.endLocked(key, deviceEnded)
	}
}

// segment is what a frame of IPv4 holds; flags are of TCP alone.
type segment struct {
	src, dst         netip.Addr
	srcPort, dstPort uint16
	protocol, flags  byte
}

// Flags of TCP (RFC 9293 §3.1).
const flagFIN, flagSYN, flagRST = 1, 2, 4

// readSegment reads a frame of Ethernet with IPv4 in it; the lab sends no other.
func readSegment(b []byte) (x segment, ok bool) {
	const ethernet, minIPv4 = 14, 20
	if len(b) < ethernet+minIPv4 || b[12] != 8 || b[13] != 0 {
		return x, false
	}
	head := b[ethernet:]
	body := head[4*int(head[0]&15):]
	x = segment{protocol: head[9], src: netip.AddrFrom4([4]byte(head[12:16])), dst: netip.AddrFrom4([4]byte(head[16:20]))}
	if x.protocol == unix.IPPROTO_TCP || x.protocol == unix.IPPROTO_UDP {
		x.srcPort, x.dstPort = uint16(body[0])<<8|uint16(body[1]), uint16(body[2])<<8|uint16(body[3])
	}
	if x.protocol == unix.IPPROTO_TCP {
		x.flags = body[13]
	}
	return x, true
}

func (g *guard) endLocked(key [2]uint16, who uint8) {
	if ends, open := g.open[key]; open {
		if g.open[key] = ends | who; g.open[key] == bothEnded {
			delete(g.open, key)
		}
	}
}

func (g *guard) dieLocked(why string) {
	if g.broke != "" {
		return
	}
	g.broke = why
	_ = exec.Command("ip", "-n", g.device.Namespace, "link", "set", "eth0", "down").Run() // or it is down already
}

func (g *guard) isBroken() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.broke != ""
}

// check holds what a device saw against what it may stand: planned is how many
// connections a scan may try, by port.
func (g *guard) check(t *testing.T, planned map[uint16]int) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	name := g.device.Name
	if g.broke != "" {
		t.Errorf("%s broke: %s", name, g.broke)
	}
	if g.most > 1 || len(g.open) > 0 {
		t.Errorf("%s had %d connections at once, %d are still open", name, g.most, len(g.open))
	}
	if len(g.connects) == 0 || g.packets > maxPackets {
		t.Errorf("%s got %d packets and %d connections; want some, and %d packets at most", name, g.packets, len(g.connects), maxPackets)
	}
	for port, n := range g.questions {
		if n > planned[port] {
			t.Errorf("%s was asked %d times on port %d, %d were planned", name, n, port, planned[port])
		}
	}
	for i, first := range g.connects {
		n := 0
		for _, at := range g.connects[i:] {
			if at-first < heron.Second {
				n++
			}
		}
		if n > maxConnects {
			t.Errorf("%s got %d connections within a second", name, n)
			return
		}
	}
}

// What a control device stands: connections that are begun in a second, as many as the
// profile standard has packets, and a few that may leave at once after a pause; and packets in all.
const (
	maxConnects = 80 + 4
	maxPackets  = 100
)

func (g *guard) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return fmt.Sprintf("%s: %d packets, %d connections begun, %d made, %d at once", g.device.Name, g.packets, len(g.connects), g.established, g.most)
}
