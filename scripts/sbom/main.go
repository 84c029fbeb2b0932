// Command sbom writes a software bill of materials (CycloneDX 1.6) of a Go
// binary and the page inside it: usage sbom BINARY PACKAGE-LOCK VERSION.
package main

import (
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// bom is the part of CycloneDX 1.6 that is written.
type bom struct {
	Format      string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref,omitempty"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl,omitempty"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: sbom BINARY PACKAGE-LOCK VERSION")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(binary, lock, version string) error {
	modules, err := goModules(binary)
	if err != nil {
		return err
	}
	packages, err := npmPackages(lock)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(bom{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata:   metadata{component{Type: "application", Name: "heron", Version: version}},
		Components: append(modules, packages...),
	})
}

// goModules lists what was linked, as the binary itself tells.
func goModules(path string) ([]component, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := []component{{
		Type: "library", Ref: "go:std", Name: "std", Version: info.GoVersion,
		PURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"),
	}}
	for _, m := range info.Deps {
		c := component{
			Type: "library", Ref: "go:" + m.Path, Name: m.Path, Version: m.Version,
			PURL: "pkg:golang/" + m.Path + "@" + m.Version,
		}
		if sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:")); err == nil && len(sum) == 32 {
			c.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum)}}
		}
		out = append(out, c)
	}
	return out, nil
}

// npmPackages lists the packages that the page is made of; those that only
// build or test it are left out.
func npmPackages(path string) ([]component, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version string `json:"version"`
			Dev     bool   `json:"dev"`
			// DevOptional is what only tools and optional parts need.
			DevOptional bool `json:"devOptional"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []component
	for _, key := range slices.Sorted(maps.Keys(lock.Packages)) {
		p := lock.Packages[key]
		if !strings.HasPrefix(key, "node_modules/") || p.Dev || p.DevOptional {
			continue // the page itself, or a tool
		}
		name := key[strings.LastIndex(key, "node_modules/")+len("node_modules/"):]
		out = append(out, component{
			Type: "library", Ref: "npm:" + key, Name: name, Version: p.Version,
			PURL: "pkg:npm/" + strings.ReplaceAll(name, "@", "%40") + "@" + p.Version,
		})
	}
	return out, nil
}
