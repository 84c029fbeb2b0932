package bus_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
	"github.com/heron-iot/heron/internal/testneeds"
)

// childEnv makes the test binary one of the two processes that get killed:
// "core DIR ADDRESS TOKENFILE" or "sensor DIR ADDRESS TOKENFILE FIRST".
const childEnv = "HERON_TEST_BUS_CHILD"

func child() int {
	args := strings.Fields(os.Getenv(childEnv))
	var err error
	if args[0] == "core" {
		err = coreChild(args[1], args[2], args[3])
	} else {
		err = sensorChild(args[1], args[2], args[3], args[4])
	}
	fmt.Println("error", err)
	return 1
}

// coreChild notes each batch in a file, on disk before it is acknowledged.
func coreChild(dir, address, tokens string) error {
	ctx := context.Background()
	b, err := bus.Open(ctx, bus.Config{StoreDir: filepath.Join(dir, "bus"), Listen: address, TokenFile: tokens})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "applied"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	fmt.Println(0)
	return b.ConsumeBatches(ctx, "site", func(_ context.Context, x *heron.Batch) error {
		if _, err := fmt.Fprintln(f, x.Seq); err != nil {
			return err
		}
		return f.Sync()
	})
}

// sensorChild publishes batch after batch and says which are stored.
func sensorChild(dir, address, tokens, first string) error {
	ctx := context.Background()
	b, err := bus.Open(ctx, bus.Config{StoreDir: filepath.Join(dir, "bus")})
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() {
		failed <- bus.Forward(ctx, b, bus.Config{URL: "nats://" + address, TokenFile: tokens, SiteID: "site"}, nil)
	}()
	seq, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	for ; ; seq++ {
		select {
		case err := <-failed:
			return err
		default:
		}
		if err := b.PublishBatch(ctx, &heron.Batch{SensorID: "s", SiteID: "site", Epoch: first, Seq: uint64(seq)}); err != nil {
			return err
		}
		fmt.Println(seq)
	}
}

// process is a child and the last number it said.
type process struct {
	cmd  *exec.Cmd
	said *atomic.Int64
	done chan struct{}
}

func start(t *testing.T, said *atomic.Int64, args ...string) *process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join(args, " "))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, said, make(chan struct{})}
	go func() {
		defer close(p.done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			n, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				t.Errorf("%s says %q", args[0], lines.Text())
				continue
			}
			said.Store(n)
		}
	}()
	return p
}

// kill ends a child without warning, and waits until its last words are read.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.done
	_ = p.cmd.Wait() // killed
}

// applied reads the numbers that the core noted.
func applied(t *testing.T, dir string) map[int64]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "applied"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	counts := map[int64]int{}
	for line := range strings.Lines(string(text)) {
		if n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64); err == nil {
			counts[n]++
		}
	}
	return counts
}

func TestKillingEitherSideLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	coreDir, sensorDir, address, tokens := t.TempDir(), t.TempDir(), testneeds.Address(t), secretFile(t, shared)
	var coreSaid, published atomic.Int64
	startCore := func() *process { return start(t, &coreSaid, "core", coreDir, address, tokens) }
	startSensor := func() *process {
		return start(t, &published, "sensor", sensorDir, address, tokens, strconv.FormatInt(published.Load()+1, 10))
	}
	core, sensor := startCore(), startSensor()
	for round := range 6 {
		goal := published.Load() + 40
		await(t, "the sensor to go on", func() bool { return published.Load() >= goal })
		if round%2 == 0 {
			before := len(applied(t, coreDir))
			await(t, "the core to go on", func() bool { return len(applied(t, coreDir)) >= before+20 })
			core.kill(t)
			core = startCore()
		} else {
			sensor.kill(t)
			sensor = startSensor()
		}
	}
	sensor.kill(t)
	last := published.Load()
	sensor = startSensor() // what is still on its disk goes out
	missing := int64(0)
	await(t, "all acknowledged batches to arrive", func() bool {
		counts := applied(t, coreDir)
		for missing = 1; missing <= last; missing++ {
			if counts[missing] == 0 {
				return false
			}
		}
		return true
	})
	sensor.kill(t)
	core.kill(t)
	repeated := 0
	for _, n := range applied(t, coreDir) {
		if n > 1 {
			repeated++
		}
	}
	if repeated > 20 {
		t.Errorf("%d of %d batches were delivered more than once for 4 kills of the core", repeated, last)
	}
	t.Logf("%d batches acknowledged, %d delivered more than once", last, repeated)
}
