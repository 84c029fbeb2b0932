package identify_test

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func TestPacked_is_what_the_files_say(t *testing.T) {
	t.Parallel()
	p, err := identify.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("signatures.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, identify.Encode(p)) {
		t.Error("signatures.bin is older than signatures/*.yaml: run make generate")
	}
}

func TestNew_answers_as_the_files_do(t *testing.T) {
	t.Parallel()
	p, err := identify.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	want, err := identify.NewWith(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Signatures() {
		for _, example := range slices.Concat(s.Examples, s.Counterexamples) {
			var obs []heron.Observation
			for _, key := range slices.Sorted(maps.Keys(example)) {
				for _, value := range example[key] {
					obs = append(obs, heron.Observation{Key: key, Value: value, Source: "test"})
				}
			}
			if diff := gocmp.Diff(want.Identify(obs), got.Identify(obs)); diff != "" {
				t.Errorf("%s: (-files +packed)\n%s", s.ID, diff)
			}
		}
	}
}
