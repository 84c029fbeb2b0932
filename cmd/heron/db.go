package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/config"
)

// dbFlags say which database is meant.
type dbFlags struct {
	file, data, url string
}

func newDBCommand(t *terminal) *cobra.Command {
	f := &dbFlags{}
	c := &cobra.Command{Use: "db", Short: "The database: backup, restore, check", Args: noArgs}
	s := c.PersistentFlags()
	s.StringVarP(&f.file, "config", "c", "", "configuration file (YAML)")
	s.StringVar(&f.data, "data", "", "folder of the platform's data")
	s.StringVar(&f.url, "db", "", "database: sqlite:PATH or postgres://USER@HOST/NAME")
	c.AddCommand(newDBBackup(t, f), newDBRestore(t, f), newDBCheck(t, f))
	return c
}

// open opens the database that the flags name. One that is not there is a
// fault: a backup of nothing helps nobody.
func (f *dbFlags) open(ctx context.Context, create bool) (*app.Database, error) {
	c, err := config.Load(f.file, os.Getenv)
	if err != nil {
		return nil, usageError{err}
	}
	if f.data != "" {
		c.Data = f.data
	}
	if f.url != "" {
		c.DB.URL = f.url
	}
	if err := c.Validate(); err != nil {
		return nil, usageError{fmt.Errorf("configuration:\n%w", err)}
	}
	return app.OpenDatabase(ctx, c, create)
}

func newDBBackup(t *terminal, f *dbFlags) *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Write all data to a file, while the platform runs", Args: oneArg("a file to write"),
		Long: "Write all data to FILE, while the platform runs. An older FILE is replaced when the\nnew one is whole.",
		RunE: func(c *cobra.Command, args []string) error {
			db, err := f.open(c.Context(), false)
			if err != nil {
				return err
			}
			if err := errors.Join(db.Backup(c.Context(), args[0]), db.Close()); err != nil {
				return err
			}
			fmt.Fprintf(t.out, "%s backup written to %s\n", t.green("✓"), args[0])
			return nil
		},
	}
}

func newDBRestore(t *terminal, f *dbFlags) *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "restore FILE", Short: "Read a backup into an empty database, of either engine", Args: oneArg("a backup"),
		Long: "Read a backup into an empty database. Stop the platform first. A damaged backup is\nrefused, and so is a database that holds anything, unless --force replaces it.",
		RunE: func(c *cobra.Command, args []string) error {
			if err := backupExists(args[0]); err != nil {
				return err
			}
			db, err := f.open(c.Context(), true)
			if err != nil {
				return err
			}
			err = errors.Join(damage(db.Restore(c.Context(), args[0], force), heron.CodeInvalid), db.Close())
			if heron.ErrorCode(err) == heron.CodeConflict {
				err = fmt.Errorf("%w (with --force)", err)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(t.out, "%s restored from %s\n", t.green("✓"), args[0])
			return nil
		},
	}
	c.Flags().BoolVar(&force, "force", false, "replace what the database holds")
	return c
}

func newDBCheck(t *terminal, f *dbFlags) *cobra.Command {
	return &cobra.Command{
		Use: "check [BACKUP]", Short: "Look for damage: structures, references, the audit log's chain; or in a backup", Args: maybeArg,
		Long: "Look for damage in the database: structures, references, and the chain of the audit\nlog; or in BACKUP. The exit status is 3 when there is damage.",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return checkBackup(t, args[0])
			}
			db, err := f.open(c.Context(), false)
			if err != nil {
				return err
			}
			if err := errors.Join(damage(db.Check(c.Context()), heron.CodeInvalid, heron.CodeConflict), db.Close()); err != nil {
				return err
			}
			fmt.Fprintf(t.out, "%s no damage found\n", t.green("✓"))
			return nil
		},
	}
}

func backupExists(path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return heron.Errorf(heron.CodeNotFound, "there is no backup at %s", path)
	}
	return nil
}

// damage tells a script by the exit status that what it gave is damaged: the
// store has these codes for that, as for wrong requests, but the command was
// well called.
func damage(err error, codes ...heron.Code) error {
	if err != nil && slices.Contains(codes, heron.ErrorCode(err)) {
		return damagedError{err}
	}
	return err
}

func checkBackup(t *terminal, path string) error {
	if err := backupExists(path); err != nil {
		return err
	}
	text, err := app.CheckBackup(path)
	if err != nil {
		return damage(err, heron.CodeInvalid)
	}
	fmt.Fprintf(t.out, "%s %s\n", t.green("✓"), text)
	return nil
}
