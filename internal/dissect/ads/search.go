package ads

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Services of the search over UDP, and the tags of what they carry.
const (
	searchMagic    = 0x71146603
	serviceInfo    = 1
	serviceRoute   = 6
	serviceAnswer  = 0x80000000
	searchHeader   = 24
	tagPassword    = 2
	tagTwinCAT     = 3
	tagSystem      = 4
	tagHost        = 5
	tagRouteName   = 12
	maxSearchItems = 32
)

// isSearch reports whether a datagram begins as the search does.
func isSearch(b []byte) bool {
	r := wire.NewReader(b)
	magic := r.U32LE()
	r.Skip(4)
	service := r.U32LE() &^ serviceAnswer
	return len(b) >= searchHeader && magic == searchMagic && service > 0 && service <= 0xff
}

// search reads a question for the systems on the network, an order to add a
// route to one, or the answer to them.
func (d *dissector) search(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	if !isSearch(r.Peek(r.Len())) {
		return dissect.ErrNotMine
	}
	r.Skip(8)
	service := r.U32LE()
	id := r.Bytes(6)
	r.Skip(2) // AMS port
	about := heron.Subject{Endpoint: m.Src}
	d.netID(out, about, id)
	route := map[string]string(nil)
	if service == serviceRoute {
		route = map[string]string{}
	}
	for n := min(r.Count(r.U32LE(), 4), maxSearchItems); n > 0; n-- {
		tag := r.U16LE()
		item := r.Sub(r.U16LE())
		if service == serviceInfo|serviceAnswer {
			d.item(tag, &item, about, out)
		}
		if route == nil {
			continue
		}
		switch tag {
		case tagRouteName:
			route["name"] = wire.Text(wire.UntilZero(item.Rest()), 64)
		case tagPassword:
			dissect.ClearLogin(out, "ads")
		}
	}
	if route != nil {
		out.Event(heron.Event{Kind: "ads.route", Attrs: route})
	}
	return nil
}

// item tells one item of a system's answer.
func (d *dissector) item(tag int, item *wire.Reader, about heron.Subject, out dissect.Emitter) {
	switch tag {
	case tagHost:
		name := wire.UntilZero(item.Rest())
		if wire.Printable(name) {
			out.Observe(about, heron.KeyHostname, name)
		}
	case tagTwinCAT:
		if major, minor, build := item.U8(), item.U8(), item.U16LE(); item.Err() == nil {
			out.Observe(about, keyTwinCAT, d.text.Numbers('.', major, minor, build))
		}
	case tagSystem: // as Windows numbers itself
		item.Skip(4)
		if major, minor, build := item.U32LE(), item.U32LE(), item.U32LE(); item.Err() == nil {
			out.Observe(about, keySystem, d.text.Numbers('.', major, minor, build))
		}
	}
}
