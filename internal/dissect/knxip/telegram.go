package knxip

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Services of the application layer (KNX 3/3/7 §3), ten bits; of the first ones
// the last six bits are data.
const (
	groupRead       = 0x000
	groupWrite      = 0x080
	addressWrite    = 0x0c0
	memoryWrite     = 0x280
	userMemoryWrite = 0x2c2
	restart         = 0x380
	unlockKey       = 0x3d1
	keyWrite        = 0x3d3
	propertyWrite   = 0x3d7
	serialWrite     = 0x3de // the address of the device with that serial number
)

// telegram reads a frame of the building's bus in cEMI (3/6/3 §4.1.5), and reports
// what it does. Reading is told once for each of the last four on a flow.
func (d *dissector) telegram(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const dataRequest, dataIndication = 0x11, 0x29
	code := r.U8()
	r.Skip(r.U8()) // additional information
	r.Skip(1)
	control := r.U8()
	source, target := r.U16(), r.U16()
	size := r.U8()
	service := r.U16() & 0x3ff
	r.Rest()
	if r.Err() != nil || size == 0 || code != dataRequest && code != dataIndication {
		return // what is confirmed was seen as a request
	}
	kind := kindOf(service)
	if kind == "" || kind == "knxip.read" && !dissect.Fresh(m.Flow, target) {
		return
	}
	attrs := map[string]string{"source": string(d.individual(source))}
	if control&0x80 != 0 {
		attrs["group"] = string(d.group(target))
	} else {
		attrs["device"] = string(d.individual(target))
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

func kindOf(service int) string {
	switch service {
	case restart, restart | 1:
		return "knxip.restart"
	case addressWrite, userMemoryWrite, keyWrite, propertyWrite, serialWrite:
		return "knxip.program"
	case unlockKey:
		return "knxip.unlock"
	}
	switch {
	case service&0x3f0 == memoryWrite:
		return "knxip.program"
	case service&0x3c0 == groupWrite:
		return "knxip.write"
	case service&0x3c0 == groupRead:
		return "knxip.read"
	}
	return ""
}

// group writes a group address in three levels.
func (d *dissector) group(a int) []byte {
	return d.text.Numbers('/', a>>11, a>>8&7, a&0xff)
}
