package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Limits on shape. Tests may be longer: a table is long and simple.
const (
	maxFileLines = 600
	maxFuncLines = 80
)

// source is one parsed Go file.
type source struct {
	rel  string
	file *ast.File
	fset *token.FileSet
	code []byte
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			full := filepath.Join(p.Dir, name)
			code, err := os.ReadFile(full)
			if err != nil {
				t.Fatal(err)
			}
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, full, code, parser.ParseComments)
			if err != nil {
				t.Errorf("%s: %v", full, err)
				continue
			}
			out = append(out, source{rel: filepath.Join(p.rel(), name), file: f, fset: fset, code: code})
		}
	}
	return out
}

func (s source) lines(n ast.Node) int {
	return s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1
}

func TestFilesAndFunctionsAreSmall(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if ast.IsGenerated(s.file) {
			continue
		}
		if n := strings.Count(string(s.code), "\n"); n > maxFileLines {
			t.Errorf("%s has %d lines; at most %d", s.rel, n, maxFileLines)
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.lines(f) > maxFuncLines {
				t.Errorf("%s: %s has %d lines; at most %d", s.rel, f.Name.Name, s.lines(f), maxFuncLines)
			}
		}
	}
}

func TestNoInitAndNoExportedVariables(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					t.Errorf("%s has an init function", s.rel)
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					checkVars(t, s, d)
				}
			}
		}
	}
}

func checkVars(t *testing.T, s source, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		for _, n := range spec.(*ast.ValueSpec).Names {
			if n.IsExported() && !strings.HasPrefix(n.Name, "Err") {
				t.Errorf("%s exports the variable %s; only errors may be", s.rel, n.Name)
			}
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if ast.IsGenerated(s.file) || s.file.Name.Name == "main" {
			continue
		}
		for _, d := range s.file.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no doc comment", s.rel, name)
			}
		}
	}
}

func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !wellKnown(d.Name.Name) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		if d.Doc != nil || d.Tok == token.IMPORT {
			return nil
		}
		var out []string
		for _, spec := range d.Specs {
			out = append(out, undocumentedSpec(spec)...)
		}
		return out
	}
	return nil
}

func undocumentedSpec(spec ast.Spec) []string {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc == nil {
			return []string{s.Name.Name}
		}
	case *ast.ValueSpec:
		if s.Names[0].IsExported() && s.Doc == nil && s.Comment == nil {
			return []string{s.Names[0].Name}
		}
	}
	return nil
}

// wellKnown are methods whose meaning their interface states.
func wellKnown(name string) bool {
	switch name {
	case "String", "Error", "Unwrap", "Close", "Len", "Less", "Swap", "Push", "Pop":
		return true
	}
	return false
}

func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	typ := f.Recv.List[0].Type
	if p, ok := typ.(*ast.StarExpr); ok {
		typ = p.X
	}
	if g, ok := typ.(*ast.IndexExpr); ok {
		typ = g.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// TestArchitecturePageIsTrue checks that docs/ARCHITECTURE.md names every
// folder with code, and no folder that is gone.
func TestArchitecturePageIsTrue(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(root(t), "docs/ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z0-9/_-]+)/`").FindAllStringSubmatch(string(b), -1) {
		named[m[1]] = true
		if _, err := os.Stat(filepath.Join(root(t), m[1])); err != nil {
			t.Errorf("ARCHITECTURE.md names %s/, which does not exist", m[1])
		}
	}
	for _, p := range packages(t) {
		if rel := p.rel(); rel != "." && !named[rel] && !named[filepath.Dir(rel)] {
			t.Errorf("ARCHITECTURE.md names neither %s/ nor its parent", rel)
		}
	}
}

// TestMakePrintsEveryTarget fails when a documented target of the Makefile is
// missing from what plain make prints.
func TestMakePrintsEveryTarget(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(root(t), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "make", "-s", "help")
	cmd.Dir = root(t)
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("make help: %v", err)
	}
	for _, m := range regexp.MustCompile(`(?m)^([^\s:#]+):.*## (.+)$`).FindAllStringSubmatch(string(b), -1) {
		if !strings.Contains(string(printed), m[2]) {
			t.Errorf("make does not print the target %s", m[1])
		}
	}
}

// TestParsersAreFuzzed fails when a package that reads untrusted bytes has no
// fuzz target.
func TestParsersAreFuzzed(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !slices.Contains(p.Imports, module+"/internal/wire") || strings.HasSuffix(p.rel(), "test") {
			continue
		}
		if !hasFuzz(t, p.Dir) {
			t.Errorf("%s reads untrusted bytes and has no Fuzz target", p.rel())
		}
	}
}

func hasFuzz(t *testing.T, dir string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc Fuzz") {
			return true
		}
	}
	return false
}
