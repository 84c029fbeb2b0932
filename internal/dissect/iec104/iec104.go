// Package iec104 reads IEC 60870-5-104, by which control centres order
// substations about: who controls whom, and what is switched.
package iec104

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/iec104"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyMaster  = "iec104.master"  // "yes": the sender gives orders
	keyStation = "iec104.station" // common address as which the sender reports
	keyType    = "iec104.type"    // number of a type of data that the sender reports
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "iec104",
		Over:         dissect.OverTCP,
		Ports:        []uint16{2404},
		Spec:         "IEC 60870-5-104:2006 §5 and §8; IEC 60870-5-101:2003 §7",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { return probe(b) },
		Starts:       []byte{0x68},
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

func frame(b []byte) (int, error) {
	n, err := iec104.Size(b)
	if err != nil {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

// probe accepts whole messages one after the other, of which each data unit has
// the length that its type wants.
func probe(b []byte) bool {
	for r := wire.NewReader(b); r.Len() > 0; {
		n, err := iec104.Size(r.Peek(min(r.Len(), 2)))
		if err != nil || n == 0 || n > r.Len() && r.Offset() == 0 {
			return false
		}
		if n > r.Len() {
			return true
		}
		m, err := iec104.Read(r.Bytes(n))
		if err != nil || !plausible(&m) {
			return false
		}
	}
	return len(b) > 0
}

func plausible(m *iec104.Message) bool {
	u, ok := iec104.ReadUnit(m.Data)
	return m.Form != iec104.Information || ok && u.Fits()
}

// atMine is the place in heron.FlowScratch.Data, behind dissect.Fresh's, of whether
// a message was read: a flow that was another protocol's has none.
const atMine = 11

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	msg, err := iec104.Read(r.Rest())
	if err != nil || m.Flow.Data[atMine] == 0 && !plausible(&msg) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	m.Flow.Data[atMine] = 1
	if msg.Form != iec104.Information {
		transfer(&msg, out)
		return heron.Verdict{}, nil
	}
	u, ok := iec104.ReadUnit(msg.Data)
	if !ok {
		return heron.Verdict{}, wire.ErrShort
	}
	d.unit(&u, m, out)
	return heron.Verdict{}, nil
}

// transfer reports who starts and stops the transfer of data.
func transfer(msg *iec104.Message, out dissect.Emitter) {
	switch msg.Function {
	case iec104.StartTransfer:
		out.Event(heron.Event{Kind: "iec104.start"})
	case iec104.StopTransfer:
		out.Event(heron.Event{Kind: "iec104.stop"})
	}
}

// unit tells what a data unit says. Orders have the cause "activation" or
// "deactivation"; whoever is ordered about answers with others.
func (d *dissector) unit(u *iec104.Unit, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	kind, polled := kindOf(u.Type)
	order := u.Cause == iec104.Activation || u.Cause == iec104.Deactivation
	switch {
	case kind == "":
		out.Observe(about, keyStation, d.text.Number(u.Address))
		out.Observe(about, keyType, d.text.Number(u.Type))
	case u.Negative || u.Cause >= iec104.UnknownType:
		out.Event(heron.Event{Kind: "iec104.refusal", Attrs: attributes(u)})
	case order || u.Type == readCommand && u.Cause == requested || u.Type >= firstFile && m.FromClient:
		out.ObserveString(about, keyMaster, "yes")
		if polled && !dissect.Fresh(m.Flow, u.Type, u.Cause, u.Address, u.Object) {
			return
		}
		attrs := attributes(u)
		command(attrs, u)
		out.Event(heron.Event{Kind: kind, Attrs: attrs})
	}
}

// Types and a cause that are looked at by name (IEC 60870-5-101 §7.2.1, §7.2.3).
const (
	singleCommand = 45
	doubleCommand = 46
	stepCommand   = 47
	lastCommand   = 51
	timedCommands = 58 // those with a time tag begin here, in the same order
	lastTimed     = 64
	readCommand   = 102
	firstFile     = 120
	requested     = 5
)

// kindOf names what an order of a type does, "" for types that report. polled
// says that it is asked for ever, so that each form is told once.
func kindOf(kind int) (name string, polled bool) {
	switch {
	case kind >= singleCommand && kind <= lastCommand, kind >= timedCommands && kind <= lastTimed:
		return "iec104.command", false
	case kind >= 110 && kind <= 113:
		return "iec104.parameter", false
	case kind >= firstFile && kind <= 127:
		return "iec104.file", true
	}
	switch kind {
	case 100, 101:
		return "iec104.interrogation", true
	case readCommand:
		return "iec104.read", true
	case 103:
		return "iec104.time", false
	case 104, 106, 107:
		return "iec104.test", true
	case 105:
		return "iec104.reset", false
	}
	return "", false
}

func attributes(u *iec104.Unit) map[string]string {
	return map[string]string{
		"type": strconv.Itoa(u.Type), "cause": strconv.Itoa(u.Cause), "station": strconv.Itoa(u.Address),
		"address": strconv.Itoa(u.Object), "originator": strconv.Itoa(u.Originator), "count": strconv.Itoa(u.Number),
	}
}

// command adds what a command switches, and whether it only selects. The value of
// a set point is not told.
func command(attrs map[string]string, u *iec104.Unit) {
	kind := u.Type
	if kind >= timedCommands && kind <= lastTimed {
		kind -= timedCommands - singleCommand
	}
	r := wire.NewReader(u.First)
	var names [4]string
	switch kind {
	case singleCommand:
		names = [4]string{"off", "on", "off", "on"}
	case doubleCommand:
		names = [4]string{1: "off", 2: "on"}
	case stepCommand:
		names = [4]string{1: "lower", 2: "higher"}
	default:
		return
	}
	c := r.U8()
	if name := names[c&3]; name != "" {
		attrs["command"] = name
	}
	if c&0x80 != 0 {
		attrs["select"] = "yes"
	}
}
