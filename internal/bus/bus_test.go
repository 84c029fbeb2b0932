package bus_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
	"github.com/heron-iot/heron/internal/bus/bustest"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

func openBus(t testing.TB, c bus.Config) *bus.Bus {
	t.Helper()
	if c.URL == "" && c.StoreDir == "" {
		c.StoreDir = t.TempDir()
	}
	b, err := bus.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// secretFile writes a file with a secret.
func secretFile(t testing.TB, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const shared = "a secret that all cores share"

func TestInProcess(t *testing.T) {
	t.Parallel()
	bustest.Run(t, openBus)
}

func TestOutside(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(t testing.TB, c bus.Config) *bus.Bus {
		t.Helper()
		tokens := secretFile(t, shared)
		outside := openBus(t, bus.Config{Listen: "127.0.0.1:0", TokenFile: tokens})
		c.URL, c.TokenFile = "nats://"+outside.Addr(), tokens
		return openBus(t, c)
	})
}

func TestBatchesSurviveRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := openBus(t, bus.Config{StoreDir: dir})
	if err := b.PublishBatch(t.Context(), &heron.Batch{SensorID: "s", SiteID: "site", Seq: 7}); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := openBus(t, bus.Config{StoreDir: dir})
	if s := again.Stats(t.Context()); s.Waiting != 1 {
		t.Fatalf("%d batches wait after a restart, want 1", s.Waiting)
	}
}

func TestInProcessOpensNoPort(t *testing.T) {
	t.Parallel()
	if b := openBus(t, bus.Config{}); b.Addr() != "" {
		t.Fatalf("listens at %s though nobody asked", b.Addr())
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]bus.Config{
		"nothing":            {},
		"secret in URL":      {URL: "nats://user:hunter2@127.0.0.1"},
		"open to all":        {StoreDir: dir, Listen: "127.0.0.1:0"},
		"missing token file": {StoreDir: dir, Listen: "127.0.0.1:0", TokenFile: dir + "/none"},
		"short token":        {StoreDir: dir, Listen: "127.0.0.1:0", TokenFile: secretFile(t, "hunter2")},
		"half a certificate": {StoreDir: dir, CertFile: "x"},
		"bad certificate":    {StoreDir: dir, Listen: "127.0.0.1:0", TokenFile: secretFile(t, shared), CertFile: "/none", KeyFile: "/none"},
		"bad address":        {StoreDir: dir, Listen: "here", TokenFile: secretFile(t, shared)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := bus.Open(t.Context(), c)
			if err == nil {
				t.Error(b.Close())
			}
			if heron.ErrorCode(err) != heron.CodeInvalid {
				t.Fatalf("Open = %v, want an invalid error", err)
			}
		})
	}
}

func TestFullBusRefusesRatherThanDrops(t *testing.T) {
	t.Parallel()
	b := openBus(t, bus.Config{MaxBytes: 64 << 10})
	published := 0
	for i := range 1000 {
		ctx, cancel := contextFor(t, 300*time.Millisecond)
		err := b.PublishBatch(ctx, noisy(i))
		cancel()
		if err != nil {
			if heron.ErrorCode(err) != heron.CodeUnavailable {
				t.Fatal(err)
			}
			break
		}
		published++
	}
	s := b.Stats(t.Context())
	if published == 0 || published == 1000 || s.Waiting != uint64(published) || s.DroppedBatches != 0 {
		t.Fatalf("%d published, %+v; want some, all of them kept", published, s)
	}
}
