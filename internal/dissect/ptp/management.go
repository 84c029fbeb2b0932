package ptp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of what a clock says of itself.
const (
	keyProduct  = "ptp.product"  // maker; model; instance
	keyRevision = "ptp.revision" // hardware; firmware; software
	keyUser     = "ptp.user_description"
)

// Actions and entries of management (1588-2019 §15.4, §15.5).
const (
	actionSet      = 1
	actionResponse = 2
	actionCommand  = 3
	tlvManagement  = 0x0001
	idDescription  = 0x0001
	idUserText     = 0x0002
)

// management reads what a clock is asked, told to be, or answers.
func (d *dissector) management(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	r.Skip(10 + 2) // target, hops
	action := r.U8() & 0xf
	r.Skip(1)
	if r.Len() == 0 {
		return r.Err()
	}
	kind := r.U16()
	v := r.Sub(r.U16())
	id := v.U16()
	if err := v.Err(); err != nil || kind != tlvManagement {
		return err
	}
	switch action {
	case actionSet, actionCommand:
		out.Event(heron.Event{Kind: "ptp.configure", Attrs: map[string]string{"id": string(d.text.Number(id))}})
	case actionResponse:
		switch id {
		case idDescription:
			d.description(&v, about, out)
		case idUserText:
			out.Observe(about, keyUser, v.Bytes(v.U8()))
		}
	}
	return nil
}

// description reads CLOCK_DESCRIPTION (§15.5.3.1.2).
func (d *dissector) description(v *wire.Reader, about heron.Subject, out dissect.Emitter) {
	v.Skip(2)       // kind of clock
	v.Skip(v.U8())  // physical layer
	v.Skip(v.U16()) // its address
	v.Skip(2)
	v.Skip(v.U16()) // address of the protocol
	v.Skip(4)       // maker's number, reserved
	product, revision, user := v.Bytes(v.U8()), v.Bytes(v.U8()), v.Bytes(v.U8())
	if v.Err() != nil {
		return
	}
	out.Observe(about, keyProduct, product)
	out.Observe(about, keyRevision, revision)
	out.Observe(about, keyUser, user)
}
