package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/testneeds"
)

// inNamespace runs f in a network namespace of its own with a veth pair, lab0
// and lab1, up and quiet, which goes with the thread.
func inNamespace(t *testing.T, f func() error) {
	t.Helper()
	testneeds.Root(t)
	testneeds.Program(t, "ip", "iproute2")
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		for _, line := range []string{
			"link add lab0 type veth peer name lab1",
			"link set lab0 addrgenmode none up",
			"link set lab1 addrgenmode none up",
		} {
			if err == nil {
				err = exec.Command("ip", strings.Fields(line)...).Run()
			}
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// play sends the frames of capture files out of an interface, and returns how
// many there are. It calls ready now and then, which waits for who cannot keep up.
func play(name string, ready func(sent uint64), files ...string) (n uint64, err error) {
	iface, err := net.InterfaceByName(name)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	src, err := capture.Open(files)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	var p heron.Packet
	for src.Next(&p) == nil {
		if len(p.Data) > 1514 {
			continue
		}
		if err := unix.Sendto(fd, p.Data, 0, &unix.SockaddrLinklayer{Ifindex: iface.Index}); err != nil {
			return n, err
		}
		if n++; n%500 == 0 {
			ready(n)
		}
	}
	return n, nil
}

// watcher is a sensor on lab1 with what it told.
type watcher struct {
	sensor       *sensor
	end          context.CancelFunc
	done         chan error
	flows, facts map[string]int
	events       map[string]int
	stats        heron.Stats
	seq          uint64
}

func watch(t *testing.T, rings int) (*watcher, error) {
	list, err := capture.OpenRings(capture.LiveConfig{Interface: "lab1", RingBytes: 64 << 20, Idle: 100 * time.Millisecond}, rings)
	if err != nil || len(list) != rings {
		return nil, fmt.Errorf("%d rings of %d: %w", len(list), rings, err)
	}
	w := &watcher{done: make(chan error, 1), flows: map[string]int{}, facts: map[string]int{}, events: map[string]int{}}
	w.sensor = &sensor{
		name: "s", log: slog.New(slog.DiscardHandler), live: true,
		conf: pipelineConfig{site: "x", sensor: "s", workers: rings}, publish: w.take,
	}
	sources := make([]packetSource, rings)
	for i, r := range list {
		sources[i] = r
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.end = cancel
	go func() { w.done <- w.sensor.Run(ctx, sources...) }()
	return w, nil
}

func (w *watcher) take(_ context.Context, b *heron.Batch) error {
	if b.Seq != w.seq+1 {
		return fmt.Errorf("batch %d after %d", b.Seq, w.seq)
	}
	w.seq, w.stats = b.Seq, b.Stats
	for i := range b.Flows {
		if f := &b.Flows[i]; f.Ended {
			w.flows[fmt.Sprint(f.Transport, f.Client, f.Server, f.ServerPort, f.Protocol, f.State, f.ClientPackets, f.ServerPackets, f.ClientBytes, f.ServerBytes)]++
		}
	}
	for i := range b.Observations {
		o := &b.Observations[i]
		if o.Source == "flow" && o.Value == "udp/67" {
			continue // all who have no address yet share a flow: whose it is goes by when batches are cut
		}
		// How often depends on the minutes, and who said it first on when batches are cut.
		w.facts[fmt.Sprint(o.Subject, o.Key, o.Value)] = 1
	}
	for i := range b.Events {
		w.events[fmt.Sprint(b.Events[i].Kind, b.Events[i].Src, b.Events[i].Dst)]++
	}
	return nil
}

// reach waits until the watcher has that many packets.
func (w *watcher) reach(packets uint64) {
	for range 2000 {
		if w.sensor.packets.Load() >= packets {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// stop waits until the watcher has that many packets, and ends it.
func (w *watcher) stop(packets uint64) error {
	w.reach(packets)
	w.end()
	return <-w.done
}

func TestRingsTellWhatOneTells(t *testing.T) {
	t.Parallel()
	files := []string{scanned(t), quoted(t)}
	inNamespace(t, func() error {
		one, err := watch(t, 1)
		if err != nil {
			return err
		}
		three, err := watch(t, 3)
		if err != nil {
			return err
		}
		n, err := play("lab0", func(sent uint64) {
			const behind = 250 // packets: with those of a step fewer than a queue of the kernel holds (1,000)
			one.reach(max(sent, behind) - behind)
			three.reach(max(sent, behind) - behind)
		}, files...)
		if err != nil {
			return err
		}
		for _, w := range []*watcher{one, three} {
			if err := w.stop(n); err != nil {
				return err
			}
			if w.stats.Packets != n || w.stats.KernelDrops != 0 || w.sensor.packets.Load() != n {
				t.Errorf("%d packets of %d, %d dropped, %d counted", w.stats.Packets, n, w.stats.KernelDrops, w.sensor.packets.Load())
			}
		}
		if len(one.flows) < 100 || len(one.facts) < 100 || len(one.events) == 0 {
			t.Errorf("%d flows, %d facts, %d events", len(one.flows), len(one.facts), len(one.events))
		}
		for what, d := range map[string]string{
			"flows": cmp.Diff(one.flows, three.flows), "facts": cmp.Diff(one.facts, three.facts), "events": cmp.Diff(one.events, three.events),
		} {
			if d != "" {
				t.Errorf("%s (-one ring +three):\n%.4000s", what, d)
			}
		}
		return nil
	})
}

func TestIdleRingsHoldNoBatchBack(t *testing.T) {
	t.Parallel()
	var batches []*heron.Batch
	f := newFan(pipelineConfig{site: "x", sensor: "s", emit: func(b *heron.Batch) error {
		batches = append(batches, b)
		return nil
	}}, 3)
	src := &packets{n: 3}
	var p heron.Packet
	for src.Next(&p) == nil {
		f.idle(1)
		f.take(0, []*heron.Packet{&p})
		if err := f.flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.reshape(pipelineConfig{site: "x", sensor: "s", emit: f.conf.emit}); err != nil {
		t.Fatal(err)
	}
	p.Time += heron.Second
	f.take(2, []*heron.Packet{&p})
	if err := f.finish(); err != nil {
		t.Fatal(err)
	}
	if len(batches) != 5 || batches[2].Stats.Packets != 3 || batches[2].Now != p.Time-heron.Second || batches[2].Seq != 3 {
		t.Fatalf("%d batches: %+v", len(batches), batches)
	}
	if end, last := batches[3], batches[4]; !end.Last || !last.Last || last.Stats.Packets != 1 || last.Epoch == end.Epoch || last.Now != p.Time {
		t.Errorf("the ends: %+v, %+v", end, last)
	}
}

func TestALaneWaitsForACut(t *testing.T) {
	t.Parallel()
	f := newFan(pipelineConfig{site: "x", sensor: "s", emit: func(*heron.Batch) error { return nil }}, 2)
	src := &packets{n: 20}
	var taken heron.Time
	done := make(chan struct{})
	go func() {
		defer close(done)
		var p heron.Packet
		for src.Next(&p) == nil {
			f.take(0, []*heron.Packet{&p})
			f.lanes[0].mu.Lock()
			taken = p.Time
			f.lanes[0].mu.Unlock()
		}
	}()
	at := func() heron.Time {
		time.Sleep(50 * time.Millisecond)
		f.lanes[0].mu.Lock()
		defer f.lanes[0].mu.Unlock()
		return taken
	}
	first := at()
	if err := f.flush(); err != nil {
		t.Fatal(err)
	}
	if second := at(); second <= first || second > first+lanePatience {
		t.Errorf("to %v without a cut, to %v with one", first, second)
	}
	f.release()
	<-done
}

func TestALaneThatWaitsGoesOnWithAnotherPipeline(t *testing.T) {
	t.Parallel()
	conf := pipelineConfig{site: "x", sensor: "s", emit: func(*heron.Batch) error { return nil }}
	f := newFan(conf, 2)
	src := &packets{n: 5}
	var p heron.Packet
	if err := src.Next(&p); err != nil {
		t.Fatal(err)
	}
	f.take(0, []*heron.Packet{&p})
	done := make(chan struct{})
	late := p
	late.Time += lanePatience + heron.Second
	go func() {
		defer close(done)
		f.take(0, []*heron.Packet{&late})
	}()
	time.Sleep(50 * time.Millisecond) // most likely it waits by now
	if err := f.reshape(conf); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("still waiting")
		f.release()
		<-done
	}
}
