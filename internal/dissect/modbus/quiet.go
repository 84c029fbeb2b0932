package modbus

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/modbus"
	"github.com/heron-iot/heron/internal/wire"
)

// quiet knows polls that are one whole frame: a read that was asked lately, and its
// answer, of a function that was told of the unit.
func quiet(f *heron.FlowScratch, b []byte, fromClient bool) bool {
	h, rest := wire.Head8(b)
	if h == nil || len(b) > modbus.MaxFrame || binary.BigEndian.Uint32(h[2:6]) != uint32(len(b)-modbus.HeaderSize) {
		return false
	}
	data, unit, function := &f.Data, h[6], h[7]
	if data[atCount] == 0xff { // with the next all is told anew
		return false
	}
	told := function > 0 && function <= polled && data[atUnit] == unit && data[atTold]>>function&1 != 0
	if told && !fromClient && registers(int(function)) {
		_, names := sunSpec(rest)
		told = !names
	}
	if fromClient {
		told = data[atTold]&1 != 0 && isPoll(f, unit, function, rest)
	}
	if told {
		data[atCount]++
	}
	return told
}

// isPoll reports whether a request is a read that was asked lately.
func isPoll(f *heron.FlowScratch, unit, function byte, b []byte) bool {
	q, rest := wire.Head4(b)
	if q == nil || len(rest) > 0 || function < modbus.ReadCoils || function > modbus.ReadInputRegisters {
		return false
	}
	address, count := binary.BigEndian.Uint16(q[0:2]), binary.BigEndian.Uint16(q[2:4])
	return dissect.Polled(f, int(unit), int(function), int(address), int(count))
}
