package probe_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// datagramProbe is a probe over UDP that nobody answers.
func datagramProbe(name string, port uint16, worth int) probe.Probe {
	p := chatter("hi")
	p.Name, p.Transport, p.Ports, p.Worth, p.Control = name, heron.UDP, []uint16{port}, worth, true
	p.Allow = func([]byte) error { return nil }
	return p
}

// asking returns a dialler that refuses TCP and tells over UDP who was asked.
func asking() (dial func(context.Context, string, string) (net.Conn, error), asked func() []uint16) {
	var mu sync.Mutex
	var ports []uint16
	dial = func(_ context.Context, network, address string) (net.Conn, error) {
		if network == "udp" {
			mu.Lock()
			defer mu.Unlock()
			ports = append(ports, netip.MustParseAddrPort(address).Port())
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	return dial, func() []uint16 {
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(ports)
		return ports
	}
}

func TestSparingScanAsksWhatMayBeAnswered(t *testing.T) {
	t.Parallel()
	moxa, beside := datagramProbe("moxa", 11, 3), datagramProbe("beside", 12, 3)
	moxa.Makers, beside.Beside = []string{"moxa"}, 37777
	plant := datagramProbe("plant", 13, 3)
	plant.Plant = true
	narrow := datagramProbe("narrow", 18, 3)
	narrow.Narrow = true
	probes := []probe.Probe{
		moxa, beside, plant, datagramProbe("clock", 14, 1), datagramProbe("name", 15, 2), datagramProbe("model", 16, 3),
		datagramProbe("usual", 17, 2), narrow,
	}
	ofMoxa, ofGoogle, ofSiemens := heron.MAC{0x00, 0x90, 0xe8, 0, 0, 1}, heron.MAC{0x54, 0x60, 0x09, 0, 0, 1}, heron.MAC{0x00, 0x0e, 0x8c, 0, 0, 1}
	for _, c := range []struct {
		name  string
		mac   heron.MAC
		knows probe.Knowledge
		deep  bool
		want  []uint16
	}{
		{name: "maker that is not known", want: []uint16{13, 15, 16, 17, 18}},
		{name: "maker of control equipment", mac: ofSiemens, want: []uint16{13, 15, 16, 17, 18}},
		{name: "maker of what one probe is for", mac: ofMoxa, want: []uint16{11, 13, 15, 16, 17, 18}},
		{name: "maker of something else", mac: ofGoogle, want: []uint16{15, 16, 17, 18}},
		{name: "type that is known", knows: probe.KnowsType, want: []uint16{15, 16, 17}},
		{name: "type of a control device", mac: ofSiemens, knows: probe.KnowsType, want: []uint16{13, 15, 16, 17, 18}},
		{name: "kind that is known", mac: ofGoogle, knows: probe.KnowsKind, want: []uint16{16, 17}},
		{name: "all known", mac: ofGoogle, knows: probe.KnowsAll, want: []uint16{17}},
		{name: "thorough", mac: ofGoogle, knows: probe.KnowsAll, deep: true, want: []uint16{11, 12, 13, 14, 15, 16, 17, 18}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dial, asked := asking()
			first := datagramProbe("first", 8, 3) // whose answer makes known what is known
			o := probe.Options{Probes: append(slices.Clone(probes), first)}
			o.Profile(probe.ProfileStandard)
			o.Ports, o.Datagrams = []uint16{37777}, []uint16{17}
			o.Sparing, o.Thorough = !c.deep, c.deep
			o.Dial = answersOn(t, 8, dial)
			o.Limits.HostConnections = 1
			o.Knows = func(netip.Addr) probe.Knowledge { return c.knows }
			scan(t, o, probe.Host{Addr: loopback, MAC: c.mac})
			if got := asked(); !slices.Equal(got, c.want) {
				t.Errorf("asked on %v, want %v", got, c.want)
			}
		})
	}
}

// TestWhatIsLookedAtAnywayComesFirst: all that is to know is told at a port that would be
// looked at whatever is known. Who leaves a host alone as soon as all is known asks first
// what tells most.
func TestWhatIsLookedAtAnywayComesFirst(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]uint16{probe.ProfileStandard: nil, probe.ProfileSafe: {16}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port, _ := listen(t, func(c net.Conn) { _, _ = c.Write([]byte("all")) })
			open, told := chatter(), false
			open.Ports, open.Control, open.MaxWrites = []uint16{port}, true, 0
			o := probe.Options{Probes: []probe.Probe{datagramProbe("model", 16, 3), open}}
			o.Profile(name)
			o.Ports, o.Datagrams, o.Limits.HostConnections = []uint16{port}, nil, 1
			refuse, asked := asking()
			o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				if network == "tcp" {
					told = true
					return new(net.Dialer).DialContext(ctx, network, address)
				}
				return refuse(ctx, network, address)
			}
			o.Knows = func(netip.Addr) probe.Knowledge {
				if told {
					return probe.KnowsAll
				}
				return probe.KnowsLittle
			}
			scan(t, o, probe.Host{Addr: loopback})
			if got := asked(); !told || !slices.Equal(got, want) {
				t.Errorf("asked on %v, want %v", got, want)
			}
		})
	}
}

// answersOn has one port answer, and leaves the others to dial.
func answersOn(t *testing.T, port uint16, dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(buf[:n], from)
		}
	}()
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if network == "udp" && netip.MustParseAddrPort(address).Port() == port {
			return new(net.Dialer).DialContext(ctx, network, c.LocalAddr().String())
		}
		return dial(ctx, network, address)
	}
}

// TestUsualDatagramsAreAlwaysLookedAt has a host of which all is known.
func TestUsualDatagramsAreAlwaysLookedAt(t *testing.T) {
	t.Parallel()
	var o probe.Options
	for _, name := range probe.Profiles() {
		if !o.Profile(name) {
			t.Fatal(name)
		}
		if name != probe.ProfileDeep && !slices.Contains(o.Datagrams, 161) {
			t.Errorf("%s does not look at SNMP", name)
		}
	}
}

// TestWhatNobodyAnsweredIsTold: what was sent is accounted for, whoever answers.
func TestWhatNobodyAnsweredIsTold(t *testing.T) {
	t.Parallel()
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	port := netip.MustParseAddrPort(silent.LocalAddr().String()).Port()
	refused, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := netip.MustParseAddrPort(refused.LocalAddr().String()).Port()
	_ = refused.Close()
	o := probe.Options{Probes: []probe.Probe{datagramProbe("silent", port, 1), datagramProbe("refused", closed, 1)}}
	writes := map[string]int{}
	for _, a := range scan(t, o, probe.Host{Addr: loopback}) {
		if a.Probe != "" {
			writes[a.Probe] += a.Writes
		}
	}
	if writes["silent"] != 1 || writes["refused"] != 1 {
		t.Errorf("told of %v writes, want one each", writes)
	}
}
