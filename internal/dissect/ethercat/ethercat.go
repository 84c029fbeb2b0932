// Package ethercat reads EtherCAT, by which drives and terminals are controlled
// in hard real time: who is master, and when it changes the state of its slaves
// or their configuration memory.
package ethercat

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

const keyMaster = "ethercat.master" // "yes": the sender's frames are on their way out

// Commands of a datagram (IEC 61158-4-12 §5.4): reads, writes and both, by place
// (auto increment), by address (fixed), to all and by logical address.
const (
	placeWrite   = 2
	addressWrite = 5
	allWrite     = 8
	lastCommand  = 14
)

// Registers of a slave (IEC 61158-4-12 §6).
const (
	stateControl  = 0x0120
	memoryControl = 0x0502
	memoryWrite   = 0x0200 // bit of the latter: write what stands in the data register
)

// maxDatagrams bounds the datagrams of a frame: each has twelve octets at least.
const maxDatagrams = 128

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:       "ethercat",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0x88a4},
		Spec:       "IEC 61158-4-12 §5 (frames) and §6 (registers)",
		Dissect:    run,
	}
}

// run reads a frame twice: first whether it holds together, then what it orders.
func run(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	head := r.U16LE()
	const datagrams = 1
	body := r.Sub(head & 0x7ff)
	if r.Err() != nil || head>>12 != datagrams {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	outbound, ok := walk(body, nil)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if outbound {
		out.ObserveString(heron.Subject{Endpoint: m.Src}, keyMaster, "yes")
		walk(body, out)
	}
	return heron.Verdict{}, nil
}

// walk goes through the datagrams, telling what they order when out is not nil.
// Slaves count in a working counter what they did for a datagram: when all are
// zero, the frame comes from the master; the same frame comes back later.
func walk(r wire.Reader, out dissect.Emitter) (outbound, ok bool) {
	outbound = true
	for range maxDatagrams {
		command := r.U8()
		r.Skip(1) // index
		place, register, size := r.U16LE(), r.U16LE(), r.U16LE()
		r.Skip(2) // interrupt
		data := r.Sub(size & 0x7ff)
		counter := r.U16LE()
		if r.Err() != nil || command > lastCommand || size&0x3800 != 0 {
			return false, false
		}
		outbound = outbound && counter == 0
		if out != nil {
			tell(command, place, register, &data, out)
		}
		if size&0x8000 == 0 { // no more follow
			return outbound, r.Len() == 0
		}
	}
	return outbound, false
}

// tell reports what changes slaves: a state asked for, and a write to their
// configuration memory.
func tell(command, place, register int, data *wire.Reader, out dissect.Emitter) {
	if command != placeWrite && command != addressWrite && command != allWrite {
		return
	}
	attrs := map[string]string{"command": strconv.Itoa(command), "address": strconv.Itoa(place)}
	switch value := data.U16LE(); {
	case data.Err() != nil:
	case register == stateControl:
		attrs["state"] = stateName(value & 0xf)
		out.Event(heron.Event{Kind: "ethercat.state", Attrs: attrs})
	case register == memoryControl && value&memoryWrite != 0:
		out.Event(heron.Event{Kind: "ethercat.memory_write", Attrs: attrs})
	}
}

// stateName names the states of a slave (IEC 61158-6-12 §6.4.1).
func stateName(state int) string {
	switch state {
	case 1:
		return "init"
	case 2:
		return "pre-operational"
	case 3:
		return "bootstrap"
	case 4:
		return "safe-operational"
	case 8:
		return "operational"
	}
	return strconv.Itoa(state)
}
