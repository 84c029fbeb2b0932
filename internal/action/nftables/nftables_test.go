package nftables_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
	"github.com/heron-iot/heron/internal/action/actiontest"
	"github.com/heron-iot/heron/internal/action/nftables"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/testneeds"
)

// network is a lab on a bridge in a namespace of its own, with the executor in it.
func network(t *testing.T, name string) (*lab.Network, action.Executor) {
	t.Helper()
	testneeds.Root(t)
	n, err := lab.Start(t.Context(), lab.Config{
		Mode: lab.Namespaces, Name: name, Own: true,
		Models: []string{"hikvision-camera", "xm-dvr", "raspberry-broker", "intruder"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return n, nftables.Executor(nftables.Config{
		NetNS: n.CoreNS(), Management: []netip.Prefix{netip.PrefixFrom(lab.CoreAddress(), 32)},
	})
}

func find(t *testing.T, n *lab.Network, model string) lab.Device {
	t.Helper()
	d, ok := n.Find(model)
	if !ok {
		t.Fatalf("no %s", model)
	}
	return d
}

// target is an action that holds a device for a time.
func target(d lab.Device, hold time.Duration) action.Target {
	return action.Target{
		Action: heron.Action{
			ID: "test", Operation: heron.OpQuarantine, Expires: heron.TimeOf(time.Now().Add(hold)),
			Params: heron.Attributes{action.ParamDuration: hold.String()},
		},
		Device: heron.Device{
			ID: "d", Name: d.Name, MACs: []heron.MAC{d.MAC}, IPs: []netip.Addr{d.IP, d.IPv6},
		},
	}
}

// dial connects from one device to an address, in a short time.
func dial(n *lab.Network, from lab.Device, to netip.AddrPort) error {
	address := to.String()
	return n.Inside(from.Name, func() error {
		conn, err := net.DialTimeout("tcp", address, 500*time.Millisecond)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// tried calls dial once, or until it succeeds where that is wanted: a host that
// could not find its peer's link address asks again only a second later.
func tried(want bool, dial func() error) error {
	deadline := time.Now().Add(8 * time.Second)
	for {
		err := dial()
		if err == nil || !want || time.Now().After(deadline) {
			return err
		}
	}
}

// listen6 opens a port of a device on its link-local address.
func listen6(t *testing.T, n *lab.Network, d lab.Device) netip.AddrPort {
	t.Helper()
	at := netip.AddrPortFrom(d.IPv6.WithZone("eth0"), 7777)
	err := n.Inside(d.Name, func() error {
		l, err := net.Listen("tcp6", at.String())
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = l.Close() })
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
		t.Fatal(err)
	}
	return at
}

// quarantine does what the runner does.
func quarantine(t *testing.T, x action.Executor, g *action.Target) {
	t.Helper()
	saved, err := x.Backup(t.Context(), *g)
	if err != nil {
		t.Fatal(err)
	}
	g.Action.Backup = saved
	if err := x.Do(t.Context(), *g); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Verify(t.Context(), *g); err != nil {
		t.Fatal(err)
	}
}

func TestBridgedDeviceIsCutOff(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfa")
	bad, victim, other := find(t, n, "intruder"), find(t, n, "hikvision-camera"), find(t, n, "xm-dvr")
	web, web6 := netip.AddrPortFrom(victim.IP, 80), listen6(t, n, victim)

	reach := func(from lab.Device, to netip.AddrPort, want bool) {
		t.Helper()
		if err := tried(want, func() error { return dial(n, from, to) }); (err == nil) != want {
			t.Errorf("%s to %s: got %v, want success %v", from.Name, to, err, want)
		}
	}
	reach(bad, web, true)
	reach(bad, web6, true)

	g := target(bad, time.Hour)
	quarantine(t, x, &g)
	before := dropped(t, x, g)
	reach(bad, web, false)
	reach(bad, web6, false)
	reach(other, web, true)
	reach(other, web6, true)
	if after := dropped(t, x, g); after <= before {
		t.Errorf("the counter stayed at %d while packets were dropped", after)
	}
	t.Run("the path to release stays", func(t *testing.T) {
		err := n.InsideCore(func() error {
			conn, err := net.DialTimeout("tcp", netip.AddrPortFrom(bad.IP, 9).String(), time.Second)
			if err == nil {
				return conn.Close()
			}
			if strings.Contains(err.Error(), "refused") {
				return nil // it answered
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})

	if err := x.Undo(t.Context(), g, g.Action.Backup); err != nil {
		t.Fatal(err)
	}
	reach(bad, web, true)
	reach(bad, web6, true)
	if err := x.Undo(t.Context(), g, g.Action.Backup); err != nil {
		t.Errorf("undo again: %v", err)
	}
	err := n.InsideCore(func() error { return run(t.Context(), "nft", "list", "table", "bridge", "heron_quarantine") })
	if err == nil {
		t.Error("the tables stay behind with nobody in quarantine")
	}
}

// TestHoldsDoNotDisturbEachOther releases one of two, who share an address.
func TestHoldsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfj")
	one, two := target(find(t, n, "intruder"), time.Hour), target(find(t, n, "xm-dvr"), time.Hour)
	two.Device.IPs = append(two.Device.IPs, one.Device.IPs[0])
	quarantine(t, x, &one)
	quarantine(t, x, &two)
	if err := x.Undo(t.Context(), two, two.Action.Backup); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Verify(t.Context(), one); err != nil {
		t.Errorf("the first hold is broken: %v", err)
	}
	if _, err := x.Verify(t.Context(), two); err == nil {
		t.Error("the second still holds")
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfg")
	bad, victim := find(t, n, "intruder"), find(t, n, "hikvision-camera")
	actiontest.Run(t, actiontest.Subject{
		Executor: x, Target: target(bad, time.Hour),
		Changed: func(t *testing.T) bool {
			_, err := x.Verify(t.Context(), target(bad, time.Hour))
			held := err == nil
			return tried(!held, func() error { return dial(n, bad, netip.AddrPortFrom(victim.IP, 80)) }) != nil
		},
	})
}

// TestTheWholeChain drives the executor as the platform does.
func TestTheWholeChain(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfh")
	bad, victim := find(t, n, "intruder"), find(t, n, "hikvision-camera")
	web := netip.AddrPortFrom(victim.IP, 80)
	store := actiontest.NewStore(target(bad, time.Hour).Device)
	r := action.NewRunner(action.Config{Store: store, Executors: []action.Executor{x}})
	a, err := r.Request(t.Context(), "anna", heron.Action{
		DeviceID: "d", Operation: heron.OpQuarantine, Reason: "it scans", Params: heron.Attributes{action.ParamDuration: "10m"},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := dial(n, bad, web); err != nil {
		t.Errorf("cut off by a request alone: %v", err)
	}
	if a, err = r.Approve(t.Context(), "bert", a.ID, ""); err != nil || a.State != heron.ActionVerified {
		t.Fatalf("got %+v, %v", a, err)
	}
	if err := dial(n, bad, web); err == nil {
		t.Error("it still gets through")
	}
	if a, err = r.Release(t.Context(), "anna", a.ID); err != nil || a.State != heron.ActionReleased {
		t.Fatalf("got %+v, %v", a, err)
	}
	if err := tried(true, func() error { return dial(n, bad, web) }); err != nil {
		t.Errorf("released, but %v", err)
	}
}

// dropped reads the counter out of the proof.
func dropped(t *testing.T, x action.Executor, g action.Target) (n uint64) {
	t.Helper()
	proof, err := x.Verify(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(proof, "; ")
	if _, err := fmt.Sscanf(rest, "%d packets", &n); err != nil {
		t.Fatalf("proof %q: %v", proof, err)
	}
	return n
}

func TestHoldEndsByItself(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfb")
	bad, victim := find(t, n, "intruder"), find(t, n, "hikvision-camera")
	web := netip.AddrPortFrom(victim.IP, 80)
	g := target(bad, 3*time.Second)
	quarantine(t, x, &g)
	if err := dial(n, bad, web); err == nil {
		t.Error("it gets through while held")
	}
	deadline := time.Now().Add(15 * time.Second)
	for dial(n, bad, web) != nil {
		if time.Now().After(deadline) {
			t.Fatal("the kernel did not release it")
		}
	}
	if _, err := x.Verify(t.Context(), g); err == nil {
		t.Error("verified though it is released")
	}
	if err := x.Undo(t.Context(), g, g.Action.Backup); err != nil {
		t.Errorf("undo of what ended: %v", err)
	}
}

func TestDoAgainGivesTheNewTime(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfc")
	bad := find(t, n, "intruder")
	g := target(bad, 3*time.Second)
	quarantine(t, x, &g)
	g.Action.Expires = heron.TimeOf(time.Now().Add(time.Hour))
	if err := x.Do(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	proof, err := x.Verify(t.Context(), g)
	if err != nil || !strings.Contains(proof, "for 1h0m0s more") && !strings.Contains(proof, "for 59m5") {
		t.Errorf("got %q, %v", proof, err)
	}
}

func TestPlanChangesNothing(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfd")
	bad := find(t, n, "intruder")
	g := target(bad, time.Hour)
	p, err := x.Plan(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	want := "add element bridge heron_quarantine mac { " + bad.MAC.String() + " timeout 1h0m0s }"
	if !strings.Contains(strings.Join(p.Changes, "\n"), want) || len(p.Changes) != 6 {
		t.Errorf("got %q, want six with %q", p.Changes, want)
	}
	if _, err := x.Verify(t.Context(), g); err == nil {
		t.Error("a plan made it so")
	}
}

func TestPlanRefusesToCutItselfOff(t *testing.T) {
	t.Parallel()
	n, x := network(t, "nfe")
	bad := find(t, n, "intruder")
	for name, d := range map[string]heron.Device{
		"management": {MACs: []heron.MAC{bad.MAC}, IPs: []netip.Addr{lab.CoreAddress()}},
		"nothing":    {},
	} {
		g := action.Target{Device: d}
		if _, err := x.Plan(t.Context(), g); heron.ErrorCode(err) != heron.CodeInvalid && heron.ErrorCode(err) != heron.CodeUnsupported {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
}

func TestSomebodyElsesRulesShow(t *testing.T) {
	t.Parallel()
	testneeds.Program(t, "nft", "nftables")
	n, x := network(t, "nff")
	bad := find(t, n, "intruder")
	g := target(bad, time.Hour)
	quarantine(t, x, &g)
	err := n.InsideCore(func() error {
		return run(t.Context(), "nft", "flush", "chain", "bridge", "heron_quarantine", "forward")
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Verify(t.Context(), g); err == nil {
		t.Error("verified though the rules are gone")
	}
	if err := x.Do(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Verify(t.Context(), g); err != nil {
		t.Errorf("after doing it again: %v", err)
	}
}

// run calls a program in the network namespace of the calling thread.
func run(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return os.ErrNotExist
	}
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w: %s", name, args, err, out)
	}
	return nil
}
