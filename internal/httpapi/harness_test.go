package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/store"
)

// platform is a Backend over the real store, with the little behaviour that
// the other stages would add.
type platform struct {
	db *store.DB

	mu      sync.Mutex
	checks  []httpapi.Check
	readers map[int]func(heron.Live)
	next    int
	brk     chan struct{}
	busy    int // so many changes of alerts find that a detector was faster
}

var _ httpapi.Backend = (*platform)(nil)

func (p *platform) edit(ctx context.Context, id string, change func(*heron.Device), kind heron.ChangeKind, actor string) (*heron.Device, error) {
	d, err := p.db.GetDevice(ctx, id)
	if err != nil {
		return nil, err
	}
	change(d)
	c := heron.DeviceChange{Time: heron.TimeOf(time.Now()), Kind: kind, DeviceID: id, Actor: actor, Summary: string(kind)}
	if err := p.db.PutDevices(ctx, &heron.DeviceEdit{Devices: []heron.Device{*d}, Changes: []heron.DeviceChange{c}}); err != nil {
		return nil, err
	}
	return p.db.GetDevice(ctx, id)
}

func (p *platform) RenameDevice(ctx context.Context, actor, id, name string, version int64) (*heron.Device, error) {
	d, err := p.db.GetDevice(ctx, id)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != d.Version {
		return nil, heron.Errorf(heron.CodeConflict, "the device changed meanwhile")
	}
	return p.edit(ctx, id, func(d *heron.Device) { d.Name = name }, heron.DeviceRenamed, actor)
}

func (p *platform) MergeDevices(ctx context.Context, actor, keep string, others []string, _ string) (*heron.Device, error) {
	for _, o := range others {
		if _, err := p.edit(ctx, o, func(d *heron.Device) { d.MergedInto = keep }, heron.DeviceMerged, actor); err != nil {
			return nil, err
		}
	}
	return p.edit(ctx, keep, func(*heron.Device) {}, heron.DeviceMerged, actor)
}

func (p *platform) SplitDevice(ctx context.Context, actor, id string, _ []string, _ string) ([]heron.Device, error) {
	d, err := p.edit(ctx, id, func(*heron.Device) {}, heron.DeviceSplit, actor)
	if err != nil {
		return nil, err
	}
	return []heron.Device{*d}, nil
}

func (p *platform) CorrectDevice(ctx context.Context, actor, id string, c heron.Correction) (*heron.Device, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return p.edit(ctx, id, func(d *heron.Device) {
		c.Actor = actor
		d.Corrections = heron.InForce(append(d.Corrections, c))
	}, heron.DeviceIdentity, actor)
}

func (p *platform) TakeBackCorrection(ctx context.Context, actor, id, field string) (*heron.Device, error) {
	return p.edit(ctx, id, func(d *heron.Device) {
		d.Corrections = slices.DeleteFunc(d.Corrections, func(c heron.Correction) bool { return c.Field == field })
	}, heron.DeviceIdentity, actor)
}

func (p *platform) ExplainDevice(ctx context.Context, id string) (*heron.Explanation, error) {
	d, err := p.db.GetDevice(ctx, id)
	if err != nil {
		return nil, err
	}
	return &heron.Explanation{
		Identification: heron.Identification{Identity: d.Identity, Evidence: d.Evidence}, Corrections: d.Corrections,
	}, nil
}

func (p *platform) Signatures() httpapi.Signatures {
	return httpapi.Signatures{Packs: []httpapi.SignaturePack{{File: "(embedded)", Name: "heron", Signatures: 1}}, Digest: "d"}
}

func (p *platform) ReloadSignatures(context.Context) (*httpapi.Signatures, error) {
	return nil, heron.Errorf(heron.CodeInvalid, "acme.yaml: acme.press: type \"teapot\" is not one of heron's device types")
}

