// Package tuya reads the local protocol of devices with Tuya's software: who they
// are, which they call out to all under a key that all know, and that they are
// told to do something. What they are told stays closed under their own key.
package tuya

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyDevice  = "tuya.device_id"
	keyProduct = "tuya.product_key"
	keyVersion = "tuya.version"
	keyClear   = "tuya.clear" // "yes": it calls out without a key
)

// Marks at the start and the end of messages: those up to version 3.4, and those
// of version 3.5.
const (
	head33 = 0x000055aa
	tail33 = 0x0000aa55
	head35 = 0x00006699
	tail35 = 0x00009966
)

// Commands.
const (
	cmdControl    = 0x07
	cmdControlNew = 0x0d
	lastCommand   = 0xff
)

// Lengths of what comes before the body and after it, and the most a body has.
const (
	size33  = 16
	size35  = 18
	maxBody = 8 << 10
)

// secret is what the key of announcements is made of; all such devices have it.
const secret = "yGAdlopoPVldABfn"

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	key := md5.Sum([]byte(secret))
	d := &dissector{}
	if block, err := aes.NewCipher(key[:]); err == nil {
		d.block = block
		d.sealed, _ = cipher.NewGCM(block)
	}
	return dissect.Protocol{
		Name:         "tuya",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{6668, 6667, 6666, 7000},
		Spec:         "Tuya local protocol, versions 3.1 to 3.5, as its public descriptions have it",
		EveryMessage: true,
		Probe:        probe,
		Starts:       []byte{0},
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	block  cipher.Block
	sealed cipher.AEAD
	plain  []byte
	text   []byte
}

// message is one message; body is borrowed.
type message struct {
	newer   bool // version 3.5
	command int
	body    []byte // without the mark at the end
	head    []byte // of version 3.5: what is authenticated beside the body
}

// probe asks for the mark and a head that makes sense.
func probe(b []byte, _ bool) bool {
	n, err := frame(b)
	return err == nil && n > 0
}

// frame returns the length of a message: marks, sequence, command, length.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	mark := r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	head := size33
	tail := 0 // is counted in the length
	switch mark {
	case head33:
	case head35:
		r.Skip(2)
		head, tail = size35, 4
	default:
		return 0, dissect.ErrNotMine
	}
	r.Skip(4)
	command, size := r.U32(), r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	if command > lastCommand || size < 8 || size > maxBody {
		return 0, dissect.ErrNotMine
	}
	return head + size + tail, nil
}

// read reads a whole message, which must end in its mark.
func read(r *wire.Reader) (message, bool) {
	var m message
	whole := r.Peek(r.Len())
	m.newer = r.U32() == head35
	if m.newer {
		m.head = whole[min(4, len(whole)):min(size35, len(whole))]
		r.Skip(2)
	}
	r.Skip(4)
	m.command = r.U32()
	size := r.U32()
	tail := tail33
	if m.newer {
		tail = tail35
	} else {
		size -= 4
	}
	m.body = r.Bytes(size)
	return m, r.U32() == tail && r.Err() == nil
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if n, err := frame(r.Peek(r.Len())); err != nil || n == 0 || n > r.Len() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	msg, ok := read(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	if m.Transport == heron.UDP {
		d.announcement(&msg, about, out)
		return heron.Verdict{}, nil
	}
	if msg.newer {
		out.ObserveString(m.Sender(), keyVersion, "3.5")
	} else if v := version(msg.body); v != "" {
		out.ObserveString(m.Sender(), keyVersion, v)
	}
	if m.FromClient && (msg.command == cmdControl || msg.command == cmdControlNew) {
		out.Event(heron.Event{Kind: "tuya.write"})
	}
	return heron.Verdict{}, nil
}

// version is what some bodies begin with in clear, after a code in answers.
func version(body []byte) string {
	r := wire.NewReader(body)
	if code := r.Peek(4); string(code) == "\x00\x00\x00\x00" {
		r.Skip(4)
	}
	switch v := r.Bytes(3); string(v) {
	case "3.1":
		return "3.1"
	case "3.2":
		return "3.2"
	case "3.3":
		return "3.3"
	case "3.4":
		return "3.4"
	}
	return ""
}

// announcement opens what a device calls out.
func (d *dissector) announcement(m *message, about heron.Subject, out dissect.Emitter) {
	doc, bare := d.open(m)
	s := jsonscan.New(doc)
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Depth != 1 || v.Kind != jsonscan.String {
			continue
		}
		var key string
		switch string(v.Key) {
		case "gwId":
			key = keyDevice
		case "productKey":
			key = keyProduct
		case "version":
			key = keyVersion
		default:
			continue
		}
		d.text = jsonscan.Append(d.text[:0], v.Raw)
		out.Observe(about, key, d.text)
	}
	if bare {
		out.ObserveString(about, keyClear, "yes")
	}
}

// open returns the JSON of an announcement, and whether it was in clear.
func (d *dissector) open(m *message) (doc []byte, bare bool) {
	r := wire.NewReader(m.body)
	if m.newer {
		nonce, rest := r.Bytes(12), r.Rest()
		if nonce == nil || d.sealed == nil || len(rest) < d.sealed.Overhead() {
			return nil, false
		}
		plain, err := d.sealed.Open(d.plain[:0], nonce, rest, m.head)
		if err != nil {
			return nil, false
		}
		d.plain = plain
		return trim(plain), false
	}
	body := r.Sub(r.Len() - 4) // a checksum
	if code := body.Peek(4); string(code) == "\x00\x00\x00\x00" {
		body.Skip(4)
	}
	if start := body.Peek(1); start != nil && start[0] == '{' {
		return body.Rest(), true
	}
	d.plain = d.plain[:0]
	for body.Len() >= aes.BlockSize && d.block != nil {
		at := len(d.plain)
		d.plain = append(d.plain, body.Bytes(aes.BlockSize)...)
		d.block.Decrypt(d.plain[at:], d.plain[at:])
	}
	return trim(d.plain), false
}

// trim cuts off what comes before the brace.
func trim(b []byte) []byte {
	for i, c := range b[:min(len(b), 16)] {
		if c == '{' {
			return b[i:]
		}
	}
	return nil
}
