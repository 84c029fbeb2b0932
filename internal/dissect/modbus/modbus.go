// Package modbus reads Modbus/TCP: who controls what, which units are behind an
// address, and what a device says of itself when it is asked.
package modbus

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/modbus"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyDeviceID  = "modbus.device_id." // and the object's name
	keyUnit      = "modbus.unit"       // a unit that answers
	keyFunction  = "modbus.function"   // a function that is answered without refusal
	keyMaster    = "modbus.master"     // "yes": the sender gives orders
	keyServer    = "modbus.server"     // "yes": the sender takes them
	keyGateway   = "modbus.gateway"    // others answer behind the sender: "exception", "units"
	keyServerID  = "modbus.server_id"  // answer to Report Server ID, as text
	attrFunction = "function"
	attrUnit     = "unit"
)

// port is where servers are.
const port = 502

// objectNames are the objects of the device identification by number (MODBUS
// Application Protocol V1.1b3 §6.21).
func objectName(id int) string {
	switch id {
	case 0:
		return "vendor"
	case 1:
		return "product_code"
	case 2:
		return "revision"
	case 3:
		return "vendor_url"
	case 4:
		return "product_name"
	case 5:
		return "model_name"
	case 6:
		return "application"
	}
	return "object_" + strconv.Itoa(id)
}

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{names: make(map[int]string)}
	return dissect.Protocol{
		Name:         "modbus",
		Over:         dissect.OverTCP,
		Ports:        []uint16{port},
		Spec:         "MODBUS Application Protocol V1.1b3; MODBUS Messaging on TCP/IP V1.0b",
		EveryMessage: true,
		Probe:        probe,
		Frame:        d.frame,
		Quiet:        quiet,
		Dissect:      d.dissect,
	}
}

