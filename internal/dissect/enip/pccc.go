package enip

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/pccc"
	"github.com/heron-iot/heron/internal/wire"
)

// requester passes over who a PCCC command comes from: its length, itself
// included, a vendor number and a serial number (Rockwell 1756-PM020, Execute PCCC).
func requester(r *wire.Reader) { r.Skip(r.U8() - 1) }

// pccc reads a command to a controller of the older kind, behind CIP. Reads are
// told once for each of the last few forms.
func (d *dissector) pccc(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	requester(r)
	c, ok := pccc.ReadCommand(r)
	if !ok {
		return
	}
	m.Flow.Data[atAsked] = askedTags
	kind := "enip.pccc"
	switch class := c.Class(); class {
	case pccc.Diagnosis:
		m.Flow.Data[atAsked] = askedPCCC
		return
	case pccc.Read, pccc.Other:
		if !dissect.Fresh(m.Flow, c.Code, c.Function) {
			return
		}
	default:
		kind = "enip." + class.Kind()
		if class == pccc.Mode || class == pccc.Download || class == pccc.Upload {
			out.ObserveString(m.Sender(), keyTool, "yes")
		}
	}
	attrs := map[string]string{"function": strconv.Itoa(svcPCCC)}
	c.Describe(attrs)
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// bulletin tells the name of a processor in its diagnostic status.
func (d *dissector) bulletin(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	requester(r)
	if c, ok := pccc.ReadCommand(r); ok && c.Code == 0x46 && c.Status == 0 {
		out.Observe(about, keyBulletin, pccc.Bulletin(c.Data))
	}
}
