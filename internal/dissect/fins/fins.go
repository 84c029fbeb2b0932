// Package fins reads Omron's FINS, over UDP and TCP: which controller answers,
// in which mode it is, and who writes to it, stops it or changes its program.
package fins

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel   = "fins.model"       // of a controller
	keyVersion = "fins.version"     // of its unit
	keyMode    = "fins.mode"        // program, monitor, run
	keyUnit    = "fins.unit_model"  // of a unit beside it
	keyNode    = "fins.node"        // network, node and unit that answer
	keyTool    = "fins.tool"        // "yes": the sender works on a controller's program
	keyMaster  = "fins.master"      // "yes": the sender gives orders
	keyError   = "fins.error_state" // "fatal", "warning"
)

// Parts of a frame (Omron W227 §2, W342 §5-1).
const (
	responseBit = 0x40
	headerSize  = 10
	tcpMagic    = "FINS"
	tcpHeader   = 16 // magic, length, command, error
	tcpCommands = 6  // the highest
	frameSend   = 2
	maxFrame    = 4096
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "fins",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{9600},
		Spec:         "Omron W342, SYSMAC CS/CJ Series Communications Commands, §5; W420, FINS/TCP and FINS/UDP",
		EveryMessage: true,
		Probe:        probe,
		Starts:       []byte{'F', 0x80, 0x81},
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

// frame returns the length of a frame of FINS/TCP (W420 §7-4).
func frame(b []byte) (int, error) {
	if !wire.CanBegin(b, tcpMagic) {
		return 0, dissect.ErrNotMine
	}
	r := wire.NewReader(b)
	r.Skip(len(tcpMagic))
	length := r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	if length < 8 || length > maxFrame {
		return 0, dissect.ErrNotMine
	}
	return 8 + length, nil
}

// probe accepts FINS/TCP, and of the datagrams those requests whose length is
// told by what they ask, since RTP begins with the same octets.
func probe(b []byte, fromClient bool) bool {
	if n, err := frame(b); err == nil && (n > 0 || len(b) < 8) {
		return true
	}
	r := wire.NewReader(b)
	c, ok := read(&r)
	if !ok || c.response || !fromClient {
		return false
	}
	switch c.code {
	case controllerDataRead:
		return len(c.data) <= 1
	case statusRead, stop:
		return len(c.data) == 0
	case memoryRead:
		return len(c.data) == 6
	case run:
		return len(c.data) == 3
	}
	return false
}

// command is a request, or the response to one.
type command struct {
	response         bool
	net, node, unit  int // of the sender
	code, end        int
	data             []byte
	area, addr, size int // of a request about memory; -1 when there is none
}

// read reads a command, and reports whether it can be one: reserved bits are
// zero, and the code is known.
func read(r *wire.Reader) (command, bool) {
	icf, rsv, gateways := r.U8(), r.U8(), r.U8()
	toNet := r.U8()
	r.Skip(2)
	c := command{response: icf&responseBit != 0, net: r.U8(), node: r.U8(), unit: r.U8(), area: -1}
	r.Skip(1) // service number
	c.code = r.U16()
	if c.response {
		c.end = r.U16()
	}
	ok := r.Err() == nil && icf&^(responseBit|1) == 0x80 && rsv == 0 && gateways <= 7 &&
		toNet <= 127 && c.net <= 127 && name(c.code) != ""
	c.data = r.Rest()
	if ok && !c.response {
		c.target()
	}
	return c, ok
}

// target reads the place in memory that a request names (W342 §5-3).
func (c *command) target() {
	switch c.code {
	case memoryRead, memoryWrite, memoryFill:
		r := wire.NewReader(c.data)
		area, addr := r.U8(), r.U16()
		r.Skip(1) // the bit
		if size := r.U16(); r.Err() == nil {
			c.area, c.addr, c.size = area, addr, size
		}
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.TCP {
		r.Skip(8)
		kind, failed := r.U32(), r.U32()
		if r.Err() != nil || kind > tcpCommands {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if kind != frameSend || failed != 0 {
			return heron.Verdict{}, nil
		}
	}
	c, ok := read(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if c.response {
		d.response(&c, m.Sender(), out)
	} else {
		d.request(&c, m, out)
	}
	return heron.Verdict{}, nil
}

// request makes an event of an order. What only reads is told once for each of
// its last few forms, what changes something each time.
func (d *dissector) request(c *command, m *heron.Message, out dissect.Emitter) {
	out.ObserveString(heron.Subject{Endpoint: m.Src}, keyMaster, "yes")
	kind := name(c.code)
	switch kind {
	case "fins.upload", "fins.download", "fins.protection", "fins.start", "fins.stop":
		out.ObserveString(heron.Subject{Endpoint: m.Src}, keyTool, "yes")
	}
	if kind == kindRead && !dissect.Fresh(m.Flow, c.code, c.area, c.addr, c.size) {
		return
	}
	attrs := map[string]string{"function": string(d.text.HexNumber(c.code, 4))}
	if c.area >= 0 {
		attrs["area"] = strconv.FormatInt(int64(c.area), 16)
		attrs["address"], attrs["count"] = strconv.Itoa(c.addr), strconv.Itoa(c.size)
	}
	if c.code == run {
		mode := wire.NewReader(c.data)
		mode.Skip(2) // the program's number
		attrs["mode"] = modeName(mode.U8())
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// response tells what an answer shows of the controller.
func (d *dissector) response(c *command, about heron.Subject, out dissect.Emitter) {
	out.Observe(about, keyNode, d.text.Numbers('.', c.net, c.node, c.unit))
	r := wire.NewReader(c.data)
	if c.end&^0x00c0 != 0 { // these two say that the CPU has an error of its own
		return
	}
	switch c.code {
	case controllerDataRead: // §5-3-17
		model, version := text(r.Bytes(20)), text(r.Bytes(20))
		if wire.Printable(model) {
			out.Observe(about, keyModel, model)
			out.Observe(about, keyVersion, version)
		}
	case connectionDataRead: // §5-3-18: units beside the CPU
		for n := r.Count(r.U8()&0x7f, 21); n > 0; n-- {
			r.Skip(1)
			if model := text(r.Bytes(20)); wire.Printable(model) {
				out.Observe(about, keyUnit, model)
			}
		}
	case statusRead: // §5-3-19
		r.Skip(1)
		mode := modeName(r.U8())
		fatal, warning := r.U16(), r.U16()
		if r.Err() != nil {
			return
		}
		out.ObserveString(about, keyMode, mode)
		if fatal != 0 {
			out.ObserveString(about, keyError, "fatal")
		} else if warning != 0 {
			out.ObserveString(about, keyError, "warning")
		}
	}
}

// text cuts off what fills a field.
func text(b []byte) []byte {
	b = wire.UntilZero(bytes.TrimSpace(b))
	return bytes.TrimSpace(b)
}
