package store_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/store"
	"github.com/heron-iot/heron/internal/store/storetest"
)

// FuzzCheckBackup feeds what the file of a backup may have become: the content
// of the gzip, so that the fuzzer gets past its checksum.
func FuzzCheckBackup(f *testing.F) {
	db, err := store.Open(f.Context(), storetest.SQLite(f), store.Options{AuditHash: audit.Hash})
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), "good.gz")
	if err := db.Backup(f.Context(), path); err != nil {
		f.Fatal(err)
	}
	if err := db.Close(); err != nil {
		f.Fatal(err)
	}
	good := unpack(f, path)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"format":"heron.backup/v1"}` + "\n[1]\n{}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "b.gz")
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, werr := w.Write(content)
		if err := w.Close(); err != nil || werr != nil {
			t.Fatal(err, werr)
		}
		if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.CheckBackup(path); err != nil && heron.ErrorCode(err) != heron.CodeInvalid {
			t.Fatalf("error %v is not for people", err)
		}
	})
}

func unpack(f *testing.F, path string) []byte {
	f.Helper()
	file, err := os.Open(path)
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		f.Fatal(err)
	}
	var content bytes.Buffer
	if _, err := content.ReadFrom(r); err != nil {
		f.Fatal(err)
	}
	return content.Bytes()
}
