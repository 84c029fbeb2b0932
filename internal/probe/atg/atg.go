// Package atg asks a tank gauge of Veeder-Root's for the revision of its software:
// function I902 (Veeder-Root 576013-635, Serial Interface Manual, §7). It reads, and
// can send nothing else.
//
// The dissector reads the answer: atg.software, atg.station …
package atg

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	query     = "\x01I90200\n"
	begin     = "\x01"
	end       = "\x03"
	maxAnswer = 8 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "atg", Transport: heron.TCP, Ports: []uint16{10001}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(query), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(query)),
		Spec: "Veeder-Root 576013-635, Serial Interface Manual, §7", Run: probe.Ask(size, []byte(query)),
	}
}

func size(b []byte) (int, error) {
	if !bytes.HasPrefix(b, []byte(begin)) {
		return 0, probe.ErrNotMine
	}
	if before, _, whole := bytes.Cut(b, []byte(end)); whole {
		return len(before) + len(end), nil
	}
	return 0, nil
}
