// Package hart_ip reads HART-IP, by which field instruments are read and set over
// IP: what an instrument is, its tags, and who writes to it.
package hart_ip

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyManufacturer = "hart_ip.manufacturer_id" // hexadecimal
	keyDeviceType   = "hart_ip.device_type"     // hexadecimal
	keyDeviceID     = "hart_ip.device_id"       // hexadecimal
	keyRevision     = "hart_ip.revision"        // of HART, the device, its software and hardware
	keyLongTag      = "hart_ip.long_tag"
	keyTag          = "hart_ip.tag"
	keyDescriptor   = "hart_ip.descriptor"
	// Several instruments may be behind one address: the number of each, and what it
	// told, as "abcd tag TT-101".
	keyInstrument = "hart_ip.instrument"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "hart_ip",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{5094},
		Spec:         "FieldComm Group HCF_SPEC-085 §10 (HART-IP), HCF_SPEC-081 (frames), HCF_SPEC-127 (universal commands)",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { return probe(b) },
		Starts:       []byte{1, 2},
		Frame: func(b []byte) (int, error) {
			r := wire.NewReader(b)
			h, ok := readHeader(&r)
			switch {
			case !ok:
				return 0, dissect.ErrNotMine
			case r.Err() != nil:
				return 0, nil
			}
			return h.size, nil
		},
		Dissect: d.dissect,
	}
}

// Types of message, and what they are about (HCF_SPEC-085 §10.2).
const (
	request  = 0
	response = 1
	publish  = 2
	refusal  = 15

	initiate  = 0
	closing   = 1
	keepAlive = 2
	passed    = 3 // a frame of the token-passing data link
	auditLog  = 5
)

const (
	headSize = 8
	maxSize  = 2048
)

// header is the header of a message.
type header struct{ kind, about, status, size int }

// readHeader reads a header, as far as it is there, and reports whether it can be
// one.
func readHeader(r *wire.Reader) (header, bool) {
	version, kind, about, status := r.U8(), r.U8(), r.U8(), r.U8()
	r.Skip(2)
	h := header{kind, about, status, r.U16()}
	if r.Err() != nil {
		return h, kind <= refusal && about <= auditLog && version <= 2
	}
	ok := (version == 1 || version == 2) && (kind <= publish || kind == refusal) && about <= auditLog &&
		h.size >= headSize && h.size <= maxSize
	switch about {
	case initiate:
		ok = ok && (h.size == headSize+5 || h.kind != request && h.size == headSize)
	case closing, keepAlive:
		ok = ok && h.size == headSize
	}
	return h, ok
}

// probe accepts the opening of a session, and frames whose checksum is right:
// the rest is too short to be told by its content.
func probe(b []byte) bool {
	r := wire.NewReader(b)
	h, ok := readHeader(&r)
	body := r.Sub(h.size - headSize)
	if !ok || r.Err() != nil || r.Len() > 0 {
		return false
	}
	switch h.about {
	case initiate:
		return h.size == headSize+5 && h.status == 0 && body.U8() <= 1 && body.U32() < 1<<24
	case passed:
		_, ok := readFrame(&body)
		return ok
	}
	return false
}

type dissector struct {
	text dissect.Buffer
	line []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h, ok := readHeader(r)
	body := r.Sub(h.size - headSize)
	if !ok || r.Err() != nil || r.Len() > 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.about != passed || body.Len() == 0 {
		return heron.Verdict{}, nil
	}
	f, ok := readFrame(&body)
	if !ok {
		if m.Flow.Protocol == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{}, errFrame
	}
	if f.answer {
		d.answer(&f, m, out)
	} else if h.kind == request {
		order(&f, m, out)
	}
	return heron.Verdict{}, nil
}

