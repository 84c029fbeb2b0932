package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/heron-iot/heron"
)

func scanCredential(scan func(dest ...any) error) (heron.Credential, error) {
	var c heron.Credential
	var doc []byte
	if err := scan(&c.Sealed, &doc); err != nil {
		return c, err
	}
	return c, json.Unmarshal(doc, &c)
}

// GetCredential returns the credential of that name, with its sealed secrets.
func (db *DB) GetCredential(ctx context.Context, name string) (*heron.Credential, error) {
	c, err := scanCredential(db.reader.QueryRowContext(ctx, "SELECT sealed, doc FROM credential WHERE name = $1", clean(name)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("credential", name)
	}
	if err != nil {
		return nil, db.explain("get credential", err)
	}
	return &c, nil
}

// ListCredentials returns all credentials by name, with their sealed secrets.
func (db *DB) ListCredentials(ctx context.Context) ([]heron.Credential, error) {
	rows, err := db.reader.QueryContext(ctx, "SELECT sealed, doc FROM credential ORDER BY name")
	list, err := collect(rows, err, func(r *sql.Rows) (heron.Credential, error) { return scanCredential(r.Scan) })
	return list, db.explain("list credentials", err)
}

// PutCredential stores a credential, in the place of the one of its name.
func (db *DB) PutCredential(ctx context.Context, c *heron.Credential) error {
	return db.write(ctx, "put credential", func(t *tx) error {
		text, err := toJSON(c)
		if err != nil {
			return err
		}
		return insert(ctx, t, "INSERT INTO credential (name, sealed, doc)", [][]any{{clean(c.Name), c.Sealed, text}},
			"ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, doc = excluded.doc")
	})
}

// DeleteCredential removes a credential.
func (db *DB) DeleteCredential(ctx context.Context, name string) error {
	return db.remove(ctx, "credential", name, "DELETE FROM credential WHERE name = $1")
}
