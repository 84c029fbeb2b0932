package identify_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// TestIdentify_oneGuess: what a maker mostly makes and what mostly asks for his cloud are one
// guess, less sure than what a thing says of itself.
func TestIdentify_oneGuess(t *testing.T) {
	t.Parallel()
	pack, err := load(`
- {id: a.cloud, match: [{key: contact.name, domain: [qumulo.example]}], yields: {vendor: [Qumulo, 5], type: [nas, 3]}}
- {id: a.service, match: [{key: mdns.service, equals: _qxa._tcp}], yields: {vendor: [Qumulo, 5], type: [nas, 3]}}
- {id: a.usual, match: [{key: identity.vendor, equals: Qumulo}], yields: {type: [nas, 3]}}
`)
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.NewWith(pack)
	if err != nil {
		t.Fatal(err)
	}
	cloud := heron.Observation{Key: "contact.name", Value: "a.qumulo.example"}
	service := heron.Observation{Key: "mdns.service", Value: "_qxa._tcp"}
	sure := func(obs ...heron.Observation) float64 { return id.Identify(obs).Identity.Type.Confidence }
	if c := sure(cloud); c > 0.92 {
		t.Errorf("a cloud alone makes a kind sure to %.2f", c)
	}
	if guess, word := sure(cloud), sure(service); guess >= word {
		t.Errorf("a cloud makes a kind sure to %.2f, a service of its own to %.2f", guess, word)
	}
}
