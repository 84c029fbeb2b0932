// Command gen writes the registry of MAC addresses that package oui embeds.
//
// Its input is index.json of the npm package oui-data (BSD-2-Clause, the IEEE's
// public listing as JSON):
//
//	npm pack oui-data@2.1.9 && tar xzf oui-data-2.1.9.tgz
//	go run ./internal/oui/gen -in package/index.json -o internal/oui/oui.bin
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/heron-iot/heron/internal/oui"
)

func main() {
	in := flag.String("in", "package/index.json", "index.json of the npm package oui-data")
	out := flag.String("o", "internal/oui/oui.bin", "file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	raw, err := os.ReadFile(in)
	if err != nil {
		return fmt.Errorf("%w\nget it with: npm pack oui-data@2.1.9 && tar xzf oui-data-2.1.9.tgz", err)
	}
	var listing map[string]string
	if err := json.Unmarshal(raw, &listing); err != nil {
		return fmt.Errorf("read %s: %w", in, err)
	}
	entries, err := entriesOf(listing)
	if err != nil {
		return fmt.Errorf("read %s: %w", in, err)
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := oui.Encode(f, entries); err != nil {
		return err
	}
	return f.Close()
}

// entriesOf turns the listing (hexadecimal prefix to name and postal address,
// a line each) into entries. Two names are left out, for they say nothing of
// the maker: the IEEE's own, which marks a block given out in smaller parts,
// and "Private".
func entriesOf(listing map[string]string) ([]oui.Entry, error) {
	var entries []oui.Entry
	for hex, text := range listing {
		name, _, _ := strings.Cut(text, "\n")
		if name == "IEEE Registration Authority" || name == "Private" {
			continue
		}
		prefix, err := strconv.ParseUint(hex, 16, 64)
		if err != nil {
			return nil, fmt.Errorf("prefix %q: %w", hex, err)
		}
		entries = append(entries, oui.Entry{Prefix: prefix, Bits: 4 * len(hex), Organization: oui.Tidy(name)})
	}
	return entries, nil
}
