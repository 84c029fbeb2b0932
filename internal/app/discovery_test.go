package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/store"
)

// webServer is a device on a loopback address of its own, with a page on port
// 8080; slow makes it answer nothing.
func webServer(t *testing.T, address string, slow bool) {
	t.Helper()
	l, err := net.Listen("tcp", address+":8080")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 4096))
				if slow {
					_, _ = io.Copy(io.Discard, c)
					return
				}
				_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\nServer: GoAhead-Webs\r\nContent-Type: text/html\r\n\r\n<title>Camera</title>")
			}()
		}
	}()
}

// ended waits for a scan to end.
func ended(t *testing.T, c *client.Client, id string) *heron.Scan {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		x, err := c.Scan(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if x.State != heron.ScanRunning {
			return x
		}
	}
	t.Fatal("the scan does not end")
	return nil
}

func TestScansOfAServer(t *testing.T) {
	t.Parallel()
	const fast, slow, excluded = "127.88.1.1", "127.88.1.2", "127.88.1.3"
	webServer(t, fast, false)
	webServer(t, slow, true)
	webServer(t, excluded, false)
	conf := testConfig(t.TempDir())
	conf.Local = []string{"127.88.0.0/16"}
	conf.Discovery.Enabled, conf.Discovery.Profile, conf.Discovery.Exclude = true, "standard", []string{excluded}
	r := run(t, Options{Config: conf})
	c := r.login(t, r.password)
	request := heron.ScanRequest{Targets: []string{fast, excluded}}

	plan, err := c.PlanScan(t.Context(), request)
	if err != nil || plan.Total == 0 || len(plan.Steps) != plan.Total {
		t.Fatalf("plan %+v, error %v", plan, err)
	}
	for _, s := range plan.Steps {
		if s.Host != fast {
			t.Errorf("would ask %s", s.Host)
		}
	}
	x, err := c.StartScan(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if x = ended(t, c, x.ID); x.State != heron.ScanDone || x.Found != 1 || x.Questions == 0 || x.Packets == 0 || x.By != "admin" {
		t.Errorf("ended as %+v", x)
	}
	if list := devices(t, c, fast); len(list) != 1 || len(list[0].Services) != 1 || list[0].Services[0].Port != 8080 {
		t.Errorf("the inventory has %+v", list)
	}
	entries := scanEntries(t, c, x.ID)
	if asked := entries["scan.probe"]["asked"]; !strings.Contains(asked, "http/8080") {
		t.Errorf("the audit log says that %q was asked", asked)
	}
	begin, end := entries["scan.begin"], entries["scan.end"]
	if begin["targets"] != fast+" "+excluded || begin["exclude"] != excluded || begin["packets_per_second"] != "4900" || begin["snmp_public"] != "true" {
		t.Errorf("the scan began as %v", begin)
	}
	if end["state"] != "done" || end["found"] != "1" || end["packets"] == "0" {
		t.Errorf("the scan ended as %v", end)
	}
	stopOne(t, c, slow)
	stopAll(t, c, conf.Data, slow)
}

// A request is bounded by what is configured for all.
func TestRequestsNarrowTheConfiguration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		conf    config.Discovery
		request heron.ScanRequest
		packets int
		public  string
		refused bool
	}{
		{"slower than the profile", config.Discovery{}, heron.ScanRequest{Profile: "safe", Rate: 20}, 20, "", false},
		{"never faster than the profile", config.Discovery{}, heron.ScanRequest{Profile: "safe", Rate: 9000}, 2000, "", false},
		{"never faster than the configuration", config.Discovery{Packets: 100}, heron.ScanRequest{Profile: "deep", Rate: 200}, 100, "", false},
		{"the configuration as it is", config.Discovery{Packets: 100, SNMPPublic: "always"}, heron.ScanRequest{}, 100, "always", false},
		{"less SNMP", config.Discovery{SNMPPublic: "always"}, heron.ScanRequest{SNMPPublic: "never"}, 0, "never", false},
		{"SNMP where it is never used", config.Discovery{SNMPPublic: "never"}, heron.ScanRequest{SNMPPublic: "auto"}, 0, "auto", true},
	} {
		o, err := (&discovery{conf: tt.conf}).options(tt.request)
		if o.Packets != tt.packets || o.SNMPPublic != tt.public || (heron.ErrorCode(err) == heron.CodeForbidden) != tt.refused {
			t.Errorf("%s: %d packets a second, public %q, %v", tt.name, o.Packets, o.SNMPPublic, err)
		}
	}
}

// scanEntries are what the audit log has of a scan, by action.
func scanEntries(t *testing.T, c *client.Client, id string) map[string]heron.Attributes {
	t.Helper()
	out := map[string]heron.Attributes{}
	for e, err := range c.Audit(t.Context(), client.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Object == id || e.Detail["scan"] == id {
			out[e.Action] = e.Detail
		}
	}
	return out
}

