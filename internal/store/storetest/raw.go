package storetest

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

// openRaw opens the database behind the store's back.
func openRaw(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver := "pgx"
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, url = "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, url)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t testing.TB, db *sql.DB, stmt string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), stmt)
	must(t, err)
}

func cancelled(t *testing.T, s *suite, _ func(testing.TB) string) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.PutDevices(ctx, &heron.DeviceEdit{Devices: []heron.Device{device(1)}}); err == nil {
		t.Fatal("a write under a cancelled context succeeded")
	}
	if _, err := s.GetDevice(t.Context(), "dev-0001"); heron.ErrorCode(err) != heron.CodeNotFound {
		t.Fatalf("GetDevice = %v", err)
	}
	s.put(t, 2) // and the store still works
}
