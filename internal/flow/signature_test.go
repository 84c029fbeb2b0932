package flow_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/flow"
)

// What was written before is written the same, whatever shares its place.
func TestSignaturesThatAreKeptAreThoseOfTheirHandshakes(t *testing.T) {
	t.Parallel()
	table := flow.New(flow.Config{}, &consumer{})
	for range 2 {
		for i := range 4000 {
			h := flow.Handshake{TTL: 64, Window: uint16(i * 7), MSS: uint16(i % 3 * 1460), Scale: i%5 - 1, Options: []byte{2, 4, 8, byte(i % 2)}, Quirks: flow.Quirk(i % 11)}
			if got, want := string(table.AppendSignature(nil, &h)), string(h.AppendSignature(nil)); got != want {
				t.Fatalf("%+v: got %q, want %q", h, got, want)
			}
		}
	}
}
