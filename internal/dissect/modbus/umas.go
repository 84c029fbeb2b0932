package modbus

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/modbus"
)

// Keys of what a controller says in UMAS.
const (
	keyUMASModel   = "umas.model"
	keyUMASCard    = "umas.memory_card"
	keyUMASProject = "umas.project"
	keyUMASTool    = "umas.tool" // "yes": the sender works on a controller's program
)

// askedAt is where in the flow's scratch, after the octets of dissect.Fresh,
// stands the function that UMAS was asked last: answers do not say.
const askedAt = 9

// umasRequest reports what an engineering station orders. What only reads is
// reported once for each of the last few forms of it on the flow.
func umasRequest(f *modbus.Frame, m *heron.Message, out dissect.Emitter) {
	u, ok := modbus.ReadUMAS(f)
	if !ok {
		return
	}
	m.Flow.Data[askedAt] = byte(u.Function)
	kind, polled := umasKind(u.Function)
	if kind != "umas.read" && kind != "umas.write" { // panels do no more
		out.ObserveString(heron.Subject{Endpoint: m.Src}, keyUMASTool, "yes")
	}
	if polled && !dissect.Fresh(m.Flow, f.Unit, modbus.UMAS, u.Function) {
		return
	}
	out.Event(heron.Event{Kind: kind, Attrs: map[string]string{
		attrUnit: strconv.Itoa(f.Unit), attrFunction: strconv.Itoa(u.Function),
	}})
}

func umasKind(function int) (kind string, polled bool) {
	switch function {
	case modbus.UMASWriteMemory, modbus.UMASWriteVariable, modbus.UMASWriteWords, modbus.UMASWriteObject:
		return "umas.write", false
	case modbus.UMASDownloadInit:
		return "umas.download", false
	case modbus.UMASDownloadBlock, modbus.UMASDownloadEnd:
		return "umas.download", true
	case modbus.UMASUploadInit:
		return "umas.upload", false
	case modbus.UMASUploadBlock, modbus.UMASUploadEnd:
		return "umas.upload", true
	case modbus.UMASStart:
		return "umas.start", false
	case modbus.UMASStop:
		return "umas.stop", false
	case modbus.UMASReserve, modbus.UMASRelease:
		return "umas.reserve", false
	}
	return "umas.read", true
}

// umasResponse tells what a controller says of itself: its name is text among
// numbers, whose places differ between models.
func umasResponse(f *modbus.Frame, m *heron.Message, out dissect.Emitter) {
	u, ok := modbus.ReadUMAS(f)
	asked := int(m.Flow.Data[askedAt])
	m.Flow.Data[askedAt] = 0
	switch {
	case !ok:
		return
	case u.Function == modbus.UMASRefused:
		out.Event(heron.Event{Kind: "umas.refusal", Attrs: map[string]string{
			attrUnit: strconv.Itoa(f.Unit), attrFunction: strconv.Itoa(asked),
		}})
		return
	case u.Function != modbus.UMASDone:
		return
	}
	var key string
	switch asked {
	case modbus.UMASReadID:
		key = keyUMASModel
	case modbus.UMASReadCard:
		key = keyUMASCard
	case modbus.UMASReadProject:
		key = keyUMASProject
	default:
		return
	}
	const least = 4 // shorter runs are chance
	if text := printable(u.Data); len(text) >= least {
		out.Observe(m.Sender(), key, text)
	}
}
