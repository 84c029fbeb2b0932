package identify_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/heron-iot/heron/internal/identify"
)

func TestEmbedded(t *testing.T) {
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
	types := make(map[string]bool)
	for _, s := range p.Signatures() {
		for _, y := range s.Yields[identify.Type] {
			types[y.Value] = true
		}
	}
	if n := len(p.Signatures()); n < 250 || len(types) < 40 {
		t.Errorf("%d signatures over %d types: knowledge was lost", n, len(types))
	}
}

func TestEmbedded_files_ascend_by_id(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("signatures/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no signature files: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		problems, err := identify.LintOrder(name, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s %s", p.File, p.Signature, p.Message)
		}
	}
}
