package rtps

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// Parameters (§9.6.4) that tell what an entity is.
const (
	pidSentinel   = 0x0001
	pidTopic      = 0x0005
	pidType       = 0x0007
	pidProperties = 0x0059
	pidEntityName = 0x0062
	pidProduct    = 0x8000 // of RTI: the version of the product
)

// parameters reads a list: identifier, length, value, until the sentinel.
func (d *dissector) parameters(b *reader, about heron.Subject, out dissect.Emitter) {
	for range maxParameters {
		id, size := b.short(), b.short()
		v := reader{Reader: b.Sub(size), order: b.order}
		if b.Err() != nil || id == pidSentinel {
			return
		}
		switch id {
		case pidTopic:
			out.Observe(about, keyTopic, v.text())
		case pidType:
			out.Observe(about, keyType, v.text())
		case pidEntityName:
			out.Observe(about, keyEntity, v.text())
		case pidProperties:
			d.properties(&v, about, out)
		case pidProduct:
			d.product(&v, about, out)
		}
	}
}

// properties reads pairs of name and value, of which few are told: nobody's name,
// and no numbers of processes.
func (d *dissector) properties(v *reader, about heron.Subject, out dissect.Emitter) {
	for range v.Count(min(v.long(), maxProperties), 8) {
		name, value := v.text(), v.text()
		if v.Err() != nil {
			return
		}
		switch string(name) {
		case "dds.sys_info.hostname", "fastdds.physical_data.host", "__Hostname":
			out.Observe(about, keyHost, value)
			out.Observe(about, heron.KeyHostname, value)
		case "dds.sys_info.executable_filepath", "__ProcessName":
			out.Observe(about, keyExecutable, value[bytes.LastIndexAny(value, `/\`)+1:]) // folders may be named after users
		case "dds.sys_info.target":
			out.Observe(about, keyTarget, value)
		}
	}
}

// product reads a version of four numbers.
func (d *dissector) product(v *reader, about heron.Subject, out dissect.Emitter) {
	if v.Len() != 4 {
		return
	}
	out.Observe(about, keyProduct, d.text.Octets('.', v.Rest()))
}
