// Package fox says hello to a Niagara station in the Fox protocol, as every workbench
// does before anybody logs in. The station answers with what it is; then the
// connection is closed. It can send nothing else.
//
// The dissector reads the answer: fox.version, fox.host_id, fox.brand_id …
package fox

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	hello = "fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n"
	// end is that of a message.
	end       = "};;\n"
	maxAnswer = 8 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "fox", Transport: heron.TCP, Ports: []uint16{1911, 3011}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(hello), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(hello)),
		Spec: "Tridium, Niagara Framework: Fox protocol", Run: probe.Ask(size, []byte(hello)),
	}
}

func size(b []byte) (int, error) {
	const begin = "fox "
	if n := min(len(b), len(begin)); !bytes.HasPrefix([]byte(begin), b[:n]) {
		return 0, probe.ErrNotMine
	}
	if before, _, whole := bytes.Cut(b, []byte(end)); whole {
		return len(before) + len(end), nil
	}
	return 0, nil
}
