package identify_test

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
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
	if string(got) != p.Packed() {
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

func TestNew_refuses_what_is_damaged(t *testing.T) {
	t.Parallel()
	p, err := load(`- {id: a.b, match: [{key: "@self", prefix: Abc, regexp: '^abd(?P<model>[0-9])'}], unless: [{key: k, exists: true}], yields: {model: [M1, 3]}}`)
	if err != nil {
		t.Fatal(err)
	}
	whole := p.Packed()
	if err := identify.Open(whole); err != nil {
		t.Errorf("the whole: %v", err)
	}
	for n := range whole {
		if identify.Open(whole[:n]) == nil {
			t.Errorf("the first %d of %d bytes are taken for a pack", n, len(whole))
		}
	}
	if identify.Open(whole+" ") == nil {
		t.Error("a pack with something behind it is taken for one")
	}
}

// What the pack takes to load is paid at each start, so it may not grow with what
// signatures say, only a little with how many there are.
func TestNew_is_light(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	const most = 640 // bytes
	if n := (after.TotalAlloc - before.TotalAlloc) / uint64(id.Packs()[0].Signatures); n > most {
		t.Errorf("loading takes %d bytes for each signature, want at most %d", n, most)
	}
}

func TestNew_looks_many_texts_up_under_many_keys(t *testing.T) {
	t.Parallel()
	var keys, words []string
	for i := range 60 {
		keys, words = append(keys, fmt.Sprintf("k.%d", i)), append(words, fmt.Sprintf("w%02d", i))
	}
	id := with(t, fmt.Sprintf("- {id: a.b, match: [{key: [%s], word: [%s]}], yields: {type: [camera, 5]}}", strings.Join(keys, ", "), strings.Join(words, ", ")))
	for i, key := range keys {
		if got := id.Identify(seen(key + "=a " + words[len(words)-1-i])).Identity.Type.Value; got != "camera" {
			t.Errorf("%s: got %q", key, got)
		}
	}
}
