package dnp3

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dnp3"
	"github.com/heron-iot/heron/internal/wire"
)

// kindOf names what a request does; "" for what only keeps a link going. polled
// says that masters ask it for ever, so that each form is told once.
func kindOf(function int) (kind string, polled bool) {
	switch function {
	case dnp3.ReadObjects:
		return "dnp3.read", true
	case dnp3.WriteObjects:
		return "dnp3.write", false
	case dnp3.Select:
		return "dnp3.select", false
	case dnp3.Operate:
		return "dnp3.operate", false
	case dnp3.DirectOperate, dnp3.DirectOperateQuiet:
		return "dnp3.direct_operate", false
	case dnp3.ColdRestart:
		return "dnp3.cold_restart", false
	case dnp3.WarmRestart:
		return "dnp3.warm_restart", false
	case dnp3.InitializeData, dnp3.InitializeApp:
		return "dnp3.initialize", false
	case dnp3.StartApp:
		return "dnp3.start", false
	case dnp3.StopApp:
		return "dnp3.stop", false
	case dnp3.SaveConfig, dnp3.ActivateConfig, dnp3.AssignClass:
		return "dnp3.configure", false
	case dnp3.EnableUnsolicited:
		return "dnp3.enable_unsolicited", false
	case dnp3.DisableUnsolicited:
		return "dnp3.disable_unsolicited", false
	case dnp3.DelayMeasure, dnp3.RecordTime:
		return "dnp3.time", true
	case dnp3.OpenFile, dnp3.DeleteFile, dnp3.FileInfo, dnp3.AbortFile:
		return "dnp3.file", false
	case dnp3.Authenticate, dnp3.AuthenticateQuiet, dnp3.AuthenticateFile:
		return "dnp3.authenticate", true
	}
	if function >= dnp3.Freeze && function <= dnp3.FreezeAtTimeQuiet {
		return "dnp3.freeze", true
	}
	return "", false
}

// request reports what a master orders. What it polls is reported once for each
// of the last few forms of it on the flow; all that changes an outstation is
// reported each time.
func (d *dissector) request(f *dnp3.Frame, a *dnp3.Application, m *heron.Message, out dissect.Emitter) {
	kind, polled := kindOf(a.Function)
	if kind == "" {
		return
	}
	r := wire.NewReader(a.Objects)
	h, named := dnp3.ReadHeader(&r)
	if polled && !dissect.Fresh(m.Flow, f.Destination, a.Function, h.Group, h.Variation, h.Start, h.Count) {
		return
	}
	if kind == "dnp3.write" && named && h.Group == dnp3.GroupTime {
		kind = "dnp3.time"
	}
	o := objects{header: h, named: named}
	if named && h.Count >= 0 && (h.Prefix > 0 || h.Group == dnp3.GroupCommand) {
		o.point, o.pointed = h.Point(&r)
	}
	if named && h.Group == dnp3.GroupFile {
		o.file, o.filed = a.FileNamed()
	}
	out.Act(kind, d.requested(f, a.Function, &o))
}

// objects are what a request names.
type objects struct {
	header  dnp3.Header
	point   dnp3.Command // the first object
	file    dnp3.File
	named   bool // there is a header
	pointed bool // a point
	filed   bool // a file
}

// requested returns the attributes of a request.
func (d *dissector) requested(f *dnp3.Frame, function int, o *objects) map[string]string {
	d.attrs.Begin(ofRequest)
	d.frame(f, function)
	if o.named {
		d.attrs.Number(1)
		d.attrs.Number(o.header.Group)
		d.attrs.Number(o.header.Variation)
		d.attrs.Number(o.header.Start)
		d.attrs.Number(o.header.Count)
	}
	if o.pointed {
		d.attrs.Number(2)
		d.attrs.Number(o.point.Index)
		d.attrs.Number(int(o.point.Code))
	}
	if o.filed {
		d.attrs.Number(3)
		d.attrs.Text(o.file.Name)
		d.attrs.Number(o.file.Mode)
	}
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := addresses(f, strconv.Itoa(function))
	o.add(attrs)
	if f.Destination >= 0xfffd { // §9.2.4.4: to all outstations
		attrs["broadcast"] = "yes"
	}
	return d.attrs.Keep(attrs)
}

// add adds which objects a request names, and for a command to a binary output
// what it orders.
func (o *objects) add(attrs map[string]string) {
	if h := &o.header; o.named {
		attrs["group"], attrs["variation"] = strconv.Itoa(h.Group), strconv.Itoa(h.Variation)
		if h.Count >= 0 { // not all of them
			attrs["count"] = strconv.Itoa(h.Count)
		}
		if h.Count >= 0 && h.Start >= 0 {
			attrs["index"] = strconv.Itoa(h.Start)
		}
	}
	if o.pointed {
		attrs["index"] = strconv.Itoa(o.point.Index)
		if name := commandName(o.point.Code); name != "" && o.header.Group == dnp3.GroupCommand {
			attrs["command"] = name
		}
	}
	if o.filed {
		attrs["file"] = wire.Text(o.file.Name, 128)
		attrs["mode"] = strconv.Itoa(o.file.Mode)
	}
}

// commandName says what a binary output command orders (annex A.12.1).
func commandName(code byte) string {
	name := ""
	switch code & 0x0f {
	case 1:
		name = "pulse_on"
	case 2:
		name = "pulse_off"
	case 3:
		name = "latch_on"
	case 4:
		name = "latch_off"
	}
	switch code >> 6 {
	case 1:
		return join("close", name)
	case 2:
		return join("trip", name)
	}
	return name
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + " " + b
}
