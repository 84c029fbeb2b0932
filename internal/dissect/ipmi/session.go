package ipmi

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of payload of version 2.0 (IPMI 2.0 §13.27.3).
const (
	payloadIPMI  = 0x00
	payloadSOL   = 0x01
	payloadOEM   = 0x02
	payloadOpen  = 0x10
	payloadOpen2 = 0x11
	payloadRAKP1 = 0x12
	payloadRAKP2 = 0x13
	payloadRAKP4 = 0x15
)

// formatPlus is the type of authentication that stands for version 2.0.
const formatPlus = 6

// session is what comes before a payload.
type session struct {
	payload   int
	encrypted bool
	body      wire.Reader
}

// readSession reads the header of a session (§13.6), and reports whether its
// length is all that is left, but for a pad and what proves who sent it.
func readSession(r *wire.Reader) (session, bool) {
	kind := r.U8()
	if kind == formatPlus {
		return readPlus(r)
	}
	r.Skip(8) // number and session
	if kind != 0 {
		r.Skip(16)
	}
	n := r.U8()
	s := session{body: r.Sub(n)}
	return s, r.Err() == nil && kind <= 5 && kind != 3 && r.Len() <= 1
}

// readPlus reads the header of version 2.0.
func readPlus(r *wire.Reader) (session, bool) {
	kind := r.U8()
	s := session{payload: kind & 0x3f, encrypted: kind&0x80 != 0}
	if s.payload == payloadOEM {
		r.Skip(6)
	}
	r.Skip(8)
	n := r.U16LE()
	s.body = r.Sub(n)
	known := s.payload <= payloadOEM || s.payload >= payloadOpen && s.payload <= payloadRAKP4 || s.payload >= 0x20 && s.payload <= 0x27
	return s, r.Err() == nil && known && (kind&0x40 != 0 || r.Len() == 0)
}

// setup reads the messages that open a session of version 2.0 (§13.17 to §13.24).
// The name of the user and what proves the password are passed over.
func (d *dissector) setup(payload int, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	r.Skip(1) // tag
	status := r.U8()
	switch payload {
	case payloadOpen:
		r.Skip(6) // rest of the header, and the console's session
		kind := r.U8()
		r.Skip(3)
		if algorithm := r.U8() & 0x3f; r.Err() == nil && kind == 0 && algorithm == 0 {
			out.Event(heron.Event{Kind: "ipmi.cipher_zero", Attrs: map[string]string{}})
		}
	case payloadRAKP2:
		if status != 0 {
			dissect.LoginFailed(out, "ipmi", strconv.Itoa(status))
			return
		}
		r.Skip(2 + 4 + 16) // session, random number
		if guid := r.Bytes(16); len(bytes.Trim(guid, "\x00")) > 0 {
			out.Observe(m.Sender(), keyGUID, d.text.Hex(guid))
		}
	case payloadRAKP4:
		if status != 0 {
			dissect.LoginFailed(out, "ipmi", strconv.Itoa(status))
		}
	}
}

// command is one request, or the answer to one.
type command struct {
	function, code int
	answer         bool
	body           wire.Reader
}

// Functions, without the bit of answers (§5.1).
const (
	functionChassis  = 0x00
	functionApp      = 0x06
	functionFirmware = 0x08
	functionConfig   = 0x0c
)

// readCommand reads a message (§13.8) whose two sums must be right.
func readCommand(r *wire.Reader) (command, bool) {
	first := wire.NewReader(r.Peek(3))
	second := *r
	to, function, sum := first.U8(), first.U8(), first.U8()
	c := command{function: function >> 2 &^ 1, answer: function>>2&1 == 1}
	r.Skip(5) // with the sender's address and number
	c.code = r.U8()
	c.body = r.Sub(r.Len() - 1)
	r.Skip(1)
	second.Skip(3)
	total := 0
	for second.Len() > 0 {
		total += second.U8()
	}
	return c, r.Err() == nil && (to+function+sum)&0xff == 0 && total&0xff == 0
}

// command tells what answers say, and makes events of orders.
func (d *dissector) command(c *command, m *heron.Message, out dissect.Emitter) {
	if !c.answer {
		order(c, out)
		return
	}
	if done := c.body.U8(); done != 0 || c.function != functionApp {
		return
	}
	about := m.Sender()
	switch c.code {
	case 0x01:
		d.device(&c.body, about, out)
	case 0x37, 0x08: // GUID of the system, of the device
		if guid := c.body.Bytes(16); len(bytes.Trim(guid, "\x00")) > 0 {
			out.Observe(about, keyGUID, d.text.Hex(guid))
		}
	case 0x38:
		d.capabilities(&c.body, about, out)
	}
}

// order makes an event of a request that changes something.
func order(c *command, out dissect.Emitter) {
	var kind, action string
	switch {
	case c.function == functionChassis && c.code == 0x02: // Chassis Control (§28.3)
		names := [...]string{"off", "on", "cycle", "reset", "interrupt", "shutdown"}
		kind = "ipmi.power"
		if n := c.body.U8() & 15; n < len(names) {
			action = names[n]
		}
	case c.function == functionChassis && c.code == 0x08:
		kind = "ipmi.boot"
	case c.function == functionApp && (c.code == 0x02 || c.code == 0x03):
		kind = "ipmi.reset"
	case c.function == functionApp && (c.code == 0x43 || c.code == 0x45 || c.code == 0x47): // access, name, password of a user
		kind = "ipmi.user"
	case c.function == functionFirmware:
		kind = "ipmi.firmware"
	case c.function == functionConfig && (c.code == 0x01 || c.code == 0x21):
		kind = "ipmi.write"
	default:
		return
	}
	attrs := map[string]string{"function": strconv.Itoa(c.function), "command": strconv.Itoa(c.code)}
	if action != "" {
		attrs["action"] = action
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}
