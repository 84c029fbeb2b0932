package probe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/all"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// chatter is a probe that sends what it is told.
func chatter(send ...string) probe.Probe {
	return probe.Probe{
		Name: "chatter", Transport: heron.TCP, MaxWrites: 2, MaxBytes: 10, MaxAnswer: 16,
		Run: func(_ context.Context, c *probe.Conn) error {
			for _, s := range send {
				if _, err := io.WriteString(c, s); err != nil {
					return err
				}
			}
			b, err := io.ReadAll(c)
			c.Emit("answer", string(b))
			return err
		},
	}
}

// listen serves connections with fn and counts those open at once.
func listen(t *testing.T, fn func(net.Conn)) (port uint16, most *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var open atomic.Int32
	most = &atomic.Int32{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := open.Add(1)
			most.Store(max(most.Load(), n))
			go func() {
				defer c.Close() // after the count: the next connection may come as soon as this one is closed
				defer open.Add(-1)
				fn(c)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort().Port(), most
}

func scan(t *testing.T, o probe.Options, hosts ...probe.Host) []probe.Answer {
	t.Helper()
	s, err := probe.NewScanner(o)
	if err != nil {
		t.Fatal(err)
	}
	var out []probe.Answer
	if err := s.Run(t.Context(), probe.Area{Hosts: hosts}, func(a probe.Answer) {
		if a.Probe != "" {
			out = append(out, a)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func drain(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

func TestBudgetIsEnforced(t *testing.T) {
	t.Parallel()
	port, _ := listen(t, drain)
	for name, p := range map[string]probe.Probe{
		"too many writes": chatter("a", "b", "c"),
		"too many bytes":  chatter("0123456789a"),
	} {
		p.Ports = []uint16{port}
		a := scan(t, probe.Options{Probes: []probe.Probe{p}}, probe.Host{Addr: loopback})
		if len(a) != 1 || !errors.Is(a[0].Err, probe.ErrBudget) {
			t.Errorf("%s: %+v, want ErrBudget", name, a)
		}
		if a[0].Bytes > p.MaxBytes || a[0].Writes > p.MaxWrites {
			t.Errorf("%s: sent %d bytes in %d writes", name, a[0].Bytes, a[0].Writes)
		}
	}
}

func TestWhatIsNotAllowedIsNotSent(t *testing.T) {
	t.Parallel()
	got := make(chan int64, 1)
	port, _ := listen(t, func(c net.Conn) {
		n, _ := io.Copy(io.Discard, c)
		got <- n
	})
	p := chatter("write")
	p.Control, p.Ports = true, []uint16{port}
	p.Allow = func([]byte) error { return errors.New("no writes") }
	a := scan(t, probe.Options{Probes: []probe.Probe{p}}, probe.Host{Addr: loopback, Control: true})
	if len(a) != 1 || !errors.Is(a[0].Err, probe.ErrUnsafe) || a[0].Bytes != 0 {
		t.Errorf("answers %+v, want ErrUnsafe and nothing sent", a)
	}
	if n := <-got; n != 0 {
		t.Errorf("%d bytes reached the device", n)
	}
}

func TestAnswerIsBounded(t *testing.T) {
	t.Parallel()
	port, _ := listen(t, func(c net.Conn) { _, _ = c.Write(bytes.Repeat([]byte{'x'}, 1000)) })
	p := chatter()
	p.Ports = []uint16{port}
	a := scan(t, probe.Options{Probes: []probe.Probe{p}}, probe.Host{Addr: loopback})
	i := slices.IndexFunc(a[0].Observations, func(o heron.Observation) bool { return o.Key == "answer" })
	if n := len(a[0].Observations[i].Value); n != p.MaxAnswer {
		t.Errorf("read %d bytes, the bound is %d", n, p.MaxAnswer)
	}
}

func TestOneConnectionAtATime(t *testing.T) {
	t.Parallel()
	port, most := listen(t, drain)
	var list []probe.Probe
	for _, name := range []string{"a", "b", "c", "d"} {
		p := chatter(name)
		p.Name, p.Ports = name, []uint16{port}
		p.Run = func(_ context.Context, c *probe.Conn) error {
			_, err := io.WriteString(c, name)
			return err
		}
		list = append(list, p)
	}
	if a := scan(t, probe.Options{Probes: list}, probe.Host{Addr: loopback}); len(a) != 4 {
		t.Errorf("%d answers, want 4", len(a))
	}
	if most.Load() != 1 {
		t.Errorf("%d connections at once, want one", most.Load())
	}
}

func TestControlDevicesGetOnlyProbesForThem(t *testing.T) {
	t.Parallel()
	list := all.Probes()
	for name, o := range map[string]probe.Options{"known": {Probes: list}, "every host with care": {Probes: list, Careful: true}} {
		s, err := probe.NewScanner(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range plan(t, s, probe.Host{Addr: loopback, Control: !o.Careful}) {
			i := slices.IndexFunc(list, func(p probe.Probe) bool { return p.Name == q.Probe })
			if i >= 0 && !list[i].Control {
				t.Errorf("%s: a control device would be asked %+v", name, q)
			}
		}
	}
}

func plan(t *testing.T, s *probe.Scanner, hosts ...probe.Host) (steps []probe.Step) {
	t.Helper()
	if err := s.Plan(t.Context(), probe.Area{Hosts: hosts}, func(x probe.Step) { steps = append(steps, x) }); err != nil {
		t.Fatal(err)
	}
	return steps
}

func TestIntrusiveProbesNeedPermission(t *testing.T) {
	t.Parallel()
	p := chatter()
	p.Safety, p.Ports = probe.Intrusive, []uint16{1}
	s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}})
	if err != nil {
		t.Fatal(err)
	}
	if steps := plan(t, s, probe.Host{Addr: loopback}); len(steps) != 0 {
		t.Errorf("plan %v, want none", steps)
	}
}

func TestSilenceEndsInTime(t *testing.T) {
	t.Parallel()
	port, _ := listen(t, drain)
	p := chatter("hi")
	p.Ports = []uint16{port}
	began := time.Now()
	a := scan(t, probe.Options{Probes: []probe.Probe{p}, Timeout: 100 * time.Millisecond}, probe.Host{Addr: loopback})
	if a[0].Err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("a silent service: error %v after %v", a[0].Err, time.Since(began))
	}
}

func TestProbesWithoutBoundsAreRefused(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]probe.Probe{
		"no bound on the answer":       {Name: "x", Transport: heron.TCP},
		"control, and no allowed list": {Name: "x", Transport: heron.TCP, MaxAnswer: 1, MaxWrites: 1, Control: true},
		"no transport":                 {Name: "x", MaxAnswer: 1},
	} {
		if _, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{p}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
