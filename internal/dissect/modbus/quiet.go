package modbus

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/modbus"
	"github.com/heron-iot/heron/internal/wire"
)

// quiet knows the answers to polls, of which most tell nothing: those that are one
// whole frame, of a function that was told of the unit.
func quiet(f *heron.FlowScratch, b []byte, fromClient bool) bool {
	h, _ := wire.Head8(b)
	if fromClient || h == nil || len(b) > modbus.MaxFrame || binary.BigEndian.Uint32(h[2:6]) != uint32(len(b)-modbus.HeaderSize) {
		return false
	}
	data, unit, function := &f.Data, h[6], h[7]
	last := data[atCount] == 0xff // with the next all is told anew
	if function == 0 || function > polled || last || data[atUnit] != unit || data[atTold]>>function&1 == 0 {
		return false
	}
	data[atCount]++
	return true
}