// ListClusters puts all devices of unknown type into one group.
func (p *platform) ListClusters(ctx context.Context) (*heron.Clusters, error) {
	l, err := p.db.ListDevices(ctx, heron.DeviceFilter{Types: []string{heron.Unknown}}, heron.Page{Limit: 100})
	if err != nil {
		return nil, err
	}
	c := heron.Cluster{ID: "all", Common: []heron.Trait{{Key: "service.open", Value: "tcp/80", Share: 1}}}
	for _, d := range l.Items {
		c.Members = append(c.Members, heron.ClusterMember{DeviceID: d.ID, Title: d.Title(), Likeness: 1})
	}
	c.Size = len(c.Members)
	return &heron.Clusters{Items: []heron.Cluster{c}, Total: 1, Unknown: len(l.Items)}, nil
}

func (p *platform) GetCluster(ctx context.Context, id string) (*heron.Cluster, error) {
	all, err := p.ListClusters(ctx)
	if err != nil {
		return nil, err
	}
	if id != all.Items[0].ID {
		return nil, heron.Errorf(heron.CodeNotFound, "no such group")
	}
	return &all.Items[0], nil
}

func (p *platform) CorrectCluster(ctx context.Context, actor, id string, said heron.Correction) ([]heron.Device, error) {
	all, err := p.ListClusters(ctx)
	if err != nil {
		return nil, err
	}
	if id != all.Items[0].ID {
		return nil, heron.Errorf(heron.CodeNotFound, "no such group")
	}
	var out []heron.Device
	for _, m := range all.Items[0].Members {
		d, err := p.CorrectDevice(ctx, actor, m.DeviceID, said)
		if err != nil {
			return nil, err
		}
		out = append(out, *d)
	}
	return out, nil
}

func (p *platform) UndoLedger(context.Context, string, string) ([]heron.Device, error) {
	return nil, heron.Errorf(heron.CodeNotFound, "no such entry in the ledger")
}

func (p *platform) PutAlert(ctx context.Context, a *heron.Alert) error {
	if p.busy > 0 {
		p.busy--
		now, err := p.db.GetAlert(ctx, a.ID)
		if err != nil {
			return err
		}
		now.Count++
		if err := p.db.PutAlert(ctx, now); err != nil {
			return err
		}
	}
	return p.db.PutAlert(ctx, a)
}

func (p *platform) PutVulnerability(ctx context.Context, v *heron.Vulnerability) error {
	return p.db.PutVulnerability(ctx, v)
}
func (p *platform) PutZone(ctx context.Context, z *heron.Zone) error { return p.db.PutZone(ctx, z) }

func (p *platform) DeleteZone(ctx context.Context, id string) error { return p.db.DeleteZone(ctx, id) }

func (p *platform) RequestAction(ctx context.Context, actor string, a heron.Action, _ string) (*heron.Action, error) {
	if _, err := p.db.GetDevice(ctx, a.DeviceID); err != nil {
		return nil, err
	}
	a.ID, a.State, a.RequestedBy, a.Created = heron.NewID(), heron.ActionProposed, actor, heron.TimeOf(time.Now())
	if err := p.db.PutAction(ctx, &a, nil); err != nil {
		return nil, err
	}
	return p.db.GetAction(ctx, a.ID)
}

func (p *platform) move(ctx context.Context, id string, state heron.ActionState) (*heron.Action, error) {
	a, err := p.db.GetAction(ctx, id)
	if err != nil {
		return nil, err
	}
	a.State = state
	if err := p.db.PutAction(ctx, a, nil); err != nil {
		return nil, err
	}
	return p.db.GetAction(ctx, id)
}

func (p *platform) ApproveAction(ctx context.Context, _, id, confirm string) (*heron.Action, error) {
	if confirm == "" {
		return nil, heron.Errorf(heron.CodeInvalid, "type the device's name to confirm")
	}
	return p.move(ctx, id, heron.ActionApproved)
}

