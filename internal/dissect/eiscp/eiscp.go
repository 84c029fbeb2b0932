// Package eiscp reads Integra Serial Control Protocol over Ethernet, by which receivers of
// Onkyo, Pioneer and Integra are found and switched: what they are, and that somebody
// gives them orders.
package eiscp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel  = "eiscp.model"
	keyRegion = "eiscp.region"
	keyMAC    = "eiscp.mac"
)

const (
	magic      = "ISCP"
	headerSize = 16
	maxBody    = 4 << 10
	maxModel   = 64
	lenMAC     = 12
	lenCommand = 3
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "eiscp",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{60128},
		Spec:         "Onkyo, ISCP over Ethernet (eISCP), as the maker publishes it for integrators",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { n, err := frame(b); return err == nil && n > 0 },
		Starts:       []byte("I"),
		Frame:        frame,
		Dissect:      read,
	}
}

// frame returns the length of a message: mark, size of the header, size of the body,
// version 1.
func frame(b []byte) (int, error) {
	if !wire.CanBegin(b, magic) {
		return 0, dissect.ErrNotMine
	}
	r := wire.NewReader(b)
	r.Skip(len(magic))
	head, size, version := r.U32(), r.U32(), r.U8()
	switch {
	case r.Err() != nil:
		return 0, nil
	case head != headerSize || size < lenCommand+2 || size > maxBody || version != 1:
		return 0, dissect.ErrNotMine
	}
	return headerSize + size, nil
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if n, err := frame(r.Peek(r.Len())); err != nil || n == 0 || n > r.Len() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(headerSize)
	start, unit := r.U8(), r.U8()
	command := r.Bytes(lenCommand)
	value := bytes.TrimRight(r.Rest(), "\r\n\x1a\x00")
	if start != '!' || unit < '0' || unit > 'x' || !wire.Printable(command) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch {
	case string(value) == "QSTN":
	case m.FromClient:
		if dissect.Fresh(m.Flow, dissect.Sum(command)) {
			out.Event(heron.Event{Kind: "eiscp.write", Attrs: map[string]string{"command": string(command)}})
		}
	case string(command) == "ECN":
		about(value, heron.Subject{Endpoint: m.Src}, out)
	}
	return heron.Verdict{}, nil
}

// about tells the answer to a search: model, port, region and identifier, which is the
// MAC address, with strokes between.
func about(value []byte, who heron.Subject, out dissect.Emitter) {
	model, rest, ok := bytes.Cut(value, []byte("/"))
	if !ok || len(model) > maxModel || !wire.Printable(model) {
		return
	}
	out.Observe(who, keyModel, model)
	_, rest, _ = bytes.Cut(rest, []byte("/"))
	region, id, ok := bytes.Cut(rest, []byte("/"))
	if !ok || !wire.Printable(region) {
		return
	}
	out.Observe(who, keyRegion, region)
	if id = id[:min(len(id), lenMAC)]; len(id) == lenMAC && wire.Printable(id) {
		out.Observe(who, keyMAC, id)
	}
}
