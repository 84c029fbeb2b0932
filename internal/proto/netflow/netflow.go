// Package netflow reads what exporters report of flows: NetFlow 5, 7 and 9
// (RFC 3954) and IPFIX (RFC 7011), into records of one form.
package netflow

import (
	"errors"
	"net/netip"

	"github.com/heron-iot/heron/internal/wire"
)

// Versions.
const (
	Version5  = 5
	Version7  = 7
	Version9  = 9
	VersionIX = 10 // IPFIX
)

// ErrNotNetFlow says that a datagram is none of these.
var ErrNotNetFlow = errors.New("not NetFlow or IPFIX")

// Header is what a datagram says of its exporter.
type Header struct {
	Version  int
	Count    int
	Uptime   int // milliseconds since the exporter was started; of NetFlow
	Seconds  int // when it was sent, since 1970
	Sequence int
	Domain   int // source id of version 9, observation domain of IPFIX, engine of 5 and 7
	Sampling int // of version 5: one packet in so many; 0 when all
	// Enterprise is the number of a maker whose own elements a template has; 0
	// when there are none.
	Enterprise int
}

// Boot returns when the exporter was started, in seconds since 1970; 0 where that
// is not told.
func (h *Header) Boot() int {
	if h.Version == VersionIX || h.Seconds == 0 {
		return 0
	}
	return h.Seconds - h.Uptime/1000
}

// Record is one flow, in one direction. What an exporter does not tell is zero.
type Record struct {
	Src, Dst         netip.Addr
	SrcPort, DstPort int
	Protocol         int // IP protocol number
	TCPFlags         int
	Packets, Bytes   uint64
	First, Last      int64 // milliseconds since 1970
	SrcMAC, DstMAC   [6]byte
	VLAN             int
}

// Limits on the templates that are remembered.
const (
	maxTemplates = 1024
	maxFields    = 128
	maxSets      = 64
	maxRecords   = 2048 // of a datagram
)

// Decoder reads datagrams. It remembers templates, so that one is needed for all
// datagrams of a site. The zero value is ready; one goroutine uses it.
type Decoder struct {
	templates map[templateKey][]field
}

type templateKey struct {
	exporter   netip.Addr
	domain, id int
}

// field is one element of a template.
type field struct {
	id, size   int
	enterprise bool
}

// variable is the size of a field that says its own (RFC 7011 §7).
const variable = 65535

// ReadHeader reads the header of a datagram and checks what can be checked without
// templates.
func ReadHeader(r *wire.Reader) (Header, error) {
	size := r.Len()
	h := Header{Version: r.U16()}
	n := r.U16()
	switch h.Version {
	case Version5, Version7:
		h.Count = n
		h.Uptime, h.Seconds = r.U32(), r.U32()
		r.Skip(4)
		h.Sequence = r.U32()
		engine := r.U16()
		sampling := r.U16()
		record := 48
		if h.Version == Version7 {
			record = 52
		} else {
			h.Domain, h.Sampling = engine, sampling&0x3fff
		}
		if r.Err() != nil || n == 0 || n > 40 || size != 24+n*record {
			return h, ErrNotNetFlow
		}
	case Version9:
		h.Count = n
		h.Uptime, h.Seconds, h.Sequence, h.Domain = r.U32(), r.U32(), r.U32(), r.U32()
		if r.Err() != nil || n == 0 || n > maxRecords || !setsFill(*r, 0, 1) {
			return h, ErrNotNetFlow
		}
	case VersionIX:
		h.Seconds, h.Sequence, h.Domain = r.U32(), r.U32(), r.U32()
		if r.Err() != nil || n != size || !setsFill(*r, 2, 3) {
			return h, ErrNotNetFlow
		}
	default:
		return h, ErrNotNetFlow
	}
	return h, nil
}

// setsFill reports whether sets with numbers that exist fill what is left: those
// of templates are two, those of data 256 and more.
func setsFill(r wire.Reader, template, options int) bool {
	n := 0
	for ; r.Len() >= 4 && n < maxSets; n++ {
		id, size := r.U16(), r.U16()
		if size < 4 || id < 256 && id != template && id != options {
			return false
		}
		r.Skip(size - 4)
	}
	return r.Err() == nil && n > 0 && r.Len() < 4
}

// Decode reads a datagram of an exporter and calls each with its records, which
// are borrowed for the call.
func (d *Decoder) Decode(exporter netip.Addr, b []byte, each func(*Record)) (Header, error) {
	r := wire.NewReader(b)
	h, err := ReadHeader(&r)
	if err != nil {
		return h, err
	}
	if h.Version == Version5 || h.Version == Version7 {
		fixed(&r, &h, each)
		return h, nil
	}
	left := maxRecords
	for n := 0; r.Len() >= 4 && n < maxSets; n++ {
		id, size := r.U16(), r.U16()
		set := r.Sub(size - 4)
		if r.Err() != nil {
			break
		}
		switch {
		case id >= 256:
			left -= d.data(&set, d.templates[templateKey{exporter, h.Domain, id}], left, &h, each)
		case id == 0 || id == 2:
			d.template(&set, exporter, &h)
		}
	}
	return h, nil
}

// template remembers the templates of a set.
func (d *Decoder) template(r *wire.Reader, exporter netip.Addr, h *Header) {
	for r.Len() >= 4 {
		id, count := r.U16(), r.U16()
		if id < 256 || count == 0 || count > maxFields {
			return
		}
		fields := make([]field, 0, r.Count(count, 4))
		for range count {
			f := field{id: r.U16(), size: r.U16()}
			if h.Version == VersionIX && f.id&0x8000 != 0 {
				f.enterprise = true
				h.Enterprise = r.U32()
			}
			fields = append(fields, f)
		}
		if r.Err() != nil {
			return
		}
		if d.templates == nil || len(d.templates) >= maxTemplates {
			d.templates = make(map[templateKey][]field)
		}
		d.templates[templateKey{exporter, h.Domain, id}] = fields
	}
}

// data reads at most so many records of a set by their template, and returns how
// many there were. Without a template they are lost.
func (d *Decoder) data(r *wire.Reader, fields []field, most int, h *Header, each func(*Record)) (n int) {
	if len(fields) == 0 || each == nil {
		return 0
	}
	for ; r.Len() >= len(fields) && n < most; n++ {
		var rec Record
		start := r.Len()
		for _, f := range fields {
			size := f.size
			if size == variable {
				if size = r.U8(); size == 255 {
					size = r.U16()
				}
			}
			value := r.Sub(size)
			if r.Err() == nil && !f.enterprise {
				rec.set(f.id, &value, h)
			}
		}
		if r.Err() != nil || r.Len() == start {
			return n // padding
		}
		each(&rec)
	}
	return n
}
