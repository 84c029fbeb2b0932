package identify_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/identify"
)

func TestEmbeddedPack(t *testing.T) {
	t.Parallel()
	p, err := identify.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range identify.Test(p) {
		t.Errorf("%s: %s: example %s %s", f.File, f.Signature, f.Example, f.Problem)
	}
	for _, l := range identify.Lint(p) {
		t.Errorf("%s: %s: %s", l.File, l.Signature, l.Message)
	}
	t.Log(len(p.Signatures()))
}
