// Package pjl asks a printer who it is in its job language: INFO ID, between two
// escapes to the language, so that nothing is printed (HP, Printer Job Language
// Technical Reference Manual, chapters 2 and 5). It can send nothing else, and the
// framework lets it ask those hosts alone that other evidence shows to be printers.
//
// The dissector reads the answer: pjl.id.
package pjl

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	escape    = "\x1b%-12345X"
	request   = escape + "@PJL INFO ID\r\n" + escape
	maxAnswer = 1 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "pjl", Transport: heron.TCP, Ports: []uint16{9100}, Safety: probe.ReadOnly, Worth: 3, Printers: true,
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(request)),
		Spec: "HP Printer Job Language Technical Reference Manual, INFO", Run: probe.Ask(size, []byte(request)),
	}
}

// size is that of an answer, which a form feed ends.
func size(b []byte) (int, error) {
	if !bytes.HasPrefix(b, []byte("@PJL")[:min(len(b), 4)]) {
		return 0, probe.ErrNotMine
	}
	return bytes.IndexByte(b, '\f') + 1, nil
}
