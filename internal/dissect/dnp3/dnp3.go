// Package dnp3 reads DNP3, by which substations and water works are controlled:
// who is master of which outstation, what it orders, and what outstations say of
// themselves in their device attributes.
package dnp3

import (
	"errors"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dnp3"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyMaster     = "dnp3.master"     // link address from which the sender gives orders
	keyOutstation = "dnp3.outstation" // link address at which the sender takes them
	keyAttribute  = "dnp3.attribute." // and the name of a device attribute
	keyStation    = "dnp3.station"    // of an outstation among several: its link address, and an attribute
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "dnp3",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{20000},
		Spec:         "IEEE 1815-2012 clauses 4, 8, 9, 11 and annex A",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := dnp3.Size(b)
			return err == nil && n > 0
		},
		Starts:  []byte{0x05},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	n, err := dnp3.Span(b)
	if err != nil {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

type dissector struct {
	fragment []byte // joined from segments
	text     dissect.Buffer
	attrs    dissect.Attrs
}

// dissect reads the frames of one fragment, or of one datagram, which may hold
// several fragments.
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	for first := true; first || r.Len() > 0; first = false {
		n, err := dnp3.Span(r.Peek(r.Len()))
		if n == 0 || err != nil || n > r.Len() {
			if first {
				return heron.Verdict{}, dissect.ErrNotMine
			}
			return heron.Verdict{}, dnp3.ErrNotDNP3
		}
		frames := r.Sub(n)
		f, fragment, err := dnp3.ReadFragment(&frames, d.fragment)
		if err != nil && !errors.Is(err, dnp3.ErrChecksum) {
			return heron.Verdict{}, err
		}
		d.ends(&f, m, out)
		if err != nil {
			out.Event(heron.Event{Kind: "dnp3.malformed", Attrs: addresses(&f, "")})
			return heron.Verdict{}, err
		}
		if len(fragment) == 0 {
			continue
		}
		d.fragment = fragment[:0]
		if err = d.application(&f, fragment, m, out); err != nil {
			return heron.Verdict{}, err
		}
	}
	return heron.Verdict{}, nil
}

// ends tells which link address the sender has, and whether it is a master's.
func (d *dissector) ends(f *dnp3.Frame, m *heron.Message, out dissect.Emitter) {
	key := keyOutstation
	if f.Control&dnp3.FromMaster != 0 {
		key = keyMaster
	}
	out.Observe(m.Sender(), key, d.text.Number(f.Source))
}

func (d *dissector) application(f *dnp3.Frame, fragment []byte, m *heron.Message, out dissect.Emitter) error {
	a, ok := dnp3.ReadApplication(fragment)
	if !ok {
		out.Act("dnp3.malformed", d.about(f, a.Function))
		return dnp3.ErrNotDNP3
	}
	if a.FromOutstation() {
		d.response(f, &a, m, out)
		return nil
	}
	d.request(f, &a, m, out)
	return nil
}

// response tells what an outstation says of itself, and what it refused.
func (d *dissector) response(f *dnp3.Frame, a *dnp3.Application, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	a.Attributes(func(at dnp3.Attribute) {
		if name := attributeName(at.Variation); name != "" && at.Type == dnp3.TypeText {
			out.Observe(about, name, at.Value)
			d.text = strconv.AppendInt(d.text[:0], int64(f.Source), 10)
			d.text = append(append(append(d.text, ' '), name[len(keyAttribute):]...), ' ')
			d.text = append(d.text, at.Value...)
			out.Observe(about, keyStation, d.text)
		}
	})
	const refused = dnp3.IINFunction | dnp3.IINObject | dnp3.IINParameter
	switch {
	case a.Indication&refused != 0:
		out.Act("dnp3.refusal", d.refused(f, a))
	case a.Function == dnp3.Unsolicited && dissect.Fresh(m.Flow, f.Source, f.Destination, a.Function):
		out.Act("dnp3.unsolicited", d.about(f, a.Function))
	}
	if a.Indication&dnp3.IINRestart != 0 && dissect.Fresh(m.Flow, f.Source, f.Destination, dnp3.IINRestart) {
		out.Act("dnp3.restarted", d.about(f, a.Function))
	}
}

// attributeName names the device attributes that tell what it is (annex A.1).
func attributeName(variation int) string {
	switch variation {
	case 242:
		return keyAttribute + "software_version"
	case 243:
		return keyAttribute + "hardware_version"
	case 244:
		return keyAttribute + "owner"
	case 245:
		return keyAttribute + "location"
	case 246:
		return keyAttribute + "id"
	case 247:
		return keyAttribute + "name"
	case 248:
		return keyAttribute + "serial"
	case 250:
		return keyAttribute + "product"
	case 252:
		return keyAttribute + "vendor"
	}
	return ""
}
