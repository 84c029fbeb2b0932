package flow

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Frame control bits of IEEE 802.11-2020 §9.2.4.1, as read little-endian.
const (
	dot11Type      = 0x000c
	dot11Data      = 0x0008
	dot11Control   = 0x0004
	dot11QoS       = 0x0080 // subtype bit of data frames
	dot11NoData    = 0x0040 // subtype bit of data frames
	dot11ToDS      = 0x0100
	dot11FromDS    = 0x0200
	dot11MoreFrags = 0x0400
	dot11Protected = 0x4000
	dot11Order     = 0x8000
)

// radiotap passes over the radiotap header (radiotap.org) and drops the frame
// check sequence where its flags say that there is one.
func (t *Table) radiotap(r *wire.Reader) {
	version := r.U8()
	r.Skip(1)
	header := r.Sub(r.U16LE() - 4)
	if r.Err() != nil || version != 0 {
		t.fault()
		return
	}
	flags := radiotapFlags(&header)
	body := *r
	if flags&0x10 != 0 && !t.frame.cut {
		body = r.Sub(max(r.Len()-4, 0))
	}
	t.dot11(&body)
}

// radiotapFlags returns the flags field, 0 when there is none. Only the time
// stamp, aligned to 8 bytes, may come before it.
func radiotapFlags(r *wire.Reader) int {
	const (
		hasTime  = 1 << 0
		hasFlags = 1 << 1
		more     = 1 << 31
	)
	present := r.U32LE()
	read := 8 // bytes of the whole header so far
	for word := present; word&more != 0 && r.Err() == nil; read += 4 {
		word = r.U32LE()
	}
	if present&hasFlags == 0 {
		return 0
	}
	if present&hasTime != 0 {
		r.Skip(-read&7 + 8)
	}
	return r.U8()
}

// dot11 reads an 802.11 frame down to its LLC header. What is encrypted or a
// fragment stays closed, but its sender was sighted.
func (t *Table) dot11(r *wire.Reader) {
	control := r.U16LE()
	r.Skip(2) // duration
	a1 := mac(r)
	if control&dot11Type == dot11Control {
		t.undecoded() // they carry no sender that is worth it
		return
	}
	a2, a3 := mac(r), mac(r)
	sequence := r.U16LE()
	if r.Err() != nil {
		t.fault()
		return
	}
	t.dot11Addresses(r, control, a1, a2, a3)
	if control&dot11Type != dot11Data || control&dot11NoData != 0 {
		t.closed()
		return
	}
	aggregated := false
	if control&dot11QoS != 0 {
		aggregated = r.U16LE()&0x80 != 0
		if control&dot11Order != 0 {
			r.Skip(4) // HT control
		}
	}
	switch {
	case r.Err() != nil:
		t.fault()
	case control&(dot11Protected|dot11MoreFrags) != 0 || sequence&0xf != 0:
		t.closed()
	case aggregated:
		t.amsdu(r)
	default:
		t.network(r, typeLLC)
	}
}

// dot11Addresses finds who sent to whom (§9.3.2.1, table 9-30).
func (t *Table) dot11Addresses(r *wire.Reader, control int, a1, a2, a3 heron.MAC) {
	f := &t.frame
	f.dst, f.src = a1, a2
	if control&dot11Type != dot11Data {
		return
	}
	if control&dot11ToDS != 0 {
		f.dst = a3
	}
	if control&dot11FromDS != 0 {
		f.src = a3
		if control&dot11ToDS != 0 {
			f.src = mac(r)
		}
	}
}

// closed counts a frame whose content cannot be read, and its sender.
func (t *Table) closed() {
	t.undecoded()
	t.sight(addr{}, false)
}

// amsdu reads the frames of an aggregate (§9.3.2.2.2).
func (t *Table) amsdu(r *wire.Reader) {
	whole := t.frame
	for r.Len() >= 14 {
		whole.faulty = t.frame.faulty
		t.frame = whole
		t.frame.dst, t.frame.src = mac(r), mac(r)
		n := r.U16()
		body := r.Sub(min(n, r.Len()))
		r.Skip(min(-(n+14)&3, r.Len()))
		t.network(&body, typeLLC)
	}
}
