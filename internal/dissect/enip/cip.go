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
	svcReset           = 0x05
	svcStart           = 0x06
	svcStop            = 0x07
	svcMultiple        = 0x0a
	svcSetSingle       = 0x10
	svcPCCC            = 0x4b
	svcWriteTag        = 0x4d
	svcReadModifyWrite = 0x4e
	svcUnconnectedSend = 0x52 // to be passed on, when it is the connection manager's
	svcWriteFragment   = 0x53
	answerBit          = 0x80
)

// Classes of objects (volume 1 chapter 5).
const (
	classIdentity          = 0x01
	classMessageRouter     = 0x02
	classConnectionManager = 0x06
)

// atAsked is the place in heron.FlowScratch.Data of a flag: the last request
// asked for all of the identity, which its answer does not repeat.
const atAsked = 0

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
)

// cip reads a request, or an answer.
func (d *dissector) cip(r *wire.Reader, m *heron.Message, out dissect.Emitter, depth int) {
	service := r.U8()
	if service&answerBit != 0 {
		d.answer(service&^answerBit, r, m, out)
		return
	}
	path := r.Sub(2 * r.U8())
	class, instance := address(&path)
	if r.Err() != nil || !m.FromClient {
		return
	}
	m.Flow.Data[atAsked] = 0
	switch {
	case service == svcGetAll && class == classIdentity && instance == 1:
		m.Flow.Data[atAsked] = 1
	case service == svcMultiple && class == classMessageRouter && depth < maxDepth:
		d.multiple(r, m, out, depth)
	case service == svcUnconnectedSend && class == classConnectionManager && depth < maxDepth:
		r.Skip(2) // how long it may take
		inner := r.Sub(r.U16LE())
		d.cip(&inner, m, out, depth+1)
	default:
		report(service, class, instance, out)
	}
}

// address returns the class and the instance that a path names, -1 for what it
// does not (volume 1 appendix C-1.4): tags have a name instead.
func address(r *wire.Reader) (class, instance int) {
	class, instance = -1, -1
	for r.Len() > 0 {
		segment := r.U8()
		var value int
		switch segment & 3 {
		case 0:
			value = r.U8()
		case 1:
			r.Skip(1)
			value = r.U16LE()
		default:
			return class, instance
		}
		switch segment &^ 3 {
		case 0x20:
			class = value
		case 0x24:
			instance = value
		case 0x30: // an attribute
		default:
			return class, instance
		}
	}
	return class, instance
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

// report makes an event of what changes a device.
func report(service, class, instance int, out dissect.Emitter) {
	var kind string
	switch service {
	case svcSetAll, svcSetSingle, svcWriteTag, svcReadModifyWrite, svcWriteFragment:
		kind = "enip.write"
	case svcPCCC:
		kind = "enip.pccc"
	case svcReset:
		kind = "enip.reset"
	case svcStart:
		kind = "enip.start"
	case svcStop:
		kind = "enip.stop"
	default:
		return
	}
	attrs := map[string]string{"function": strconv.Itoa(service)}
	if class >= 0 {
		attrs["class"], attrs["instance"] = strconv.Itoa(class), strconv.Itoa(instance)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// answer reads the answer to the question for all of the identity.
func (d *dissector) answer(service int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	r.Skip(1)
	status := r.U8()
	r.Skip(2 * r.U8())
	asked := m.Flow.Data[atAsked] == 1
	m.Flow.Data[atAsked] = 0
	if asked && !m.FromClient && service == svcGetAll && status == 0 {
		d.identity(r, m.Sender(), out)
	}
}

// identity reads the attributes of the identity object (volume 1 §5A-2), which
// List Identity repeats in the same order.
func (d *dissector) identity(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	vendor, kind, code := r.U16LE(), r.U16LE(), r.U16LE()
	major, minor := r.U8(), r.U8()
	r.Skip(2) // status
	serial := r.U32LE()
	name := r.Bytes(r.U8())
	if r.Err() != nil {
		return
	}
	out.ObserveString(about, keyVendor, vendorName(vendor))
	d.number(out, about, keyVendorID, vendor)
	d.number(out, about, keyDeviceType, kind)
	d.number(out, about, keyCode, code)
	d.text = strconv.AppendInt(d.text[:0], int64(major), 10)
	d.text = append(d.text, '.')
	if minor < 10 {
		d.text = append(d.text, '0') // as it is printed on the boxes: 20.04
	}
	d.text = strconv.AppendInt(d.text, int64(minor), 10)
	out.Observe(about, keyRevision, d.text)
	d.text = strconv.AppendInt(d.text[:0], int64(serial)|1<<32, 16)
	out.Observe(about, keySerial, d.text[1:]) // eight digits
	out.Observe(about, keyProduct, name)
}

func (d *dissector) number(out dissect.Emitter, about heron.Subject, key string, n int) {
	d.text = strconv.AppendInt(d.text[:0], int64(n), 10)
	out.Observe(about, key, d.text)
}

// vendorName returns who has a vendor number of ODVA, for the ones met most; ""
// for others.
func vendorName(id int) string {
	switch id {
	case 1, 5:
		return "Rockwell Automation"
	case 3:
		return "Honeywell"
	case 26:
		return "Festo"
	case 40:
		return "WAGO"
	case 44:
		return "Yaskawa"
	case 46:
		return "ABB"
	case 47:
		return "Omron"
	case 48:
		return "Turck"
	case 90:
		return "HMS Industrial Networks"
	case 108:
		return "Beckhoff"
	case 161:
		return "Mitsubishi Electric"
	case 243:
		return "Schneider Electric"
	case 283:
		return "Hilscher"
	case 345:
		return "Endress+Hauser"
	case 356:
		return "Fanuc"
	case 367:
		return "Keyence"
	case 562:
		return "Phoenix Contact"
	case 678:
		return "Cognex"
	case 808:
		return "SICK"
	case 991:
		return "Moxa"
	}
	return ""
}
