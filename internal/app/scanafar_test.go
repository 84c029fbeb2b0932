package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/testneeds"
)

// yard is a core, and what a sensor needs to find it.
type yard struct {
	conf config.Config // of the core
	core *running
	c    *client.Client
	url  string
}

// coreOf runs a core that sensors may join, for devices at 127.88.0.0/16.
func coreOf(t *testing.T) *yard {
	t.Helper()
	y := &yard{conf: testConfig(t.TempDir())}
	y.conf.Role, y.conf.Local = "core", []string{"127.88.0.0/16"}
	y.conf.Discovery.Enabled, y.conf.Discovery.NewDevices, y.conf.Discovery.Profile = true, false, "standard"
	y.conf.Bus.Listen = testneeds.Address(t)
	y.conf.Bus.TokenFile = filepath.Join(t.TempDir(), "token")
	y.url = "nats://" + y.conf.Bus.Listen
	if err := os.WriteFile(y.conf.Bus.TokenFile, []byte("a-token-of-the-bus-0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	y.core = run(t, Options{Config: y.conf})
	y.c = y.core.login(t, y.core.password)
	return y
}

// post is a sensor that captures nothing: what it does for the core is all of it.
type post struct {
	*Platform
	stop func()
}

// postOf is a sensor called dock that speaks with nobody.
func postOf(t *testing.T, data string, scan config.SensorScan, to config.Bus) *post {
	t.Helper()
	conf := config.Default()
	conf.Role, conf.Data, conf.Sensor.Name, conf.Sensor.Scan, conf.Bus = "sensor", data, "dock", scan, to
	ctx, cancel := context.WithCancelCause(t.Context())
	p := &Platform{conf: conf, opt: Options{Config: conf}, log: slog.New(slog.DiscardHandler), ctx: ctx, group: group{cancel: cancel}}
	over := false
	s := &post{Platform: p, stop: func() {
		if over {
			return
		}
		over = true
		cancel(nil)
		if err := errors.Join(p.group.Wait(), p.close()); err != nil {
			t.Error(err)
		}
	}}
	t.Cleanup(s.stop)
	if err := p.openField(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// join runs a sensor called dock, and waits until the core knows it.
func (y *yard) join(t *testing.T, data string, scan config.SensorScan) *post {
	t.Helper()
	before := wallClock()
	p := postOf(t, data, scan, config.Bus{URL: y.url, TokenFile: y.conf.Bus.TokenFile})
	p.group.Go(func() error { return p.uplink(p.ctx, p.busConfig()) })
	eventually(t, "the sensor to report", func() bool {
		x, err := y.c.Sensor(t.Context(), "dock")
		return err == nil && x.State == "online" && x.Health != nil && x.Health.Started >= before
	})
	return p
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// allowed lets a sensor scan.
func allowed() config.SensorScan {
	return config.SensorScan{Enabled: true, Strongest: "standard", SNMPPublic: config.SNMPPublicAuto}
}

func TestSensorScansForItsCore(t *testing.T) {
	t.Parallel()
	const device, other, own = "127.88.3.1", "127.88.3.2", "127.88.3.3"
	for _, a := range []string{device, other, own} {
		webServer(t, a, false)
	}
	y := coreOf(t)
	scan := allowed()
	scan.Exclude, scan.Packets, scan.SNMPPublic = []string{own}, 900, config.SNMPPublicNever
	data := t.TempDir()
	p := y.join(t, data, scan)
	r := heron.ScanRequest{Targets: []string{device, other, own}, Exclude: []string{other}, Profile: "standard", Sensor: "dock"}

	plan, err := y.c.PlanScan(t.Context(), r)
	if err != nil || plan.Total == 0 {
		t.Fatalf("plan %+v, error %v", plan, err)
	}
	for _, s := range plan.Steps {
		if s.Host != device {
			t.Errorf("would ask %s", s.Host)
		}
	}
	x, err := y.c.StartScan(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	x = ended(t, y.c, x.ID)
	t.Logf("%v from the order to its end", time.Since(began))
	if x.State != heron.ScanDone || x.Error != "" || x.Found != 1 || x.Questions == 0 || x.Packets == 0 || x.Bytes == 0 || x.Sensor != "dock" || len(x.From) == 0 {
		t.Errorf("ended as %+v", x)
	}
	if list := devices(t, y.c, device); len(list) != 1 || len(list[0].Services) != 1 || list[0].Services[0].Port != 8080 {
		t.Errorf("the inventory has %+v", list)
	}
	for _, a := range []string{other, own} {
		if list := devices(t, y.c, a); len(list) > 0 {
			t.Errorf("%s was asked: %+v", a, list)
		}
	}
	entries := scanEntries(t, y.c, x.ID)
	for action, want := range map[string]heron.Attributes{
		"scan.begin": {"sensor": "dock", "packets_per_second": "900", "exclude": other + " " + own, "snmp_public": "false"},
		"scan.probe": {"sensor": "dock"}, "scan.end": {"sensor": "dock", "state": "done", "found": "1"},
	} {
		for k, v := range want {
			if entries[action][k] != v {
				t.Errorf("%s has %s %q, want %q", action, k, entries[action][k], v)
			}
		}
	}
	if asked := entries["scan.probe"]["asked"]; !strings.Contains(asked, "http/8080") {
		t.Errorf("the audit log says that %q was asked", asked)
	}
	p.field.wakeUp()
	eventually(t, "the sensor to forget the scan", func() bool {
		text, err := os.ReadFile(filepath.Join(data, "scans.json"))
		return err == nil && !strings.Contains(string(text), x.ID)
	})
}

func TestScanOfASensorStops(t *testing.T) {
	t.Parallel()
	const slow = "127.88.4.1"
	webServer(t, slow, true)
	y := coreOf(t)
	data := t.TempDir()
	p := y.join(t, data, allowed())
	begin := func() *heron.Scan {
		t.Helper()
		x, err := y.c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{slow}, Sensor: "dock", Rate: 5})
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the scan to find its host", func() bool {
			x, err := y.c.Scan(t.Context(), x.ID)
			return err == nil && x.Found == 1
		})
		return x
	}
	is := func(x *heron.Scan, state heron.ScanState, why string) {
		t.Helper()
		if x = ended(t, y.c, x.ID); x.State != state || !strings.Contains(x.Error, why) || x.Packets == 0 {
			t.Errorf("ended as %+v, want %s because %s", x, state, why)
		}
		if end := scanEntries(t, y.c, x.ID)["scan.end"]; end["state"] != string(state) {
			t.Errorf("the audit log says %v", end)
		}
	}

	x := begin()
	_, err := y.c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{"127.88.4.0/30"}})
	if heron.ErrorCode(err) != heron.CodeConflict || !strings.Contains(err.Error(), x.ID) {
		t.Errorf("two that stand apart may ask one host: %v", err)
	}
	asked := time.Now()
	if _, err := y.c.StopScan(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	is(x, heron.ScanStopped, "was stopped")
	t.Logf("stopped after %v", time.Since(asked))

	for _, folder := range []string{y.conf.Data, data} { // of the core, and of the sensor
		x = begin()
		stop := filepath.Join(folder, "discovery.stop")
		if err := os.WriteFile(stop, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		is(x, heron.ScanStopped, "file that stops scans")
		if err := os.Remove(stop); err != nil {
			t.Fatal(err)
		}
	}

	x = begin() // the sensor ends in order
	p.stop()
	p = y.join(t, data, allowed())
	is(x, heron.ScanStopped, "sensor ended")

	x = begin() // the core knows nothing of it any more
	p.field.errands.obey(nil)
	is(x, heron.ScanStopped, "does not want")

	x = begin() // the core is out of reach
	p.field.errands.mu.Lock()
	p.field.errands.heard = time.Now().Add(-leash)
	p.field.errands.mu.Unlock()
	is(x, heron.ScanStopped, "out of reach")
}

// TestScanOfASensorOutlivesItsCore ends the core while a sensor scans, and begins it again.
func TestScanOfASensorOutlivesItsCore(t *testing.T) {
	t.Parallel()
	const fast, slow = "127.88.5.1", "127.88.5.2"
	webServer(t, fast, false)
	webServer(t, slow, true)
	y := coreOf(t)
	p := y.join(t, t.TempDir(), allowed())
	x, err := y.c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{fast, slow}, Sensor: "dock", Rate: 20})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the sensor to begin", func() bool { return len(p.field.errands.health().Scans) == 1 })
	password := y.core.password
	y.core.stop()
	y.core = run(t, Options{Config: y.conf})
	y.c = y.core.login(t, password)
	if x = ended(t, y.c, x.ID); x.State != heron.ScanDone || x.Found != 2 {
		t.Errorf("ended as %+v", x)
	}
	if list := devices(t, y.c, fast); len(list) != 1 || len(list[0].Services) != 1 {
		t.Errorf("the inventory has %+v", list)
	}
	entries := scanEntries(t, y.c, x.ID)
	if entries["scan.begin"] == nil || entries["scan.probe"] == nil || entries["scan.end"]["state"] != "done" {
		t.Errorf("the audit log has %v", entries)
	}
}