func (d *dissector) frame(b []byte) (int, error) {
	n, err := modbus.Size(b)
	d.alone = n == len(b)
	if err != nil {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

// probe accepts requests of standard functions in exactly one frame: without the
// port to go by, little else tells Modbus from chance.
func probe(b []byte, fromClient bool) bool {
	n, err := modbus.Size(b)
	if !fromClient || err != nil || n != len(b) {
		return false
	}
	r := wire.NewReader(b)
	f := modbus.Read(&r)
	q, ok := modbus.ReadRequest(&f)
	return ok && (q.Address >= 0 || f.Function == modbus.EncapsulatedInterface)
}

type dissector struct {
	names map[int]string // keys of the device identification
	text  dissect.Buffer
	attrs dissect.Attrs
	alone bool // the frame at hand is all that there is of its stream
}

// odd reports whether a frame with which a flow begins is Modbus though its function
// is none that is known, or what it asks cannot be: functions are tried out so. On
// the port, a header that agrees with all that was sent is proof enough.
func (d *dissector) odd(f *modbus.Frame, m *heron.Message) bool {
	return d.alone && !m.Gap && m.FromClient && m.DstPort == port && f.Function&modbus.Exception == 0
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	f := modbus.Read(r)
	known := modbus.Known(f.Function &^ modbus.Exception)
	if r.Err() != nil || !known && m.Flow.Data[atTold] == 0 && !d.odd(&f, m) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if m.FromClient {
		return heron.Verdict{}, d.request(&f, m, out)
	}
	if m.Flow.Data[atTold] == 0 && !isAnswer(&f) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	d.response(&f, m, out)
	m.Flow.Quiet = true
	return heron.Verdict{}, nil
}

// isAnswer reports whether an answer of which nothing else is known has the length
// that its function gives it (Modbus application protocol 1.1b3 §6).
func isAnswer(f *modbus.Frame) bool {
	const readCoils, readRegisters, writeCoil, writeRegister = 1, 4, 5, 6
	r := wire.NewReader(f.Data)
	switch first := r.U8(); {
	case f.Function&modbus.Exception != 0:
		return len(f.Data) == 1
	case f.Function >= readCoils && f.Function <= readRegisters:
		return first > 0 && first == r.Len()
	case f.Function == writeCoil || f.Function == writeRegister:
		return len(f.Data) == 4
	}
	return true
}

// request reports what a client orders. A read is reported once for each of the
// last few forms of it on the flow, since masters poll the same for ever; all
// that changes a device is reported each time.
func (d *dissector) request(f *modbus.Frame, m *heron.Message, out dissect.Emitter) error {
	q, ok := modbus.ReadRequest(f)
	if !ok && m.Flow.Data[atTold] == 0 && !d.odd(f, m) {
		return dissect.ErrNotMine
	}
	if anew(m.Flow, 0, 0) {
		out.ObserveString(m.Sender(), keyMaster, "yes")
	}
	if f.Function == modbus.UMAS {
		umasRequest(f, m, out)
		return nil
	}
	kind := "modbus.read"
	switch {
	case modbus.Writes(f.Function):
		kind = "modbus.write"
	case f.Function == modbus.Diagnostics:
		kind = "modbus.diagnostics"
	case !modbus.Known(f.Function):
		kind = "modbus.unknown"
	case !dissect.Fresh(m.Flow, f.Unit, f.Function, q.Address, q.Count):
		return nil
	}
	out.Act(kind, d.requested(f, q))
	if !ok {
		return wire.ErrShort
	}
	return nil
}

// What attributes are about, for dissect.Attrs.
const (
	ofRequest = iota
	ofException
)

// requested returns the attributes of a request.
func (d *dissector) requested(f *modbus.Frame, q modbus.Request) map[string]string {
	d.attrs.Begin(ofRequest)
	d.attrs.Number(f.Unit<<8 | f.Function)
	d.attrs.Number(q.Address<<16 | q.Count&0xffff) // both are -1 or neither
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := map[string]string{
		attrUnit: strconv.Itoa(f.Unit), attrFunction: strconv.Itoa(f.Function),
	}
	if q.Address >= 0 {
		attrs["address"], attrs["count"] = strconv.Itoa(q.Address), strconv.Itoa(q.Count)
	}
	return d.attrs.Keep(attrs)
}

// refused returns the attributes of an exception.
func (d *dissector) refused(f *modbus.Frame) map[string]string {
	r := wire.NewReader(f.Data)
	code := r.U8()
	d.attrs.Begin(ofException)
	d.attrs.Number(f.Unit)
	d.attrs.Number(f.Function)
	d.attrs.Number(code)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	return d.attrs.Keep(map[string]string{
		attrUnit: strconv.Itoa(f.Unit), attrFunction: strconv.Itoa(f.Function &^ modbus.Exception), "code": strconv.Itoa(code),
	})
}

// What a flow remembers behind what dissect.Fresh does: how many messages there
// were, the unit, and a set of bits of what was told of it. What is polled many
// times a second is told with one message in 256.
const (
	atCount = 9
	atUnit  = 10
	atTold  = 11
)

// polled is the last of the functions that are polled: the first seven.
const polled = 7

// anew reports whether that function of a unit is to be told, of those that are
// polled. 0 stands for the master's part.
func anew(f *heron.FlowScratch, unit, function int) bool {
	if function > polled {
		return true
	}
	data, bit := &f.Data, byte(1)<<function
	if data[atCount]++; data[atCount] == 0 {
		data[atTold] = 0
	}
	if function != 0 && data[atUnit] != byte(unit) {
		data[atUnit] = byte(unit)
		data[atTold] &= 1
	}
	if data[atTold]&bit != 0 {
		return false
	}
	data[atTold] |= bit
	return true
}

// response tells what an answer shows of the device.
func (d *dissector) response(f *modbus.Frame, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	before := int(m.Flow.Data[atUnit])
	told := !anew(m.Flow, f.Unit, f.Function)
	if !told {
		out.ObserveString(about, keyServer, "yes")
		out.Observe(about, keyUnit, d.text.Number(f.Unit))
		if by := passesOn(f, before); by != "" {
			out.ObserveString(about, keyGateway, by)
		}
	}
	if f.Function&modbus.Exception != 0 {
		out.Act("modbus.exception", d.refused(f))
		return
	}
	if registers(f.Function) {
		if c, ok := sunSpec(f.Data); ok {
			c.tell(about, out)
		}
	}
	if told {
		return
	}
	out.Observe(about, keyFunction, d.text.Number(f.Function))
	switch f.Function {
	case modbus.UMAS:
		umasResponse(f, m, out)
	case modbus.EncapsulatedInterface:
		modbus.DeviceID(f, func(o modbus.Object) { out.Observe(about, d.key(o.ID), o.Value) })
	case modbus.ReportServerID:
		r := wire.NewReader(f.Data)
		id := r.Bytes(r.U8())
		if text := printable(id); len(text) > 3 {
			out.Observe(about, keyServerID, text)
		}
	}
}

// registers reports whether a function reads registers.
func registers(function int) bool {
	return function == modbus.ReadHoldingRegisters || function == modbus.ReadInputRegisters
}

// passesOn says by what it shows that others answer behind a device, "" where it
// does not: it names the way to them in an exception (§7), or two units answer one
// after the other. Units 0 and 255 stand for the device itself.
func passesOn(f *modbus.Frame, before int) string {
	const noPath, noAnswer, itself = 10, 11, 255
	if f.Function&modbus.Exception != 0 {
		r := wire.NewReader(f.Data)
		if code := r.U8(); code == noPath || code == noAnswer {
			return "exception"
		}
		return ""
	}
	if before == 0 || before == itself || f.Unit == 0 || f.Unit == itself || f.Unit == before {
		return ""
	}
	return "units"
}

// printable returns the longest run of printable characters: a server's id is
// text among flags, in a layout of each maker's own (§6.13).
func printable(b []byte) []byte {
	var best []byte
	start := 0
	for i := 0; i <= len(b); i++ {
		if i < len(b) && wire.Printable(b[i:i+1]) {
			continue
		}
		if i-start > len(best) {
			best = b[start:i]
		}
		start = i + 1
	}
	return best
}

// key returns the key of an object; there are 256 at most.
func (d *dissector) key(id int) string {
	k, ok := d.names[id]
	if !ok {
		k = keyDeviceID + objectName(id)
		d.names[id] = k
	}
	return k
}
