package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadPrintsItsPublishedSchema holds the document of heron read against
// docs/heron.read.v1.schema.json. It is stricter than the schema: a key that
// the schema does not tell of is a fault of the schema.
func TestReadPrintsItsPublishedSchema(t *testing.T) {
	t.Parallel()
	s := loadSchema(t, "heron.read.v1")
	whole := filepath.Join(t.TempDir(), "whole.pcap")
	heronRun(t, 0, "lab", "capture", "--duration", "6m", "--attack", "arp-spoof,port-scan", whole)
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.pcap")
	if err := os.WriteFile(short, b[:len(b)-7], 0o600); err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(heronRun(t, 3, "read", "--json", short), &doc); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"devices", "alerts", "protocols", "damage"} {
		if l, _ := doc[list].([]any); len(l) == 0 {
			t.Errorf("there are no %s to check", list)
		}
	}
	for _, fault := range s.check("", s.root, doc) {
		t.Error(fault)
	}
}

// TestRecordsHaveTheirPublishedSchema holds each line of heron read --flows and
// its like against docs/heron.record.v1.schema.json.
func TestRecordsHaveTheirPublishedSchema(t *testing.T) {
	t.Parallel()
	s := loadSchema(t, "heron.record.v1")
	file := filepath.Join(t.TempDir(), "lab.pcap")
	heronRun(t, 0, "lab", "capture", "--duration", "6m", "--attack", "port-scan", file)
	lines, seen := heronRun(t, 0, "read", "--flows", "--events", "--observations", "--profile", "--protocols", file), map[string]bool{}
	for line := range bytes.Lines(lines) {
		var doc map[string]any
		if err := json.Unmarshal(line, &doc); err != nil {
			t.Fatal(err)
		}
		kind, _ := doc["record"].(string)
		seen[kind] = true
		for _, fault := range s.check(kind, s.resolve(map[string]any{"$ref": "#/$defs/" + kind}), doc) {
			t.Fatalf("%s in %s", fault, line)
		}
	}
	if len(seen) != 5 {
		t.Errorf("kinds of records: %v", seen)
	}
}

// TestSchemaCheckFindsFaults tells that the check itself can fail.
func TestSchemaCheckFindsFaults(t *testing.T) {
	t.Parallel()
	s := loadSchema(t, "heron.read.v1")
	for name, doc := range map[string]string{
		"is missing":     `{"name":"dns","flows":1}`,
		"is not told of": `{"name":"dns","flows":1,"packets":1,"colour":"red"}`,
		"want string":    `{"name":7,"flows":1,"packets":1}`,
		"want integer":   `{"name":"dns","flows":1.5,"packets":1}`,
		"is less than 0": `{"name":"dns","flows":-1,"packets":1}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		faults := s.check("", s.resolve(map[string]any{"$ref": "#/$defs/protocol"}), v)
		if len(faults) != 1 || !strings.Contains(faults[0], name) {
			t.Errorf("%s: %q", name, faults)
		}
	}
}

// schema is the part of JSON Schema 2020-12 that the published file uses.
type schema struct{ root map[string]any }

func loadSchema(t *testing.T, name string) schema {
	t.Helper()
	b, err := os.ReadFile("../../docs/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(b, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// resolve follows a reference into $defs.
func (s schema) resolve(rule map[string]any) map[string]any {
	ref, ok := rule["$ref"].(string)
	if !ok {
		return rule
	}
	defs, _ := s.root["$defs"].(map[string]any)
	found, ok := defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	if !ok {
		panic("the schema has no " + ref)
	}
	return found
}

func (s schema) check(path string, rule map[string]any, v any) []string {
	rule = s.resolve(rule)
	if want, ok := rule["const"]; ok && v != want {
		return []string{fmt.Sprintf("%s is %v, want %v", path, v, want)}
	}
	if list, ok := rule["enum"].([]any); ok && !slices.Contains(list, v) {
		return []string{fmt.Sprintf("%s is %v, want one of %v", path, v, list)}
	}
	if want, ok := rule["type"].(string); ok && !hasType(want, v) {
		return []string{fmt.Sprintf("%s is %v, want %s", path, v, want)}
	}
	switch v := v.(type) {
	case map[string]any:
		return s.checkObject(path, rule, v)
	case []any:
		return s.checkArray(path, rule, v)
	case string:
		if p, ok := rule["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			return []string{fmt.Sprintf("%s is %q, want %s", path, v, p)}
		}
	case float64:
		if low, ok := rule["minimum"].(float64); ok && v < low {
			return []string{fmt.Sprintf("%s is less than %v: %v", path, low, v)}
		}
		if high, ok := rule["maximum"].(float64); ok && v > high {
			return []string{fmt.Sprintf("%s is more than %v: %v", path, high, v)}
		}
	}
	return nil
}

func (s schema) checkObject(path string, rule, v map[string]any) (faults []string) {
	required, _ := rule["required"].([]any)
	for _, k := range required {
		if _, ok := v[k.(string)]; !ok {
			faults = append(faults, fmt.Sprintf("%s.%s is missing", path, k))
		}
	}
	properties, _ := rule["properties"].(map[string]any)
	others, open := rule["additionalProperties"].(map[string]any)
	for k, value := range v {
		sub, ok := properties[k].(map[string]any)
		switch {
		case ok:
			faults = append(faults, s.check(path+"."+k, sub, value)...)
		case open:
			faults = append(faults, s.check(path+"."+k, others, value)...)
		default:
			faults = append(faults, fmt.Sprintf("%s.%s is not told of in the schema", path, k))
		}
	}
	return faults
}

func (s schema) checkArray(path string, rule map[string]any, v []any) (faults []string) {
	items, _ := rule["items"].(map[string]any)
	for i, value := range v {
		faults = append(faults, s.check(fmt.Sprintf("%s[%d]", path, i), items, value)...)
	}
	return faults
}

func hasType(want string, v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return want == "object"
	case []any:
		return want == "array"
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case float64:
		return want == "number" || want == "integer" && v == math.Trunc(v)
	}
	return false
}

// heronRun runs the program, wants an exit status and returns its output.
func heronRun(t *testing.T, want int, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("heron", args...)
	cmd.Env = append(os.Environ(), "HERON_SERVER=", "HERON_TOKEN_FILE=")
	out, err := cmd.Output()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Fatalf("heron %v: exit status %d, want %d", args, got, want)
	}
	return out
}
