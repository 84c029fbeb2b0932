package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/heron-iot/heron"
)

func scanUser(scan func(dest ...any) error) (heron.User, error) {
	var u heron.User
	var doc []byte
	if err := scan(&u.PasswordHash, &doc); err != nil {
		return u, err
	}
	return u, json.Unmarshal(doc, &u)
}

func (db *DB) user(ctx context.Context, column, value string) (*heron.User, error) {
	u, err := scanUser(db.reader.QueryRowContext(ctx,
		"SELECT password_hash, doc FROM account WHERE "+column+" = $1", clean(value)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("user", value)
	}
	if err != nil {
		return nil, db.explain("get user", err)
	}
	return &u, nil
}

// GetUser returns the user with that id.
func (db *DB) GetUser(ctx context.Context, id string) (*heron.User, error) {
	return db.user(ctx, "id", id)
}

// GetUserByName returns the user with exactly that name.
func (db *DB) GetUserByName(ctx context.Context, name string) (*heron.User, error) {
	return db.user(ctx, "name", name)
}

// ListUsers returns all users by name.
func (db *DB) ListUsers(ctx context.Context) ([]heron.User, error) {
	rows, err := db.reader.QueryContext(ctx, "SELECT password_hash, doc FROM account ORDER BY name")
	list, err := collect(rows, err, func(r *sql.Rows) (heron.User, error) { return scanUser(r.Scan) })
	return list, db.explain("list users", err)
}

// PutUser stores u and sets u.Version to what was stored. A name that another
// user has is a conflict.
func (db *DB) PutUser(ctx context.Context, u *heron.User) error {
	kept := *u
	err := db.write(ctx, "put user", func(t *tx) error {
		kept = *u
		before, err := doc[heron.User](ctx, t, "SELECT doc FROM account WHERE id = $1"+t.db.dialect.forUpdate, clean(u.ID))
		if err != nil {
			return err
		}
		if before != nil {
			if u.Version != 0 && u.Version != before.Version {
				return stale("user", u.Name)
			}
			kept.Version = before.Version
		}
		kept.Version++
		text, err := toJSON(kept)
		if err != nil {
			return err
		}
		return insert(ctx, t, "INSERT INTO account (id, name, password_hash, version, doc)",
			[][]any{{clean(u.ID), clean(u.Name), u.PasswordHash, kept.Version, text}},
			`ON CONFLICT (id) DO UPDATE SET name = excluded.name, password_hash = excluded.password_hash,
				version = excluded.version, doc = excluded.doc`)
	})
	if err == nil {
		u.Version = kept.Version
	}
	return err
}

// DeleteUser removes a user and all of the user's sessions.
func (db *DB) DeleteUser(ctx context.Context, id string) error {
	return db.remove(ctx, "user", id, "DELETE FROM account WHERE id = $1")
}

// remove deletes one row and says when there was none.
func (db *DB) remove(ctx context.Context, what, id, stmt string) error {
	return db.write(ctx, "delete "+what, func(t *tx) error {
		n, err := affected(t.ExecContext(ctx, stmt, clean(id)))
		if err == nil && n == 0 {
			return notFound(what, id)
		}
		return err
	})
}

func scanToken(scan func(dest ...any) error) (heron.Token, error) {
	var k heron.Token
	var doc []byte
	if err := scan(&k.Hash, &doc); err != nil {
		return k, err
	}
	return k, json.Unmarshal(doc, &k)
}

// GetTokenByHash returns the token whose secret has that hash, expired or not.
func (db *DB) GetTokenByHash(ctx context.Context, hash string) (*heron.Token, error) {
	k, err := scanToken(db.reader.QueryRowContext(ctx, "SELECT hash, doc FROM token WHERE hash = $1", clean(hash)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, heron.Errorf(heron.CodeNotFound, "there is no such token")
	}
	if err != nil {
		return nil, db.explain("get token", err)
	}
	return &k, nil
}

// ListTokens returns all tokens, oldest first.
func (db *DB) ListTokens(ctx context.Context) ([]heron.Token, error) {
	rows, err := db.reader.QueryContext(ctx, "SELECT hash, doc FROM token ORDER BY id")
	list, err := collect(rows, err, func(r *sql.Rows) (heron.Token, error) { return scanToken(r.Scan) })
	return list, db.explain("list tokens", err)
}

// PutToken stores a token.
func (db *DB) PutToken(ctx context.Context, k *heron.Token) error {
	text, err := toJSON(k)
	if err != nil {
		return err
	}
	return db.write(ctx, "put token", func(t *tx) error {
		return insert(ctx, t, "INSERT INTO token (id, hash, doc)", [][]any{{clean(k.ID), k.Hash, text}},
			"ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, doc = excluded.doc")
	})
}

// DeleteToken removes a token.
func (db *DB) DeleteToken(ctx context.Context, id string) error {
	return db.remove(ctx, "token", id, "DELETE FROM token WHERE id = $1")
}

// GetSession returns the session whose cookie has that hash, expired or not.
func (db *DB) GetSession(ctx context.Context, hash string) (*heron.Session, error) {
	var s heron.Session
	var text []byte
	err := db.reader.QueryRowContext(ctx, "SELECT hash, csrf, doc FROM session WHERE hash = $1", clean(hash)).
		Scan(&s.Hash, &s.CSRF, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, heron.Errorf(heron.CodeNotFound, "there is no such session")
	}
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return nil, db.explain("get session", err)
	}
	return &s, nil
}

// PutSession stores a session of a user that exists.
func (db *DB) PutSession(ctx context.Context, s *heron.Session) error {
	text, err := toJSON(s)
	if err != nil {
		return err
	}
	return db.write(ctx, "put session", func(t *tx) error {
		return insert(ctx, t, "INSERT INTO session (hash, user_id, csrf, expires, doc)",
			[][]any{{s.Hash, clean(s.UserID), s.CSRF, int64(s.Expires), text}},
			"ON CONFLICT (hash) DO UPDATE SET csrf = excluded.csrf, expires = excluded.expires, doc = excluded.doc")
	})
}

// DeleteSession ends a session; one that is not there has ended already.
func (db *DB) DeleteSession(ctx context.Context, hash string) error {
	return db.write(ctx, "delete session", func(t *tx) error {
		_, err := t.ExecContext(ctx, "DELETE FROM session WHERE hash = $1", clean(hash))
		return err
	})
}

// DeleteUserSessions ends all sessions of a user.
func (db *DB) DeleteUserSessions(ctx context.Context, userID string) error {
	return db.write(ctx, "delete sessions", func(t *tx) error {
		_, err := t.ExecContext(ctx, "DELETE FROM session WHERE user_id = $1", clean(userID))
		return err
	})
}
