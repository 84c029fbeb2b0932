package bacnet

import "github.com/heron-iot/heron/internal/wire"

// Property is a property that an answer holds.
type Property struct {
	Object uint32
	ID     int
	Index  int    // of an array's element; -1 for the whole
	Value  []byte // its first value with its tag; borrowed
}

// Properties calls each with what an answer to ReadProperty or
// ReadPropertyMultiple holds (clauses 15.5 and 15.7). Errors in place of values,
// and values that are not of one application type, are left out.
func (m *Message) Properties(each func(Property)) {
	r := wire.NewReader(m.Answer)
	if m.Kind != ComplexAck {
		return
	}
	if m.Service == ReadProperty {
		readValue(&r, Property{Object: m.Object, ID: m.Property}, 2, each)
		return
	}
	for m.Service == ReadMultiple && r.Len() > 0 {
		object := uint32(contextUnsigned(&r, 0))
		if r.U8() != opening(1) {
			return
		}
		for r.Len() > 0 && !closes(&r, 1) {
			p := Property{Object: object, ID: contextUnsigned(&r, 2)}
			if !readValue(&r, p, 3, each) {
				return
			}
		}
	}
}

// readValue reads an index, which has that context tag and may be missing, and
// what follows under the next tags: a value, or an error. It reports whether
// reading can go on.
func readValue(r *wire.Reader, p Property, tag int, each func(Property)) bool {
	p.Index = -1
	if next := wire.NewReader(r.Peek(1)); next.U8()&^7 == tag<<4|8 {
		p.Index = contextUnsigned(r, tag)
	}
	switch r.U8() {
	case opening(tag + 1):
		p.Value = element(r)
		if p.Value != nil && r.Err() == nil {
			each(p)
		}
		return skipTo(r, tag+1)
	case opening(tag + 2):
		return skipTo(r, tag+2)
	}
	return false
}

// Tags that open and close what is constructed (clause 20.2.1.3.2).
func opening(tag int) int { return tag<<4 | 0xe }
func closing(tag int) int { return tag<<4 | 0xf }

// closes passes over a closing tag when it is the next.
func closes(r *wire.Reader, tag int) bool {
	next := wire.NewReader(r.Peek(1))
	if next.U8() != closing(tag) {
		return false
	}
	r.Skip(1)
	return true
}

// skipTo passes over elements up to the closing tag.
func skipTo(r *wire.Reader, tag int) bool {
	for depth := 0; r.Len() > 0; {
		next := wire.NewReader(r.Peek(1))
		switch c := next.U8(); {
		case c == closing(tag) && depth == 0:
			r.Skip(1)
			return true
		case c&0xf == 0xe:
			depth++
			r.Skip(1)
		case c&0xf == 0xf:
			depth--
			r.Skip(1)
		default:
			element(r)
		}
	}
	return false
}

// element returns the next primitive element with its tag, nil when it is none.
func element(r *wire.Reader) []byte {
	start := *r
	c := r.Peek(1)
	first := wire.NewReader(c)
	tag := first.U8()
	if c == nil || tag&0xf >= 0xe {
		return nil
	}
	r.Skip(1)
	r.Skip(length(r, tag))
	if r.Err() != nil {
		return nil
	}
	return start.Bytes(r.Offset() - start.Offset())
}

// length reads how long the content of an element is (clause 20.2.1.3.1).
func length(r *wire.Reader, tag int) int {
	if tag>>4 == 0xf {
		r.Skip(1) // the tag's number, in an octet of its own
	}
	if tag&0xf8 == tagBoolean<<4 {
		return 0 // its value stands in the place of its length
	}
	n := tag & 7
	if n < 5 {
		return n
	}
	switch n = r.U8(); n {
	case 254:
		return r.U16()
	case 255:
		return r.U32()
	}
	return n
}

// ReadText returns a character string in UTF-8 or ISO 8859-1 (clause 20.2.9).
func (p Property) ReadText() ([]byte, bool) {
	r := wire.NewReader(p.Value)
	tag := r.U8()
	n := length(&r, tag)
	set := r.U8()
	text := r.Bytes(n - 1)
	return text, r.Err() == nil && tag&0xf8 == tagString<<4 && (set == 0 || set == 5)
}

// ReadNumber returns an unsigned integer, an enumerated value, or the instance of
// an object identifier.
func (p Property) ReadNumber() (int, bool) {
	r := wire.NewReader(p.Value)
	tag := r.U8()
	n := unsigned(&r, tag&7)
	switch {
	case r.Err() != nil || tag&8 != 0:
		return 0, false
	case tag>>4 == tagUnsigned || tag>>4 == tagEnumerated:
		return n, true
	case tag>>4 == tagObject:
		return n & 0x3fffff, true
	}
	return 0, false
}
