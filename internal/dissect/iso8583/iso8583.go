// Package iso8583 recognises the messages of card payments, by which terminals and
// automats are known. Only the type of a message is told; card numbers, amounts
// and all else are passed over.
package iso8583

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyMessage is the type of a message, as 0200 or 0810.
const keyMessage = "iso8583.message"

// Limits on a message.
const (
	shortest = 18
	longest  = 2048
	// tpdu begins an address of five octets that terminals put before a message.
	tpdu     = 0x60
	tpduSize = 5
)

// maxMessages is how many of a flow are read, after which it has nothing new.
const maxMessages = 8

// Protocol returns the dissector. It has no port of its own; one
// is often taken for it.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:  "iso8583",
		Over:  dissect.OverTCP,
		Ports: []uint16{8583},
		Spec:  "ISO 8583:1987, messages, bitmaps and fields 2 to 13",
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			if err != nil || n == 0 || n > len(b) {
				return false
			}
			r := wire.NewReader(b)
			_, ok := read(&r)
			return ok
		},
		Starts:  []byte{0, 1, 2, 3, 4, 5, 6, 7},
		Frame:   frame,
		Dissect: dissectMessage,
	}
}

// frame returns the length of a message: what its first two octets say, and these.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	length := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if length < shortest || length > longest {
		return 0, dissect.ErrNotMine
	}
	return 2 + length, nil
}

func dissectMessage(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, ok := read(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.ObserveString(m.Sender(), keyMessage, kind)
	m.Flow.Data[0]++
	return heron.Verdict{Done: m.Flow.Data[0] >= maxMessages}, nil
}

// read reads a message after its length, in either way of writing digits.
func read(r *wire.Reader) (kind string, ok bool) {
	r.Skip(2)
	first := wire.NewReader(r.Peek(1))
	if first.U8() == tpdu {
		r.Skip(tpduSize)
	}
	packed, text := *r, *r
	if kind, ok = fields(&packed, true); ok {
		return kind, true
	}
	return fields(&text, false)
}

// fields reads the type, the bitmap and the first fields, and reports whether they
// can be those of a message: a known type, digits where digits are, times that
// exist, and the numbers that all have to have.
func fields(r *wire.Reader, packed bool) (kind string, ok bool) {
	kind, ok = typeOf(number(r, 4, packed))
	bitmap := r.U64()
	if bitmap>>63 == 1 {
		r.Skip(8) // a second bitmap, of fields from 65 on
	}
	const trace, traceField = 11, 13
	if r.Err() != nil || !ok || bitmap>>(64-trace)&1 == 0 {
		return "", false
	}
	proofs := 0
	for field := 2; field <= traceField; field++ {
		if bitmap>>(64-field)&1 == 0 {
			continue
		}
		n, valid := readField(r, field, packed)
		if !valid || r.Err() != nil {
			return "", false
		}
		proofs += n
	}
	return kind, proofs >= 2
}

// readField reads one field of digits, and returns how much it proves.
func readField(r *wire.Reader, field int, packed bool) (proof int, valid bool) {
	sizes := [...]int{3: 6, 4: 12, 5: 12, 6: 12, 7: 10, 8: 8, 9: 8, 10: 8, 11: 6, 12: 6, 13: 4}
	if field == 2 { // the card's number: passed over
		size := number(r, 2, packed)
		if size < 8 || size > 19 {
			return 0, false
		}
		if packed {
			size = (size + 1) / 2
		}
		r.Skip(size)
		return 0, true
	}
	switch field {
	case 7:
		month, day, hour, minute, second := number(r, 2, packed), number(r, 2, packed), number(r, 2, packed), number(r, 2, packed), number(r, 2, packed)
		return 2, month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
	case 12:
		hour, minute, second := number(r, 2, packed), number(r, 2, packed), number(r, 2, packed)
		return 1, hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
	case 13:
		month, day := number(r, 2, packed), number(r, 2, packed)
		return 1, month >= 1 && month <= 12 && day >= 1 && day <= 31
	}
	return field / 11, number(r, sizes[field], packed) >= 0 // the trace number proves a little
}

// number reads n digits, two in an octet when they are packed; -1 when one is none.
func number(r *wire.Reader, n int, packed bool) int {
	value := 0
	if packed {
		for range n / 2 {
			c := r.U8()
			if c>>4 > 9 || c&15 > 9 {
				return -1
			}
			value = 100*value + 10*(c>>4) + c&15
		}
		return value
	}
	for range n {
		c := r.U8()
		if c < '0' || c > '9' {
			return -1
		}
		value = 10*value + c - '0'
	}
	return value
}

// typeOf returns a type of message of the first version as text: requests and
// answers of each class that payments use.
func typeOf(n int) (string, bool) {
	switch n {
	case 100:
		return "0100", true
	case 110:
		return "0110", true
	case 120:
		return "0120", true
	case 130:
		return "0130", true
	case 200:
		return "0200", true
	case 210:
		return "0210", true
	case 220:
		return "0220", true
	case 230:
		return "0230", true
	case 320:
		return "0320", true
	case 330:
		return "0330", true
	case 400:
		return "0400", true
	case 410:
		return "0410", true
	case 420:
		return "0420", true
	case 430:
		return "0430", true
	case 500:
		return "0500", true
	case 510:
		return "0510", true
	case 800:
		return "0800", true
	case 810:
		return "0810", true
	case 820:
		return "0820", true
	}
	return "", false
}
