// Package iec62056_21 reads IEC 62056-21, in which meters are read in lines of
// text, behind converters to TCP: by asking (mode C), and as meters of households
// tell by themselves (P1 of the Dutch and Belgian ones). What they have metered is
// never told, nor passwords.
package iec62056_21

import (
	"bytes"
	"encoding/hex"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyManufacturer   = "iec62056_21.manufacturer" // three letters, as in dlms.manufacturer
	keyIdentification = "iec62056_21.identification"
	keySerial         = "iec62056_21.serial"
	keyFirmware       = "iec62056_21.firmware"
	schemeName        = "iec62056_21" // of logins
)

// Characters that begin a message or end one (IEC 62056-21 §6.3).
const (
	startOfHead = 0x01
	startOfText = 0x02
	endOfText   = 0x03
	endOfPart   = 0x04
	accepted    = 0x06
	refused     = 0x15
)

const (
	maxLine    = 512
	maxAsk     = 40 // "/?", a number, "!" and the end of the line
	lineEnd    = "\r\n"
	maxAddress = 32
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "iec62056_21",
		Over:         dissect.OverTCP,
		Ports:        []uint16{10001},
		Spec:         "IEC 62056-21:2002 §6; P1 Companion Standard 5.0.2 §6; IEC 62056-6-1 (numbers of values)",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n := length(b)
			return n > 0 && n <= len(b) && opens(b[:n])
		},
		Starts:  []byte{'/'},
		Dissect: d.dissect,
	}
}

// length returns that of what stands by itself: a character, a command, or a line, of
// the one by which a meter says what it is with an empty one behind it. It is 0 for
// what goes on.
func length(b []byte) int {
	r := wire.NewReader(b)
	switch first := r.Peek(1); {
	case first == nil:
		return 0
	case first[0] == accepted || first[0] == refused:
		return 1
	case first[0] == endOfText || first[0] == endOfPart:
		return 2 // with its check
	case first[0] == startOfHead:
		if end := bytes.IndexAny(b[:min(len(b), maxLine)], "\x03\x04"); end >= 0 {
			return end + 2
		}
		return 0
	}
	line := r.Until('\n', maxLine)
	switch {
	case r.Err() != nil:
		return 0
	case bytes.HasPrefix(line, []byte("/")) && bytes.HasPrefix(r.Rest(), []byte(lineEnd)):
		return len(line) + 1 + len(lineEnd)
	}
	return len(line) + 1
}

// opens reports whether a conversation may begin with a message: the question who
// is there, or what a meter says by itself.
func opens(b []byte) bool {
	if address, ok := bytes.CutPrefix(b, []byte("/?")); ok {
		address, ok = bytes.CutSuffix(address, []byte("!"+lineEnd))
		return ok && len(b) <= maxAsk && (len(address) == 0 || wire.Printable(address))
	}
	line, ok := bytes.CutSuffix(b, []byte(lineEnd+lineEnd))
	_, _, is := identification(line)
	return ok && is
}

// identification takes apart how a meter says what it is (§6.3.2): "/", three
// letters of its maker, how fast it talks, what it can do behind backslashes, and what
// its maker calls it.
func identification(line []byte) (maker, name []byte, ok bool) {
	const letters, longestName = 3, 32
	r := wire.NewReader(bytes.TrimSuffix(line, []byte(lineEnd)))
	slash, maker, speed := r.U8(), r.Bytes(letters), r.U8()
	name = r.Rest()
	for len(name) > 1 && name[0] == '\\' {
		name = name[2:]
	}
	ok = slash == '/' && (speed >= '0' && speed <= '9' || speed >= 'A' && speed <= 'I') && len(name) <= longestName && wire.Printable(name)
	for _, c := range maker {
		ok = ok && (c|0x20 >= 'a' && c|0x20 <= 'z')
	}
	return maker, name, ok && len(maker) == letters
}

type dissector struct {
	text  []byte
	attrs dissect.Attrs
}

// atProven is the place in heron.FlowScratch.Data of whether the flow began as one of
// this protocol does.
const atProven = 0

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	n := length(b)
	proven := &m.Flow.Data[atProven]
	switch {
	case n == 0 && len(b) >= maxLine || *proven == 0 && !bytes.HasPrefix(b, []byte("/")):
		return heron.Verdict{}, dissect.ErrNotMine
	case n == 0 || *proven == 0 && mayOpen(b):
		return heron.Verdict{}, nil
	}
	b = b[:min(n, len(b))]
	if *proven == 0 && !opens(b) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	*proven = 1
	d.tell(b, m.Sender(), out)
	return heron.Verdict{Consumed: n}, nil
}

// mayOpen reports whether a line by which a meter says what it is has come, and
// nothing yet behind it.
func mayOpen(b []byte) bool {
	line, rest, whole := bytes.Cut(b, []byte("\n"))
	_, _, is := identification(bytes.TrimSuffix(line, []byte("\r")))
	return whole && is && len(rest) < len(lineEnd) && wire.CanBegin(rest, lineEnd)
}

// tell tells what a message says of its sender, and what it does.
func (d *dissector) tell(b []byte, about heron.Subject, out dissect.Emitter) {
	if command, ok := bytes.CutPrefix(b, []byte{startOfHead}); ok {
		d.command(command, out)
		return
	}
	line := bytes.TrimRight(b, lineEnd)
	maker, name, ok := identification(line)
	if !ok {
		d.value(line, about, out)
		return
	}
	d.text = append(d.text[:0], maker...)
	upper(d.text)
	out.Observe(about, keyManufacturer, d.text)
	out.Observe(about, keyIdentification, bytes.TrimSpace(name))
}

// upper makes letters of ASCII capital: the third of a maker is small where a meter
// answers fast.
func upper(letters []byte) {
	for i := range letters {
		letters[i] &^= 0x20
	}
}

// command reports logins and writes (§6.3.3 to §6.3.7): a letter, a number, and
// behind the start of the text what is set, as in "W5", STX, "0.9.1(…)".
func (d *dissector) command(b []byte, out dissect.Emitter) {
	head, text, _ := bytes.Cut(b, []byte{startOfText})
	switch {
	case len(head) != 2:
	case string(head) == "P1":
		dissect.ClearLogin(out, schemeName)
	case head[0] == 'W':
		address, _, _ := bytes.Cut(text, []byte("("))
		out.Act("iec62056_21.write", d.ordered(address[:min(len(address), maxAddress)]))
	}
}

// ordered returns the attributes of a write.
func (d *dissector) ordered(address []byte) map[string]string {
	d.attrs.Begin(0)
	d.attrs.Text(address)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	return d.attrs.Keep(map[string]string{"address": string(address)})
}

// value tells a number of the meter or its version, when a line has one.
func (d *dissector) value(line []byte, about heron.Subject, out dissect.Emitter) {
	name, rest, _ := bytes.Cut(bytes.TrimPrefix(line, []byte{startOfText}), []byte("("))
	text, _, whole := bytes.Cut(rest, []byte(")"))
	if !whole || !wire.Printable(text) {
		return
	}
	switch string(name) {
	case "C.1.0", "0-0:C.1.0", "0-0:96.1.0", "1-0:96.1.0":
		out.Observe(about, keySerial, text)
	case "0.2.0", "1-0:0.2.0":
		out.Observe(about, keyFirmware, text)
	case "0-0:96.1.1": // P1: octets in hexadecimal
		d.text = append(d.text[:0], text...)
		if n, err := hex.Decode(d.text, text); err == nil && wire.Printable(d.text[:n]) {
			out.Observe(about, keySerial, d.text[:n])
		}
	}
}
