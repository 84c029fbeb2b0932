// Package ge_srtp reads GE's Service Request Transport Protocol: which controller
// answers, and who writes to it, stops it or changes its program.
package ge_srtp

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyController = "ge_srtp.controller_id" // name that a controller was given
	keyProgram    = "ge_srtp.program"       // name of its control program
	keyMaster     = "ge_srtp.master"        // "yes": the sender gives orders
)

// Parts of a message: 56 octets, and as many after them as its length says.
const (
	headerSize  = 56
	kindInit    = 0
	kindReady   = 1
	kindRequest = 2
	kindAnswer  = 3
	maxText     = 8192
)

// Types of message.
const (
	typeShort      = 0xc0 // request without data
	typeLong       = 0x80 // request with data
	typeAnswer     = 0xd4 // what was asked for is in the header
	typeLongAnswer = 0x94 // it follows the header
	typeError      = 0xd1
)

// atAsked is the place in heron.FlowScratch.Data, after those of dissect.Fresh, of
// the last request's service and one more, which its answer does not repeat.
const atAsked = 9

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "ge_srtp",
		Over:         dissect.OverTCP,
		Ports:        []uint16{18245, 18246},
		Spec:         "not published; Denton et al., Leveraging the SRTP protocol, DFRWS 2017, §4; GE GFK-0529, SNP, for the services",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && (n > 0 || len(b) < headerSize)
		},
		Starts:  []byte{kindInit, kindReady, kindRequest, kindAnswer},
		Frame:   frame,
		Dissect: dissectMessage,
	}
}

// frame returns the length of a message, with the opening before it: that is all
// zeros but for a one of the server's, which proves nothing.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	if isOpening(&r) {
		start := wire.NewReader(b)
		start.Skip(1)
		rest := start.Bytes(min(start.Len(), headerSize-1))
		if len(bytes.Trim(rest, "\x00\x0f\x01")) > 0 || bytes.Count(rest, []byte{0}) < len(rest)-2 {
			return 0, dissect.ErrNotMine
		}
		if r.Skip(headerSize); r.Len() == 0 {
			return 0, nil
		}
	}
	opening := r.Offset()
	h := read(&r)
	early := wire.NewReader(b)
	early.Skip(opening)
	if kind := early.U8(); early.Err() == nil && kind != kindRequest && kind != kindAnswer {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	if !h.valid() {
		return 0, dissect.ErrNotMine
	}
	return opening + headerSize + h.text, nil
}

// isOpening reports whether what comes next may be the opening.
func isOpening(r *wire.Reader) bool {
	next := wire.NewReader(r.Peek(1))
	kind := next.U8()
	return next.Err() == nil && (kind == kindInit || kind == kindReady)
}

// header is what is read of a message's start.
type header struct {
	kind, text, messageType int
	service, segment        int // of a request
	offset, count           int
	reserved                bool // the octets that are zero are
}

// read reads a header. In a request with data the service stands eight octets
// later, where the data's own place in the message is told first.
func read(r *wire.Reader) header {
	h := header{kind: r.U8()}
	zero := r.U8()
	r.Skip(2) // sequence number
	h.text = r.U16LE()
	zero |= r.U8()
	zero |= r.U8()
	r.Skip(23) // counters and time
	h.messageType = r.U8()
	r.Skip(8) // mailboxes
	r.Skip(2) // number of the packet, and of all
	if h.messageType == typeLong {
		r.Skip(6)
		last, all := r.U8(), r.U8()
		h.reserved = zero == 0 && last <= all+1
	} else {
		h.reserved = zero == 0
	}
	h.service, h.segment, h.offset, h.count = r.U8(), r.U8(), r.U16LE(), r.U16LE()
	if h.messageType != typeLong {
		r.Skip(8)
	}
	return h
}

// valid reports whether a header can be one.
func (h *header) valid() bool {
	if !h.reserved || h.text > maxText {
		return false
	}
	switch h.messageType {
	case typeShort:
		return h.kind == kindRequest && h.text == 0 && kindOf(h.service) != ""
	case typeLong:
		return h.kind == kindRequest && h.text > 0 && kindOf(h.service) != ""
	case typeAnswer, typeError:
		return h.kind == kindAnswer && h.text == 0
	case typeLongAnswer:
		return h.kind == kindAnswer && h.text > 0
	}
	return false
}

func dissectMessage(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if isOpening(r) {
		r.Skip(headerSize)
	}
	h := read(r)
	if r.Err() != nil || !h.valid() || (h.kind == kindRequest) != m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.kind == kindRequest {
		m.Flow.Data[atAsked] = byte(h.service + 1)
		request(&h, m, out)
		return heron.Verdict{}, nil
	}
	asked := int(m.Flow.Data[atAsked]) - 1
	m.Flow.Data[atAsked] = 0
	if h.messageType == typeLongAnswer {
		answer(asked, r, m.Sender(), out)
	}
	return heron.Verdict{}, nil
}

// request makes an event of an order. What only reads is told once for each of
// its last few forms, what changes something each time.
func request(h *header, m *heron.Message, out dissect.Emitter) {
	out.ObserveString(m.Sender(), keyMaster, "yes")
	kind := kindOf(h.service)
	if kind == kindRead && !dissect.Fresh(m.Flow, h.service, h.segment, h.offset, h.count) {
		return
	}
	attrs := map[string]string{"function": strconv.Itoa(h.service)}
	switch h.service {
	case svcReadMemory, svcWriteMemory:
		attrs["area"] = strconv.Itoa(h.segment)
		attrs["address"], attrs["count"] = strconv.Itoa(h.offset), strconv.Itoa(h.count)
	case svcState: // GFK-0529: 1 is run, 2 is stop
		switch h.segment {
		case 1:
			kind = "ge_srtp.start"
		case 2:
			kind = "ge_srtp.stop"
		}
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// answer tells the names in an answer: eight characters at its start.
func answer(asked int, r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	var key string
	switch asked {
	case svcControllerID:
		key = keyController
	case svcProgramName:
		r.Skip(2) // how many there are
		key = keyProgram
	default:
		return
	}
	name := wire.Unpad(r.Bytes(8))
	if r.Err() == nil && wire.Printable(name) {
		out.Observe(about, key, name)
	}
}

// Services that are read further.
const (
	svcProgramName  = 0x03
	svcReadMemory   = 0x04
	svcWriteMemory  = 0x07
	svcState        = 0x23
	svcControllerID = 0x43
)

// kindRead is the kind of event of what changes nothing.
const kindRead = "ge_srtp.read"

// kindOf returns the kind of event of a service, "" of one that is not known.
func kindOf(service int) string {
	switch service {
	case 0x00, svcProgramName, svcReadMemory, 0x05, 0x06, 0x25, 0x38, svcControllerID:
		return kindRead
	case svcWriteMemory, 0x08, 0x44: // memory of the system and of a task; forced values
		return "ge_srtp.write"
	case 0x09, 0x40:
		return "ge_srtp.download"
	case 0x3f:
		return "ge_srtp.upload"
	case 0x20, 0x21:
		return "ge_srtp.login"
	case svcState, 0x22, 0x24, 0x39: // run and stop; the name, the time, faults cleared
		return "ge_srtp.control"
	case 0x4f, 0x01, 0x02:
		return kindRead
	}
	return ""
}
