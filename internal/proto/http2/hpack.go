package http2

import (
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Limits of a Decoder.
const (
	defaultTable = 4096      // RFC 9113 §6.5.2
	maxTable     = 64 << 10  // that a peer may ask for; browsers do
	maxString    = 8 << 10   // of a name or value
	maxFields    = 512       // of one block
	overhead     = 32        // of an entry, in its size (RFC 7541 §4.1)
	maxInteger   = 1<<28 - 1 // more is no index and no length
)

// ErrHPACK says that a header block cannot be decoded, by which the state of the
// connection is lost.
var ErrHPACK = errors.New("header block cannot be decoded")

// Decoder decodes the header blocks of one direction of a connection (RFC 7541).
// Reset makes it ready, for the first connection as well.
type Decoder struct {
	huffman huffman
	ready   bool
	max     int // size of the dynamic table
	size    int
	entries []entry // the oldest first
	gone    int     // of entries, evicted
	data    []byte
	text    []byte // of the field at hand
}

// entry is a field of the dynamic table, in data.
type entry struct{ at, name, value int }

// Reset forgets the dynamic table.
func (d *Decoder) Reset() {
	if !d.ready {
		d.huffman, d.ready = newHuffman(), true
	}
	d.max, d.size, d.gone = defaultTable, 0, 0
	d.entries, d.data = d.entries[:0], d.data[:0]
}

// Decode goes through the fields of a whole block. Names and values are valid
// during the call only.
func (d *Decoder) Decode(block []byte, each func(name, value []byte)) error {
	r := wire.NewReader(block)
	for range maxFields {
		if r.Len() == 0 {
			return nil
		}
		if !d.field(&r, each) {
			return ErrHPACK
		}
	}
	return ErrHPACK
}

// field reads one representation (RFC 7541 §6).
func (d *Decoder) field(r *wire.Reader, each func(name, value []byte)) bool {
	switch first := r.U8(); {
	case first&0x80 != 0: // indexed
		name, value, ok := d.lookup(integer(r, first, 7))
		if ok {
			each(name, value)
		}
		return ok
	case first&0xc0 == 0x40: // literal, with indexing
		return d.literal(r, integer(r, first, 6), true, each)
	case first&0xe0 == 0x20: // a new size of the table
		d.max = integer(r, first, 5)
		d.evict(0)
		return r.Err() == nil && d.max <= maxTable
	default: // literal, without indexing or never indexed
		return d.literal(r, integer(r, first, 4), false, each)
	}
}

// literal reads a field whose value, and perhaps name, is in the block.
func (d *Decoder) literal(r *wire.Reader, index int, keep bool, each func(name, value []byte)) bool {
	d.text = d.text[:0]
	if index == 0 {
		if !d.str(r) {
			return false
		}
	} else {
		name, _, ok := d.lookup(index)
		if !ok {
			return false
		}
		d.text = append(d.text, name...)
	}
	n := len(d.text)
	if !d.str(r) {
		return false
	}
	each(d.text[:n:n], d.text[n:])
	if keep {
		d.insert(n)
	}
	return true
}

// str adds a string literal to d.text (RFC 7541 §5.2).
func (d *Decoder) str(r *wire.Reader) bool {
	first := r.U8()
	b := r.Bytes(integer(r, first, 7))
	if r.Err() != nil || len(b) > maxString {
		return false
	}
	if first&0x80 == 0 {
		d.text = append(d.text, b...)
		return true
	}
	var ok bool
	d.text, ok = d.huffman.decode(d.text, b, maxString)
	return ok
}

// integer reads an integer whose first octet has a prefix of that many bits
// (RFC 7541 §5.1).
func integer(r *wire.Reader, first, bits int) int {
	mask := 1<<bits - 1
	n := first & mask
	if n < mask {
		return n
	}
	for shift := 0; shift < 28; shift += 7 {
		c := r.U8()
		n += c & 0x7f << shift
		if c < 0x80 {
			return min(n, maxInteger)
		}
	}
	r.Fail(ErrHPACK)
	return 0
}

// lookup returns the field with an index (RFC 7541 §2.3.3).
func (d *Decoder) lookup(index int) (name, value []byte, ok bool) {
	if index <= 0 {
		return nil, nil, false
	}
	if index <= len(staticTable) {
		f := &staticFields[index-1]
		return f[0], f[1], true
	}
	i := len(d.entries) - (index - len(staticTable))
	if i < d.gone {
		return nil, nil, false
	}
	e := d.entries[i]
	b := d.data[e.at : e.at+e.name+e.value]
	return b[:e.name:e.name], b[e.name:], true
}

// insert adds d.text, whose name has n octets, to the dynamic table.
func (d *Decoder) insert(n int) {
	size := len(d.text) + overhead
	d.evict(size)
	if size > d.max {
		return // an entry that is too large empties the table (§4.4)
	}
	d.entries = append(d.entries, entry{at: len(d.data), name: n, value: len(d.text) - n})
	d.data = append(d.data, d.text...)
	d.size += size
}

// evict makes room for an entry of that size.
func (d *Decoder) evict(size int) {
	for d.gone < len(d.entries) && d.size+size > d.max {
		e := &d.entries[d.gone]
		d.size -= e.name + e.value + overhead
		d.gone++
	}
	if d.gone < len(d.entries)/2 || d.gone == 0 {
		return
	}
	from := len(d.data)
	if d.gone < len(d.entries) {
		from = d.entries[d.gone].at
	}
	d.data = append(d.data[:0], d.data[from:]...)
	d.entries = append(d.entries[:0], d.entries[d.gone:]...)
	d.gone = 0
	for i := range d.entries {
		d.entries[i].at -= from
	}
}

// staticFields is staticTable as fields are told, so that none is made for each.
var staticFields = func() (all [len(staticTable)][2][]byte) {
	for i, f := range staticTable {
		all[i] = [2][]byte{[]byte(f[0]), []byte(f[1])}
	}
	return all
}()

// staticTable is RFC 7541, Appendix A.
var staticTable = [61][2]string{
	{":authority", ""},
	{":method", "GET"},
	{":method", "POST"},
	{":path", "/"},
	{":path", "/index.html"},
	{":scheme", "http"},
	{":scheme", "https"},
	{":status", "200"},
	{":status", "204"},
	{":status", "206"},
	{":status", "304"},
	{":status", "400"},
	{":status", "404"},
	{":status", "500"},
	{"accept-charset", ""},
	{"accept-encoding", "gzip, deflate"},
	{"accept-language", ""},
	{"accept-ranges", ""},
	{"accept", ""},
	{"access-control-allow-origin", ""},
	{"age", ""},
	{"allow", ""},
	{"authorization", ""},
	{"cache-control", ""},
	{"content-disposition", ""},
	{"content-encoding", ""},
	{"content-language", ""},
	{"content-length", ""},
	{"content-location", ""},
	{"content-range", ""},
	{"content-type", ""},
	{"cookie", ""},
	{"date", ""},
	{"etag", ""},
	{"expect", ""},
	{"expires", ""},
	{"from", ""},
	{"host", ""},
	{"if-match", ""},
	{"if-modified-since", ""},
	{"if-none-match", ""},
	{"if-range", ""},
	{"if-unmodified-since", ""},
	{"last-modified", ""},
	{"link", ""},
	{"location", ""},
	{"max-forwards", ""},
	{"proxy-authenticate", ""},
	{"proxy-authorization", ""},
	{"range", ""},
	{"referer", ""},
	{"refresh", ""},
	{"retry-after", ""},
	{"server", ""},
	{"set-cookie", ""},
	{"strict-transport-security", ""},
	{"transfer-encoding", ""},
	{"user-agent", ""},
	{"vary", ""},
	{"via", ""},
	{"www-authenticate", ""},
}
