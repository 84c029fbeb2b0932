package enip

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// answer reads the answer to a question for the identity, and tells from others
// what the device is for.
func (d *dissector) answer(service int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	r.Skip(1)
	status := r.U8()
	r.Skip(2 * r.U8())
	asked := m.Flow.Data[atAsked]
	m.Flow.Data[atAsked] = askedNothing
	if m.FromClient || status != 0 || r.Err() != nil {
		return
	}
	switch {
	case asked == askedAll && service == svcGetAll:
		d.identity(r, m.Sender(), out)
	case asked == askedOne && service == svcGetSingle:
		d.attribute(int(m.Flow.Data[atAttribute]), r, m.Sender(), out)
	case asked == askedList && service == svcGetList:
		for n := r.Count(r.U16LE(), 4); n > 0; n-- {
			id, failed := r.U16LE(), r.U16LE()
			if failed == 0 && !d.attribute(id, r, m.Sender(), out) {
				return
			}
		}
	case asked == askedPCCC && service == svcPCCC:
		d.bulletin(r, m.Sender(), out)
	case asked == askedTags:
		out.ObserveString(m.Sender(), keyServes, "tags")
	case asked == askedIO && (service == svcForwardOpen || service == svcLargeForward):
		out.ObserveString(m.Sender(), keyServes, "io")
	}
}

// attribute reads one attribute of the identity object, and reports whether its
// length is known, so that the next can be read.
func (d *dissector) attribute(id int, r *wire.Reader, about heron.Subject, out dissect.Emitter) bool {
	switch id {
	case 1:
		if vendor := r.U16LE(); r.Err() == nil {
			out.ObserveString(about, keyVendor, vendorName(vendor))
			out.Observe(about, keyVendorID, d.text.Number(vendor))
		}
	case 2, 3:
		key := keyDeviceType
		if id == 3 {
			key = keyCode
		}
		if n := r.U16LE(); r.Err() == nil {
			out.Observe(about, key, d.text.Number(n))
		}
	case 4:
		if major, minor := r.U8(), r.U8(); r.Err() == nil {
			d.revision(out, about, major, minor)
		}
	case 5:
		r.Skip(2) // status
	case 6:
		if serial := r.U32LE(); r.Err() == nil {
			out.Observe(about, keySerial, d.text.HexNumber(serial, 8))
		}
	case 7:
		out.Observe(about, keyProduct, r.Bytes(r.U8()))
	case 8:
		r.Skip(1) // state
	default:
		return false
	}
	return r.Err() == nil
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
	out.Observe(about, keyVendorID, d.text.Number(vendor))
	out.Observe(about, keyDeviceType, d.text.Number(kind))
	out.Observe(about, keyCode, d.text.Number(code))
	d.revision(out, about, major, minor)
	out.Observe(about, keySerial, d.text.HexNumber(serial, 8))
	out.Observe(about, keyProduct, name)
}

// revision tells a revision as it is printed on the boxes: 20.04.
func (d *dissector) revision(out dissect.Emitter, about heron.Subject, major, minor int) {
	d.text = strconv.AppendInt(d.text[:0], int64(major), 10)
	d.text = append(d.text, '.')
	if minor < 10 {
		d.text = append(d.text, '0')
	}
	d.text = strconv.AppendInt(d.text, int64(minor), 10)
	out.Observe(about, keyRevision, d.text)
}
