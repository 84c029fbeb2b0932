package doip

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Services of UDS (ISO 14229-1:2020 §10 to §17); an answer has the bit 0x40.
const (
	serviceSession  = 0x10
	serviceReset    = 0x11
	serviceClear    = 0x14
	serviceRead     = 0x22
	serviceSecurity = 0x27
	serviceControl  = 0x28
	serviceWrite    = 0x2e
	serviceOutput   = 0x2f
	serviceRoutine  = 0x31
	serviceDownload = 0x34
	serviceUpload   = 0x35
	serviceFile     = 0x38
	serviceMemory   = 0x3d
	answerBit       = 0x40
	refused         = 0x7f
)

// diagnostic reads a message to or from a control unit: addresses, then UDS.
func (d *dissector) diagnostic(r *wire.Reader, about heron.Subject, m *heron.Message, out dissect.Emitter) {
	source, target := r.U16(), r.U16()
	service := r.U8()
	if r.Err() != nil {
		return
	}
	switch service {
	case serviceRead | answerBit:
		d.identifier(r, about, out)
	case refused:
		const wrongKey, tooOften = 0x35, 0x36
		if r.U8() == serviceSecurity {
			if code := r.U8(); code == wrongKey || code == tooOften {
				dissect.LoginFailed(out, "uds", strconv.Itoa(code))
			}
		}
	default:
		d.request(service, source, target, r, m, out)
	}
}

// request reports a request that changes something.
func (d *dissector) request(service, source, target int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	kind, name, number := kindOf(service), "", 0
	switch service {
	case serviceSession, serviceReset, serviceSecurity, serviceControl, serviceRoutine:
		name, number = "sub", r.U8()&^0x80 // a bit says that no answer is wanted
	case serviceWrite, serviceOutput:
		name, number = "identifier", r.U16()
	}
	if kind == "" || r.Err() != nil || kind == "doip.session" && !dissect.Fresh(m.Flow, target, service, number) {
		return
	}
	attrs := map[string]string{
		"source": strconv.FormatInt(int64(source), 16), "target": strconv.FormatInt(int64(target), 16),
		"function": strconv.Itoa(service),
	}
	if name != "" {
		attrs[name] = strconv.Itoa(number)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// kindOf names what a request does; "" for what changes nothing.
func kindOf(service int) string {
	switch service {
	case serviceSession, serviceControl:
		return "doip.session"
	case serviceReset:
		return "doip.reset"
	case serviceSecurity:
		return "doip.unlock"
	case serviceWrite, serviceOutput, serviceMemory, serviceClear:
		return "doip.write"
	case serviceRoutine:
		return "doip.routine"
	case serviceDownload, serviceFile:
		return "doip.download"
	case serviceUpload:
		return "doip.upload"
	}
	return ""
}

// identifier reads the answer to ReadDataByIdentifier (§11.2, annex C.1) when it
// is for one of those that tell what a unit is.
func (d *dissector) identifier(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	key := ""
	switch r.U16() {
	case 0xf187:
		key = "doip.uds.part_number"
	case 0xf188:
		key = "doip.uds.software_number"
	case 0xf189, 0xf195:
		key = "doip.uds.software_version"
	case 0xf18a:
		key = "doip.uds.supplier"
	case 0xf18c:
		key = "doip.uds.serial"
	case 0xf190:
		key = keyVIN
	case 0xf191:
		key = "doip.uds.hardware_number"
	case 0xf193:
		key = "doip.uds.hardware_version"
	case 0xf197:
		key = "doip.uds.system_name"
	}
	if value := r.Bytes(min(r.Len(), heron.MaxObservationValue)); key != "" && wire.Printable(value) {
		out.Observe(about, key, value)
	}
}
