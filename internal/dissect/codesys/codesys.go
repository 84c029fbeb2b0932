// Package codesys reads what controllers with a CODESYS runtime say of
// themselves: version 2 over TCP, and the search for nodes of version 3.
package codesys

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keySystem  = "codesys.os"      // system below the runtime, and its details
	keyProduct = "codesys.product" // of version 2
	keyNode    = "codesys.node"    // name of a node, as it was given
	keyDevice  = "codesys.device"  // name of the product
	keyVendor  = "codesys.vendor"
	keyVersion = "codesys.version" // of the product
	keyTarget  = "codesys.target_id"
)

// Messages of version 2 begin with two octets, and a length of four in the order
// of the controller's processor. Those of version 3 over TCP begin with another
// number, and carry a datagram.
const (
	magicV2    = 0xbbbb
	magicV3    = 0xe8170100
	magicUDP   = 0xc5
	headerV2   = 6
	headerV3   = 8
	maxMessage = 1 << 16
	// maxMessages is how many of a connection are looked at: it says what it is first.
	maxMessages = 32
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:  "codesys",
		Over:  dissect.OverTCP | dissect.OverUDP,
		Ports: []uint16{1200, 2455, 11740, 1740, 1741, 1742, 1743},
		Spec:  "not published; Kaspersky ICS CERT, Security research: CODESYS Runtime (2019), §2 and §3",
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && n > 0
		},
		Starts:  []byte{0xbb, 0xe8},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a message over TCP.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	two := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if two == magicV2 {
		return frameV2(&r)
	}
	low, length := r.U16(), r.U32LE()
	if two != magicV3>>16 || low != magicV3&0xffff && r.Offset() >= 4 {
		return 0, dissect.ErrNotMine
	}
	datagram := wire.NewReader(r.Peek(1))
	first := datagram.U8()
	if r.Err() != nil || datagram.Err() != nil {
		return 0, nil
	}
	if length <= headerV3 || length > maxMessage || first != magicUDP {
		return 0, dissect.ErrNotMine
	}
	return length, nil
}

// frameV2 goes on after the magic of version 2.
func frameV2(r *wire.Reader) (int, error) {
	swapped := wire.NewReader(r.Peek(4))
	length, other := r.U32(), swapped.U32LE()
	if r.Err() != nil {
		return 0, nil
	}
	length = min(length, other) // one of them is far too large
	if length == 0 || length > maxMessage {
		return 0, dissect.ErrNotMine
	}
	return headerV2 + length, nil
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.UDP {
		return heron.Verdict{}, d.datagram(r, m, out)
	}
	if n, err := frame(r.Peek(r.Len())); err != nil || n == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	m.Flow.Data[0]++
	v := heron.Verdict{Done: m.Flow.Data[0] >= maxMessages}
	if r.U16() == magicV2 {
		readV2(r, m, out)
		return v, nil
	}
	r.Skip(headerV3 - 2)
	return v, d.datagram(r, m, out)
}

// readV2 reads the answer to a login of version 2: after codes of 64 octets three
// texts of 32, of the system, its details and the product.
func readV2(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	if m.FromClient {
		return
	}
	r.Skip(64 - 2)
	var texts [3][]byte
	for i := range texts {
		texts[i] = wire.UntilZero(r.Bytes(32))
	}
	if r.Err() != nil || !wire.Printable(texts[0]) || !wire.Printable(texts[2]) {
		return
	}
	about := m.Sender()
	out.Observe(about, keySystem, texts[0])
	out.Observe(about, keySystem, texts[1])
	out.Observe(about, keyProduct, texts[2])
}

// Services of a datagram of version 3.
const (
	serviceAddress      = 1
	serviceAddressReply = 2
	serviceName         = 3
	serviceNameReply    = 4
	serviceChannel      = 0x40
	identification      = 0xc280
)

// datagram reads a datagram of version 3: magic, hops, the kind of packet, a
// service, a number, the lengths of two addresses and they, then data.
func (d *dissector) datagram(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	start := r.Offset()
	magic, hops := r.U8(), r.U8()
	r.Skip(1)
	service := r.U8()
	r.Skip(1)
	lengths := r.U8()
	if hops&7 > 3 {
		r.Skip(2 * (hops&7 - 3)) // a longer header
	}
	r.Skip(2 * (lengths>>4 + lengths&15))
	if pad := (r.Offset() - start) % 4; pad != 0 {
		r.Skip(4 - pad)
	}
	if r.Err() != nil || magic != magicUDP || hops>>3 == 0 || hops&7 < 3 || !isService(service) || r.Len() < 4 {
		return dissect.ErrNotMine
	}
	if service == serviceName || service == serviceNameReply {
		kind := r.U16LE()
		if kind>>8 != identification>>8 {
			return dissect.ErrNotMine
		}
		if kind == identification {
			d.identify(r, m.Src, out)
		}
	}
	return nil
}

func isService(n int) bool {
	return n >= serviceAddress && n <= serviceNameReply || n >= serviceChannel && n <= serviceChannel+3
}

// identify tells what a node answers: names of the node, the product and its
// maker at the end, in UTF-16; before them their lengths, then the type of the
// product, its number and its version, in a place that changed with the runtime.
func (d *dissector) identify(r *wire.Reader, from heron.Endpoint, out dissect.Emitter) {
	about := heron.Subject{Endpoint: from}
	for at := range min(r.Len(), 32) {
		head := r.At(r.Offset() + at)
		sizes := [3]int{head.U16LE(), head.U16LE(), head.U16LE()}
		head.Skip(4)
		id := head.U32LE()
		v := [4]int{head.U8(), head.U8(), head.U8(), head.U8()}
		rest := 2 * (sizes[0] + sizes[1] + sizes[2] + 3)
		if head.Err() != nil || sizes[0] == 0 || sizes[1] == 0 || rest > head.Len() || head.Len() > rest+24 {
			continue
		}
		if d.names(&head, sizes, about, out) {
			out.Observe(about, keyTarget, d.text.HexNumber(id, 8))
			out.Observe(about, keyVersion, d.text.Numbers('.', v[3], v[2], v[1], v[0]))
			return
		}
	}
}

// names tells the three names when they stand at the place that their lengths
// say, each with a zero after it.
func (d *dissector) names(head *wire.Reader, sizes [3]int, about heron.Subject, out dissect.Emitter) bool {
	for skip := 0; skip <= 24 && skip <= head.Len(); skip += 2 {
		r := head.At(head.Offset() + skip)
		d.text = d.text[:0]
		ok := true
		for _, n := range sizes {
			ok = ok && d.utf16(&r, n)
		}
		if !ok {
			continue
		}
		rest := d.text
		for i, key := range [3]string{keyNode, keyDevice, keyVendor} {
			out.Observe(about, key, rest[:sizes[i]])
			rest = rest[sizes[i]:]
		}
		return true
	}
	return false
}

// utf16 appends n characters of Latin letters, and reports whether a zero follows.
func (d *dissector) utf16(r *wire.Reader, n int) bool {
	for range r.Count(n, 2) {
		c := r.U16LE()
		if c < 0x20 || c > 0x7e {
			return false
		}
		d.text = append(d.text, byte(c))
	}
	return r.U16LE() == 0 && r.Err() == nil
}
