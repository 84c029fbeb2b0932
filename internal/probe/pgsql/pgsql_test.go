package pgsql_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/pgsql"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, pgsql.Probe(), []probetest.Case{
		{Name: "with TLS", Answer: []byte("S"), Want: map[string]string{
			"service.protocol": "tcp/5432/pgsql", "pgsql.tls": "yes",
		}},
		{Name: "without", Answer: []byte("N"), Want: map[string]string{
			"service.protocol": "tcp/5432/pgsql", "pgsql.tls": "no",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, pgsql.Probe(), []byte("S")) }
