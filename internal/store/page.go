package store

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// listing describes a list that can be paged. Pages go by key, not by number:
// a page costs the same wherever it is, and rows that come or go do not shift
// the rest.
type listing struct {
	name  string // of the list, in cursors and errors
	from  string // table, with what is joined to it
	count string // table for counting, when joins are not needed; "" = from
	cols  string // what the rows need, after the sort columns
	// sorts maps what may be asked for to columns that together are unique;
	// all of them go the same way.
	// An expression stands in parentheses, and has an index.
	sorts map[string][]string
	own   string // order when none is asked for, with "-" for descending
}

// cursor is the place after which a page begins.
type cursor struct {
	List string   `json:"l"`
	Sort string   `json:"s"`
	Keys []string `json:"k"` // values of the sort columns, each with its type's letter
}

const macLen = 12

// loadCursorKey returns the key that signs cursors, the same for all processes
// on the database; a cursor that was tampered with is told from a good one.
func (db *DB) loadCursorKey(ctx context.Context) ([]byte, error) {
	const known = "SELECT value FROM meta WHERE name = 'cursor_key'"
	var key string
	if db.reader.QueryRowContext(ctx, known).Scan(&key) == nil {
		return hex.DecodeString(key) // without waiting for whoever writes
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	err := db.write(ctx, "load the cursor key", func(t *tx) error {
		_, err := t.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('cursor_key', $1) ON CONFLICT (name) DO NOTHING",
			hex.EncodeToString(fresh))
		if err != nil {
			return err
		}
		return t.QueryRowContext(ctx, known).Scan(&key)
	})
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(key)
}

func (db *DB) seal(c cursor) (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(db.mac(text), text...)), nil
}

func (db *DB) unseal(l *listing, sort, s string) ([]any, error) {
	bad := heron.Errorf(heron.CodeInvalid, "cursor of %s: not one that this server gave for this list and order; begin at the first page", l.name)
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(data) < macLen || !hmac.Equal(data[:macLen], db.mac(data[macLen:])) {
		return nil, bad
	}
	var c cursor
	if err := json.Unmarshal(data[macLen:], &c); err != nil || c.List != l.name || c.Sort != sort {
		return nil, bad
	}
	keys := make([]any, len(c.Keys))
	for i, k := range c.Keys {
		if keys[i], err = decodeKey(k); err != nil {
			return nil, bad
		}
	}
	return keys, nil
}

func (db *DB) mac(text []byte) []byte {
	h := hmac.New(sha256.New, db.cursorKey)
	h.Write(text)
	return h.Sum(nil)[:macLen]
}

func encodeKey(v any) (string, error) {
	switch v := v.(type) {
	case []byte:
		return "s" + string(v), nil
	case string:
		return "s" + v, nil
	default:
		text, err := json.Marshal(v)
		if _, ok := v.(float64); ok {
			return "f" + string(text), err
		}
		return "i" + string(text), err
	}
}

func decodeKey(k string) (any, error) {
	kind, text := k[:min(1, len(k))], k[min(1, len(k)):]
	switch kind {
	case "f":
		var f float64
		err := json.Unmarshal([]byte(text), &f)
		return f, err
	case "i":
		var i int64
		err := json.Unmarshal([]byte(text), &i)
		return i, err
	}
	return text, nil
}

// order resolves a page's sort.
func (l *listing) order(sort string) (cols []string, desc bool, err error) {
	if sort == "" {
		sort = l.own
	}
	name, desc := strings.CutPrefix(sort, "-")
	cols, ok := l.sorts[name]
	if !ok {
		return nil, false, heron.Errorf(heron.CodeInvalid, "%s cannot be sorted by %q: want one of %s",
			l.name, name, strings.Join(slices.Sorted(maps.Keys(l.sorts)), ", "))
	}
	return cols, desc, nil
}

// limit resolves a page's size.
func pageLimit(p heron.Page) (int, error) {
	switch {
	case p.Limit == 0:
		return 100, nil
	case p.Limit < 0 || p.Limit > 1000:
		return 0, heron.Errorf(heron.CodeInvalid, "limit %d: want 1 to 1000", p.Limit)
	}
	return p.Limit, nil
}

