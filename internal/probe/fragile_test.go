package probe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/all"
	"github.com/heron-iot/heron/internal/probe/modbus"
	"github.com/heron-iot/heron/internal/probe/s7comm"
)

// fragile is a device that breaks for good at what old controllers break at: a
// second connection while one is open, a reset, and bytes that it does not expect.
type fragile struct {
	t        *testing.T
	services map[uint16]func(request []byte) (answer []byte, ok bool)

	mu    sync.Mutex
	open  int
	most  int
	total map[uint16]int
	came  []time.Time // connections
	heard []string    // "port: bytes"
	broke string
}

// dial connects to the device: whatever is no service refuses.
func (d *fragile) dial(ctx context.Context, network, address string) (net.Conn, error) {
	to := netip.MustParseAddrPort(address)
	answer, ok := d.services[to.Port()]
	d.mu.Lock()
	d.total[to.Port()]++
	if network == "tcp" {
		d.came = append(d.came, time.Now())
	}
	d.mu.Unlock()
	if !ok || network != "tcp" {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	ours, err := new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		return nil, err
	}
	theirs, err := l.Accept()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.open++
	if d.most = max(d.most, d.open); d.open > 1 {
		d.broke = "a second connection"
	}
	d.mu.Unlock()
	go d.serve(theirs, to.Port(), answer)
	return ours, nil
}

func (d *fragile) serve(c net.Conn, port uint16, answer func([]byte) ([]byte, bool)) {
	defer c.Close()
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		d.mu.Lock()
		if err != nil {
			if d.open--; !errors.Is(err, io.EOF) {
				d.broke = "a reset: " + err.Error()
			}
			d.mu.Unlock()
			return
		}
		d.heard = append(d.heard, string(buf[:n]))
		out, ok := answer(bytes.Clone(buf[:n]))
		if !ok {
			d.broke = "unexpected bytes on port " + netip.AddrPortFrom(loopback, port).String()
		}
		d.mu.Unlock()
		_, _ = c.Write(out)
	}
}

// plc answers Modbus, and has a web page and a printer's port where anything that
// is sent breaks it.
func plc(t *testing.T) *fragile {
	never := func([]byte) ([]byte, bool) { return nil, false }
	identity := []byte("\x00\x01\x00\x00\x00\x10\xff\x2b\x0e\x01\x01\x00\x00\x01\x00\x07Company")
	return &fragile{t: t, total: map[uint16]int{}, services: map[uint16]func([]byte) ([]byte, bool){
		502: func(b []byte) ([]byte, bool) {
			return identity, bytes.HasSuffix(b, []byte{0xff, 0x2b, 0x0e, 2, 0})
		},
		80: never, 443: never, 9100: never, 23: never,
	}}
}

func (d *fragile) check(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broke != "" {
		t.Errorf("the device broke: %s; it heard %q", d.broke, d.heard)
	}
	for port, n := range d.total {
		if n > 3 {
			t.Errorf("%d connections to port %d", n, port)
		}
	}
}

func TestFragileDeviceSurvivesEachProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range probe.Profiles() {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			d := plc(t)
			o := probe.Options{Probes: all.Probes(), Dial: d.dial}
			if !o.Profile(profile) {
				t.Fatal("no such profile")
			}
			o.Limits.HostPackets, o.Limits.ControlPackets = 10_000, 10_000
			answers := scan(t, o, probe.Host{Addr: loopback})
			d.check(t)
			if !slices.ContainsFunc(answers, func(a probe.Answer) bool { return a.Probe == "modbus" && a.Err == nil }) {
				t.Error("the device was not asked what it is safe to ask")
			}
			if d.total[502] == 0 || d.most != 1 {
				t.Errorf("%d connections to port 502, %d at once", d.total[502], d.most)
			}
		})
	}
}

// maxConnects is how many connections a second the weakest device stands.
const maxConnects = 80

// TestFragileDeviceIsNotFlooded has a device that goes down when more connections are
// tried within a second than it stands: the pace of each profile is below that.
func TestFragileDeviceIsNotFlooded(t *testing.T) {
	t.Parallel()
	for _, profile := range probe.Profiles() {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			d := plc(t)
			o := probe.Options{Probes: all.Probes(), Dial: d.dial}
			o.Profile(profile)
			scan(t, o, probe.Host{Addr: loopback, Control: true})
			d.check(t)
			d.mu.Lock()
			defer d.mu.Unlock()
			for i, first := range d.came {
				n := 0
				for _, at := range d.came[i:] {
					if at.Sub(first) < time.Second {
						n++
					}
				}
				if n > maxConnects+4 { // a few may leave at once after a pause
					t.Fatalf("%d connections within a second", n)
				}
			}
			if len(d.came) == 0 {
				t.Error("nothing was tried")
			}
		})
	}
}

