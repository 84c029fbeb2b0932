// Package mbus reads M-Bus behind converters to TCP and UDP: which meters answer
// there, whose they are and what they meter. What they have metered is never told.
package mbus

import (
	"encoding/binary"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all about who passes on what meters say.
const (
	keyMeter   = "mbus.meter"   // one that answers: address, maker, number, version, medium, as "5 KAM 12345678 27 heat"
	keyGateway = "mbus.gateway" // "meters": two of them answered
)

// several is the value of keyGateway.
const several = "meters"

// Frames (EN 13757-2 §5.5, from IEC 60870-5-1): one octet, five, or as many as the
// head says, twice.
const (
	ackFrame   = 0xe5
	shortFrame = 0x10
	longFrame  = 0x68
	stop       = 0x16
	shortSize  = 5
	headSize   = 4
	frameSize  = headSize + 2 // what is not counted in the length of a long frame
	minLength  = 3            // control, address, what follows
)

// Controls (EN 13757-2 §5.7.4), without the bits that change, and what follows them
// (EN 13757-3 §4).
const (
	controlMask   = 0x4f
	sends         = 0x43 // SND_UD
	answers       = 0x08 // RSP_UD
	changes       = 0x51 // data for a meter
	resets        = 0x50
	variableData  = 0x72 // with a header of twelve octets
	longest       = 0xfd // octets in a long frame
	headerSize    = 12
	lettersOfCode = 3
)

// Protocol returns the dissector. M-Bus has no port but that of converters of all
// kinds; it is known by what meters answer, for frames are those of other protocols, too.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "mbus",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{10001},
		Spec:         "EN 13757-2:2018 §5 (frames); EN 13757-3:2018 §4 to §6 (answers, makers, media)",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			if err != nil || n == 0 || n > len(b) {
				return false
			}
			r := wire.NewReader(b[:n])
			_, isMeter := readMeter(&r)
			return isMeter
		},
		Starts:  []byte{longFrame, ackFrame},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// acks passes over the single octets by which meters say yes.
func acks(r *wire.Reader) {
	for b := r.Peek(1); b != nil && b[0] == ackFrame; b = r.Peek(1) {
		r.Skip(1)
	}
}

// frame returns the length of a frame, with the single octets before it.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	if acks(&r); r.Len() == 0 {
		return len(b), nil
	}
	start := r.Offset()
	switch r.U8() {
	case shortFrame:
		return start + shortSize, nil
	case longFrame:
		size, again, second := r.U8(), r.U8(), r.U8()
		switch {
		case r.Err() != nil:
			return 0, nil
		case size == again && second == longFrame && size >= minLength && size <= longest:
			return start + size + frameSize, nil
		}
	}
	return 0, dissect.ErrNotMine
}

// open returns what stands in a whole frame before its sum, which must be right.
func open(r *wire.Reader) (wire.Reader, bool) {
	if acks(r); r.Len() == 0 {
		return wire.Reader{}, true
	}
	head := headSize
	if r.Len() == shortSize {
		head = 1
	}
	r.Skip(head)
	body := r.Peek(r.Len() - 2)
	inside := r.Sub(len(body))
	sum := 0
	for _, c := range body {
		sum += int(c)
	}
	return inside, len(body) > 1 && r.U8() == sum&0xff && r.U8() == stop && r.Len() == 0
}

// meter is what the answer of one says of it.
type meter struct {
	address int
	number  int // eight digits, binary coded
	code    int // of the maker
	version int
	medium  int
}

// readMeter reads a frame, and reports whether it is an answer with a header: its
// number is of digits, and its maker of letters (EN 13757-3 §5.5, §5.6).
func readMeter(r *wire.Reader) (meter, bool) {
	body, ok := open(r)
	control, address, follows := body.U8(), body.U8(), body.U8()
	if !ok || control&controlMask != answers || follows != variableData || body.Len() < headerSize {
		return meter{}, false
	}
	m := meter{address: address, number: body.U32LE(), code: body.U16LE(), version: body.U8(), medium: body.U8()}
	for n := m.number; n > 0; n >>= 4 {
		ok = ok && n&0xf <= 9
	}
	for shift := range lettersOfCode {
		letter := m.code >> (5 * shift) & 0x1f
		ok = ok && letter >= 1 && letter <= 26
	}
	return m, ok && m.code < 1<<15
}

// media are what is metered (EN 13757-3 §5.7), by number; "" for what is kept.
var media = [...]string{
	"other", "oil", "electricity", "gas", "heat", "steam", "warm water", "water", "heat cost", "compressed air", "cooling", "cooling", "heat",
	"heat and cooling", "bus", "unknown", "", "", "", "", "", "hot water", "cold water", "hot and cold water", "pressure", "converter",
	"smoke detector", "room sensor", "gas detector", "", "", "", "breaker", "valve", "", "", "", "customer unit", "", "", "waste water",
}

// text writes what is told of a meter.
func (m *meter) text(b []byte) []byte {
	b = append(strconv.AppendInt(b[:0], int64(m.address), 10), ' ')
	for shift := lettersOfCode - 1; shift >= 0; shift-- {
		b = append(b, byte('@'+m.code>>(5*shift)&0x1f))
	}
	b = append(b, ' ')
	for shift := 28; shift >= 0; shift -= 4 {
		b = append(b, byte('0'+m.number>>shift&0xf))
	}
	b = append(strconv.AppendInt(append(b, ' '), int64(m.version), 10), ' ')
	if m.medium < len(media) && media[m.medium] != "" {
		return append(b, media[m.medium]...)
	}
	return strconv.AppendInt(b, int64(m.medium), 10)
}

type dissector struct {
	buffer []byte
	attrs  dissect.Attrs
}

// Places in heron.FlowScratch.Data.
const (
	atProven = 0 // a meter has answered
	atNumber = 1 // four: the number of the one that answered last
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	whole := *r
	if one, ok := readMeter(&whole); ok {
		d.tell(&one, m, out)
		return heron.Verdict{}, nil
	}
	body, ok := open(r)
	if !ok || m.Flow.Data[atProven] == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	control, address, follows := body.U8(), body.U8(), body.U8()
	if body.Err() == nil && control&controlMask == sends && (follows == changes || follows == resets) {
		out.Act("mbus.write", d.ordered(address, follows))
	}
	return heron.Verdict{}, nil
}

// tell tells of a meter, and that there are several.
func (d *dissector) tell(one *meter, m *heron.Message, out dissect.Emitter) {
	d.buffer = one.text(d.buffer)
	out.Observe(m.Sender(), keyMeter, d.buffer)
	last := m.Flow.Data[atNumber:]
	number := uint32(one.number)
	if m.Flow.Data[atProven] != 0 && binary.BigEndian.Uint32(last) != number {
		out.ObserveString(m.Sender(), keyGateway, several)
	}
	binary.BigEndian.PutUint32(last, number)
	m.Flow.Data[atProven] = 1
}

// ordered returns the attributes of an order.
func (d *dissector) ordered(address, follows int) map[string]string {
	d.attrs.Begin(0)
	d.attrs.Number(address<<8 | follows)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	what := "data"
	if follows == resets {
		what = "reset"
	}
	return d.attrs.Keep(map[string]string{"address": strconv.Itoa(address), "what": what})
}
