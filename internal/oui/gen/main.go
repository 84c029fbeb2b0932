// Command gen writes the registry of MAC addresses that package oui embeds.
//
// Its input is index.json of the npm package oui-data (BSD-2-Clause, the IEEE's
// public listing as JSON), and iab.csv of the IEEE, with the blocks of 4,096
// addresses that were given out until 2014 and that the listing lacks; Debian's
// package ieee-data has it:
//
//	npm pack oui-data@2.1.9 && tar xzf oui-data-2.1.9.tgz
//	apt-get download ieee-data && dpkg -x ieee-data_*.deb .
//	go run ./internal/oui/gen -in package/index.json -iab usr/share/ieee-data/iab.csv -o internal/oui/oui.bin
package main

import (
	"encoding/csv"
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
	iab := flag.String("iab", "usr/share/ieee-data/iab.csv", "iab.csv of the Debian package ieee-data")
	out := flag.String("o", "internal/oui/oui.bin", "file to write")
	flag.Parse()
	if err := run(*in, *iab, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(in, iab, out string) error {
	entries, err := ofListing(in)
	if err != nil {
		return fmt.Errorf("%w\nget it with: npm pack oui-data@2.1.9 && tar xzf oui-data-2.1.9.tgz", err)
	}
	small, err := ofBlocks(iab)
	if err != nil {
		return fmt.Errorf("%w\nit is in Debian's package ieee-data", err)
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := oui.Encode(f, append(entries, small...)); err != nil {
		return err
	}
	return f.Close()
}

// ofListing reads the listing: hexadecimal prefix to name and postal address, a
// line each.
func ofListing(file string) ([]oui.Entry, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var listing map[string]string
	if err := json.Unmarshal(raw, &listing); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var entries []oui.Entry
	for hex, text := range listing {
		name, _, _ := strings.Cut(text, "\n")
		if entries, err = add(entries, hex, name); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
	}
	return entries, nil
}

// ofBlocks reads a table of the IEEE: registry, prefix, name, address.
func ofBlocks(file string) ([]oui.Entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("read %s: %d rows: %w", file, len(rows), err)
	}
	var entries []oui.Entry
	for _, row := range rows[1:] {
		if entries, err = add(entries, row[1], row[2]); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
	}
	return entries, nil
}

// add appends a prefix and who has it. Two names are left out, for they say
// nothing of the maker: the IEEE's own, which marks a block given out in smaller
// parts, and "Private".
func add(entries []oui.Entry, hex, name string) ([]oui.Entry, error) {
	name = strings.TrimSpace(name)
	if name == "IEEE Registration Authority" || name == "Private" {
		return entries, nil
	}
	prefix, err := strconv.ParseUint(hex, 16, 64)
	if err != nil {
		return nil, fmt.Errorf("prefix %q: %w", hex, err)
	}
	return append(entries, oui.Entry{Prefix: prefix, Bits: 4 * len(hex), Organization: oui.Tidy(name)}), nil
}