// TestScanThatWasCutShort has a database in which a scan runs that nobody works on, as
// the end of a process leaves it that could not say so.
func TestScanThatWasCutShort(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	db, err := store.Open(t.Context(), conf.DatabaseURL(), store.Options{AuditHash: audit.Hash})
	if err != nil {
		t.Fatal(err)
	}
	cut := heron.Scan{
		ID: heron.NewID(), ScanRequest: heron.ScanRequest{Targets: []string{"192.0.2.1"}, Profile: "safe"}, Reason: "request", By: "anna",
		State: heron.ScanRunning, Started: wallClock() - heron.Minute, ScanCounts: heron.ScanCounts{Packets: 17},
	}
	if err := errors.Join(db.PutScan(t.Context(), &cut), db.Close()); err != nil {
		t.Fatal(err)
	}
	r := run(t, Options{Config: conf})
	c := r.login(t, r.password)
	list, err := c.Scans(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d scans, error %v", len(list), err)
	}
	if x := list[0]; x.State != heron.ScanInterrupted || x.Ended == 0 || x.Error == "" || x.Packets != 17 {
		t.Errorf("the scan is %+v", x)
	}
	if end := scanEntries(t, c, cut.ID)["scan.end"]; end["state"] != "interrupted" || end["packets"] != "17" {
		t.Errorf("the audit log says %v", end)
	}
	if x, err := c.StopScan(t.Context(), cut.ID); err != nil || x.State != heron.ScanInterrupted {
		t.Errorf("stopped as %+v, error %v", x, err)
	}
}

// stopOne stops a scan in the midst of a question.
func stopOne(t *testing.T, c *client.Client, target string) {
	t.Helper()
	x, err := c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{target}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.StopScan(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	if x = ended(t, c, x.ID); x.State != heron.ScanStopped || x.Error == "" {
		t.Errorf("ended as %+v, want stopped", x)
	}
}

// stopAll keeps scans from running with a file.
func stopAll(t *testing.T, c *client.Client, data, target string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(data, "discovery.stop"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{target}})
	if heron.ErrorCode(err) != heron.CodeUnavailable {
		t.Errorf("started with %v while the file is there", err)
	}
}

func TestNoScanUntilItIsSwitchedOn(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Config: testConfig(t.TempDir())})
	c := r.login(t, r.password)
	_, err := c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{"127.0.0.1"}})
	var told *heron.Error
	if !errors.As(err, &told) || !strings.Contains(told.Message, "switched off") {
		t.Errorf("a scan started, or failed with %v", err)
	}
}

// platformOf is a platform whose core the test can speak to, and a client of it.
func platformOf(t *testing.T, conf config.Config) (*Platform, *client.Client) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	r := &running{}
	p := &Platform{conf: conf, opt: Options{Config: conf}, log: slog.New(slog.DiscardHandler), ctx: ctx, group: group{cancel: cancel}}
	t.Cleanup(func() {
		cancel(nil)
		if err := errors.Join(p.group.Wait(), p.close()); err != nil {
			t.Error(err)
		}
	})
	started := make(chan struct{})
	p.opt.Started = func(url, password string) {
		r.url, r.password = url, password
		close(started)
	}
	if err := p.start(ctx); err != nil {
		t.Fatal(err)
	}
	<-started
	return p, r.login(t, r.password)
}

// TestNewDevicesAreAsked lets the core see a device, and wants a scan of it within
// a second or so.
func TestNewDevicesAreAsked(t *testing.T) {
	t.Parallel()
	const address = "127.88.2.1"
	webServer(t, address, false)
	conf := testConfig(t.TempDir())
	conf.Local = []string{"127.88.0.0/16"}
	conf.Discovery.Enabled = true
	p, c := platformOf(t, conf)
	now := wallClock()
	addr := netip.MustParseAddr(address)
	seen := heron.Observation{
		Subject: heron.Subject{Endpoint: heron.Endpoint{IP: addr, MAC: heron.MAC{0xb8, 0x27, 0xeb, 1, 2, 3}}},
		Key:     heron.KeyARP, Value: address, Source: "arp", First: now, Last: now, Count: 1,
	}
	if err := p.core.heard(t.Context(), []heron.Observation{seen}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		list, err := c.Scans(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			continue
		}
		x := ended(t, c, list[0].ID)
		if x.Reason != "new_device" || x.By != "system" || x.Targets[0] != address || x.State != heron.ScanDone {
			t.Errorf("ran %+v", x)
		}
		if wait := x.Started - now; wait > 30*heron.Second {
			t.Errorf("it began %v after the device was seen", wait)
		}
		return
	}
	t.Fatal("the device was not asked")
}
