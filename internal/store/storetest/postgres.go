package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	// Its import registers the driver.
	_ "github.com/heron-iot/heron/internal/store"
)

// Install is the command that mends a missing PostgreSQL.
const Install = "apt-get install postgresql"

// Cluster is a throw-away PostgreSQL server on a socket in a folder of its
// own. It runs as an unprivileged user, ends with the process that started it,
// and does not care for the disk: it is for tests of behaviour.
type Cluster struct {
	dir     string // "" when the server is somebody else's
	url     string
	process *exec.Cmd
	schemas atomic.Int64
}

// ErrNoServer says that no PostgreSQL server is installed.
var ErrNoServer = errors.New("no PostgreSQL server is installed")

// StartPostgres uses the server that HERON_TEST_POSTGRES names, or starts one.
func StartPostgres(ctx context.Context) (*Cluster, error) {
	if u := os.Getenv("HERON_TEST_POSTGRES"); u != "" {
		return &Cluster{url: u}, nil
	}
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	if c.dir, err = os.MkdirTemp("", "heron-pg-"); err != nil {
		return nil, fmt.Errorf("folder of the test server: %w", err)
	}
	if err := c.start(ctx, bin); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// findServer returns the folder of the newest installed server's programs.
func findServer() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		return "", ErrNoServer
	}
	return filepath.Dir(slices.Max(found)), nil
}

func (c *Cluster) start(ctx context.Context, bin string) error {
	who, err := credential()
	if err != nil {
		return err
	}
	if who != nil {
		if err := os.Chown(c.dir, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(c.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "heron", "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	initdb.Dir = c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	log, err := os.Create(filepath.Join(c.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	c.process = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", c.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB")
	c.process.SysProcAttr = &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGINT}
	c.process.Dir, c.process.Stdout, c.process.Stderr = c.dir, log, log
	if err := c.process.Start(); err != nil {
		return err
	}
	c.url = "postgres:///postgres?user=heron&host=" + url.QueryEscape(c.dir)
	return c.await(ctx)
}

// credential is the user a root process runs the server as, for PostgreSQL
// refuses root; nil for other users.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil // nil is SysProcAttr's "as I am"
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
	}
	return nil, errors.New("neither user postgres nor nobody exists to run the test server as")
}

// await waits until the server takes connections.
func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		db, err := sql.Open("pgx", c.url)
		if err != nil {
			return err
		}
		if err := errors.Join(db.PingContext(ctx), db.Close()); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("test server did not start: %w: %s", err, log)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop ends the server and removes its files.
func (c *Cluster) Stop() error {
	if c.dir == "" {
		return nil
	}
	var err error
	if c.process != nil && c.process.Process != nil {
		err = c.process.Process.Signal(syscall.SIGQUIT) // at once: its data is of no use
		_ = c.process.Wait()                            // its exit status says only that it was told to
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

// URL makes an empty schema and returns the URL of a database in it.
func (c *Cluster) URL(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("heron_test_%d_%d", os.Getpid(), c.schemas.Add(1))
	c.exec(t, "CREATE SCHEMA "+name)
	t.Cleanup(func() { c.exec(t, "DROP SCHEMA "+name+" CASCADE") })
	u, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func (c *Cluster) exec(t testing.TB, stmt string) {
	t.Helper()
	db, err := sql.Open("pgx", c.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(stmt); err != nil {
		t.Fatalf("%s: %v", stmt, err)
	}
}

// PostgresOrSkip returns the cluster, or skips the test with the reason; where
// CI is set nothing is skipped.
func PostgresOrSkip(t testing.TB, c *Cluster, err error) *Cluster {
	t.Helper()
	if errors.Is(err, ErrNoServer) && os.Getenv("CI") == "" {
		t.Skipf("%v; mend it with: %s", err, Install)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}
