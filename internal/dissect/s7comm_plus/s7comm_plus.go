// Package s7comm_plus reads the communication of Siemens S7-1200 and S7-1500
// controllers: which controller it is, and who writes, creates and deletes what.
// What is in the objects, and what newer versions encrypt, stays unread.
package s7comm_plus

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyOrder    = "s7comm_plus.order_number"
	keyFirmware = "s7comm_plus.firmware"
	keyVersion  = "s7comm_plus.version" // of the protocol
	keyServer   = "s7comm_plus.server"  // "yes": the sender takes orders
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Within:       []string{"cotp"},
		Name:         "s7comm_plus",
		Over:         dissect.OverTCP,
		Ports:        []uint16{102},
		Spec:         "RFC 1006; ITU-T X.224; the protocol itself is Siemens' own and not published: header, operation and function as generally known, modes as open drivers set them",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, payload, err := cotp.Span(b)
			return err == nil && n > 0 && n <= len(b) && isHeader(payload)
		},
		Starts:  []byte{3},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// magic begins each message; the version follows.
const magic = 0x72

// Versions: three that carry data, one that only keeps a connection.
const (
	lastVersion = 3
	keepAlive   = 0xff
	systemEvent = 0xfe
)

// frame returns the length of the next message with the packets before it that
// open the connection.
func frame(b []byte) (int, error) {
	n, payload, err := cotp.Span(b)
	if err != nil || len(payload) >= 4 && !isHeader(payload) {
		return 0, dissect.ErrNotMine
	}
	if first := wire.NewReader(payload); payload != nil && first.U8() != magic {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

func isHeader(b []byte) bool {
	r := wire.NewReader(b)
	mark, version := r.U8(), r.U8()
	r.Skip(2)
	return r.Err() == nil && mark == magic && (version >= 1 && version <= lastVersion || version >= systemEvent)
}

// mineAt is where in the flow's scratch, after the octets of dissect.Fresh, stands
// that the flow began with this protocol.
const mineAt = 9

// Operations.
const (
	request  = 0x31
	response = 0x32
)

type dissector struct {
	joined []byte
	text   dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	d.joined = cotp.Join(r.Rest(), d.joined[:0])
	b := wire.NewReader(d.joined)
	b.Skip(1)
	version := b.U8()
	body := b.Sub(min(b.U16(), b.Len()))
	if !isHeader(d.joined) || b.Err() != nil || m.Flow.Protocol != 0 && m.Flow.Data[mineAt] != magic {
		return heron.Verdict{}, dissect.ErrNotMine // a flow that is S7 stays S7
	}
	m.Flow.Data[mineAt] = magic
	if version > lastVersion {
		return heron.Verdict{}, nil
	}
	if version == lastVersion {
		body.Skip(body.U8()) // a sum over what follows, with a key
	}
	operation := body.U8()
	body.Skip(2)
	function := body.U16()
	if body.Err() != nil {
		return heron.Verdict{}, nil // a part of a message
	}
	out.Observe(m.Sender(), keyVersion, d.text.Number(version))
	switch {
	case operation == request && m.FromClient:
		order(function, body, m, out)
	case operation == response && !m.FromClient:
		out.ObserveString(m.Sender(), keyServer, "yes")
		if function == createObject {
			product(body.Rest(), m.Sender(), out)
		}
	}
	return heron.Verdict{}, nil
}

// Functions.
const (
	explore        = 0x04bb
	createObject   = 0x04ca
	deleteObject   = 0x04d4
	setVariable    = 0x04f2
	getVariable    = 0x04fc
	setVariables   = 0x0542
	getVariables   = 0x054c
	invoke         = 0x056b
	setSubstream   = 0x057c
	getSubstream   = 0x0586
	initEncryption = 0x05b3
)

// order reports what a client asks of the controller. What only reads is reported
// once for each of the last few forms of it on the flow.
func order(function int, r wire.Reader, m *heron.Message, out dissect.Emitter) {
	kind, polled := "", false
	mode := ""
	if function == setVariable {
		mode = modeOf(r)
	}
	switch function {
	case explore:
		kind, polled = "s7comm_plus.browse", true
	case getVariable, getVariables, getSubstream:
		kind, polled = "s7comm_plus.read", true
	case setVariable, setVariables, setSubstream:
		if kind = mode; kind == "" {
			kind = "s7comm_plus.write"
		}
	case createObject: // a session, a subscription, or what is downloaded
		kind = "s7comm_plus.create"
	case deleteObject:
		kind = "s7comm_plus.delete"
	case invoke:
		kind = "s7comm_plus.invoke"
	case initEncryption:
		kind, polled = "s7comm_plus.encrypt", true
	}
	if kind == "" || polled && !dissect.Fresh(m.Flow, function) {
		return
	}
	out.Event(heron.Event{Kind: kind, Attrs: map[string]string{"function": strconv.FormatInt(int64(function), 16)}})
}

// modeOf reads the order to set one variable, and names the kind of event when it is
// the state that the unit which runs the program is asked to be in. What is read is
// behind the function: reserved, sequence, session and flags, the object, how many
// attributes, which, and the value with its type.
func modeOf(r wire.Reader) string {
	const execution, requestedState = 52, 2167
	const stop, run = 1, 3
	r.Skip(2 + 2 + 4 + 1)
	object := r.U32()
	count, attribute := number(&r), number(&r)
	r.Skip(1) // flags of the value
	kind, value := r.U8(), number(&r)
	if r.Err() != nil || object != execution || count != 1 || attribute != requestedState || kind < 2 || kind > 9 { // of whole numbers
		return ""
	}
	switch value {
	case stop:
		return "s7comm_plus.stop"
	case run:
		return "s7comm_plus.start"
	}
	return ""
}

// number reads a number of seven bits an octet, the highest first; all octets but
// the last have their first bit set.
func number(r *wire.Reader) int {
	n := 0
	for range 5 {
		b := r.U8()
		n = n<<7 | b&0x7f
		if b&0x80 == 0 {
			return n
		}
	}
	return -1
}

// maxProduct bounds the text that tells a product.
const maxProduct = 64

// product finds what a controller says it is when a session is made: text of
// three parts, "1;6ES7 214-1AG40-0XB0 ;V4.2".
func product(b []byte, about heron.Subject, out dissect.Emitter) {
	_, rest, ok := bytes.Cut(b, []byte("1;6"))
	if !ok {
		return
	}
	order, rest, ok := bytes.Cut(rest[:min(len(rest), maxProduct)], []byte(";"))
	if !ok || !wire.Printable(order) {
		return
	}
	// The digit that was cut away with the mark belongs to the number.
	var number [maxProduct + 1]byte
	number[0] = '6'
	n := 1 + copy(number[1:], order)
	out.Observe(about, keyOrder, bytes.TrimSpace(number[:n]))
	out.Observe(about, keyFirmware, version(rest))
}

// version returns the version that text begins with: "V4.2", or "S V2.8".
func version(b []byte) []byte {
	n := 0
	for n < len(b) && (b[n] == 'V' || b[n] == '.' || b[n] == ' ' || b[n] == 'S' || b[n] >= '0' && b[n] <= '9') {
		n++
	}
	return bytes.TrimSpace(b[:n])
}
