package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/heron-iot/heron"
)

// A backup is gzip of JSON lines: a header, for each table its name and columns
// and then one array a row, and a footer with the number of rows and the SHA-256
// of all lines before it. It is the same for both engines, so that a backup of
// one restores into the other.

const backupFormat = "heron.backup/v1"

type backupHeader struct {
	Format  string     `json:"format"`
	Created heron.Time `json:"created"`
	Engine  string     `json:"engine"`
	Steps   []string   `json:"migrations"` // that made the schema
}

type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type backupFooter struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Backup writes all data, as it is at one moment, to a new file at path, mode
// 0600, while the database goes on working. The file is whole or not there.
func (db *DB) Backup(ctx context.Context, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".heron-backup-*") // made 0600
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "write backup: %v", err)
	}
	defer os.Remove(f.Name()) // nothing is there after the rename
	err = db.view(ctx, "backup", func(q querier) error { return db.dump(ctx, q, f) })
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return heron.Errorf(heron.CodeInvalid, "write backup: %v", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "write backup: %v", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// lineWriter writes JSON lines and hashes them.
type lineWriter struct {
	out io.Writer
	sum hash.Hash
}

func (w *lineWriter) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode backup: %w", err)
	}
	text = append(text, '\n')
	w.sum.Write(text)
	if _, err := w.out.Write(text); err != nil {
		return heron.Errorf(heron.CodeUnavailable, "write backup: %v", err)
	}
	return nil
}

func (db *DB) dump(ctx context.Context, q querier, f io.Writer) error {
	names, err := tableNames(ctx, q, db.dialect.tables)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := &lineWriter{out: packed, sum: sha256.New()}
	h := backupHeader{Format: backupFormat, Created: db.now(), Engine: db.dialect.name}
	for _, m := range migrations() {
		h.Steps = append(h.Steps, m.name)
	}
	if err := w.line(h); err != nil {
		return err
	}
	var rows int64
	for _, name := range names {
		n, err := dumpTable(ctx, q, name, w)
		if err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
		rows += n
	}
	if err := w.line(backupFooter{Rows: rows, SHA256: hex.EncodeToString(w.sum.Sum(nil))}); err != nil {
		return err
	}
	return packed.Close()
}

func dumpTable(ctx context.Context, q querier, name string, w *lineWriter) (n int64, err error) {
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+name)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	if err := w.line(backupTable{name, columns}); err != nil {
		return 0, err
	}
	values := make([]any, len(columns))
	dest := make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return n, err
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = string(b)
			}
		}
		if err := w.line(values); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// BackupInfo is what a backup says of itself.
type BackupInfo struct {
	Created heron.Time
	Engine  string
	Rows    int64
}

// CheckBackup reads a whole backup and reports whether it is undamaged and
// this version can restore it.
func CheckBackup(path string) (BackupInfo, error) {
	return readBackup(path, func(string, []string) error { return nil }, func([]any) error { return nil })
}

func damaged(path string, err error) error {
	return &heron.Error{
		Code: heron.CodeInvalid, Message: fmt.Sprintf("backup %s is damaged (%v): use another one", path, err), Err: err,
	}
}

var errCut = errors.New("it ends early")

// readBackup reads a backup to its end and calls table and row for what it
// holds. Until it returns nil, nothing that it passed on can be trusted.
func readBackup(path string, table func(string, []string) error, row func([]any) error) (info BackupInfo, err error) {
	f, err := os.Open(path)
	if err != nil {
		return info, heron.Errorf(heron.CodeInvalid, "read backup: %v", err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return info, damaged(path, err)
	}
	r := &lineReader{in: bufio.NewReaderSize(packed, 1<<20), sum: sha256.New()}
	var h backupHeader
	if err := r.decode(&h); err != nil {
		return info, damaged(path, err)
	}
	if err := checkHeader(path, &h); err != nil {
		return info, err
	}
	info.Created, info.Engine = h.Created, h.Engine
	for {
		done, err := r.next(&info, table, row)
		if e, ok := errors.AsType[*passedOn](err); ok {
			return info, e.err
		}
		if err != nil {
			return info, damaged(path, err)
		}
		if done {
			return info, nil
		}
	}
}

func checkHeader(path string, h *backupHeader) error {
	if h.Format != backupFormat {
		return heron.Errorf(heron.CodeInvalid, "%s is no backup of Heron, or one of a newer version (format %q)", path, h.Format)
	}
	known := migrations()
	if len(h.Steps) > len(known) {
		return heron.Errorf(heron.CodeInvalid, "backup %s was made by a newer version: restore it with that version or a later one", path)
	}
	for i, name := range h.Steps {
		if known[i].name != name {
			return heron.Errorf(heron.CodeInvalid, "backup %s has a schema that this version does not know (%s)", path, name)
		}
	}
	return nil
}

// passedOn marks errors of the callbacks, which do not mean damage.
type passedOn struct{ err error }

func (e *passedOn) Error() string { return e.err.Error() }

func pass(err error) error {
	if err == nil {
		return nil
	}
	return &passedOn{err}
}

// lineReader reads JSON lines and hashes them.
type lineReader struct {
	in   *bufio.Reader
	sum  hash.Hash
	rows int64
}

// maxBackupLine bounds one row: the largest noun is far below.
const maxBackupLine = 64 << 20

func (r *lineReader) line() ([]byte, error) {
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull) && len(line) < maxBackupLine:
		case errors.Is(err, io.EOF):
			return nil, errCut
		default:
			return nil, err
		}
	}
}

func (r *lineReader) decode(v any) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	r.sum.Write(line)
	return json.Unmarshal(line, v)
}

// next reads one line after the header; done means that it was the footer, and
// that all of it fits.
func (r *lineReader) next(info *BackupInfo, table func(string, []string) error, row func([]any) error) (done bool, err error) {
	line, err := r.line()
	if err != nil {
		return false, err
	}
	if line[0] == '[' {
		r.sum.Write(line)
		r.rows++
		values, err := decodeRow(line)
		if err != nil {
			return false, err
		}
		return false, pass(row(values))
	}
	var v struct {
		backupTable
		backupFooter
	}
	if err := json.Unmarshal(line, &v); err != nil {
		return false, err
	}
	if v.Table != "" {
		r.sum.Write(line)
		return false, pass(table(v.Table, v.Columns))
	}
	if v.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) || v.Rows != r.rows {
		return false, errors.New("its checksum does not fit")
	}
	info.Rows = r.rows
	// Reading on makes gzip check its own sum, and finds what was added.
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("something follows its end: %w", errors.Join(err))
	}
	return true, nil
}

// decodeRow keeps integers apart from other numbers.
func decodeRow(line []byte) ([]any, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var values []any
	if err := d.Decode(&values); err != nil {
		return nil, err
	}
	for i, v := range values {
		n, ok := v.(json.Number)
		if !ok {
			continue
		}
		if whole, err := n.Int64(); err == nil {
			values[i] = whole
			continue
		}
		f, err := n.Float64()
		if err != nil {
			return nil, err
		}
		values[i] = f
	}
	return values, nil
}
