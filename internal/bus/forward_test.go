package bus_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
)

func contextFor(t testing.TB, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

// noisy is a batch of about 4 KiB that does not compress.
func noisy(i int) *heron.Batch {
	b := &heron.Batch{SensorID: "probe-eth0", SiteID: "site", Epoch: "e", Seq: uint64(i)}
	var text strings.Builder
	for j := range 100 {
		text.WriteString(heron.DeriveID(fmt.Sprint(i), fmt.Sprint(j)))
	}
	b.Observations = []heron.Observation{{Key: "k", Value: text.String()}}
	b.Flows = []heron.Flow{{ID: heron.FlowID{1}}}
	return b
}

// forward runs Forward until the test ends or stop is called.
func forward(t testing.TB, from *bus.Bus, to bus.Config) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := bus.Forward(ctx, from, to, nil); err != nil {
			t.Error(err)
		}
	})
	stop = func() {
		cancel()
		wg.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// take consumes n batches and returns how often each number came.
func take(t testing.TB, b *bus.Bus, n int) map[uint64]int {
	t.Helper()
	ctx, cancel := contextFor(t, time.Minute)
	defer cancel()
	seen := map[uint64]int{}
	err := b.ConsumeBatches(ctx, "site", func(_ context.Context, x *heron.Batch) error {
		if seen[x.Seq]++; len(seen) == n {
			cancel()
		}
		return nil
	})
	if err != nil || len(seen) != n {
		t.Fatalf("%d of %d batches came, %v", len(seen), n, err)
	}
	return seen
}

func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestSensorForwardsWithItsOwnToken(t *testing.T) {
	t.Parallel()
	core := openBus(t, bus.Config{Listen: "127.0.0.1:0", TokenFile: secretFile(t, shared)})
	token, err := core.AddSensor(t.Context(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	sensor := openBus(t, bus.Config{})
	forward(t, sensor, bus.Config{URL: "nats://" + core.Addr(), TokenFile: secretFile(t, token), SiteID: "site"})
	for i := range 20 {
		if err := sensor.PublishBatch(t.Context(), noisy(i)); err != nil {
			t.Fatal(err)
		}
	}
	take(t, core, 20)
	await(t, "the sensor's disk to be empty", func() bool { return sensor.Stats(t.Context()).Waiting == 0 })
	if s := sensor.Stats(t.Context()); s.Forwarded != 20 || s.DroppedBatches+s.ShedFlows+s.ShedObservations != 0 {
		t.Fatalf("stats %+v", s)
	}
}

func TestSensorMaySpeakOnlyForItself(t *testing.T) {
	t.Parallel()
	core := openBus(t, bus.Config{Listen: "127.0.0.1:0", TokenFile: secretFile(t, shared), MaxTries: 1})
	token, err := core.AddSensor(t.Context(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	to := bus.Config{URL: "nats://" + core.Addr(), TokenFile: secretFile(t, token), SiteID: "site"}
	sensor := openBus(t, bus.Config{})
	forward(t, sensor, to)
	forged := noisy(0)
	forged.SensorID = "another"
	for _, b := range []*heron.Batch{forged, noisy(1)} {
		if err := sensor.PublishBatch(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if seen := take(t, core, 1); seen[1] != 1 {
		t.Fatalf("batches %v came, want 1 alone", seen)
	}
	aside, err := core.Aside(t.Context(), 5)
	if err != nil || len(aside) != 1 || !strings.Contains(aside[0].Reason, "may not speak") {
		t.Fatalf("aside: %+v, %v", aside, err)
	}
	// The token opens nothing else: a bus over it cannot even see the streams.
	ctx, cancel := contextFor(t, 3*time.Second)
	defer cancel()
	if spy, err := bus.Open(ctx, to); err == nil {
		t.Error("a sensor's token opened the core's streams", spy.Close())
	}
}

func TestWrongAndRemovedTokensAreRefused(t *testing.T) {
	t.Parallel()
	core := openBus(t, bus.Config{Listen: "127.0.0.1:0", TokenFile: secretFile(t, shared)})
	first, err := core.AddSensor(t.Context(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	second, err := core.AddSensor(t.Context(), "probe") // replaces the first
	if err != nil {
		t.Fatal(err)
	}
	if err := core.RemoveSensor(t.Context(), "probe"); err != nil {
		t.Fatal(err)
	}
	sensor := openBus(t, bus.Config{})
	for _, secret := range []string{"certainly not the secret", first, second} {
		to := bus.Config{URL: "nats://" + core.Addr(), TokenFile: secretFile(t, secret)}
		err := bus.Forward(t.Context(), sensor, to, nil)
		if heron.ErrorCode(err) != heron.CodeUnauthorized || strings.Contains(err.Error(), secret) {
			t.Fatalf("Forward = %v, want refused without telling the secret", err)
		}
	}
}

func TestOutageDropsLeastImportantAndOldestAndSaysSo(t *testing.T) {
	t.Parallel()
	const limit = 256 << 10
	sensor := openBus(t, bus.Config{MaxBytes: limit})
	// Nobody listens at the core's address.
	forward(t, sensor, bus.Config{URL: "nats://127.0.0.1:1", SiteID: "site"})
	await(t, "the forwarder", func() bool {
		return sensor.PublishBatch(t.Context(), noisy(0)) == nil
	})
	const n = 300 // about five times what there is room for
	for i := range n {
		ctx, cancel := contextFor(t, 20*time.Second)
		if err := sensor.PublishBatch(ctx, noisy(i)); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
	s := sensor.Stats(t.Context())
	if s.Bytes > limit || s.DroppedBatches == 0 || s.ShedFlows == 0 || s.Waiting+s.DroppedBatches != n {
		t.Fatalf("stats %+v of %d batches within %d bytes", s, n, limit)
	}
	flows, last, count := 0, uint64(0), 0
	ctx, cancel := contextFor(t, time.Minute)
	defer cancel()
	err := sensor.ConsumeBatches(ctx, "site", func(_ context.Context, x *heron.Batch) error {
		if count++; count > 1 && x.Seq != last+1 {
			t.Errorf("batch %d follows %d", x.Seq, last)
		}
		last, flows = x.Seq, flows+len(x.Flows)
		if len(x.Observations) != 1 {
			t.Errorf("batch %d lost its observations", x.Seq)
		}
		if uint64(count) == s.Waiting {
			cancel()
		}
		return nil
	})
	if err != nil || last != n-1 || flows >= count {
		t.Fatalf("%d batches left, the last %d of %d, %d with flows, %v", count, last, n, flows, err)
	}
}

func TestSensorComesOverTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	core := openBus(t, bus.Config{Listen: "127.0.0.1:0", TokenFile: secretFile(t, shared), CertFile: cert, KeyFile: key})
	to := bus.Config{URL: "tls://" + core.Addr(), TokenFile: secretFile(t, shared), SiteID: "site"}
	sensor := openBus(t, bus.Config{})
	if err := bus.Forward(t.Context(), sensor, to, nil); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Fatalf("Forward to a server of unknown authority = %v, want refused", err)
	}
	to.CAFile = cert
	other := to
	other.URL = strings.Replace(to.URL, "127.0.0.1", "localhost", 1)
	if err := bus.Forward(t.Context(), sensor, other, nil); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Fatalf("Forward to a server of another name = %v, want refused", err)
	}
	forward(t, sensor, to)
	if err := sensor.PublishBatch(t.Context(), noisy(1)); err != nil {
		t.Fatal(err)
	}
	take(t, core, 1)
}

// certificate makes a certificate for 127.0.0.1 that is its own authority.
func certificate(t testing.TB) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, data []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret)
}
