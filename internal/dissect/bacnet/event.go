package bacnet

import (
	"encoding/hex"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/bacnet"
)

// fresh is dissect.Fresh. Frames of the link have no flow that remembers anything:
// what is polled there is not told.
func fresh(m *heron.Message, numbers ...int) bool {
	return m.Flow != nil && dissect.Fresh(m.Flow, numbers...)
}

// link reports who changes how broadcasts are passed on between subnets
// (annex J.4 and J.5), and who asks for it.
func link(b *bacnet.Message, m *heron.Message, out dissect.Emitter) {
	kind := ""
	switch b.Link {
	case bacnet.WriteBroadcasts, bacnet.DeleteForeign:
		kind = "bacnet.broadcast_table"
	case bacnet.RegisterForeign:
		kind = "bacnet.foreign_device"
	case bacnet.ReadBroadcasts, bacnet.ReadForeign:
		kind = "bacnet.browse"
	}
	polled := b.Link != bacnet.WriteBroadcasts && b.Link != bacnet.DeleteForeign
	const linkForms = 0x10000 // no other form has this number
	if kind != "" && (!polled || fresh(m, linkForms, int(b.Link))) {
		out.Event(heron.Event{Kind: kind, Attrs: map[string]string{"function": strconv.Itoa(int(b.Link))}})
	}
}

// routing reports who changes what routers know (clause 6.4).
func routing(b *bacnet.Message, out dissect.Emitter) {
	const initialize, establish, disconnect = 6, 8, 9
	switch b.Service {
	case initialize, establish, disconnect:
		attrs := map[string]string{"function": strconv.Itoa(int(b.Service))}
		target(attrs, b)
		out.Event(heron.Event{Kind: "bacnet.routing", Attrs: attrs})
	}
}

// target adds whom behind a router a message is for, and who behind one sent it.
func target(attrs map[string]string, b *bacnet.Message) {
	if b.TargetNet != 0 {
		attrs["network"] = strconv.Itoa(b.TargetNet)
		if len(b.TargetAddress) > 0 {
			attrs["station"] = hex.EncodeToString(b.TargetAddress)
		}
	}
	if b.SourceNet != 0 {
		attrs["from_network"] = strconv.Itoa(b.SourceNet)
		attrs["from_station"] = hex.EncodeToString(b.SourceAddress)
	}
}

// report makes an event of what changes a device, and of who looks for all. The
// password of a restart is not told.
func (d *dissector) report(b *bacnet.Message, m *heron.Message, out dissect.Emitter) {
	kind, polled := eventKind(b)
	if kind == "" || polled && !fresh(m, int(b.Kind), int(b.Service), int(b.Object), b.Property, b.Class, b.Code) {
		return
	}
	d.key(b)
	attrs := d.attrs.Known()
	if attrs == nil {
		attrs = d.attrs.Keep(attributes(kind, b))
	}
	out.Act(kind, attrs)
}

// key begins the key of the attributes of a message: all that they say.
func (d *dissector) key(b *bacnet.Message) {
	d.attrs.Begin(b.Kind)
	for _, n := range [...]int{
		int(b.Service), int(b.Object), b.Property, b.Low, b.High, b.Class, b.Code, b.State, b.TargetNet, b.SourceNet,
	} {
		d.attrs.Number(n)
	}
	d.attrs.Text(b.TargetAddress)
	d.attrs.Text(b.SourceAddress)
}

// attributes says what a message of that kind of event asks, or refuses.
func attributes(kind string, b *bacnet.Message) map[string]string {
	attrs := map[string]string{"service": strconv.Itoa(int(b.Service))}
	switch {
	case kind == "bacnet.who_is" && b.Low >= 0:
		attrs["low"], attrs["high"] = strconv.Itoa(b.Low), strconv.Itoa(b.High)
	case kind == "bacnet.refusal":
		if b.Kind != bacnet.Error {
			delete(attrs, "service")
		} else {
			attrs["class"] = strconv.Itoa(b.Class)
		}
		attrs["code"] = strconv.Itoa(b.Code)
	case kind == "bacnet.write" && b.Service != bacnet.AtomicWriteFile, kind == "bacnet.read" && b.Service != bacnet.AtomicReadFile:
		attrs["object"] = strconv.Itoa(int(b.Object>>22)) + "," + strconv.Itoa(int(b.Object&0x3fffff))
		if b.Service == bacnet.WriteProperty || b.Service == bacnet.ReadProperty {
			attrs["property"] = strconv.Itoa(b.Property)
		}
	case b.State >= 0:
		attrs["state"] = stateName(b)
	}
	target(attrs, b)
	return attrs
}

// stateName names what a device is asked to do (clauses 16.1 and 16.4).
func stateName(b *bacnet.Message) string {
	names := [...]string{"enable", "disable", "disable_initiation"}
	if b.Service == bacnet.ReinitializeDevice {
		names := [...]string{
			"coldstart", "warmstart", "start_backup", "end_backup", "start_restore", "end_restore", "abort_restore", "activate_changes",
		}
		if b.State < len(names) {
			return names[b.State]
		}
	} else if b.State < len(names) {
		return names[b.State]
	}
	return strconv.Itoa(b.State)
}

// eventKind names what a message does, "" for what is not told. polled says that
// it is asked for ever, so that each form is told once.
func eventKind(b *bacnet.Message) (kind string, polled bool) {
	switch b.Kind {
	case bacnet.Unconfirmed:
		switch b.Service {
		case bacnet.WhoIs:
			return "bacnet.who_is", false
		case bacnet.TimeSynchronization, bacnet.UTCTimeSynchronization:
			return "bacnet.time", false
		}
		return "", false
	case bacnet.Error, bacnet.Reject, bacnet.Abort:
		return "bacnet.refusal", true
	case bacnet.Confirmed:
		return orderKind(b.Service)
	}
	return "", false
}

func orderKind(service byte) (kind string, polled bool) {
	switch service {
	case bacnet.ReadProperty, bacnet.ReadMultiple, bacnet.AtomicReadFile:
		return "bacnet.read", true
	case bacnet.WriteProperty, bacnet.WriteMultiple, bacnet.AtomicWriteFile:
		return "bacnet.write", false
	case bacnet.CreateObject, bacnet.DeleteObject, bacnet.AddListElement, bacnet.RemoveListElement:
		return "bacnet.configure", false
	case bacnet.CommunicationControl:
		return "bacnet.communication_control", false
	case bacnet.ReinitializeDevice:
		return "bacnet.reinitialize", false
	}
	return "", false
}