func TestSensorsThatDoNotScan(t *testing.T) {
	t.Parallel()
	y := coreOf(t)
	r := heron.ScanRequest{Targets: []string{"127.88.6.1"}, Sensor: "dock"}
	refused := func(code heron.Code, words string) {
		t.Helper()
		_, err := y.c.PlanScan(t.Context(), r)
		_, err2 := y.c.StartScan(t.Context(), r)
		for _, err := range []error{err, err2} {
			if heron.ErrorCode(err) != code || !strings.Contains(err.Error(), words) {
				t.Errorf("got %v, want %s and %q", err, code, words)
			}
		}
	}
	refused(heron.CodeNotFound, `no sensor "dock"`)
	if _, _, err := y.c.AddSensor(t.Context(), "dock"); err != nil {
		t.Fatal(err)
	}
	refused(heron.CodeUnavailable, "does not report")
	no := config.SensorScan{SNMPPublic: config.SNMPPublicAuto}
	p := y.join(t, t.TempDir(), no)
	refused(heron.CodeForbidden, "sensor.scan.enabled")

	// And when the core orders it all the same, nothing is sent.
	if n := postOf(t, t.TempDir(), no, config.Bus{}).ordered(t, r, 60); n.State != heron.ScanFailed || !strings.Contains(n.Error, "sensor.scan.enabled") || n.Packets > 0 {
		t.Errorf("it is %+v", n)
	}
	p.stop()
	y.join(t, t.TempDir(), allowed())
	r.Profile = "deep"
	refused(heron.CodeForbidden, "sensor.scan.strongest_profile")
	if n := postOf(t, t.TempDir(), allowed(), config.Bus{}).ordered(t, r, 60); n.State != heron.ScanFailed || !strings.Contains(n.Error, "stronger than standard") || n.Packets > 0 {
		t.Errorf("it is %+v", n)
	}
	r.Profile, r.SNMPPublic = "standard", config.SNMPPublicAlways
	if _, err := y.c.PlanScan(t.Context(), r); err != nil {
		t.Errorf("a sensor that leaves it to the core: %v", err)
	}
}

