package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/store"
)

// backend is the part of the platform that these tests reach beside the store.
type backend struct {
	httpapi.Backend
	db *store.DB

	mu   sync.Mutex
	tell func(heron.Live)
}

func (b *backend) RenameDevice(ctx context.Context, _, id, name string, version int64) (*heron.Device, error) {
	d, err := b.db.GetDevice(ctx, id)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != d.Version {
		return nil, heron.Errorf(heron.CodeConflict, "the device changed meanwhile")
	}
	d.Name = name
	if err := b.db.PutDevices(ctx, &heron.DeviceEdit{Devices: []heron.Device{*d}}); err != nil {
		return nil, err
	}
	return b.db.GetDevice(ctx, id)
}

func (b *backend) PutZone(ctx context.Context, z *heron.Zone) error { return b.db.PutZone(ctx, z) }

func (b *backend) PutAlert(ctx context.Context, a *heron.Alert) error { return b.db.PutAlert(ctx, a) }

func (b *backend) RequestAction(ctx context.Context, actor string, a heron.Action, _ string) (*heron.Action, error) {
	a.ID, a.State, a.RequestedBy = heron.NewID(), heron.ActionProposed, actor
	return &a, b.db.PutAction(ctx, &a, nil)
}

func (b *backend) Detectors() []httpapi.Detector {
	return []httpapi.Detector{{ID: "scan.port", Severity: heron.High}}
}

func (b *backend) Executors(context.Context) []httpapi.Executor {
	return []httpapi.Executor{{Name: "nftables", Reason: "needs root"}}
}

func (b *backend) AddSensor(ctx context.Context, _, name string) (*heron.Sensor, string, error) {
	s := heron.Sensor{ID: heron.NewID(), Name: name, State: "never"}
	return &s, "once", b.db.PutSensor(ctx, &s)
}

func (b *backend) RemoveSensor(ctx context.Context, _, id string) error {
	return b.db.DeleteSensor(ctx, id)
}

func (b *backend) Upload(ctx context.Context, actor, name string, body io.Reader) (*heron.Upload, error) {
	n, err := io.Copy(io.Discard, body)
	u := heron.Upload{ID: heron.NewID(), Name: name, Bytes: n, By: actor}
	return &u, errors.Join(err, b.db.PutUpload(ctx, &u))
}

func (b *backend) TryIdentify(obs []heron.Observation) *heron.Trial {
	t := &heron.Trial{}
	for _, o := range obs {
		t.Signatures = append(t.Signatures, heron.SignatureOutcome{Signature: o.Key + " is " + o.Value})
	}
	return t
}

func (b *backend) IdentityQuality(context.Context) (*heron.IdentityQuality, error) {
	return &heron.IdentityQuality{Devices: 3}, nil
}

func (b *backend) Import(_ context.Context, _, format string, body io.Reader) (*heron.Import, error) {
	text, err := io.ReadAll(body)
	return &heron.Import{Format: format, Hosts: len(text)}, err
}

func (b *backend) Export(_ context.Context, format string, f heron.DeviceFilter) (*httpapi.Export, error) {
	if format == "pdf" {
		return nil, heron.Errorf(heron.CodeInvalid, "no format")
	}
	return &httpapi.Export{MediaType: "text/csv", Write: func(w io.Writer) error {
		_, err := fmt.Fprint(w, format, f.Types)
		if format == "cut" {
			err = errors.New("the store went away")
		}
		return err
	}}, nil
}

func (b *backend) Live(ctx context.Context, fn func(heron.Live)) error {
	b.mu.Lock()
	b.tell = fn
	b.mu.Unlock()
	<-ctx.Done()
	return nil
}

func (b *backend) publish(t *testing.T, id string) {
	t.Helper()
	l := heron.Live{Kind: heron.LiveDevice, ID: id, Data: []byte(`{"id":"` + id + `"}`)}
	if err := b.db.AddLive(t.Context(), &l); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tell(l)
}

func (b *backend) subscribed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tell != nil
}

type server struct {
	*backend
	url      string
	http     *httptest.Server
	password string
}

func newServer(t *testing.T) *server {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "heron.db"), store.Options{AuditHash: audit.Hash})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b := &backend{db: db}
	srv, err := httpapi.New(httpapi.Options{Store: db, Backend: b, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	password, _, err := srv.EnsureAdmin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Run(ctx) }()
	h := httptest.NewServer(srv.Handler())
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
		cancel()
		<-done
	})
	for end := time.Now().Add(5 * time.Second); !b.subscribed(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the live stream was not subscribed")
		}
	}
	return &server{backend: b, url: h.URL, http: h, password: password}
}

