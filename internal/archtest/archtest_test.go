package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/heron-iot/heron"

// pkg is what these tests need of `go list`.
type pkg struct {
	ImportPath string
	Dir        string
	Name       string
	Doc        string
	Imports    []string
	GoFiles    []string
}

// rel is the package's folder below the module; "." for the root.
func (p pkg) rel() string {
	if p.ImportPath == module {
		return "."
	}
	return strings.TrimPrefix(p.ImportPath, module+"/")
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e",
		"-json=ImportPath,Dir,Name,Doc,Imports,GoFiles", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if !scratch(p.rel()) {
			all = append(all, p)
		}
	}
	return all
}

// scratch reports whether a folder is git-ignored build output.
func scratch(rel string) bool {
	return strings.HasPrefix(rel, "build/") || strings.Contains(rel, "node_modules")
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// levelOf finds the most exact row for a folder.
func levelOf(rel string) (int, bool) {
	if strings.HasSuffix(rel, "test") && strings.Count(rel, "/") == 2 {
		return suiteLevel, true
	}
	for _, l := range layers {
		if l.pattern == rel {
			return l.level, true
		}
	}
	for _, l := range layers {
		if ok, _ := path.Match(l.pattern, rel); ok {
			return l.level, true
		}
	}
	return 0, false
}

func TestLayers(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from, ok := levelOf(p.rel())
		if !ok {
			t.Errorf("%s has no layer: give it one in layers.go", p.rel())
			continue
		}
		for _, imp := range p.Imports {
			if imp != module && !strings.HasPrefix(imp, module+"/") {
				continue
			}
			checkImport(t, p.rel(), from, pkg{ImportPath: imp}.rel())
		}
	}
}

func checkImport(t *testing.T, rel string, from int, imp string) {
	t.Helper()
	to, ok := levelOf(imp)
	switch {
	case !ok:
		t.Errorf("%s imports %s, which has no layer", rel, imp)
	case to >= from:
		t.Errorf("%s (layer %d) imports %s (layer %d): import downward only", rel, from, imp, to)
	case from == pluginLevel && to == stageLevel && imp != path.Dir(rel):
		t.Errorf("%s imports %s: a plugin may import its own parent only", rel, imp)
	}
}

func TestRootImportsStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.rel() != "." {
			continue
		}
		for _, imp := range p.Imports {
			if strings.Contains(strings.Split(imp, "/")[0], ".") {
				t.Errorf("the root package imports %s; it may import the standard library only", imp)
			}
		}
	}
}

func TestEachDependencyHasItsDoor(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			mod := door(imp)
			if mod == "" {
				if first := strings.Split(imp, "/")[0]; strings.Contains(first, ".") && !strings.HasPrefix(imp, module) {
					t.Errorf("%s imports %s, which is in no row of doors", p.rel(), imp)
				}
				continue
			}
			used[mod] = true
			if !contains(doors[mod], p.rel()) {
				t.Errorf("%s imports %s; its doors are %v", p.rel(), imp, doors[mod])
			}
		}
	}
	for mod := range doors {
		if !used[mod] {
			t.Errorf("doors names %s, which nobody imports", mod)
		}
	}
}

// door returns the row of doors that imp belongs to, or "".
func door(imp string) string {
	for mod := range doors {
		if imp == mod || strings.HasPrefix(imp, mod+"/") {
			return mod
		}
	}
	return ""
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s || strings.HasPrefix(s, v+"/") {
			return true
		}
	}
	return false
}

// TestPluginListsAreComplete fails when a plugin folder is missing from the
// list of its kind, or has no test data and no test of its own.
func TestPluginListsAreComplete(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, kind := range pluginKinds {
		list := importsOf(all, kind+"/all")
		if list == nil {
			t.Errorf("%s/all does not exist", kind)
			continue
		}
		for _, p := range all {
			rel := p.rel()
			if path.Dir(rel) != kind || path.Base(rel) == "all" || strings.HasSuffix(rel, "test") {
				continue
			}
			if !contains(list, p.ImportPath) {
				t.Errorf("%s is not in %s/all", rel, kind)
			}
			if tests, _ := filepath.Glob(filepath.Join(p.Dir, "*_test.go")); len(tests) == 0 {
				t.Errorf("%s has no test", rel)
			}
		}
	}
}

func importsOf(all []pkg, rel string) []string {
	for _, p := range all {
		if p.rel() == rel {
			return append([]string{}, p.Imports...)
		}
	}
	return nil
}

func TestNoReplaceInGoMod(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(root(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "\nreplace ") {
		t.Error("go.mod has a replace directive")
	}
}

func TestEveryPackageHasADocComment(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && strings.TrimSpace(p.Doc) == "" {
			t.Errorf("%s has no package comment", p.rel())
		}
	}
}
