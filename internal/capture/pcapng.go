package capture

import (
	"io"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Block types (draft-ietf-opsawg-pcapng §11.1).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6
)

// The byte-order magic of a section header, as each order reads it.
const (
	orderMagic        = 0x1a2b3c4d
	orderMagicSwapped = 0x4d3c2b1a
)

// maxInterfaces bounds the interfaces of one section.
const maxInterfaces = 1 << 16

// ngReader reads the pcapng format.
type ngReader struct {
	s    *stream
	big  bool
	base int // number of interfaces in earlier sections
	// ifaces are those of this section, in the order of their numbers.
	ifaces []ngInterface
	last   heron.Time // for frames without a time
	// foreign tells, at the end, that frames were passed over; nil when none was.
	foreign error
}

// ngInterface is one interface description (§4.2).
type ngInterface struct {
	link    heron.LinkType
	snaplen int
	clock   clock
}

// next reads blocks until one gives a frame.
func (d *ngReader) next(p *heron.Packet) error {
	for !d.one(p) {
		h := d.s.peek(12)
		if len(h) == 0 && d.s.broken() == nil {
			return d.end()
		}
		r := wire.NewReader(h)
		kind := u32(&r, d.big)
		if kind == blockSection {
			if err := d.section(); err != nil {
				return err
			}
			continue
		}
		length := u32(&r, d.big)
		if r.Err() != nil || len(h) < 12 {
			return d.s.cutShort("a block header", len(h), 12)
		}
		if length < 12 || length%4 != 0 {
			return d.s.corrupt("a block of %d bytes cannot be", length)
		}
		found, err := d.block(kind, length, p)
		if found || err != nil {
			return err
		}
	}
	return nil
}

// block reads one block, and reports whether it gave a frame.
func (d *ngReader) block(kind, length int, p *heron.Packet) (bool, error) {
	switch kind {
	case blockInterface, blockPacket, blockSimple, blockEnhanced:
	default:
		if at := d.s.offset; !d.s.skip(int64(length)) {
			return false, d.s.cutShort("a block", int(d.s.offset-at), length)
		}
		return false, nil
	}
	body, err := d.body(length)
	if err != nil {
		return false, err
	}
	switch kind {
	case blockInterface:
		err = d.describe(&body)
	case blockSimple:
		err = d.simple(&body, p)
	default:
		err = d.packet(&body, kind, p)
	}
	if err != nil {
		return false, err
	}
	found := kind != blockInterface
	if found && !p.Link.Known() {
		found = false
		if d.foreign == nil {
			d.foreign = foreignFrames(d.s.offset, p.Link)
		}
	}
	d.s.mark = d.s.offset
	d.s.take(length)
	return found, nil
}

// end ends the file: with a fault when frames of it had to be passed over.
func (d *ngReader) end() error {
	if d.foreign != nil {
		return d.foreign
	}
	return io.EOF
}

// body returns a reader over what is between a block's header and its trailer,
// which must repeat the length (§3.1).
func (d *ngReader) body(length int) (wire.Reader, error) {
	if length > maxBlock {
		return wire.Reader{}, d.s.corrupt("a block of %d bytes cannot be: the limit is %d", length, maxBlock)
	}
	b := d.s.peek(length)
	r := wire.NewReader(b)
	r.Skip(8)
	body := r.Sub(length - 12)
	trailer := u32(&r, d.big)
	if r.Err() != nil {
		return wire.Reader{}, d.s.cutShort("a block", len(b), length)
	}
	if trailer != length {
		return wire.Reader{}, d.s.corrupt("a block says that it has %d bytes, and at its end that it has %d", length, trailer)
	}
	return body, nil
}

// section starts a section (§4.1): from here on its byte order rules and the
// interfaces are numbered anew.
func (d *ngReader) section() error {
	h := d.s.peek(16)
	r := wire.NewReader(h)
	r.Skip(8)
	switch magic := r.U32(); {
	case r.Err() != nil:
		return d.s.cutShort("a section header", len(h), 28)
	case magic == orderMagic:
		d.big = true
	case magic == orderMagicSwapped:
		d.big = false
	default:
		return d.s.corrupt("the byte-order mark of a section is %#08x", magic)
	}
	r.Reset(h)
	r.Skip(4)
	length := u32(&r, d.big)
	r.Skip(4)
	major := u16(&r, d.big)
	if r.Err() != nil {
		return d.s.cutShort("a section header", len(h), 28)
	}
	if length < 28 || length%4 != 0 || major != 1 {
		return d.s.corrupt("a section of pcapng version %d with a header of %d bytes is not known", major, length)
	}
	d.base += len(d.ifaces)
	d.ifaces = d.ifaces[:0]
	if at := d.s.offset; !d.s.skip(int64(length)) {
		return d.s.cutShort("a section header", int(d.s.offset-at), length)
	}
	return nil
}

// Option codes of an interface description (§4.2).
const (
	optionEnd    = 0
	optionResol  = 9
	optionOffset = 14
)