// ordered is how a scan ends that the core did not mean, by an order of a task that has
// some seconds.
func (p *post) ordered(t *testing.T, r heron.ScanRequest, seconds float64) heron.ScanNews {
	t.Helper()
	e, id := p.field.errands, heron.NewID()
	r.Profile = cmp.Or(r.Profile, "standard")
	orders := []heron.ScanOrder{{ID: id, Task: &heron.ScanTask{ScanRequest: r, Seconds: seconds}}}
	if !e.obey(orders) {
		t.Error("it is not known")
	}
	var news heron.ScanNews
	eventually(t, "the scan to end", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		news = e.list[id].news
		return news.State != heron.ScanRunning
	})
	if e.obey(orders) {
		t.Error("it is made twice")
	}
	return news
}

// A host that a sensor heard speak a protocol of
// control systems, or of which the core says so, has one connection at a time, and a
// scan ends with its time.
func TestSensorSparesControlDevices(t *testing.T) {
	t.Parallel()
	const others, heard, told = "127.88.8.1", "127.88.8.2", "127.88.8.3"
	p := postOf(t, t.TempDir(), allowed(), config.Bus{})
	p.field.errands.plant.hear(&heron.Batch{Observations: []heron.Observation{{
		Subject: heron.Subject{Endpoint: heron.Endpoint{IP: netip.MustParseAddr(heard)}}, Key: heron.KeyServiceProtocol, Value: "tcp/9999/modbus",
	}}})
	for _, x := range []struct {
		address string
		known   []heron.ScanHost
		one     bool
	}{{others, nil, false}, {heard, nil, true}, {told, []heron.ScanHost{{Addr: netip.MustParseAddr(told), Control: true}}, true}} {
		most := counted(t, x.address, 1883, 3389, 5432, 8000, 8008, 8080, 8443, 8883)
		e, id := p.field.errands, heron.NewID()
		e.obey([]heron.ScanOrder{{ID: id, Task: &heron.ScanTask{
			ScanRequest: heron.ScanRequest{Targets: []string{x.address}, Profile: "standard"}, Seconds: 60, Known: x.known,
		}}})
		eventually(t, "the scan to end", func() bool {
			e.mu.Lock()
			defer e.mu.Unlock()
			return e.list[id].news.State == heron.ScanDone
		})
		if n := most(); (n == 1) != x.one || n == 0 {
			t.Errorf("%s had %d connections at once", x.address, n)
		}
	}
	webServer(t, "127.88.8.4", true)
	r := heron.ScanRequest{Targets: []string{"127.88.8.4"}, Rate: 5}
	if n := p.ordered(t, r, 0.5); n.State != heron.ScanStopped || !strings.Contains(n.Error, "time that the scan had") {
		t.Errorf("it is %+v", n)
	}
}