// rowScan reads one row. It calls scan once with the destinations of the
// list's own columns.
type rowScan[T any] func(scan func(dest ...any) error) (T, error)

// scanDocRow is the rowScan of lists whose rows are one JSON column.
func scanDocRow[T any](scan func(dest ...any) error) (T, error) {
	var v T
	var doc []byte
	if err := scan(&doc); err != nil {
		return v, err
	}
	return v, json.Unmarshal(doc, &v)
}

// page reads one page of l: the rows where w holds, after the cursor.
func page[T any](ctx context.Context, db *DB, l *listing, w where, p heron.Page, read rowScan[T]) (heron.List[T], error) {
	list := heron.List[T]{Items: []T{}}
	stmt, width, limit, err := db.pageQuery(l, w, p)
	if err != nil {
		return list, err
	}
	err = db.view(ctx, "list "+l.name, func(q querier) error {
		var err error
		if list.Total, err = db.total(ctx, q, l, w); err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, stmt.text.String(), stmt.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		items, last, more, err := scanPage(rows, width, limit, read)
		if err != nil {
			return err
		}
		list.Items = items
		if more {
			list.Next, err = db.nextCursor(l, p.Sort, last)
		}
		return err
	})
	return list, err
}

// pageQuery makes the statement of a page, for one row more than the page
// has, to know whether there is another.
func (db *DB) pageQuery(l *listing, w where, p heron.Page) (stmt *query, width, limit int, err error) {
	if limit, err = pageLimit(p); err != nil {
		return nil, 0, 0, err
	}
	cols, desc, err := l.order(p.Sort)
	if err != nil {
		return nil, 0, 0, err
	}
	direction, than := "", " > "
	if desc {
		direction, than = " DESC", " < "
	}
	if p.Cursor != "" {
		keys, err := db.unseal(l, p.Sort, p.Cursor)
		if err != nil {
			return nil, 0, 0, err
		}
		marks := strings.TrimPrefix(strings.Repeat(",?", len(keys)), ",")
		w = append(slices.Clip(w), cond{"(" + strings.Join(cols, ",") + ")" + than + "(" + marks + ")", keys})
		if strings.HasPrefix(cols[0], "(") { // SQLite seeks an expression in its index only where it stands alone
			w = append(w, cond{cols[0] + strings.TrimRight(than, " ") + "= ?", keys[:1]})
		}
	}
	stmt = db.query()
	stmt.add("SELECT " + strings.Join(cols, ", ") + ", " + l.cols + " FROM " + l.from)
	w.write(stmt)
	stmt.add(" ORDER BY " + strings.Join(cols, direction+", ") + direction)
	stmt.add(" LIMIT ?", limit+1)
	return stmt, len(cols), limit, nil
}

func scanPage[T any](rows *sql.Rows, width, limit int, read rowScan[T]) (items []T, last []any, more bool, err error) {
	items = []T{}
	for rows.Next() {
		if len(items) == limit {
			return items, last, true, nil
		}
		keys := make([]any, width)
		item, err := read(func(dest ...any) error {
			all := make([]any, 0, width+len(dest))
			for i := range keys {
				all = append(all, &keys[i])
			}
			return rows.Scan(append(all, dest...)...)
		})
		if err != nil {
			return nil, nil, false, err
		}
		items, last = append(items, item), keys
	}
	return items, last, false, rows.Err()
}

func (db *DB) nextCursor(l *listing, sort string, last []any) (string, error) {
	c := cursor{List: l.name, Sort: sort, Keys: make([]string, len(last))}
	for i, v := range last {
		k, err := encodeKey(v)
		if err != nil {
			return "", err
		}
		c.Keys[i] = k
	}
	return db.seal(c)
}

// total counts what matches.
func (db *DB) total(ctx context.Context, q querier, l *listing, w where) (n int, err error) {
	stmt := db.query()
	stmt.add("SELECT COUNT(*) FROM " + cmp.Or(l.count, l.from))
	w.write(stmt)
	err = q.QueryRowContext(ctx, stmt.text.String(), stmt.args...).Scan(&n)
	return n, err
}