// admin returns a client with an administrator's token.
func (s *server) admin(t *testing.T, options ...client.Option) *client.Client {
	t.Helper()
	c := must(client.New(s.url))(t)
	must(c.Login(t.Context(), "admin", s.password))(t)
	_, secret, err := c.CreateToken(t.Context(), "cli", heron.Admin, 0)
	if err != nil {
		t.Fatal(err)
	}
	return must(client.New(s.url, append(options, client.WithToken(secret+"\n"))...))(t)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := s.admin(t)
	var list []heron.Device
	for i := range 1200 {
		list = append(list, heron.Device{ID: fmt.Sprintf("d%04d", i), Name: fmt.Sprintf("n%04d", i), First: 1, Last: 2})
	}
	if err := s.db.PutDevices(t.Context(), &heron.DeviceEdit{Devices: list}); err != nil {
		t.Fatal(err)
	}
	t.Run("reads_the_ports_it_was_at", func(t *testing.T) {
		a := heron.Attachment{Switch: "192.0.2.2", Port: "Gi1/0/7"}
		fact := heron.Observation{Key: heron.KeyPort, Value: a.Fact(), First: 1, Last: 2, Count: 1}
		edit := heron.DeviceEdit{Observations: []heron.DeviceObservation{{DeviceID: "d0007", Observation: fact}}}
		if err := s.db.PutDevices(t.Context(), &edit); err != nil {
			t.Fatal(err)
		}
		if got := must(c.Ports(t.Context(), "d0007"))(t); len(got) != 1 || got[0].Port != "Gi1/0/7" || got[0].Since != 1 || got[0].Last != 2 {
			t.Errorf("ports: %+v", got)
		}
		if got := must(c.Ports(t.Context(), "d0008"))(t); len(got) != 0 {
			t.Errorf("ports of another: %+v", got)
		}
	})
	t.Run("reads_every_page_in_order", func(t *testing.T) {
		n := 0
		for d, err := range c.Devices(t.Context(), client.DeviceQuery{Sort: "name"}) {
			if err != nil {
				t.Fatal(err)
			}
			if d.ID != list[n].ID {
				t.Fatalf("device %d is %s", n, d.ID)
			}
			n++
		}
		if n != len(list) {
			t.Errorf("%d devices", n)
		}
	})
	t.Run("stops_when_told", func(t *testing.T) {
		for range c.Devices(t.Context(), client.DeviceQuery{}) {
			break
		}
	})
	t.Run("filters", func(t *testing.T) {
		l := must(c.DevicePage(t.Context(), client.DeviceQuery{Search: "name:n0007", Local: new(false)}, heron.Page{Limit: 1}))(t)
		if l.Total != 1 || l.Items[0].ID != "d0007" {
			t.Errorf("got %+v", l)
		}
	})
	t.Run("errors_end_the_list", func(t *testing.T) {
		n := 0
		for _, err := range c.Devices(t.Context(), client.DeviceQuery{Search: "colour:red"}) {
			if n++; heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), "character 1") {
				t.Errorf("got %v", err)
			}
		}
		if n != 1 {
			t.Errorf("%d times", n)
		}
	})
	t.Run("renames_what_it_saw_and_nothing_else", func(t *testing.T) {
		d := must(c.Device(t.Context(), "d0001"))(t)
		if got := must(c.RenameDevice(t.Context(), d.ID, "gate", d.Version))(t); got.Name != "gate" {
			t.Errorf("got %+v", got)
		}
		_, err := c.RenameDevice(t.Context(), d.ID, "door", d.Version)
		if heron.ErrorCode(err) != heron.CodeConflict {
			t.Errorf("stale: %v", err)
		}
	})
	t.Run("ids_with_slashes_stay_in_their_segment", func(t *testing.T) {
		_, err := c.Device(t.Context(), "../users")
		if heron.ErrorCode(err) != heron.CodeNotFound {
			t.Errorf("got %v", err)
		}
	})
}