func (p *platform) RejectAction(ctx context.Context, _, id string) (*heron.Action, error) {
	return p.move(ctx, id, heron.ActionRejected)
}

func (p *platform) ReleaseAction(ctx context.Context, _, id, _ string) (*heron.Action, error) {
	return p.move(ctx, id, heron.ActionReleased)
}

func (p *platform) Executors(context.Context) []httpapi.Executor {
	return []httpapi.Executor{{Name: "nftables", Operations: []heron.Operation{heron.OpQuarantine}, Safety: "network"}}
}

func (p *platform) Detectors() []httpapi.Detector {
	return []httpapi.Detector{{ID: "scan.port", Title: "Port scan", Severity: heron.High, Attack: []string{"T0846"}}}
}

func (p *platform) Controls() []heron.Control {
	return []heron.Control{{ID: "N01", Title: "No Telnet"}}
}

func (p *platform) Advisory(_ context.Context, cve string) (*heron.Advisory, error) {
	if cve != "CVE-2021-36260" {
		return nil, heron.Errorf(heron.CodeNotFound, "no advisory %s", cve)
	}
	return &heron.Advisory{CVE: cve, Title: "Command injection", KEV: true}, nil
}

func (p *platform) AddSensor(ctx context.Context, _, name string) (*heron.Sensor, string, error) {
	s := heron.Sensor{ID: heron.NewID(), Name: name, State: "never", Created: heron.TimeOf(time.Now())}
	return &s, "join-" + name, p.db.PutSensor(ctx, &s)
}

func (p *platform) RemoveSensor(ctx context.Context, _, id string) error {
	return p.db.DeleteSensor(ctx, id)
}

func (p *platform) ConfigureSensor(ctx context.Context, _, id string, c heron.SensorConfig) (*heron.Sensor, error) {
	s, err := p.db.GetSensor(ctx, id)
	if err != nil {
		return nil, err
	}
	c.Version = 1
	s.Config = &c
	return s, p.db.PutSensor(ctx, s)
}

func (p *platform) AlertPackets(ctx context.Context, id string) (io.ReadCloser, int64, error) {
	if _, err := p.db.GetAlert(ctx, id); err != nil {
		return nil, 0, err
	}
	return io.NopCloser(strings.NewReader("packets")), 7, nil
}

func (p *platform) PlanScan(context.Context, heron.ScanRequest) (*heron.ScanPlan, error) {
	return &heron.ScanPlan{}, nil
}

func (p *platform) StartScan(_ context.Context, actor string, r heron.ScanRequest) (*heron.Scan, error) {
	return &heron.Scan{ID: heron.NewID(), ScanRequest: r, By: actor, State: heron.ScanRunning}, nil
}

func (p *platform) StopScan(_ context.Context, id string) (*heron.Scan, error) {
	return nil, heron.Errorf(heron.CodeNotFound, "no scan %q", id)
}

func (p *platform) ListScans(context.Context) ([]heron.Scan, error) { return nil, nil }

func (p *platform) ListCredentials(ctx context.Context) ([]heron.Credential, error) {
	return p.db.ListCredentials(ctx)
}

func (p *platform) PutCredential(ctx context.Context, actor string, c heron.Credential, _ heron.Secrets) (*heron.Credential, error) {
	c.ChangedBy, c.Sealed = actor, "sealed"
	return &c, p.db.PutCredential(ctx, &c)
}

func (p *platform) DeleteCredential(ctx context.Context, name string) error {
	return p.db.DeleteCredential(ctx, name)
}

func (p *platform) RotateVault(context.Context) (int, error) { return 0, nil }

func (p *platform) ListReceivers(context.Context) ([]httpapi.Receiver, error) {
	return []httpapi.Receiver{{Name: "ops", Notifier: "webhook", Config: json.RawMessage(`{"url":"***"}`)}}, nil
}

