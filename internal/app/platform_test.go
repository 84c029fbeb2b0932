package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/testneeds"
)

// patience is how long a test waits for what a busy machine will do in time.
const patience = 5 * time.Minute

// running is a platform under test.
type running struct {
	url, password string
	stop          func()
	ended         chan error
}

// run starts a platform and waits until it serves.
func run(t *testing.T, o Options) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{ended: make(chan error, 1)}
	started := make(chan struct{})
	o.Started = func(url, password string) {
		r.url, r.password = url, password
		close(started)
	}
	go func() { r.ended <- Run(ctx, o) }()
	stopped := false
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-r.ended:
			if err != nil {
				t.Errorf("the platform ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("the platform does not stop")
		}
	}
	t.Cleanup(r.stop)
	select {
	case <-started:
	case err := <-r.ended:
		stopped = true
		t.Fatalf("the platform did not start: %v", err)
	case <-time.After(patience):
		t.Fatal("the platform did not start in time")
	}
	return r
}

func testConfig(dir string) config.Config {
	c := config.Default()
	c.Data, c.Web.Listen = dir, "127.0.0.1:0"
	return c
}

func (r *running) login(t *testing.T, password string) *client.Client {
	t.Helper()
	c, err := client.New(r.url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Login(t.Context(), "admin", password); err != nil {
		t.Fatal(err)
	}
	return c
}

// upload gives the server a capture and waits until it was read.
func upload(t *testing.T, c *client.Client, name string, body []byte) heron.Upload {
	t.Helper()
	u, err := c.Upload(t.Context(), name, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		list, err := c.Uploads(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if x.ID == u.ID && (x.State == "done" || x.State == "failed") {
				return x
			}
		}
	}
	t.Fatal("the upload is not read")
	return heron.Upload{}
}

func capturefile(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(scanned(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func devices(t *testing.T, c *client.Client, search string) []heron.Device {
	t.Helper()
	var out []heron.Device
	for d, err := range c.Devices(t.Context(), client.DeviceQuery{Search: search}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

func TestUploadGoesThroughEveryFloor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := run(t, Options{Config: testConfig(dir)})
	c := r.login(t, r.password)
	u := upload(t, c, "../../plant.pcap", capturefile(t))
	if u.State != "done" || u.Name != "plant.pcap" || u.Packets == 0 {
		t.Errorf("upload: %+v", u)
	}
	all := devices(t, c, "")
	if len(all) < 60 {
		t.Errorf("%d devices", len(all))
	}
	if local := devices(t, c, "local:true"); u.Devices == 0 || u.Devices != len(local) {
		t.Errorf("the upload tells %d devices, there are %d of our networks", u.Devices, len(local))
	}
	alerts := 0
	for a, err := range c.Alerts(t.Context(), client.AlertQuery{Detectors: []string{"scan.port"}}) {
		if err != nil {
			t.Fatal(err)
		}
		alerts++
		if a.IncidentID == "" || a.DeviceID == "" {
			t.Errorf("an alert without incident or device: %+v", a)
		}
	}
	if alerts != 1 {
		t.Errorf("%d alerts of the scan, want 1", alerts)
	}
	waitFor(t, "every device to be assessed", func() bool {
		for _, d := range devices(t, c, "local:true") {
			if d.Risk == nil {
				return false
			}
		}
		return true
	})
	left, err := os.ReadDir(filepath.Join(dir, "uploads"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left of uploads: %v, %v", left, err)
	}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

func TestADamagedUploadIsToldByItsName(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Config: testConfig(t.TempDir())})
	c := r.login(t, r.password)
	u := upload(t, c, "notes.pcap", []byte("this is no capture"))
	if u.State != "failed" || !strings.Contains(u.Error, "notes.pcap") || strings.Contains(u.Error, u.ID) {
		t.Errorf("upload of garbage: %+v", u)
	}
	whole := capturefile(t)
	u = upload(t, c, "cut.pcap", whole[:len(whole)/2+7])
	if u.State != "done" || u.Packets == 0 || !strings.Contains(u.Error, "cut.pcap") {
		t.Errorf("a capture that is cut off: %+v", u)
	}
}

func TestEditsOutliveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := run(t, Options{Config: testConfig(dir)})
	password := r.password
	c := r.login(t, password)
	upload(t, c, "plant.pcap", capturefile(t))
	cams := devices(t, c, "type:camera")
	if len(cams) < 2 {
		t.Fatalf("%d cameras", len(cams))
	}
	if _, err := c.RenameDevice(t.Context(), cams[0].ID, "Gate", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := c.MergeDevices(t.Context(), cams[0].ID, []string{cams[1].ID}, "one housing"); err != nil {
		t.Fatal(err)
	}
	lock := heron.Correction{Field: "type", Ruling: heron.RulingLock, Value: "access_control", Reason: "I stood before it"}
	if d, err := c.CorrectDevice(t.Context(), cams[0].ID, lock); err != nil || d.Identity.Type.By != heron.ByUser {
		t.Fatalf("the corrected device: %+v, %v", d, err)
	}
	before := len(devices(t, c, ""))
	r.stop()

	r = run(t, Options{Config: testConfig(dir)})
	if r.password != "" {
		t.Error("a second start made another password")
	}
	c = r.login(t, password)
	if n := len(devices(t, c, "")); n != before {
		t.Errorf("%d devices after the restart, %d before", n, before)
	}
	d, err := c.Device(t.Context(), cams[0].ID)
	if err != nil || d.Name != "Gate" || len(d.MACs) != 2 || d.Identity.Type.Value != "access_control" {
		t.Fatalf("the merged device: %+v, %v", d, err)
	}
	x, err := c.Identity(t.Context(), cams[0].ID)
	if err != nil || len(x.Corrections) != 1 || x.Corrections[0].Reason != lock.Reason || x.Settles == nil {
		t.Errorf("its explanation: %+v, %v", x, err)
	}
	for e, err := range c.Ledger(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Op == "merge" && e.Actor != "inventory" {
			if _, err := c.UndoLedger(t.Context(), e.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(devices(t, c, "")); n != before+1 {
		t.Errorf("%d devices after undoing the merge, want %d", n, before+1)
	}
	// The same capture again brings nothing new.
	upload(t, c, "again.pcap", capturefile(t))
	if n := len(devices(t, c, "")); n != before+1 {
		t.Errorf("%d devices after the same capture again, want %d", n, before+1)
	}
}

func TestReceiverSecretsAreSealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := run(t, Options{Config: testConfig(dir)})
	c := r.login(t, r.password)
	put := func(secret string) {
		t.Helper()
		err := c.PutReceivers(t.Context(), []client.Receiver{{
			Name: "soc", Notifier: "webhook", Enabled: true,
			Config: json.RawMessage(`{"url":"http://127.0.0.1:1/hook","secret":"` + secret + `","header":{"X-Key":"` + secret + `"}}`),
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("hunter2hunter2")
	list, err := c.Receivers(t.Context())
	if err != nil || len(list) != 1 || bytes.Contains(list[0].Config, []byte("hunter2")) {
		t.Fatalf("receivers as read: %s, %v", list[0].Config, err)
	}
	put(masked) // what was read goes back unchanged
	err = c.PutReceivers(t.Context(), []client.Receiver{{Name: "x", Notifier: "pigeon", Enabled: true, Config: json.RawMessage(`{}`)}})
	if heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("an unknown notifier: %v", err)
	}
	r.stop()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte("hunter2")) {
			t.Errorf("%s holds the secret in clear", f)
		}
	}
}

func TestAWebProcessReadsItselfAndAsksTheCoreToChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	token := filepath.Join(dir, "bus.token")
	if err := os.WriteFile(token, []byte("0123456789abcdef0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := testneeds.Address(t)
	cc := testConfig(filepath.Join(dir, "core"))
	cc.Role, cc.DB.URL, cc.Bus.Listen, cc.Bus.TokenFile = "core", "sqlite:"+filepath.Join(dir, "shared.db"), bus, token
	core := run(t, Options{Config: cc})
	upload(t, core.login(t, core.password), "plant.pcap", capturefile(t))

	wc := testConfig(filepath.Join(dir, "web"))
	wc.Role, wc.DB.URL, wc.Bus.URL, wc.Bus.TokenFile, wc.Web.Core = "web", cc.DB.URL, "nats://"+bus, token, core.url
	front := run(t, Options{Config: wc})
	c := front.login(t, core.password)
	cams := devices(t, c, "type:camera")
	if len(cams) == 0 {
		t.Fatal("the web process shows no camera")
	}
	live := make(chan heron.Live, 100)
	ready := make(chan struct{})
	go func() {
		for m, err := range c.Live(t.Context(), -1, heron.LiveDevice) {
			if err != nil {
				return
			}
			if m.Kind == client.LiveHello {
				close(ready)
				continue
			}
			live <- m
		}
	}()
	<-ready
	if _, err := c.RenameDevice(t.Context(), cams[0].ID, "Front door", 0); err != nil {
		t.Fatal(err)
	}
	for end, found := time.After(10*time.Second), false; !found; {
		select {
		case m := <-live:
			found = m.ID == cams[0].ID && strings.Contains(string(m.Data), "Front door")
		case <-end:
			t.Fatal("the change did not come over the live stream of the web process")
		}
	}
	core.stop()
	if _, err := c.RenameDevice(t.Context(), cams[0].ID, "Nowhere", 0); heron.ErrorCode(err) != heron.CodeUnavailable {
		t.Errorf("a change while the core is down: %v", err)
	}
	if d, err := c.Device(t.Context(), cams[0].ID); err != nil || d.Name != "Front door" {
		t.Errorf("reading while the core is down: %+v, %v", d, err)
	}
}

func TestReadyAndMetrics(t *testing.T) {
	t.Parallel()
	src, err := Simulate(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	conf := testConfig(t.TempDir())
	conf.Sensor.Interfaces = []string{SimulationSource}
	r := run(t, Options{Config: conf, Simulation: src})
	waitFor(t, "the sensor's counters in the metrics", func() bool {
		body := get(t, r.url+"/metrics")
		return strings.Contains(body, `heron_sensor_packets_total{sensor="simulation"}`) &&
			strings.Contains(body, "heron_core_dropped_observations_total")
	})
	var ready struct {
		Ready  bool            `json:"ready"`
		Checks []httpapi.Check `json:"checks"`
	}
	if err := json.Unmarshal([]byte(get(t, r.url+"/readyz")), &ready); err != nil || !ready.Ready || len(ready.Checks) < 2 {
		t.Errorf("readiness: %+v, %v", ready, err)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestConfigurationFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	c := testConfig(t.TempDir())
	c.Site, c.Role = "A B", "boss"
	err := Run(t.Context(), Options{Config: c})
	if heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), "site") || !strings.Contains(err.Error(), "role") {
		t.Errorf("err = %v", err)
	}
}

func TestDoctorChangesNothingAndSaysHowToMend(t *testing.T) {
	t.Parallel()
	c := testConfig(t.TempDir())
	c.Sensor.Interfaces = []string{"nosuch0"}
	c.Bus.URL = "nats://127.0.0.1:1"
	broken := map[string]bool{}
	for _, f := range Doctor(t.Context(), c) {
		if !f.OK {
			broken[f.What] = true
			if f.Text == "" || f.Mend == "" {
				t.Errorf("%s is broken, and nobody is told how to mend it: %+v", f.What, f)
			}
		}
	}
	if !broken["capture on nosuch0"] || !broken["bus"] {
		t.Errorf("found broken: %v", broken)
	}
	left, err := os.ReadDir(c.Data)
	if err != nil || len(left) != 0 {
		t.Errorf("the doctor left %v behind, %v", left, err)
	}
}