func TestMakerMakesAHostAControlDevice(t *testing.T) {
	t.Parallel()
	d := plc(t)
	delete(d.services, 502) // nothing but its maker tells
	o := probe.Options{Probes: all.Probes(), Dial: d.dial}
	o.Profile(probe.ProfileStandard)
	scan(t, o, probe.Host{Addr: loopback, MAC: heron.MAC{0x00, 0x0e, 0x8c, 1, 2, 3}}) // Siemens
	d.check(t)
}

// Two scans that share their turns never meet at a device, however they were started.
func TestScansTakeTurns(t *testing.T) {
	t.Parallel()
	d := plc(t)
	o := probe.Options{Probes: all.Probes(), Dial: d.dial, Turns: &probe.Turns{}}
	o.Profile(probe.ProfileStandard)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			scan(t, o, probe.Host{Addr: loopback, Control: true}, probe.Host{Addr: loopback, Control: true})
		})
	}
	wg.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broke != "" || d.most != 1 || d.total[502] < 3 {
		t.Errorf("broke: %s; %d connections at once, %d to port 502", d.broke, d.most, d.total[502])
	}
}

// TestPlanHoldsAllThatIsSent compares what a device hears with the plan.
func TestPlanHoldsAllThatIsSent(t *testing.T) {
	t.Parallel()
	d := plc(t)
	page := func([]byte) ([]byte, bool) {
		return []byte("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), true
	}
	d.services = map[uint16]func([]byte) ([]byte, bool){80: page, 8080: page, 22: func([]byte) ([]byte, bool) { return nil, false }}
	o := probe.Options{Probes: all.Probes(), Dial: d.dial}
	o.Profile(probe.ProfileStandard)
	o.Limits.HostConnections = 1
	scan(t, o, probe.Host{Addr: loopback})
	d.check(t)
	s, err := probe.NewScanner(o)
	if err != nil {
		t.Fatal(err)
	}
	var sent strings.Builder
	connects := map[uint16]int{}
	for _, x := range plan(t, s, probe.Host{Addr: loopback}) {
		sent.Write(x.Bytes)
		sent.WriteByte('\n')
		if x.Send == probe.SendConnect {
			connects[x.Port] += x.Times
		}
	}
	for _, b := range d.heard {
		if !strings.Contains(sent.String(), b) {
			t.Errorf("heard %q, which is not planned", b)
		}
	}
	for port := range d.services {
		if n := d.total[port]; n > connects[port] {
			t.Errorf("%d connections to port %d, %d were planned", n, port, connects[port])
		}
	}
}

// TestStopEndsAtOnce stops a scan in the midst of questions that nobody answers.
func TestStopEndsAtOnce(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	var mu sync.Mutex
	var ends []error
	port, _ := listen(t, func(c net.Conn) {
		buf := make([]byte, 100)
		_, _ = c.Read(buf)
		asked <- struct{}{}
		_, err := c.Read(buf)
		mu.Lock()
		ends = append(ends, err)
		mu.Unlock()
	})
	p := chatter("hi")
	p.Ports = []uint16{port}
	s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var stopped time.Time
	go func() {
		<-asked
		stopped = time.Now()
		stop()
	}()
	err = s.Run(ctx, probe.Area{Hosts: []probe.Host{{Addr: loopback}}}, func(probe.Answer) {})
	if took := time.Since(stopped); !errors.Is(err, context.Canceled) || took > 500*time.Millisecond {
		t.Errorf("ended with %v after %v", err, took)
	}
	time.Sleep(20 * time.Millisecond) // for the peer to see the end
	mu.Lock()
	defer mu.Unlock()
	if len(ends) != 1 || !errors.Is(ends[0], io.EOF) {
		t.Errorf("the device saw %v, want an orderly end", ends)
	}
}

func TestAnswersLeadToOtherQuestions(t *testing.T) {
	t.Parallel()
	port, _ := listen(t, func(c net.Conn) { _, _ = io.Copy(c, io.LimitReader(c, 40)) })
	first, second := chatter(), chatter()
	first.Name, first.Ports = "first", []uint16{port}
	first.Run = func(_ context.Context, c *probe.Conn) error {
		c.Emit("first", "here")
		for range 100 { // what nobody needs a hundred times is asked once
			c.Follow(probe.Follow{Probe: "second", Path: "/description.xml"})
		}
		return nil
	}
	second.Name = "second"
	second.Run = func(_ context.Context, c *probe.Conn) error {
		c.Emit("second", c.Target().Path)
		return nil
	}
	answers := scan(t, probe.Options{Probes: []probe.Probe{first, second}}, probe.Host{Addr: loopback})
	n := 0
	for _, a := range answers {
		for _, o := range a.Observations {
			if o.Key == "second" && o.Value == "/description.xml" && a.Port == port {
				n++
			}
		}
	}
	if n != 1 {
		t.Errorf("asked %d times, want once: %+v", n, answers)
	}
}

func TestWhoIsKnownIsAskedNoMore(t *testing.T) {
	t.Parallel()
	d := plc(t)
	known := false
	o := probe.Options{
		Probes: []probe.Probe{modbus.Probe()}, Dial: d.dial, Ports: []uint16{502, 80, 443}, Hasty: true,
		Knows: func(netip.Addr) probe.Knowledge {
			if known {
				return probe.KnowsAll
			}
			return probe.KnowsLittle
		},
	}
	s, err := probe.NewScanner(o)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(t.Context(), probe.Area{Hosts: []probe.Host{{Addr: loopback, Control: true}}}, func(a probe.Answer) {
		known = known || a.Probe == "modbus"
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.total[80]+d.total[443] != 0 {
		t.Errorf("knocked on %v of a host that is known", d.total)
	}
}

// TestControllerIsAskedInItsOwnProtocol: that another has told what it is spares a
// controller no question in its own protocol, and all others.
func TestControllerIsAskedInItsOwnProtocol(t *testing.T) {
	t.Parallel()
	for _, hasty := range []bool{false, true} {
		known := probe.KnowsLittle
		o := probe.Options{
			Probes: []probe.Probe{datagramProbe("first", 8, 3), datagramProbe("other", 9, 2), modbus.Probe(), s7comm.Probe()},
			Ports:  []uint16{80, 502, 102}, Datagrams: []uint16{8}, Sparing: true, Hasty: hasty,
			Knows: func(netip.Addr) probe.Knowledge { return known },
		}
		d := plc(t)
		d.services[102] = d.services[80]
		o.Dial = answersOn(t, 8, d.dial)
		s, err := probe.NewScanner(o)
		if err != nil {
			t.Fatal(err)
		}
		var asked []string
		err = s.Run(t.Context(), probe.Area{Hosts: []probe.Host{{Addr: loopback, Control: true}}}, func(a probe.Answer) {
			switch a.Probe {
			case "":
				return
			case "first":
				known = probe.KnowsUnheard
			case "modbus":
				known = probe.KnowsAll
			}
			asked = append(asked, a.Probe)
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"first", "modbus"}; !slices.Equal(asked, want) {
			t.Errorf("hasty %v: asked %q, want %q", hasty, asked, want)
		}
		if hasty && d.total[80]+d.total[102] > 0 {
			t.Errorf("knocked on %v", d.total)
		}
		d.check(t)
	}
}

func TestExcludedHostsAreNotTouched(t *testing.T) {
	t.Parallel()
	d := plc(t)
	o := probe.Options{Probes: all.Probes(), Dial: d.dial, Skip: func(h probe.Host) bool { return h.Addr == loopback }}
	o.Profile(probe.ProfileStandard)
	scan(t, o, probe.Host{Addr: loopback})
	if len(d.total) > 0 {
		t.Errorf("knocked on %v", d.total)
	}
}

func TestGarbageTellsNothingAndEnds(t *testing.T) {
	t.Parallel()
	junk := bytes.Repeat([]byte("\x00\xff\x16\x03\r\n"), 50_000)
	garbage := func([]byte) ([]byte, bool) { return junk, true }
	d := plc(t)
	for port := range d.services {
		d.services[port] = garbage
	}
	o := probe.Options{Probes: all.Probes(), Dial: d.dial}
	o.Profile(probe.ProfileStandard)
	began := time.Now()
	for _, a := range scan(t, o, probe.Host{Addr: loopback}) {
		for _, x := range a.Observations {
			if len(x.Value) > heron.MaxObservationValue {
				t.Errorf("told %d bytes of %s", len(x.Value), x.Key)
			}
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}