func (p *platform) PutReceivers(_ context.Context, _ string, list []httpapi.Receiver) error {
	for _, r := range list {
		if r.Notifier != "webhook" {
			return heron.Errorf(heron.CodeInvalid, "no notifier %q", r.Notifier)
		}
	}
	return nil
}

func (p *platform) TestReceiver(_ context.Context, _, name string) error {
	if name != "ops" {
		return heron.Errorf(heron.CodeNotFound, "no receiver %q", name)
	}
	return nil
}

func (p *platform) TryIdentify(obs []heron.Observation) *heron.Trial {
	t := &heron.Trial{}
	for _, o := range obs {
		t.Signatures = append(t.Signatures, heron.SignatureOutcome{Signature: o.Key + " is " + o.Value})
	}
	return t
}

func (p *platform) IdentityQuality(context.Context) (*heron.IdentityQuality, error) {
	return &heron.IdentityQuality{Devices: 3}, nil
}

func (p *platform) Import(_ context.Context, _, format string, body io.Reader) (*heron.Import, error) {
	text, err := io.ReadAll(body)
	return &heron.Import{Format: format, Hosts: len(text)}, err
}

func (p *platform) Export(context.Context, string, heron.DeviceFilter) (*httpapi.Export, error) {
	return &httpapi.Export{MediaType: "text/csv", Write: func(io.Writer) error { return nil }}, nil
}

func (p *platform) Upload(ctx context.Context, actor, name string, body io.Reader) (*heron.Upload, error) {
	if name == "panic.pcap" {
		panic("secret detail of the fault")
	}
	n, err := io.Copy(io.Discard, body)
	if err != nil {
		return nil, err
	}
	u := heron.Upload{ID: heron.NewID(), Name: name, Bytes: n, State: "waiting", By: actor, Created: heron.TimeOf(time.Now())}
	return &u, p.db.PutUpload(ctx, &u)
}

func (p *platform) Live(ctx context.Context, fn func(heron.Live)) error {
	p.mu.Lock()
	if p.readers == nil {
		p.readers = map[int]func(heron.Live){}
	}
	id := p.next
	p.next++
	p.readers[id] = fn
	brk := p.brk
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.readers, id)
		p.mu.Unlock()
	}()
	select {
	case <-ctx.Done():
		return nil
	case <-brk:
		return io.ErrUnexpectedEOF
	}
}

// publish puts a message on the store's stream and tells the subscribers.
func (p *platform) publish(t testing.TB, l heron.Live) heron.Live {
	t.Helper()
	if err := p.db.AddLive(t.Context(), &l); err != nil {
		t.Fatal(err)
	}
	p.tell(l)
	return l
}

func (p *platform) tell(l heron.Live) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fn := range p.readers {
		fn(l)
	}
}

func (p *platform) subscribed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.readers) > 0
}

func (p *platform) Ready(context.Context) []httpapi.Check {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.checks
}

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a server on a real store, listening on loopback.
type world struct {
	t        testing.TB
	db       *store.DB
	backend  *platform
	srv      *httpapi.Server
	http     *httptest.Server
	clock    *clock
	log      *bytes.Buffer
	password string // admin's
	opt      httpapi.Options
}

