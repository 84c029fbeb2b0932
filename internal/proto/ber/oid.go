package ber

import (
	"strconv"

	"github.com/heron-iot/heron/internal/wire"
)

// AppendOID appends the dotted form of an encoded object identifier (§8.19).
func AppendOID(dst, encoded []byte) []byte {
	r := wire.NewReader(encoded)
	if r.Len() == 0 {
		return dst
	}
	first := arc(&r)
	root := min(first/40, 2)
	dst = strconv.AppendUint(dst, root, 10)
	dst = strconv.AppendUint(append(dst, '.'), first-40*root, 10)
	return appendArcs(dst, &r)
}

// AppendRelativeOID appends one that is relative to another (§8.20), with a dot at
// its start.
func AppendRelativeOID(dst, encoded []byte) []byte {
	r := wire.NewReader(encoded)
	return appendArcs(dst, &r)
}

func appendArcs(dst []byte, r *wire.Reader) []byte {
	for r.Len() > 0 {
		dst = strconv.AppendUint(append(dst, '.'), arc(r), 10)
	}
	return dst
}

// arc reads one number of an identifier.
func arc(r *wire.Reader) uint64 {
	n, octet := uint64(0), 0x80
	for octet&0x80 != 0 && r.Len() > 0 {
		octet = r.U8()
		n = n<<7 | uint64(octet&0x7f)
	}
	return n
}
