package store_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/heron-iot/heron/internal/store/storetest"
)

var (
	cluster    *storetest.Cluster
	clusterErr error
)

// TestMain starts one PostgreSQL server for all tests of the package.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	cluster, clusterErr = storetest.StartPostgres(context.Background())
	code := m.Run()
	if cluster != nil {
		if err := cluster.Stop(); err != nil {
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
	storetest.Run(t, storetest.PostgresOrSkip(t, cluster, clusterErr).URL)
}