// lockedBuffer lets the server log while a test reads.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func newWorld(t testing.TB, adjust ...func(*httpapi.Options)) *world {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "heron.db"), store.Options{AuditHash: audit.Hash})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &world{
		t: t, db: db, backend: &platform{db: db, brk: make(chan struct{})}, log: &bytes.Buffer{},
		clock: &clock{now: time.Now()},
	}
	w.opt = httpapi.Options{
		Store: db, Backend: w.backend, Version: "test", Now: w.clock.Now,
		Log: slog.New(slog.NewTextHandler(&lockedWriter{w: w.log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Page: fstest.MapFS{
			"index.html":             {Data: []byte("<!doctype html><title>Heron</title>")},
			"assets/app-1a2b3c4d.js": {Data: bytes.Repeat([]byte("export const x = 1;\n"), 200)},
			"favicon.svg":            {Data: []byte("<svg/>")},
		},
	}
	for _, f := range adjust {
		f(&w.opt)
	}
	if w.srv, err = httpapi.New(w.opt); err != nil {
		t.Fatal(err)
	}
	var created bool
	if w.password, created, err = w.srv.EnsureAdmin(t.Context()); err != nil || !created {
		t.Fatalf("EnsureAdmin: created %v, %v", created, err)
	}
	w.http = httptest.NewUnstartedServer(nil)
	w.http.Config = w.srv.HTTP()
	w.http.Start()
	t.Cleanup(w.http.Close)
	return w
}

// run starts the live stream and waits until it is subscribed.
func (w *world) run() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- w.srv.Run(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
	eventually(w.t, "the live stream is subscribed", w.backend.subscribed)
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within thirty seconds: %s", what)
}

// caller sends requests as somebody.
type caller struct {
	w      *world
	http   *http.Client
	csrf   string
	bearer string
	header http.Header
}

func (w *world) anonymous() *caller {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &caller{w: w, http: &http.Client{Jar: jar, Timeout: 30 * time.Second}, header: http.Header{}}
}

// login returns a caller with a session.
func (w *world) login(name, password string) *caller {
	w.t.Helper()
	c := w.anonymous()
	a := c.do("POST", "/api/v1/login", map[string]string{"name": name, "password": password})
	if a.status != http.StatusOK {
		w.t.Fatalf("login as %s: %d %s", name, a.status, a.body)
	}
	c.csrf = decode[httpapi.SessionInfo](w.t, a).CSRF
	return c
}

func (w *world) admin() *caller { return w.login("admin", w.password) }

// user makes a user straight in the store and returns a token caller with the role.
func (w *world) token(role heron.Role) *caller {
	w.t.Helper()
	c := w.anonymous()
	a := w.admin().do("POST", "/api/v1/tokens", map[string]any{"name": "t-" + role.String(), "role": role.String()})
	if a.status != http.StatusCreated {
		w.t.Fatalf("token: %d %s", a.status, a.body)
	}
	c.bearer = decode[httpapi.NewToken](w.t, a).Secret
	return c
}

// answer is a response, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t testing.TB) httpapi.Problem {
	t.Helper()
	return decode[httpapi.Problem](t, a)
}

func decode[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("answer %d %s: %v", a.status, a.body, err)
	}
	return v
}

// do sends a request; body is nil, a string or bytes as they are, or anything as JSON.
func (c *caller) do(method, path string, body any, headers ...string) answer {
	c.w.t.Helper()
	a, err := c.try(method, path, body, headers...)
	if err != nil {
		c.w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (c *caller) try(method, path string, body any, headers ...string) (answer, error) {
	var in io.Reader
	ctype := ""
	switch b := body.(type) {
	case nil:
	case string:
		in, ctype = bytes.NewReader([]byte(b)), "application/json"
	case []byte:
		in, ctype = bytes.NewReader(b), "application/octet-stream"
	case io.Reader:
		in = b
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return answer{}, err
		}
		in, ctype = bytes.NewReader(text), "application/json"
	}
	r, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.http.URL+path, in)
	if err != nil {
		return answer{}, err
	}
	for k, v := range c.header {
		r.Header[k] = v
	}
	if ctype != "" {
		r.Header.Set("Content-Type", ctype)
	}
	if c.csrf != "" {
		r.Header.Set("X-CSRF-Token", c.csrf)
	}
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, header: res.Header, body: text}, err
}

// devices puts devices into the store.
func (w *world) devices(list ...heron.Device) {
	w.t.Helper()
	if err := w.db.PutDevices(w.t.Context(), &heron.DeviceEdit{Devices: list}); err != nil {
		w.t.Fatal(err)
	}
}
