package wire

// Order is an order of octets, for formats in which the sender says which it uses.
type Order bool

// The two orders; the zero value is the network's.
const (
	BigEndian    Order = false
	LittleEndian Order = true
)

// U16 reads two bytes in that order.
func (o Order) U16(r *Reader) int {
	if o == LittleEndian {
		return r.U16LE()
	}
	return r.U16()
}

// U32 reads four bytes in that order.
func (o Order) U32(r *Reader) int {
	if o == LittleEndian {
		return r.U32LE()
	}
	return r.U32()
}
