// Package pcworx reads what Phoenix Contact's controllers tell the tool PC Worx of
// themselves: their kind, model and firmware.
package pcworx

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyType     = "pcworx.plc_type" // ILC 330 ETH
	keyModel    = "pcworx.model"    // its order number
	keyFirmware = "pcworx.firmware" // version
	keyBuilt    = "pcworx.firmware_date"
)

// Parts of a message: one octet of direction, a kind, and the length of all.
const (
	request    = 0x01
	answer     = 0x81
	kindOpen   = 0x01
	kindInfo   = 0x06
	smallest   = 12
	longest    = 4096
	clientName = "IBETH01N0_M"
)

// atOpened is the place in heron.FlowScratch.Data of a flag: the client opened a
// session, without which nothing is told.
const atOpened = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:  "pcworx",
		Over:  dissect.OverTCP,
		Ports: []uint16{1962},
		Spec:  "not published; messages as observed of PC Worx",
		Probe: func(b []byte, fromClient bool) bool {
			n, err := frame(b)
			return fromClient && err == nil && n > 0 && n <= len(b) && bytes.Contains(b, []byte(clientName))
		},
		Starts:  []byte{request},
		Frame:   frame,
		Dissect: read,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	direction, kind, length := r.U8(), r.U8(), r.U16()
	if len(b) > 1 && (direction != request && direction != answer || kind == 0 || kind > 0x20) {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	if length < smallest || length > longest {
		return 0, dissect.ErrNotMine
	}
	return length, nil
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Peek(r.Len())
	direction, kind := r.U8(), r.U8()
	opened := &m.Flow.Data[atOpened]
	if direction == request && kind == kindOpen && bytes.Contains(b, []byte(clientName)) {
		*opened = 1
	}
	if *opened == 0 || (direction == request) != m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if direction != answer || kind != kindInfo {
		return heron.Verdict{}, nil
	}
	about := m.Sender()
	for _, field := range [...]struct {
		at  int
		key string
	}{{30, keyType}, {66, keyFirmware}, {79, keyBuilt}, {152, keyModel}} {
		from := r.At(field.at)
		text := from.Until(0, 64)
		if from.Err() == nil && wire.Printable(text) {
			out.Observe(about, field.key, bytes.TrimSpace(text))
		}
	}
	return heron.Verdict{Done: true}, nil
}
