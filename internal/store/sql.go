package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// maxParams bounds the parameters of one statement: many rows a statement save
// round trips, but a statement is read anew for each other number of rows.
const maxParams = 400

// insert runs head (INSERT INTO t (columns)) for rows, several rows a
// statement; tail is what follows the values, such as ON CONFLICT. No two rows
// may conflict with each other.
func insert(ctx context.Context, t *tx, head string, rows [][]any, tail string) error {
	if len(rows) == 0 {
		return nil
	}
	width := len(rows[0])
	stmt := func(n int) string { return head + " VALUES " + t.db.dialect.tuples(n, width) + " " + tail }
	if most := max(1, maxParams/width); len(rows) >= 2*most {
		again, err := t.PrepareContext(ctx, stmt(most))
		if err != nil {
			return err
		}
		defer again.Close()
		for ; len(rows) >= most; rows = rows[most:] {
			if _, err := again.ExecContext(ctx, slices.Concat(rows[:most]...)...); err != nil {
				return err
			}
		}
	}
	for chunk := range slices.Chunk(rows, max(1, maxParams/width)) {
		if _, err := t.ExecContext(ctx, stmt(len(chunk)), slices.Concat(chunk...)...); err != nil {
			return err
		}
	}
	return nil
}

// numbered returns "($1,$2),($3,$4)" for n rows of width columns.
func numbered(n, width int) string {
	var b strings.Builder
	for i := range n * width {
		switch {
		case i == 0:
			b.WriteString("($")
		case i%width == 0:
			b.WriteString("),($")
		default:
			b.WriteString(",$")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// unnumbered returns "(?,?),(?,?)" for n rows of width columns.
func unnumbered(n, width int) string {
	tuple := ",(?" + strings.Repeat(",?", width-1) + ")"
	return strings.Repeat(tuple, n)[1:]
}

// query is a statement in the making. In the text given to add, each ? stands
// for the next argument, and POSITION for the engine's function of that kind.
type query struct {
	dialect *dialect
	text    strings.Builder
	args    []any
}

func (db *DB) query() *query { return &query{dialect: db.dialect} }

func (q *query) add(text string, args ...any) {
	text = strings.ReplaceAll(text, "POSITION(", q.dialect.position+"(")
	for len(args) > 0 {
		before, after, ok := strings.Cut(text, "?")
		if !ok {
			break
		}
		q.args = append(q.args, args[0])
		q.text.WriteString(before)
		q.text.WriteByte('$')
		q.text.WriteString(strconv.Itoa(len(q.args)))
		text, args = after, args[1:]
	}
	q.text.WriteString(text)
}

// cond is one condition with its arguments, ? for each.
type cond struct {
	text string
	args []any
}

// where is a list of conditions that must all hold.
type where []cond

func (w *where) add(text string, args ...any) { *w = append(*w, cond{text, args}) }

// in asks for one of values; no values means any.
func (w *where) in(column string, values []string) {
	if len(values) > 0 {
		*w = append(*w, anyOf(column, values))
	}
}

func anyOf(column string, values []string) cond {
	if len(values) == 0 {
		return cond{text: "1 = 0"}
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = clean(v)
	}
	return cond{column + " IN (?" + strings.Repeat(",?", len(values)-1) + ")", args}
}

// contains asks for text anywhere in a column that holds lower case.
func contains(column, text string) cond { return holds(column, lower(text)) }

// holds asks for text anywhere in a column, exactly. It is several times
// faster than LIKE, and % and _ mean nothing in it.
func holds(column, text string) cond {
	return cond{"POSITION(" + column + ", ?) > 0", []any{clean(text)}}
}

// likeEscaper is for LIKE … ESCAPE '!'.
var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func (w where) write(q *query) {
	for i, c := range w {
		if i == 0 {
			q.add(" WHERE ")
		} else {
			q.add(" AND ")
		}
		q.add(c.text, c.args...)
	}
}

// clean makes s fit both engines: valid UTF-8 without NUL, which PostgreSQL
// cannot hold.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// toJSON encodes one of our own nouns.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}

// collect reads all rows with scan and closes them.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// scanDoc reads a row of one column, a noun as JSON.
func scanDoc[T any](rows *sql.Rows) (T, error) {
	var v T
	var doc []byte
	if err := rows.Scan(&doc); err != nil {
		return v, err
	}
	return v, json.Unmarshal(doc, &v)
}

// docs returns the nouns that a query of one doc column finds.
func docs[T any](ctx context.Context, q querier, stmt string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, stmt, args...)
	return collect(rows, err, scanDoc[T])
}

// doc returns the one noun that a query of one doc column finds; nil when none.
func doc[T any](ctx context.Context, q querier, stmt string, args ...any) (*T, error) {
	var text []byte
	err := q.QueryRowContext(ctx, stmt, args...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // callers ask whether it is there
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	return v, json.Unmarshal(text, v)
}

// get is doc for the methods that must find something.
func get[T any](ctx context.Context, db *DB, what, id, stmt string, args ...any) (*T, error) {
	v, err := doc[T](ctx, db.reader, stmt, args...)
	if err != nil {
		return nil, db.explain("get "+what, err)
	}
	if v == nil {
		return nil, notFound(what, id)
	}
	return v, nil
}

func notFound(what, id string) error {
	return heron.Errorf(heron.CodeNotFound, "there is no %s %q", what, clean(id))
}

func stale(what, id string) error {
	return heron.Errorf(heron.CodeConflict, "%s %q was changed meanwhile: load it again and repeat the change", what, id)
}

// affected returns the number of rows that a statement changed.
func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
