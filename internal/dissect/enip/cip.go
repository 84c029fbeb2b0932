package enip

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Services of CIP (volume 1 appendix A, and Rockwell 1756-PM020 for those of
// tags). An answer has the highest bit set.
const (
	svcGetAll          = 0x01
	svcSetAll          = 0x02
	svcGetList         = 0x03
	svcSetList         = 0x04
	svcReset           = 0x05
	svcStart           = 0x06
	svcStop            = 0x07
	svcCreate          = 0x08
	svcDelete          = 0x09
	svcMultiple        = 0x0a
	svcGetSingle       = 0x0e
	svcSetSingle       = 0x10
	svcPCCC            = 0x4b
	svcWriteTag        = 0x4d
	svcReadModifyWrite = 0x4e
	svcUnconnectedSend = 0x52 // to be passed on, when it is the connection manager's
	svcWriteFragment   = 0x53
	svcForwardOpen     = 0x54
	svcLargeForward    = 0x5b
	answerBit          = 0x80
)

// Services of Rockwell's own classes, as its tools use them: of a routine, and of
// the object that keeps others from changing a controller.
const (
	svcUploadRoutine   = 0x4f
	svcDownloadRoutine = 0x50
	svcLock            = 0x4b
	svcUnlock          = 0x4c
)

// Classes of objects (volume 1 chapter 5).
const (
	classIdentity          = 0x01
	classMessageRouter     = 0x02
	classConnectionManager = 0x06
	classPCCC              = 0x67
	classProgram           = 0x68 // of Rockwell's, as the next
	classRoutine           = 0x6a
	classSymbol            = 0x6b
	classTemplate          = 0x6c
	classTask              = 0x70
	classLock              = 0x74
)

// Places in heron.FlowScratch.Data, after those of dissect.Fresh: what the last
// request asked of the identity, which its answer does not repeat, and of which
// attribute.
const (
	atAsked     = 9
	atAttribute = 10
)

// What may have been asked.
const (
	askedNothing = iota
	askedAll
	askedList
	askedOne
	askedPCCC
	askedTags
	askedIO
)

// maxDepth bounds messages in messages.
const maxDepth = 2

// Keys of the observations.
const (
	keyVendor     = "cip.identity.vendor"
	keyVendorID   = "cip.identity.vendor_id"
	keyDeviceType = "cip.identity.device_type"
	keyCode       = "cip.identity.product_code"
	keyRevision   = "cip.identity.revision"
	keySerial     = "cip.identity.serial"
	keyProduct    = "cip.identity.product_name"

	keyOriginatorVendor = "cip.originator.vendor_id"
	keyOriginatorSerial = "cip.originator.serial"
	keyOriginatorIO     = "cip.originator.io"
	keyServes           = "cip.serves"
	keyTool             = "enip.tool"
	keyService          = "enip.service"
	keyBulletin         = "pccc.bulletin"
)

// cip reads a request, or an answer.
func (d *dissector) cip(r *wire.Reader, m *heron.Message, out dissect.Emitter, depth int) {
	service := r.U8()
	if service&answerBit != 0 {
		d.answer(service&^answerBit, r, m, out)
		return
	}
	path := r.Sub(2 * r.U8())
	to := address(&path)
	if r.Err() != nil || !m.FromClient {
		return
	}
	m.Flow.Data[atAsked] = askedNothing
	switch {
	case to.class == classIdentity && to.instance == 1 && service == svcGetAll:
		m.Flow.Data[atAsked] = askedAll
	case to.class == classIdentity && to.instance == 1 && service == svcGetList:
		m.Flow.Data[atAsked] = askedList
	case to.class == classIdentity && to.instance == 1 && service == svcGetSingle:
		m.Flow.Data[atAsked], m.Flow.Data[atAttribute] = askedOne, byte(to.attribute)
	case service == svcMultiple && to.class == classMessageRouter && depth < maxDepth:
		d.multiple(r, m, out, depth)
	case service == svcUnconnectedSend && to.class == classConnectionManager && depth < maxDepth:
		r.Skip(2) // how long it may take
		inner := r.Sub(r.U16LE())
		d.cip(&inner, m, out, depth+1)
	case (service == svcForwardOpen || service == svcLargeForward) && to.class == classConnectionManager:
		d.originator(r, service == svcLargeForward, m, out)
	case service == svcPCCC && to.class == classPCCC:
		d.pccc(r, m, out)
	default:
		if to.keepsData() {
			m.Flow.Data[atAsked] = askedTags
		}
		report(service, &to, m.Sender(), out)
	}
}

// target is what a path names: -1, and no tag, for what it does not.
type target struct {
	class, instance, attribute int
	tag                        []byte
}

// keepsData reports whether it is in the memory of a controller: a tag, or an
// object of a program.
func (t *target) keepsData() bool {
	return t.tag != nil || t.class >= classProgram && t.class <= classTask
}

// address reads a path (volume 1 appendix C-1.4): a class, an instance and an
// attribute, or the name of a tag.
func address(r *wire.Reader) target {
	t := target{class: -1, instance: -1, attribute: -1}
	for r.Len() > 0 {
		segment := r.U8()
		var value int
		switch {
		case segment == 0x91: // a name, padded to an even length
			name := r.Bytes(r.U8())
			r.Skip(len(name) & 1)
			if t.tag == nil {
				t.tag = name
			}
			continue
		case segment&3 == 0:
			value = r.U8()
		case segment&3 == 1:
			r.Skip(1)
			value = r.U16LE()
		default:
			return t
		}
		switch segment &^ 3 {
		case 0x20:
			t.class = value
		case 0x24:
			t.instance = value
		case 0x28: // a member
		case 0x30:
			t.attribute = value
		default:
			return t
		}
	}
	return t
}

// multiple reads requests that came in one (volume 1 appendix ): their
// places, then they.
func (d *dissector) multiple(r *wire.Reader, m *heron.Message, out dissect.Emitter, depth int) {
	start := r.Offset()
	n := r.Count(r.U16LE(), 2)
	places := r.Sub(2 * n)
	for range n {
		inner := r.At(start + places.U16LE())
		d.cip(&inner, m, out, depth+1)
	}
}

// report makes an event of what changes a device, and tells who works on its
// program.
func report(service int, to *target, by heron.Subject, out dissect.Emitter) {
	kind := kindOf(service, to)
	switch kind {
	case "":
		return
	case "enip.program", "enip.upload", "enip.lock":
		out.ObserveString(by, keyTool, "yes")
	}
	attrs := map[string]string{"function": strconv.Itoa(service)}
	if to.class >= 0 {
		attrs["class"], attrs["instance"] = strconv.Itoa(to.class), strconv.Itoa(to.instance)
	}
	if to.attribute >= 0 {
		attrs["attribute"] = strconv.Itoa(to.attribute)
	}
	if tag := wire.Text(to.tag, maxTag); tag != "" {
		attrs["tag"] = tag
	}
	if kind == "enip.lock" {
		attrs["action"] = "lock"
		if service == svcUnlock {
			attrs["action"] = "unlock"
		}
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// kindOf returns the kind of event of a service, "" of what changes nothing. From
// 4B on each class has services of its own, so that it counts whose they are.
func kindOf(service int, to *target) string {
	program := to.class >= classProgram && to.class <= classTask
	switch {
	case service == svcSetAll, service == svcSetList, service == svcSetSingle:
		return "enip.write"
	case service == svcReset && to.class == classIdentity:
		return "enip.reset"
	case service == svcStart:
		return "enip.start"
	case service == svcStop:
		return "enip.stop"
	case program && (service == svcCreate || service == svcDelete):
		return "enip.program"
	case to.class == classTemplate && service == svcWriteTag:
		return "enip.program"
	case to.tag != nil || to.class == classSymbol:
		switch service {
		case svcWriteTag, svcReadModifyWrite, svcWriteFragment:
			return "enip.write"
		}
	case to.class == classRoutine && service == svcUploadRoutine:
		return "enip.upload"
	case to.class == classRoutine && (service == svcDownloadRoutine || service == svcDownloadRoutine+1):
		return "enip.program"
	case to.class == classLock && (service == svcLock || service == svcUnlock):
		return "enip.lock"
	}
	return ""
}

// maxTag bounds what is told of a tag's name.
const maxTag = 40

// classAssembly is of the objects that process data go to and come from, and
// cyclic the class of the connections that carry them (volume 1 §3-4.4.3).
const (
	classAssembly = 0x04
	cyclic        = 1
)

// originator reads who opens a connection: its maker and serial number are those
// of the identity object of the client (volume 1 §3-5.5.2). One that exchanges
// process data is a controller.
func (d *dissector) originator(r *wire.Reader, large bool, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	r.Skip(2 + 4 + 4 + 2) // time-out, connection numbers and serial number
	vendor, serial := r.U16LE(), r.U32LE()
	if r.Err() != nil || vendor == 0 {
		return
	}
	out.Observe(about, keyOriginatorVendor, d.text.Number(vendor))
	out.Observe(about, keyOriginatorSerial, d.text.HexNumber(serial, 8))
	parameters := 2
	if large {
		parameters = 4
	}
	r.Skip(4 + 2*(4+parameters)) // multiplier, and for each way the interval and the parameters
	class := r.U8() & 0xf
	path := r.Sub(2 * r.U8())
	if to := connected(&path); class == cyclic && to == classAssembly && r.Err() == nil {
		m.Flow.Data[atAsked] = askedIO
		out.ObserveString(about, keyOriginatorIO, "yes")
	}
}

// connected returns the class at the end of the path of a connection: before it
// may stand ports of modules on the way and the key of the device (volume 1
// appendix C-1.4).
func connected(r *wire.Reader) int {
	for r.Len() > 0 {
		next := wire.NewReader(r.Peek(1))
		switch segment := next.U8(); {
		case segment == 0x34: // an electronic key
			r.Skip(10)
		case segment&0xf0 == 0: // a port, and an address of one byte
			r.Skip(2)
		case segment&0xf0 == 0x10: // a port, and an address of any length, padded to an even one
			r.Skip(1)
			n := r.U8()
			r.Skip(n + n&1)
		default:
			return address(r).class
		}
	}
	return -1
}
