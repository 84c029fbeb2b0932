package bus_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
)

// field is a process with sensors that a core talks with.
type field struct {
	link  *bus.Uplink
	woken atomic.Int64
	give  atomic.Pointer[giveFunc] // set before packets are asked for
}

type giveFunc func(heron.PacketQuery, io.Writer) error

func startField(t *testing.T, link *bus.Uplink) *field {
	t.Helper()
	f := &field{link: link}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		err := link.Answer(ctx, func() { f.woken.Add(1) }, func(_ context.Context, q heron.PacketQuery, w io.Writer) error {
			return (*f.give.Load())(q, w)
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		link.Close()
	})
	return f
}

func serveSensors(t *testing.T, core *bus.Bus, fn func(string, *heron.SensorHealth) *heron.SensorOrder) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := core.ServeSensors(ctx, fn); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
}

// links are the two ways to a core: from another host under a token, and in its
// own process.
func links(t *testing.T, run func(t *testing.T, core *bus.Bus, link *bus.Uplink)) {
	t.Helper()
	t.Run("another host", func(t *testing.T) {
		t.Parallel()
		core := openBus(t, bus.Config{Listen: "127.0.0.1:0", TokenFile: secretFile(t, shared), SiteID: "site"})
		token, err := core.AddSensor(t.Context(), "dock 7")
		if err != nil {
			t.Fatal(err)
		}
		link, err := bus.Dial(t.Context(), bus.Config{URL: "nats://" + core.Addr(), TokenFile: secretFile(t, token), SiteID: "site"}, "else", nil)
		if err != nil {
			t.Fatal(err)
		}
		run(t, core, link)
	})
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		core := openBus(t, bus.Config{SiteID: "site"})
		run(t, core, core.Uplink("dock 7"))
	})
}

func TestReportsAndOrders(t *testing.T) {
	t.Parallel()
	links(t, func(t *testing.T, core *bus.Bus, link *bus.Uplink) {
		f := startField(t, link)
		if _, err := link.Report(t.Context(), &heron.SensorHealth{}); heron.ErrorCode(err) != heron.CodeUnavailable {
			t.Errorf("a report that nobody takes: %v", err)
		}
		ready := make(chan struct{})
		var once sync.Once
		serveSensors(t, core, func(name string, h *heron.SensorHealth) *heron.SensorOrder {
			once.Do(func() { close(ready) })
			if name != "dock 7" || h.Version != "v1" {
				t.Errorf("report of %q: %+v", name, h)
			}
			return &heron.SensorOrder{Now: 5, Config: &heron.SensorConfig{Version: 3}}
		})
		await(t, "the core", func() bool {
			o, err := link.Report(t.Context(), &heron.SensorHealth{Version: "v1"})
			return err == nil && o.Now == 5 && o.Config.Version == 3
		})
		<-ready
		await(t, "the sensor to be woken", func() bool {
			return core.WakeSensor("dock 7") == nil && f.woken.Load() > 0
		})
	})
}

func TestPacketsComeInChunks(t *testing.T) {
	t.Parallel()
	links(t, func(t *testing.T, core *bus.Bus, link *bus.Uplink) {
		f := startField(t, link)
		want := []byte(strings.Repeat("0123456789abcdef", 200_000))
		give := giveFunc(func(q heron.PacketQuery, w io.Writer) error {
			if q.Hosts[0] == "fault" {
				return heron.Errorf(heron.CodeUnavailable, "the disk is gone")
			}
			for i := 0; i < len(want); i += 1000 {
				if _, err := w.Write(want[i : i+1000]); err != nil {
					return err
				}
			}
			return nil
		})
		f.give.Store(&give)
		ask := func(name, host string, limit int64, w io.Writer) error {
			return core.Packets(t.Context(), name, heron.PacketQuery{Hosts: []string{host}, MaxBytes: limit}, w)
		}
		var got bytes.Buffer
		await(t, "the packets", func() bool {
			got.Reset()
			return ask("dock 7", "10.0.0.1", 8<<20, &got) == nil
		})
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%d bytes came of %d", got.Len(), len(want))
		}
		if err := ask("dock 7", "fault", 8<<20, &got); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
			t.Errorf("a fault of the sensor: %v", err)
		}
		if err := ask("dock 7", "10.0.0.1", 1<<20, &got); heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("a sensor that gives too much: %v", err)
		}
		if err := ask("dock 7", "10.0.0.1", 8<<20, broken{}); !errors.Is(err, errBroken) {
			t.Errorf("a reader that went away: %v", err)
		}
	})
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestSensorHearsAndSaysOnlyItsOwn(t *testing.T) {
	t.Parallel()
	core := openBus(t, bus.Config{Listen: "127.0.0.1:0", TokenFile: secretFile(t, shared), SiteID: "site"})
	token, err := core.AddSensor(t.Context(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	serveSensors(t, core, func(name string, _ *heron.SensorHealth) *heron.SensorOrder {
		if name != "probe" {
			t.Errorf("a report under the name %q", name)
		}
		return &heron.SensorOrder{}
	})
	to := bus.Config{URL: "nats://" + core.Addr(), TokenFile: secretFile(t, token), SiteID: "site"}
	link, err := bus.Dial(t.Context(), to, "another", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	if link.Name() != "probe" {
		t.Errorf("the sensor goes by %q", link.Name())
	}
	if _, err := link.Report(t.Context(), &heron.SensorHealth{}); err != nil {
		t.Error(err)
	}
}
