package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"testing"
	"time"

	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/testneeds"
)

// TestOutage runs a sensor and a core as two processes, kills the core, plays an
// attack meanwhile, kills the sensor too, and starts both again: the core then
// tells of the attack that it slept through.
func TestOutage(t *testing.T) {
	testneeds.Root(t)
	n, err := lab.Start(t.Context(), lab.Config{
		Mode: lab.Namespaces, Name: "e2o", Own: true, Seed: 1, Active: true,
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
	if out, err := exec.Command("ip", "-n", "e2o-core", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("loopback: %v: %s", err, out)
	}
	inCore := []string{"ip", "netns", "exec", "e2o-core"}
	coreData, sensorData := t.TempDir(), t.TempDir()
	token := writeFile(t, t.TempDir(), "bus.token", "a-token-of-the-bus-0123456789abcdef")
	coreArgs := []string{
		"serve", "--role", "core", "--data", coreData, "--listen", "127.0.0.1:8420",
		"--bus-listen", "127.0.0.1:4222", "--bus-token-file", token,
	}
	sensorArgs := []string{
		"serve", "--role", "sensor", "--data", sensorData, "--interface", n.BridgeName(), "--sensor-name", "dock",
		"--bus", "nats://127.0.0.1:4222", "--bus-token-file", token,
	}
	core := start(t, inCore, coreArgs...)
	sensor := startSensor(t, inCore, sensorArgs...)
	c := login(t, n, core.password)
	within(t, 60*time.Second, "devices from the sensor", func() error { return atLeast(t, c, 4) })

	core.kill(t)
	attack, over := context.WithTimeout(t.Context(), 15*time.Second)
	defer over()
	_ = n.Attack(attack, "port-scan") // cut short: a scan of silent hosts takes minutes
	// What the sensor saw is on its disk after a second; then it dies too.
	time.Sleep(3 * time.Second)
	sensor.kill(t)

	startSensor(t, inCore, sensorArgs...)
	again := start(t, inCore, coreArgs...)
	if again.password != "" {
		t.Error("the second start made another admin")
	}
	c = login(t, n, core.password)
	within(t, 60*time.Second, "the alert about the attack during the outage", func() error {
		for a, err := range c.Alerts(t.Context(), client.AlertQuery{}) {
			if err != nil {
				return err
			}
			if a.Detector == "scan.port" {
				return nil
			}
		}
		return fmt.Errorf("no alert of scan.port")
	})
	if err := atLeast(t, c, 4); err != nil {
		t.Error(err)
	}
}

// startSensor runs a process that tells no address.
func startSensor(t *testing.T, prefix []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: command(t, prefix, args...), log: &log{}}
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("log of the sensor:\n%s", p.log)
		}
	})
	return p
}

func login(t *testing.T, n *lab.Network, password string) *client.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	hc := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dialCore(n)}}
	c, err := client.New("http://127.0.0.1:8420", client.WithHTTPClient(hc))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Login(t.Context(), "admin", password); err != nil {
		t.Fatal(err)
	}
	return c
}

func atLeast(t *testing.T, c *client.Client, want int) error {
	t.Helper()
	n := 0
	for _, err := range c.Devices(t.Context(), client.DeviceQuery{}) {
		if err != nil {
			return err
		}
		n++
	}
	if n < want {
		return fmt.Errorf("%d devices, want at least %d", n, want)
	}
	return nil
}
