package httpapi_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden compares text with a file, or rewrites the file with GOLDEN=update.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if os.Getenv("GOLDEN") == "update" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); d != "" {
		t.Errorf("%s is out of step (GOLDEN=update go test ./internal/httpapi rewrites it); - file, + code:\n%s", file, d)
	}
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	golden(t, "../../api/openapi.json", w.srv.OpenAPI())

	t.Run("is_served_as_it_is", func(t *testing.T) {
		a := w.anonymous().do("GET", "/api/openapi.json", nil)
		if a.status != 200 || string(a.body) != string(w.srv.OpenAPI()) {
			t.Errorf("status %d, %d bytes", a.status, len(a.body))
		}
	})
	t.Run("refers_to_nothing_that_is_missing", func(t *testing.T) {
		var spec struct {
			Components struct{ Schemas map[string]any }
		}
		if err := json.Unmarshal(w.srv.OpenAPI(), &spec); err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(w.srv.OpenAPI()), `"#/components/schemas/`)[1:] {
			name, _, _ := strings.Cut(part, `"`)
			if spec.Components.Schemas[name] == nil {
				t.Errorf("schema %s is referred to and missing", name)
			}
		}
	})
	t.Run("has_no_list_that_may_be_null", func(t *testing.T) {
		if strings.Contains(strings.Join(strings.Fields(string(w.srv.OpenAPI())), ""), `["array","null"]`) {
			t.Error("a list may be null")
		}
	})
}