func TestCalls(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := s.admin(t)
	ctx := t.Context()

	if got := must(c.Session(ctx))(t); got.User.Role != heron.Admin || got.Version != "test" {
		t.Errorf("session: %+v", got)
	}
	must(c.Overview(ctx))(t)
	u := must(c.CreateUser(ctx, "ann", heron.Viewer, "correct horse battery"))(t)
	if got := must(c.UpdateUser(ctx, u.ID, client.UserChange{Role: new(heron.Analyst)}, u.Version))(t); got.Role != heron.Analyst {
		t.Errorf("user: %+v", got)
	}
	if got := must(c.Users(ctx))(t); len(got) != 2 {
		t.Errorf("users: %+v", got)
	}
	if err := c.DeleteUser(ctx, u.ID); err != nil {
		t.Error(err)
	}
	sensor, token, err := c.AddSensor(ctx, "dock")
	if err != nil || sensor.Name != "dock" || token != "once" {
		t.Fatalf("sensor: %+v %q %v", sensor, token, err)
	}
	if got := must(c.Sensors(ctx))(t); len(got) != 1 {
		t.Errorf("sensors: %+v", got)
	}
	if err := c.RemoveSensor(ctx, sensor.ID); err != nil {
		t.Error(err)
	}
	zone := heron.Zone{Name: "Plant", Kind: "ot", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	z := must(c.PutZone(ctx, zone))(t)
	if z.Purdue != nil || z.Criticality != "" {
		t.Errorf("a zone that says nothing of its devices says %+v", z)
	}
	z.Name, z.Purdue, z.Criticality = "Plant 2", new(0.0), "high"
	if got := must(c.PutZone(ctx, *z))(t); got.ID != z.ID || got.Name != "Plant 2" || got.Purdue == nil || *got.Purdue != 0 || got.Criticality != "high" {
		t.Errorf("zone: %+v", got)
	}
	if i := must(c.ImportDevices(ctx, "csv", strings.NewReader("mac\n")))(t); i.Format != "csv" || i.Hosts != 4 {
		t.Errorf("import: %+v", i)
	}
	if x := must(c.TryIdentify(ctx, []heron.Observation{{Key: "http.title", Value: "a=b, c&d"}}))(t); len(x.Signatures) != 1 || x.Signatures[0].Signature != "http.title is a=b, c&d" {
		t.Errorf("trial: %+v", x)
	}
	if q := must(c.IdentityQuality(ctx))(t); q.Devices != 3 {
		t.Errorf("quality: %+v", q)
	}
	var file strings.Builder
	if err := c.ExportDevices(ctx, "csv", client.DeviceQuery{Types: []string{"plc"}}, &file); err != nil || file.String() != "csv[plc]" {
		t.Errorf("export: %q, %v", file.String(), err)
	}
	if err := c.ExportDevices(ctx, "pdf", client.DeviceQuery{}, &file); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("export as pdf: %v", err)
	}
	if err := c.ExportDevices(ctx, "cut", client.DeviceQuery{}, &file); err == nil {
		t.Error("a file that is not whole came without an error")
	}
	up := must(c.Upload(ctx, "a.pcap", bytes.NewReader(make([]byte, 1<<20))))(t)
	if up.Bytes != 1<<20 || up.Name != "a.pcap" {
		t.Errorf("upload: %+v", up)
	}
	if got := must(c.Uploads(ctx))(t); len(got) != 1 {
		t.Errorf("uploads: %+v", got)
	}
	a := must(c.RequestAction(ctx, client.ActionRequest{DeviceID: "d", Operation: heron.OpQuarantine, Executor: "nftables", Reason: "scans"}))(t)
	if got := must(c.Action(ctx, a.ID))(t); got.RequestedBy != "token:cli" {
		t.Errorf("action: %+v", got)
	}
	if got := must(c.Executors(ctx))(t); got[0].Reason != "needs root" {
		t.Errorf("executors: %+v", got)
	}
	if got := must(c.Detectors(ctx))(t); got[0].Severity != heron.High {
		t.Errorf("detectors: %+v", got)
	}
	if got := must(c.VerifyAudit(ctx))(t); !got.OK || got.Entries == 0 {
		t.Errorf("audit: %+v", got)
	}
	n := 0
	for e, err := range c.Audit(ctx, client.AuditQuery{Action: "sensor.add"}) {
		if n++; err != nil || e.Actor != "token:cli" {
			t.Errorf("audit: %+v %v", e, err)
		}
	}
	if n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := s.admin(t)
	a := heron.Alert{ID: "a1", Detector: "scan.port", Severity: heron.High, State: heron.AlertOpen, Summary: "scan", First: 1, Last: 2}
	if err := s.db.PutAlert(t.Context(), &a); err != nil {
		t.Fatal(err)
	}
	q := client.AlertQuery{States: []heron.AlertState{heron.AlertOpen}, Severities: []heron.Severity{heron.High}}
	n := 0
	for got, err := range c.Alerts(t.Context(), q) {
		if n++; err != nil || got.ID != "a1" {
			t.Errorf("%+v %v", got, err)
		}
	}
	got := must(c.UpdateAlert(t.Context(), "a1", client.AlertChange{State: new(heron.AlertClosed)}, 0))(t)
	if n != 1 || got.State != heron.AlertClosed {
		t.Errorf("%d alerts; %+v", n, got)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	t.Run("carry_code_hint_and_request", func(t *testing.T) {
		_, err := must(client.New(s.url))(t).Overview(t.Context())
		cause, ok := errors.AsType[*client.ServerError](err)
		if heron.ErrorCode(err) != heron.CodeUnauthorized || !ok || cause.Status != 401 || cause.Hint == "" || cause.RequestID == "" {
			t.Errorf("got %v, %+v", err, cause)
		}
	})
	t.Run("nobody_there", func(t *testing.T) {
		c := must(client.New("http://127.0.0.1:1", client.WithToken("hrn_secret")))(t)
		_, err := c.Overview(t.Context())
		if heron.ErrorCode(err) != heron.CodeUnavailable || !strings.Contains(err.Error(), "127.0.0.1:1") || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no_address", func(t *testing.T) {
		for _, bad := range []string{"", "localhost", "ftp://x", "http://", "://"} {
			if _, err := client.New(bad); heron.ErrorCode(err) != heron.CodeInvalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
	t.Run("another_kind_of_server", func(t *testing.T) {
		other := httptest.NewServer(nil)
		defer other.Close()
		_, err := must(client.New(other.URL))(t).Overview(t.Context())
		if heron.ErrorCode(err) != heron.CodeUnavailable || !strings.Contains(err.Error(), "is the address right?") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.admin(t).Overview(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSessionLogin(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := must(client.New(s.url))(t)
	if _, err := c.Login(t.Context(), "admin", "wrong"); heron.ErrorCode(err) != heron.CodeUnauthorized {
		t.Fatalf("wrong password: %v", err)
	}
	must(c.Login(t.Context(), "admin", s.password))(t)
	if err := c.ChangePassword(t.Context(), s.password, "a new long password"); err != nil {
		t.Fatal(err)
	}
	must(c.PutZone(t.Context(), heron.Zone{Name: "x", Kind: "it", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}))(t)
	if err := c.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Session(t.Context()); heron.ErrorCode(err) != heron.CodeUnauthorized {
		t.Errorf("after logout: %v", err)
	}
}

// cutter dials, and cuts what it dialled.
type cutter struct {
	mu    sync.Mutex
	conns []net.Conn
}

func (c *cutter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns = append(c.conns, conn)
	return conn, err
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
}

func TestLive(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var wire cutter
	transport := &http.Transport{DialContext: wire.dial}
	defer transport.CloseIdleConnections()
	c := s.admin(t, client.WithHTTPClient(&http.Client{Transport: transport}))
	s.publish(t, "before")
	var got []string
	for l, err := range c.Live(t.Context(), -1, heron.LiveDevice) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(l.Kind)+" "+l.ID)
		switch len(got) {
		case 1:
			s.publish(t, "one")
		case 2: // the connection breaks; what comes meanwhile must not be lost
			wire.cut()
			s.publish(t, "two")
		}
		if l.ID == "two" {
			break
		}
	}
	want := "hello |device.changed one|hello |device.changed two"
	if g := strings.Join(got, "|"); g != want {
		t.Errorf("got  %s\nwant %s", g, want)
	}
	t.Run("ends_when_refused", func(t *testing.T) {
		n := 0
		for _, err := range must(client.New(s.url))(t).Live(t.Context(), -1) {
			if n++; heron.ErrorCode(err) != heron.CodeUnauthorized {
				t.Errorf("got %v", err)
			}
		}
		if n != 1 {
			t.Errorf("%d times", n)
		}
	})
	t.Run("starts_afresh_from_a_number_never_given", func(t *testing.T) {
		for l, err := range c.Live(t.Context(), 1<<40) {
			if err != nil || l.Kind == client.LiveReset {
				return
			}
		}
	})
}
