package store_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/heron-iot/heron/internal/store/storetest"
)

// server is the PostgreSQL server of all tests of the package, started when
// the first of them asks.
var server struct {
	once    sync.Once
	cluster *storetest.Cluster
	err     error
}

func postgres(t testing.TB) string {
	t.Helper()
	server.once.Do(func() { server.cluster, server.err = storetest.StartPostgres(context.Background()) })
	return storetest.PostgresOrSkip(t, server.cluster, server.err).URL(t)
}

// TestMain ends the server, and lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	code := m.Run()
	if server.cluster != nil {
		if err := server.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the test server:", err)
			code = 1
		}
	}
	os.Exit(code)
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.SQLite)
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, postgres)
}
