package flow

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// What radios, firewalls and analyzers put before a frame (the link types of
// libpcap's registry).

// sumSize is the check sequence that Ethernet and 802.11 end with.
const sumSize = 4

// withoutSum drops the check sequence at the end of a frame that is whole.
func (t *Table) withoutSum(r *wire.Reader, size int) wire.Reader {
	if t.frame.cut {
		return *r
	}
	return r.Sub(max(r.Len()-size, 0))
}

// ppi reads a per-packet information header (CACE PPI 1.0.7): its length, the link
// type of what follows, and whether that has a check sequence.
func (t *Table) ppi(r *wire.Reader) {
	const common, flags, hasSum = 2, 8, 1
	version := r.U8()
	r.Skip(1)
	fields := r.Sub(r.U16LE() - 4)
	link := heron.LinkType(fields.U32LE())
	if r.Err() != nil || fields.Err() != nil || version != 0 || link == heron.LinkPPI {
		t.fault()
		return
	}
	body := *r
	for fields.Len() >= 4 {
		kind := fields.U16LE()
		field := fields.Sub(fields.U16LE())
		field.Skip(flags)
		if bits := field.U16LE(); kind == common && bits&hasSum != 0 {
			body = t.withoutSum(r, sumSize)
		}
	}
	if !link.Known() {
		t.unsupported()
		return
	}
	t.link(&body, link)
}

// monitor passes over the header of Prism cards or of AVS, which came to stand in
// its place; both have their length as their second number.
func (t *Table) monitor(r *wire.Reader) {
	const avs, least, most = 0x80211, 16, 512
	head := wire.NewReader(r.Peek(8))
	isAVS := head.U32()>>12 == avs
	little, big := head, head
	size := big.U32()
	if n := little.U32LE(); !isAVS && n <= most { // Prism's is in the order of who captured
		size = n
	}
	if big.Err() != nil || size < least || size > most {
		t.fault()
		return
	}
	r.Skip(size)
	if r.Err() != nil {
		t.fault()
		return
	}
	t.dot11(r)
}

// wpanTAP reads the header of IEEE 802.15.4 TAP: its length, and in its fields
// which check sequence there is.
func (t *Table) wpanTAP(r *wire.Reader) {
	const sumKind = 0
	version := r.U8()
	r.Skip(1)
	fields := r.Sub(r.U16LE() - 4)
	if r.Err() != nil || version != 0 {
		t.fault()
		return
	}
	body := *r
	for fields.Len() >= 4 {
		kind, size := fields.U16LE(), fields.U16LE()
		field := fields.Sub(size)
		fields.Skip(min(-size&3, fields.Len()))
		if sum := field.U8(); kind == sumKind && field.Err() == nil && sum <= 2 {
			body = t.withoutSum(r, 2*sum) // none, 16 or 32 bits
		}
	}
	t.wpan(&body, heron.LinkWPANNoFCS)
}

// netAnalyzer reads a frame as Hilscher's analyzers record it: behind four octets,
// with its check sequence, and in transparent mode with its preamble.
func (t *Table) netAnalyzer(r *wire.Reader, link heron.LinkType) {
	const preamble, start = 0x55, 0xd5
	r.Skip(4)
	if link == heron.LinkNetAnalyzerRaw {
		b := preamble
		for n := 0; n < 8 && b == preamble && r.Err() == nil; n++ {
			b = r.U8()
		}
		if b != start {
			t.fault()
			return
		}
	}
	if r.Err() != nil {
		t.fault()
		return
	}
	body := t.withoutSum(r, sumSize)
	t.ethernet(&body)
}

// nflog finds the packet among the attributes of Linux's firewall log, which are in
// the order of octets of who captured, nearly always the smaller first.
func nflog(r *wire.Reader) (etherType int, src heron.MAC) {
	const hardware, payload = 8, 9
	r.Skip(4) // family, version, group
	for range maxAttributes {
		size, kind := r.U16LE(), r.U16LE()&0x7fff
		value := r.Sub(min(size-4, r.Len()))
		r.Skip(min(-size&3, r.Len()))
		switch {
		case r.Err() != nil:
			return typeOther, src
		case kind == hardware:
			if n := value.U16(); n == len(src) {
				value.Skip(2)
				src = mac(&value)
			}
		case kind == payload:
			*r = value
			return version(r), src
		}
	}
	return typeOther, src
}

// maxAttributes bounds the attributes before the packet of a firewall log.
const maxAttributes = 32

// pflog passes over the header of the log of OpenBSD's packet filter: its length
// without the padding, then much else.
func pflog(r *wire.Reader) int {
	head := wire.NewReader(r.Peek(1))
	r.Skip((head.U8() + 3) &^ 3)
	return version(r)
}
