// Package storetest is the conformance suite of package store: every behaviour
// that callers rely on, run on each engine. An engine passes when Run does.
//
// It also starts the throw-away PostgreSQL server that such runs need, see
// StartPostgres; other packages may use it for their end-to-end tests.
package storetest

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/store"
)

// Start is the time at which the suite's clock stands.
const Start = heron.Time(1_790_000_000_000_000)

// SQLite returns the URL of a new SQLite database.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "heron.db")
}

// suite is what each test gets: an empty database, and its clock.
type suite struct {
	*store.DB
	url string
	now *atomic.Int64
	seq atomic.Uint64 // of the last batch
}

// Run runs the suite on the engine for which newURL gives empty databases.
func Run(t *testing.T, newURL func(testing.TB) string) {
	t.Helper()
	for _, group := range [][]test{
		deviceTests(), searchTests(), batchTests(), alertTests(), assessmentTests(), actionTests(), accountTests(),
		liveTests(), retainTests(), backupTests(), engineTests(),
	} {
		for _, tt := range group {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				tt.run(t, open(t, newURL(t)), newURL)
			})
		}
	}
}

// test is one behaviour.
type test struct {
	name string
	run  func(t *testing.T, s *suite, newURL func(testing.TB) string)
}

func open(t testing.TB, url string) *suite {
	t.Helper()
	s := &suite{url: url, now: new(atomic.Int64)}
	s.now.Store(int64(Start))
	db, err := store.Open(t.Context(), url, s.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.DB = db
	return s
}

func (s *suite) options() store.Options {
	return store.Options{
		AuditHash: audit.Hash, LiveKeep: 100,
		Now: func() heron.Time { return heron.Time(s.now.Load()) },
	}
}

func (s *suite) advance(d heron.Time) { s.now.Add(int64(d)) }

// must is for steps whose failure says nothing about the behaviour under test.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, want heron.Code) {
	t.Helper()
	if heron.ErrorCode(err) != want {
		t.Fatalf("error %v has code %q, want %q", err, heron.ErrorCode(err), want)
	}
}

// device makes a device with a bit of everything, different for each i.
func device(i int) heron.Device {
	vendors := []string{"Philips", "axis", "Siemens", ""}
	types := []string{"hub", "camera", "plc", heron.Unknown}
	d := heron.Device{
		ID: fmt.Sprintf("dev-%04d", i), SiteID: "site", Local: true,
		MACs:      []heron.MAC{{2, 0, 0, 0, byte(i >> 8), byte(i)}},
		IPs:       []netip.Addr{netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})},
		Hostnames: []string{fmt.Sprintf("host-%d.lan", i)},
		Identity: heron.Identity{
			Type: heron.Claim{Value: types[i%4], Confidence: 0.9}, Model: &heron.Claim{Value: fmt.Sprintf("M%d", i), Confidence: 0.8},
			Firmware: &heron.Claim{Value: fmt.Sprintf("5.%d.1", i), Confidence: 1},
		},
		Evidence: []heron.Evidence{}, Sensors: []string{"s1"}, First: Start - heron.Time(i)*heron.Minute,
		Last: Start - heron.Time(i)*heron.Second,
		Services: []heron.Service{{
			Transport: heron.TCP, Port: uint16(80 + i%3), Protocol: "http", Product: "nginx", First: Start, Last: Start,
		}},
	}
	if v := vendors[i%4]; v != "" {
		d.Identity.Vendor = &heron.Claim{Value: v, Confidence: 0.97}
	}
	return d
}

// put stores n devices.
func (s *suite) put(t testing.TB, n int) []heron.Device {
	t.Helper()
	devices := make([]heron.Device, n)
	for i := range devices {
		devices[i] = device(i)
	}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Devices: devices}))
	return devices
}

// apply applies a batch of its own with that result.
func (s *suite) apply(t testing.TB, r heron.BatchResult) {
	t.Helper()
	if r.Batch == nil {
		r.Batch = &heron.Batch{}
	}
	r.Batch.SensorID, r.Batch.SiteID, r.Batch.Epoch, r.Batch.Seq = "s1", "site", "e", s.seq.Add(1)
	applied, err := s.ApplyBatch(t.Context(), &r)
	if !applied || err != nil {
		t.Fatalf("ApplyBatch = %v, %v", applied, err)
	}
}

// ids walks all pages of a list and returns the ids in order.
func ids[T any](t testing.TB, id func(*T) string, list func(heron.Page) (heron.List[T], error), p heron.Page) []string {
	t.Helper()
	var all []string
	for {
		l, err := list(p)
		must(t, err)
		for i := range l.Items {
			all = append(all, id(&l.Items[i]))
		}
		if l.Next == "" {
			if l.Total != len(all) {
				t.Fatalf("total %d, but the pages hold %d", l.Total, len(all))
			}
			return all
		}
		if len(l.Items) != p.Limit {
			t.Fatalf("a page of %d, want %d", len(l.Items), p.Limit)
		}
		p.Cursor = l.Next
	}
}
