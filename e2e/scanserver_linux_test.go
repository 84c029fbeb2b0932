package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/lab"
)

// TestServerScansItsNetwork lets a server that watches the bridge scan the network: a
// host that appears meanwhile is asked as well, no device breaks although scans meet at
// it, and what the server itself sends raises no alert, neither live nor when it is read
// again from a capture.
func TestServerScansItsNetwork(t *testing.T) {
	s := startScannet(t)
	tape := s.record(t)
	dir := t.TempDir()
	conf := writeFile(t, dir, "heron.yaml", fmt.Sprintf(
		"site: scannet\nsensor: {name: core, interfaces: [%s]}\ndiscovery: {enabled: true, profile: standard}\n", s.BridgeName()))
	p := start(t, []string{"ip", "netns", "exec", s.core}, "serve", "--config", conf, "--data", dir, "--listen", "127.0.0.1:8420")
	c := login(t, s.Network, p.password)
	watched(t, c)

	x, err := c.StartScan(t.Context(), heron.ScanRequest{Targets: s.targets(), Profile: "standard"})
	if err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, "the scan to find hosts", func() error { return foundBy(t, c, x.ID, 5) })
	s.appear(t)
	within(t, 2*time.Minute, "the host that appeared to be asked", func() error { return askedAbout(t, c, s.late) })
	within(t, 3*time.Minute, "all scans to end", func() error { return allEnded(t, c) })
	for _, g := range s.guards {
		if g.isBroken() {
			t.Errorf("%s broke", g)
		}
	}
	if out := known(t, c); len(out) < len(s.Devices()) {
		t.Errorf("%d devices are known of %d", len(out), len(s.Devices()))
	}
	time.Sleep(5 * time.Second) // what was sent last is seen as unanswered
	noAlarm(t, c, "live")

	file := filepath.Join(dir, "scan.pcap")
	tape.save(t, file)
	body, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if _, err := c.Upload(t.Context(), "scan.pcap", body); err != nil {
		t.Fatal(err)
	}
	within(t, 2*time.Minute, "the capture to be read", func() error {
		list, err := c.Uploads(t.Context())
		if err != nil || len(list) != 1 || list[0].State != "done" {
			return fmt.Errorf("%+v, %w", list, err)
		}
		return nil
	})
	noAlarm(t, c, "read from a capture")
	strangerAlarms(t, file)
}

// watched waits until the sensor sees the bridge.
func watched(t *testing.T, c *client.Client) {
	t.Helper()
	within(t, time.Minute, "the sensor", func() error {
		list, err := c.Sensors(t.Context())
		if err != nil || len(list) == 0 || list[0].State != "online" {
			return fmt.Errorf("%+v, %w", list, err)
		}
		return nil
	})
}

func foundBy(t *testing.T, c *client.Client, id string, n int64) error {
	t.Helper()
	x, err := c.Scan(t.Context(), id)
	if err != nil || x.Found < n {
		return fmt.Errorf("%+v, %w", x, err)
	}
	return nil
}

// appear brings up the host that was not there, and lets it speak.
func (s *scannet) appear(t *testing.T) {
	t.Helper()
	ip(t, "-n", s.late.Namespace, "link", "set", "eth0", "up")
	err := s.Inside(s.late.Name, func() error {
		c, err := net.DialTimeout("tcp", netip.AddrPortFrom(lab.CoreAddress(), 9).String(), 5*time.Second)
		if err == nil {
			err = c.Close()
		}
		if _, told := errors.AsType[*net.OpError](err); told {
			return nil // nobody listens there: what counts is that it spoke
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// askedAbout wants the audit log to have what a device was asked: by the scan that runs,
// or by one of its own for being new.
func askedAbout(t *testing.T, c *client.Client, d lab.Device) error {
	t.Helper()
	for e, err := range c.Audit(t.Context(), client.AuditQuery{Object: d.IP.String()}) {
		if err != nil {
			return err
		}
		if e.Action == "scan.probe" {
			return nil
		}
	}
	return fmt.Errorf("nothing was asked of %s", d.IP)
}

func allEnded(t *testing.T, c *client.Client) error {
	t.Helper()
	list, err := c.Scans(t.Context())
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.State != heron.ScanDone {
			return fmt.Errorf("%+v", x)
		}
	}
	return nil
}

func known(t *testing.T, c *client.Client) []heron.Device {
	t.Helper()
	var out []heron.Device
	for d, err := range c.Devices(t.Context(), client.DeviceQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

// noAlarm wants no alert but that there are new devices.
func noAlarm(t *testing.T, c *client.Client, when string) {
	t.Helper()
	for a, err := range c.Alerts(t.Context(), client.AlertQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if a.Detector != "device.new" {
			t.Errorf("%s: an alert: %s: %s", when, a.Detector, a.Summary)
		}
	}
}

// strangerAlarms shows that the same traffic is a port scan to who knows of no scan.
func strangerAlarms(t *testing.T, file string) {
	t.Helper()
	out, err := command(t, nil, "read", "--json", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Alerts []heron.Alert `json:"alerts"`
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(r.Alerts, func(a heron.Alert) bool {
		return a.Detector == "scan.port" && a.Src == lab.CoreAddress().String()
	}) {
		t.Errorf("the capture holds no scan: %+v", r.Alerts)
	}
}

// tape keeps the frames of a bridge as a capture file.
type tape struct {
	mu  sync.Mutex
	buf bytes.Buffer
	out *capture.Writer
}

func (s *scannet) record(t *testing.T) *tape {
	t.Helper()
	x := &tape{}
	var err error
	if x.out, err = capture.NewWriter(&x.buf, heron.LinkEthernet); err != nil {
		t.Fatal(err)
	}
	s.sniff(t, func(p *heron.Packet) {
		x.mu.Lock()
		defer x.mu.Unlock()
		if err := x.out.Write(p.Time, p.Data); err != nil {
			t.Error(err)
		}
	})
	return x
}

func (x *tape) save(t *testing.T, path string) {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := os.WriteFile(path, x.buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