func (d *ngReader) describe(r *wire.Reader) error {
	link := u16(r, d.big)
	r.Skip(2)
	iface := ngInterface{link: linkType(link), snaplen: u32(r, d.big), clock: newClock(6)}
	if r.Err() != nil {
		return d.s.corrupt("an interface description of %d bytes is too short", r.Offset())
	}
	for r.Len() >= 4 {
		code, n := u16(r, d.big), u16(r, d.big)
		value := r.Sub(n)
		r.Skip(min(-n&3, r.Len()))
		switch {
		case code == optionEnd:
			r.Skip(r.Len())
		case code == optionResol && n == 1:
			offset := iface.clock.offset
			iface.clock = newClock(value.U8())
			iface.clock.offset = offset
		case code == optionOffset && n == 8:
			iface.clock.offset = int64(u64(&value, d.big))
		}
	}
	if len(d.ifaces) >= maxInterfaces {
		return d.s.corrupt("more than %d interfaces", maxInterfaces)
	}
	d.ifaces = append(d.ifaces, iface)
	return nil
}

// packet reads an enhanced (§4.3) or obsolete (appendix A) packet block.
func (d *ngReader) packet(r *wire.Reader, kind int, p *heron.Packet) error {
	var id int
	if kind == blockEnhanced {
		id = u32(r, d.big)
	} else {
		id = u16(r, d.big)
		r.Skip(2) // drops
	}
	high, low := u32(r, d.big), u32(r, d.big)
	captured, orig := u32(r, d.big), u32(r, d.big)
	data := r.Bytes(captured)
	if r.Err() != nil {
		return d.s.corrupt("a packet block with %d captured bytes does not hold them", captured)
	}
	if id >= len(d.ifaces) {
		return d.s.corrupt("a frame came in on interface %d, which the file does not describe", id)
	}
	if captured > MaxFrame {
		return d.s.corrupt("a frame of %d bytes cannot be: the limit is %d", captured, MaxFrame)
	}
	iface := &d.ifaces[id]
	if t, ok := iface.clock.time(uint64(high)<<32 | uint64(low)); ok {
		d.last = t
	}
	*p = heron.Packet{
		Time: d.last, Data: data, OrigLen: max(orig, captured), Link: iface.link, Interface: d.base + id,
	}
	return nil
}

// ngEnhanced is what stands before the data of an enhanced packet block.
const ngEnhanced = 28

// ahead implements decoder.
func (d *ngReader) ahead(ps []heron.Packet) int {
	n := 0
	for n < len(ps) && d.one(&ps[n]) {
		n++
	}
	return n
}

// one is next for an enhanced packet block with no fault that was read already.
func (d *ngReader) one(p *heron.Packet) bool {
	w := d.s.window()
	h, rest := wire.Head28(w)
	if h == nil || fixed32(h[0:4], d.big) != blockEnhanced {
		return false
	}
	length, id := fixed32(h[4:8], d.big), fixed32(h[8:12], d.big)
	captured, orig := fixed32(h[20:24], d.big), fixed32(h[24:28], d.big)
	block, _, whole := wire.Cut(w, length)
	if !whole || length%4 != 0 || length > maxBlock || captured > min(length-ngEnhanced-4, MaxFrame) || id >= len(d.ifaces) {
		return false
	}
	trailer := wire.NewReader(block)
	trailer.Skip(length - 4)
	iface := &d.ifaces[id]
	if u32(&trailer, d.big) != length || !iface.link.Known() {
		return false
	}
	if t, ok := iface.clock.time(uint64(fixed32(h[12:16], d.big))<<32 | uint64(fixed32(h[16:20], d.big))); ok {
		d.last = t
	}
	data, _, _ := wire.Cut(rest, captured)
	d.s.mark = d.s.offset
	d.s.take(length)
	p.Time, p.Data, p.OrigLen, p.Link, p.Interface = d.last, data, max(orig, captured), iface.link, d.base+id
	return true
}

// simple reads a simple packet block (§4.4): the first interface's, without a
// time, so it gets that of the frame before.
func (d *ngReader) simple(r *wire.Reader, p *heron.Packet) error {
	orig := u32(r, d.big)
	if r.Err() != nil {
		return d.s.corrupt("a simple packet block is too short")
	}
	if len(d.ifaces) == 0 {
		return d.s.corrupt("a frame came in on interface 0, which the file does not describe")
	}
	iface := &d.ifaces[0]
	captured := min(orig, r.Len(), MaxFrame)
	if iface.snaplen > 0 {
		captured = min(captured, iface.snaplen)
	}
	*p = heron.Packet{
		Time: d.last, Data: r.Bytes(captured), OrigLen: max(orig, captured), Link: iface.link, Interface: d.base,
	}
	return nil
}

func u64(r *wire.Reader, big bool) uint64 {
	if big {
		return r.U64()
	}
	return r.U64LE()
}
