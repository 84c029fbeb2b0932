// Package pgsql asks a PostgreSQL server whether it would speak TLS (PostgreSQL,
// Frontend/Backend Protocol, SSLRequest), and no more: no user is named. It can send
// nothing else.
//
// The dissector reads the answer: pgsql.tls.
package pgsql

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// request is an SSLRequest.
const request = "\x00\x00\x00\x08\x04\xd2\x16\x2f"

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "pgsql", Transport: heron.TCP, Ports: []uint16{5432}, Safety: probe.ReadOnly, Worth: 1,
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: 64, Allow: probe.Only([]byte(request)),
		Spec: "PostgreSQL, Frontend/Backend Protocol, SSLRequest", Run: probe.Ask(size, []byte(request)),
	}
}

// size is that of the answer: one letter, yes or no.
func size(b []byte) (int, error) {
	if s := string(b); s != "S" && s != "N" {
		return 0, probe.ErrNotMine
	}
	return 1, nil
}