// counted listens on some ports of an address, and tells how many connections were open
// at once at most.
func counted(t *testing.T, address string, ports ...int) (most func() int64) {
	t.Helper()
	var mu sync.Mutex
	var open, highest int64
	count := func(by int64) {
		mu.Lock()
		defer mu.Unlock()
		open += by
		highest = max(highest, open)
	}
	for _, port := range ports {
		l, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
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
					count(1)
					time.Sleep(100 * time.Millisecond)
					count(-1)
					c.Close()
				}()
			}
		}()
	}
	return func() int64 {
		mu.Lock()
		defer mu.Unlock()
		return highest
	}
}

func TestZoneIsScannedFromItsSensor(t *testing.T) {
	t.Parallel()
	y := coreOf(t)
	y.core.stop()
	y.conf.Data = t.TempDir()
	p, c := platformOf(t, y.conf)
	y.c = c
	y.join(t, t.TempDir(), allowed())
	zone := heron.Zone{ID: heron.NewID(), SiteID: y.conf.Site, Name: "Cell", Prefixes: []netip.Prefix{netip.MustParsePrefix("127.88.9.1/32")}}
	if err := p.store.PutZone(t.Context(), &zone); err != nil {
		t.Fatal(err)
	}
	if err := p.discovery.scanZone(t.Context(), config.DiscoveryZone{Zone: "Cell", Profile: "safe", Sensor: "dock"}); err != nil {
		t.Fatal(err)
	}
	list, err := c.Scans(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if x := ended(t, c, list[0].ID); x.State != heron.ScanDone || x.Sensor != "dock" || x.Reason != "schedule" || x.Hosts != 1 {
		t.Errorf("ended as %+v", x)
	}
}

// TestScanThatASensorsEndCutShort begins a sensor that knows a scan nobody works on.
func TestScanThatASensorsEndCutShort(t *testing.T) {
	t.Parallel()
	const slow = "127.88.7.1"
	webServer(t, slow, true)
	y := coreOf(t)
	data := t.TempDir()
	p := y.join(t, data, allowed())
	x, err := y.c.StartScan(t.Context(), heron.ScanRequest{Targets: []string{slow}, Sensor: "dock", Rate: 5})
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(data, "scans.json")
	var cut []byte
	eventually(t, "the scan to be on disk", func() bool {
		cut, err = os.ReadFile(kept)
		return err == nil && strings.Contains(string(cut), x.ID) && strings.Contains(string(cut), `"found": 1`)
	})
	y.core.stop() // so that it does not hear of the end
	p.stop()
	if err := os.WriteFile(kept, cut, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(data, "bus")); err != nil {
		t.Fatal(err)
	}
	password := y.core.password
	y.core = run(t, Options{Config: y.conf})
	y.c = y.core.login(t, password)
	p = y.join(t, data, allowed())
	if x = ended(t, y.c, x.ID); x.State != heron.ScanInterrupted || !strings.Contains(x.Error, "sensor ended") || x.Found != 1 || x.Packets == 0 {
		t.Errorf("ended as %+v", x)
	}
	p.field.wakeUp()
	eventually(t, "the sensor to forget the scan", func() bool { return len(p.field.errands.health().Scans) == 0 })
}

// A sensor speaks for its own scans alone, a scan ends once, and what comes after it was
// given up still counts.
func TestNewsOfScans(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	conf.Discovery.Enabled = true
	p, c := platformOf(t, conf)
	scan := heron.Scan{
		ID: heron.NewID(), ScanRequest: heron.ScanRequest{Targets: []string{"192.0.2.1"}, Profile: "safe", Sensor: "dock"}, Reason: "request",
		By: "anna", State: heron.ScanInterrupted, Error: "given up", Started: wallClock() - heron.Minute,
	}
	local := scan
	local.ID, local.Sensor = heron.NewID(), ""
	for _, x := range []*heron.Scan{&scan, &local} {
		if err := p.store.PutScan(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	seq := uint64(0)
	say := func(sensor, id string, state heron.ScanState, packets int64) heron.Scan {
		t.Helper()
		seq++
		news := &heron.ScanNews{
			ID: id, State: state, ScanCounts: heron.ScanCounts{Packets: packets}, Ended: wallClock(),
			Asked: []heron.ScanAsked{{Host: "192.0.2.1", Asked: "http/80"}},
		}
		err := p.core.apply(t.Context(), &heron.Batch{SensorID: sensor, SiteID: conf.Site, Epoch: "e", Seq: seq, Now: wallClock(), Scan: news})
		if err != nil {
			t.Fatal(err)
		}
		x, err := p.discovery.find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return *x
	}
	for _, x := range []struct {
		sensor, id string
		state      heron.ScanState
		packets    int64
		wantState  heron.ScanState
		want       int64
	}{
		{"attic", scan.ID, heron.ScanDone, 5, heron.ScanInterrupted, 0},
		{"", local.ID, heron.ScanDone, 5, heron.ScanInterrupted, 0},
		{"dock", scan.ID, "", 5, heron.ScanInterrupted, 0}, // a piece
		{"dock", scan.ID, heron.ScanRunning, 6, heron.ScanInterrupted, 6},
		{"dock", scan.ID, heron.ScanDone, 7, heron.ScanDone, 7},
		{"dock", scan.ID, heron.ScanStopped, 8, heron.ScanDone, 7},
	} {
		if got := say(x.sensor, x.id, x.state, x.packets); got.State != x.wantState || got.Packets != x.want {
			t.Errorf("%s says that %s is %q: it is %+v", x.sensor, x.id, x.state, got)
		}
	}
	probes := 0
	for e, err := range c.Audit(t.Context(), client.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Action == "scan.probe" {
			probes++
		}
	}
	if sensors, err := c.Sensors(t.Context()); probes != 2 || err != nil || len(sensors) != 0 {
		t.Errorf("%d entries in the audit log, want 2; sensors %+v, %v", probes, sensors, err)
	}
}
