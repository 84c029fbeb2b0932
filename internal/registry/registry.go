// Package registry tells whose the numbers are that associations give to makers
// of devices, and that devices of theirs then put into their answers: vendor
// identifiers of BACnet, CIP, HART, KNX and PROFINET, the private enterprise numbers
// of IANA, and the letters of makers of meters.
//
// The tables are text, one number a line, and part of the program. Each is read
// once, at the first look-up in it. A name is the brand under which the market
// knows a company, as package oui spells it where that knows it.
//
//	registry.BACnet.Name("36") // "Tridium"
package registry

import (
	_ "embed" // for the tables
	"strings"
	"sync"
)

// The tables; see the head of each file.
var (
	//go:embed bacnet.txt
	bacnetText string
	//go:embed enterprise.txt
	enterpriseText string
	//go:embed flag.txt
	flagText string
	//go:embed hart.txt
	hartText string
	//go:embed knx.txt
	knxText string
	//go:embed odva.txt
	odvaText string
	//go:embed profinet.txt
	profinetText string
)

// Table is a registry of makers.
type Table int

// The registries.
const (
	BACnet Table = iota
	Enterprise
	FLAG
	HART
	KNX
	ODVA
	PROFINET
	tables
)

var read = [tables]func() map[string]string{
	BACnet:     sync.OnceValue(func() map[string]string { return parse(bacnetText) }),
	Enterprise: sync.OnceValue(func() map[string]string { return parse(enterpriseText) }),
	FLAG:       sync.OnceValue(func() map[string]string { return parse(flagText) }),
	HART:       sync.OnceValue(func() map[string]string { return parse(hartText) }),
	KNX:        sync.OnceValue(func() map[string]string { return parse(knxText) }),
	ODVA:       sync.OnceValue(func() map[string]string { return parse(odvaText) }),
	PROFINET:   sync.OnceValue(func() map[string]string { return parse(profinetText) }),
}

// Name returns whose a number is, "" when the table does not know. Numbers are
// written as dissectors tell them: decimal, those of HART and PROFINET in
// hexadecimal, without zeros in front.
func (t Table) Name(number string) string {
	return read[t]()[strings.ToLower(number)]
}

// Numbers returns all of the table: numbers and the names of their makers.
func (t Table) Numbers() map[string]string {
	out := make(map[string]string)
	for number, name := range read[t]() {
		out[number] = name
	}
	return out
}

// parse reads a table.
func parse(text string) map[string]string {
	out := make(map[string]string, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		if number, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && number != "#" {
			out[number] = name
		}
	}
	return out
}