// answer tells what an instrument says of itself (HCF_SPEC-127).
func (d *dissector) answer(f *frame, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	r := wire.NewReader(f.data)
	first, _ := r.U8(), r.U8() // response code, status
	if first&0x80 != 0 || r.Err() != nil {
		return // an error on the way
	}
	switch f.command {
	case 0, 11, 21, 73:
		d.identity(&r, about, out)
	case 13:
		d.text = appendPacked(d.text[:0], r.Bytes(6))
		out.Observe(about, keyTag, d.text)
		d.instrument(f.address, "tag", about, out)
		d.text = appendPacked(d.text[:0], r.Bytes(12))
		out.Observe(about, keyDescriptor, d.text)
	case 20, 22:
		if tag := wire.Unpad(wire.UntilZero(r.Bytes(32))); wire.Printable(tag) {
			out.Observe(about, keyLongTag, tag)
			d.text = append(d.text[:0], tag...)
			d.instrument(f.address, "long_tag", about, out)
		}
	}
	if first&0x7f == 7 || first&0x7f == 16 { // in write protection, access restricted
		attrs := f.attributes()
		attrs["code"] = strconv.Itoa(first)
		out.Event(heron.Event{Kind: "hart_ip.refusal", Attrs: attrs})
	}
}

// identity reads the answer to a question for identity.
func (d *dissector) identity(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	r.Skip(1) // 254
	kind := r.U16()
	r.Skip(1)
	hart, device, software, hardware := r.U8(), r.U8(), r.U8(), r.U8()>>3
	r.Skip(1) // flags
	id := r.U24()
	if r.Err() != nil {
		return
	}
	maker := kind >> 8
	if hart >= 7 { // before, the maker had one octet of the type
		r.Skip(1 + 1 + 2 + 1) // preambles, variables, changes, status
		maker = r.U16()
	}
	if r.Err() != nil {
		return
	}
	out.Observe(about, keyManufacturer, d.text.HexNumber(maker, 0))
	out.Observe(about, keyDeviceType, d.text.HexNumber(kind, 0))
	out.Observe(about, keyDeviceID, d.text.HexNumber(id, 0))
	out.Observe(about, keyRevision, d.text.Numbers('.', hart, device, software, hardware))
	d.text = strconv.AppendInt(d.text[:0], int64(maker), 16)
	d.text = strconv.AppendInt(append(d.text, '.'), int64(kind), 16)
	d.instrument(id, "type", about, out)
}

// instrument tells that what is in d.text is the field of one instrument.
func (d *dissector) instrument(id int, field string, about heron.Subject, out dissect.Emitter) {
	if len(d.text) == 0 {
		return
	}
	d.line = strconv.AppendInt(d.line[:0], int64(id), 16)
	d.line = append(append(append(d.line, ' '), field...), ' ')
	d.line = append(d.line, d.text...)
	out.Observe(about, keyInstrument, d.line)
}

// order reports what a host orders. What only asks is reported once for each of
// the last few forms of it on the flow.
func order(f *frame, m *heron.Message, out dissect.Emitter) {
	kind := "hart_ip.read"
	switch {
	case f.command == 42:
		kind = "hart_ip.reset"
	case f.command == 71:
		kind = "hart_ip.lock"
	case writes(f.command):
		kind = "hart_ip.write"
	case !dissect.Fresh(m.Flow, f.command, f.address):
		return
	}
	out.Event(heron.Event{Kind: kind, Attrs: f.attributes()})
}

// writes reports whether a universal or common practice command changes the
// instrument (HCF_SPEC-127 and 151).
func writes(command int) bool {
	switch {
	case command == 6, command >= 17 && command <= 19, command == 22, command >= 34 && command <= 37,
		command >= 40 && command <= 41, command >= 43 && command <= 47, command == 49, command >= 51 && command <= 53,
		command >= 55 && command <= 56, command >= 58 && command <= 59, command >= 64 && command <= 69, command == 79,
		command >= 82 && command <= 83, command >= 87 && command <= 89, command >= 92 && command <= 94, command >= 97 && command <= 100,
		command >= 102 && command <= 104, command >= 107 && command <= 109, command >= 112 && command <= 113, command >= 116 && command <= 118:
		return true
	}
	return false
}
