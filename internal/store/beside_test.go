package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/store"
	"github.com/heron-iot/heron/internal/store/storetest"
)

// TestACheckAndABackupWaitForNoWriter opens a database that another process
// writes to all the time, as a platform does that catches up.
func TestACheckAndABackupWaitForNoWriter(t *testing.T) {
	t.Parallel()
	url := storetest.SQLite(t)
	open := func() *store.DB {
		db, err := store.Open(t.Context(), url, store.Options{AuditHash: audit.Hash})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	platform := open()
	if _, err := platform.ApplyBatch(t.Context(), result(1)); err != nil {
		t.Fatal(err)
	}
	writer, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	tx, err := writer.BeginTx(t.Context(), nil) // has the lock of the one writer, and keeps it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	began := time.Now()
	beside := open()
	if err := beside.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if err := beside.Backup(t.Context(), filepath.Join(t.TempDir(), "x.backup")); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %v: something waited for the writer", took)
	}
}
