package dnp3

import (
	"strconv"

	"github.com/heron-iot/heron/internal/proto/dnp3"
)

// What attributes are about, for dissect.Attrs.
const (
	ofRequest = iota
	ofFragment
	ofRefusal
)

// frame adds to the key of attributes what all of them tell.
func (d *dissector) frame(f *dnp3.Frame, function int) {
	d.attrs.Number(f.Source)
	d.attrs.Number(f.Destination)
	d.attrs.Number(function)
}

// addresses are the attributes that all events have.
func addresses(f *dnp3.Frame, function string) map[string]string {
	attrs := map[string]string{"source": strconv.Itoa(f.Source), "destination": strconv.Itoa(f.Destination)}
	if function != "" {
		attrs["function"] = function
	}
	return attrs
}

// about returns the attributes of an event that tells no more than the function.
func (d *dissector) about(f *dnp3.Frame, function int) map[string]string {
	d.attrs.Begin(ofFragment)
	d.frame(f, function)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	return d.attrs.Keep(addresses(f, strconv.Itoa(function)))
}

// refused returns the attributes of a refusal.
func (d *dissector) refused(f *dnp3.Frame, a *dnp3.Application) map[string]string {
	d.attrs.Begin(ofRefusal)
	d.frame(f, a.Function)
	d.attrs.Number(a.Indication)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := addresses(f, strconv.Itoa(a.Function))
	attrs["indication"] = strconv.FormatInt(int64(a.Indication), 16)
	return d.attrs.Keep(attrs)
}
