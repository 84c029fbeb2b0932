// Package pn_rt recognises the real-time frames of PROFINET IO: cyclic data
// between controllers and devices, and their alarms. The data stay unread.
package pn_rt

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyProvider = "pn_rt.provider" // "yes": the sender provides cyclic data
	keyAlarm    = "pn_rt.alarm"    // priority of an alarm: "high" or "low"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:       "pn_rt",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0x8892},
		Spec:       "IEC 61158-6-10 §4.2.2.2 (frame IDs), §4.7 (cyclic data), §4.8 (alarms)",
		Dissect:    run,
	}
}

// Frame IDs.
const (
	firstCyclic = 0x0100
	lastCyclic  = 0xfbff
	alarmHigh   = 0xfc01
	alarmLow    = 0xfe01
)

// minCyclic is the least a cyclic frame has after the EtherType: frame ID, 40
// octets of data, and the status.
const minCyclic = 2 + 40 + 4

// run reads a frame's number and the status at its end.
func run(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	about := heron.Subject{Endpoint: m.Src}
	switch id := r.U16(); {
	case r.Err() != nil:
		return heron.Verdict{}, dissect.ErrNotMine
	case id == alarmHigh && alarm(r):
		out.ObserveString(about, keyAlarm, "high")
	case id == alarmLow && alarm(r):
		out.ObserveString(about, keyAlarm, "low")
	case id >= firstCyclic && id <= lastCyclic && cyclic(r):
		out.ObserveString(about, keyProvider, "yes")
	default:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return heron.Verdict{}, nil
}

// cyclic checks the status at the end of a frame (§4.7.2.1): valid data, the
// reserved bits, and a transfer without fault.
func cyclic(r *wire.Reader) bool {
	if r.Offset()+r.Len() < minCyclic {
		return false
	}
	r.Skip(r.Len() - 2)
	const valid, reserved = 0x04, 0x48
	status, transfer := r.U8(), r.U8()
	return status&valid != 0 && status&reserved == 0 && transfer == 0
}

// alarm checks the header of an alarm (§4.8.2): the version, a type that is, and
// a length that fits.
func alarm(r *wire.Reader) bool {
	r.Skip(4) // destination and source endpoint
	kind := r.U8()
	r.Skip(1 + 2 + 2) // flags, sequence numbers
	n := r.U16()
	return r.Err() == nil && kind>>4 == 1 && kind&0xf >= 1 && kind&0xf <= 4 && n <= r.Len()
}
