package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/testneeds"
)

// TestSensorInTheField runs a sensor apart from its core, over TLS and with a
// token of its own: it reports, is told what to do and remembers it over a kill,
// and gives the packets behind an alert.
func TestSensorInTheField(t *testing.T) {
	testneeds.Root(t)
	n, err := lab.Start(t.Context(), lab.Config{
		Mode: lab.Namespaces, Name: "e2f", Own: true, Seed: 1, Active: true,
		Models: []string{"hikvision-camera", "hue-bridge", "raspberry-broker", "intruder"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	if out, err := exec.Command("ip", "-n", "e2f-core", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("loopback: %v: %s", err, out)
	}
	inCore := []string{"ip", "netns", "exec", "e2f-core"}
	cert, key := certificate(t)
	core := start(t, inCore, "serve", "--role", "core", "--data", t.TempDir(), "--listen", "127.0.0.1:8420",
		"--bus-listen", "127.0.0.1:4222", "--bus-cert-file", cert, "--bus-key-file", key,
		"--bus-token-file", writeFile(t, t.TempDir(), "bus.token", "a-token-of-the-bus-0123456789abcdef"))
	c := login(t, n, core.password)
	_, token, err := c.AddSensor(t.Context(), "dock")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"serve", "--role", "sensor", "--data", t.TempDir(), "--interface", n.BridgeName(), "--sensor-name", "dock", "--bus", "tls://127.0.0.1:4222",
		"--bus-ca-file", cert, "--bus-token-file", writeFile(t, t.TempDir(), "token", token), "--evidence-bytes", "16777216",
	}
	sensor := startSensor(t, inCore, args...)
	within(t, 60*time.Second, "health of the sensor", func() error {
		h, err := healthOf(t, c)
		if err == nil && (h.Memory == 0 || h.RoundTrip == 0 || h.ClockOffset > 1 || h.ClockOffset < -1 || len(h.Sources) != 1 || h.Spool.MaxBytes == 0) {
			err = fmt.Errorf("health %+v", h)
		}
		return err
	})
	if err := ready(t, n); err != nil {
		t.Error(err)
	}
	configure(t, c)
	sensor.kill(t)
	startSensor(t, inCore, args...)
	within(t, 60*time.Second, "the sensor to remember its orders", func() error {
		h, err := healthOf(t, c)
		if err == nil && (h.Applied != 4 || time.Since(h.Started.Std()) > 50*time.Second) {
			err = fmt.Errorf("health %+v", h)
		}
		return err
	})
	packetsOfAScan(t, n, c)
}

func healthOf(t *testing.T, c *client.Client) (*heron.SensorHealth, error) {
	t.Helper()
	s, err := c.Sensor(t.Context(), "dock")
	if err != nil {
		return nil, err
	}
	if s.Health == nil || s.State != "online" {
		return nil, fmt.Errorf("the sensor is %s", s.State)
	}
	return s.Health, nil
}

// ready asks the sensor itself.
func ready(t *testing.T, n *lab.Network) error {
	t.Helper()
	hc := &http.Client{Transport: &http.Transport{DialContext: dialCore(n)}, Timeout: 10 * time.Second}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		res, err := hc.Get("http://127.0.0.1:8421" + path)
		if err != nil {
			return err
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s of the sensor: %s, %w", path, res.Status, err)
		}
	}
	return nil
}

// configure gives an order that is good, and one that is not.
func configure(t *testing.T, c *client.Client) {
	t.Helper()
	good, flows := "not port 9", 2048
	s, err := c.ConfigureSensor(t.Context(), "dock", heron.SensorConfig{Filter: &good, Local: &[]string{"198.51.100.0/24"}, MaxFlows: &flows})
	if err != nil || s.Health.Applied != 1 || s.Health.Fault != "" {
		t.Fatalf("a good order: %+v, %v", s, err)
	}
	bad := "host nobody at all"
	s, err = c.ConfigureSensor(t.Context(), "dock", heron.SensorConfig{Filter: &bad, Local: &[]string{"here"}})
	if err != nil || s.Health.Applied != 1 || s.Health.Tried != 2 || !strings.Contains(s.Health.Fault, "here") || !strings.Contains(s.Health.Fault, "filter") {
		t.Fatalf("a bad order: %+v, %v", s.Health, err)
	}
	none := []string{"no-such0"}
	s, err = c.ConfigureSensor(t.Context(), "dock", heron.SensorConfig{Sources: &none})
	if err != nil || s.Health.Applied != 1 || !strings.Contains(s.Health.Fault, "no-such0") || len(s.Health.Sources) != 1 {
		t.Fatalf("an order about no interface: %+v, %v", s.Health, err)
	}
	// The good one again, so that it is the last.
	back, err := c.ConfigureSensor(t.Context(), "dock", heron.SensorConfig{Filter: &good})
	if err != nil || back.Health.Applied != 4 || back.Health.Fault != "" {
		t.Fatalf("the last order: %+v, %v", back, err)
	}
}

// packetsOfAScan waits for an alert and downloads its packets.
func packetsOfAScan(t *testing.T, n *lab.Network, c *client.Client) {
	t.Helper()
	go func() { _ = n.Attack(t.Context(), "port-scan") }()
	var alert heron.Alert
	within(t, 90*time.Second, "an alert about the scan", func() error {
		for a, err := range c.Alerts(t.Context(), client.AlertQuery{Detectors: []string{"scan.port"}}) {
			if err != nil {
				return err
			}
			alert = a
			return nil
		}
		return errors.New("none yet")
	})
	path := filepath.Join(t.TempDir(), "scan.pcapng")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	size, err := c.AlertPackets(t.Context(), alert.ID, f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tshark", "-r", path, "-Y", "ip.src == "+alert.Src+" && tcp.flags.syn == 1", "-T", "fields", "-e", "tcp.dstport").Output()
	ports := len(strings.Fields(string(out)))
	if err != nil || ports < 10 {
		t.Errorf("tshark finds %d ports asked by %s in %d bytes: %v", ports, alert.Src, size, err)
	}
	t.Logf("%d bytes of packets, %d SYNs of %s", size, ports, alert.Src)
}

// certificate makes a certificate for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	return certificateFor(t, "127.0.0.1")
}

// certificateFor makes a certificate for an address that is its own authority.
func certificateFor(t *testing.T, address string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP(address)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return writeFile(t, dir, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		writeFile(t, dir, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}
