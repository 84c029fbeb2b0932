// Package ads reads Beckhoff's ADS over AMS/TCP, and the discovery of TwinCAT
// systems over UDP: which device answers, what runs on it, and who writes to it,
// changes its state or adds a route to it.
package ads

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyNetID   = "ads.net_id"          // AMS address of the sender
	keyDevice  = "ads.device_name"     // what answers on an AMS port
	keyVersion = "ads.version"         // its version
	keyState   = "ads.state"           // run, stop, config …
	keyTwinCAT = "ads.twincat_version" // in answer to a search
	keySystem  = "ads.os_version"      // numbers of the system, in answer to a search
	keyMaster  = "ads.master"          // "yes": the sender gives orders
)

// Parts of a message (Beckhoff Information System, ADS: AMS/TCP packet).
const (
	tcpHeader    = 6
	amsHeader    = 32
	maxLength    = 1 << 20
	flagResponse = 1
	flagCommand  = 4
	flagUDP      = 0x40
)

// Commands.
const (
	cmdDeviceInfo = 1 + iota
	cmdRead
	cmdWrite
	cmdReadState
	cmdWriteControl
	cmdAddNotification
	cmdDeleteNotification
	cmdNotification
	cmdReadWrite
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "ads",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{48898, 48899},
		Spec:         "Beckhoff Information System: TwinCAT ADS/AMS specification; the search over UDP as observed",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && (n > 0 || len(b) >= 8) || isSearch(b)
		},
		Starts:  []byte{0x00, 0x03},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// header is the AMS header.
type header struct {
	target, source         []byte
	port, command, flags   int
	length, failed, invoke int
}

func readHeader(r *wire.Reader) header {
	h := header{target: r.Bytes(6), port: r.U16LE(), source: r.Bytes(6)}
	r.Skip(2)
	h.command, h.flags, h.length, h.failed, h.invoke = r.U16LE(), r.U16LE(), r.U32LE(), r.U32LE(), r.U32LE()
	return h
}

// frame returns the length of a message. Its header must add up: two reserved
// octets of zero, two lengths that agree, a known command.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	early := wire.NewReader(r.Peek(min(r.Len(), 2)))
	first, second := early.U8(), early.U8()
	if first != 0 || second != 0 {
		return 0, dissect.ErrNotMine
	}
	r.Skip(2)
	length := r.U32LE()
	if r.Err() == nil && (length < amsHeader || length > maxLength) {
		return 0, dissect.ErrNotMine
	}
	h := readHeader(&r)
	if r.Err() != nil {
		return 0, nil
	}
	if h.length != length-amsHeader || h.command < cmdDeviceInfo || h.command > cmdReadWrite ||
		h.flags&flagCommand == 0 || h.flags&^(flagCommand|flagResponse) != 0 || h.failed > 0xffff ||
		h.flags&flagResponse == 0 && h.failed != 0 {
		return 0, dissect.ErrNotMine
	}
	return tcpHeader + length, nil
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.UDP {
		return heron.Verdict{}, d.search(r, m, out)
	}
	if n, err := frame(r.Peek(r.Len())); err != nil || n == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(tcpHeader)
	h := readHeader(r)
	d.netID(out, heron.Subject{Endpoint: m.Src}, h.source)
	if h.flags&flagResponse == 0 {
		d.request(&h, r, m, out)
		return heron.Verdict{}, nil
	}
	if failed := r.U32LE(); failed == 0 && h.failed == 0 && r.Err() == nil {
		d.response(&h, r, m.Sender(), out)
	}
	return heron.Verdict{}, nil
}

// netID tells an AMS address: six numbers.
func (d *dissector) netID(out dissect.Emitter, about heron.Subject, id []byte) {
	if len(bytes.Trim(id, "\x00")) > 0 { // who only searches need not have one
		out.Observe(about, keyNetID, d.text.Octets('.', id))
	}
}

// request makes an event of an order. What only reads is told once for each of
// its last few forms, what changes something each time.
func (d *dissector) request(h *header, r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	attrs := map[string]string{"port": strconv.Itoa(h.port)}
	var kind string
	switch h.command {
	case cmdWriteControl:
		state := r.U16LE()
		kind, attrs["state"] = "ads.control", stateName(state)
		switch state {
		case stateRun:
			kind = "ads.start"
		case stateStop:
			kind = "ads.stop"
		}
	case cmdRead, cmdWrite, cmdReadWrite:
		group, offset := r.U32LE(), r.U32LE()
		if kind = kindOf(h.command, group); kind == kindRead && !dissect.Fresh(m.Flow, h.port, group, offset) {
			return
		}
		attrs["group"], attrs["offset"] = strconv.FormatInt(int64(group), 16), strconv.FormatInt(int64(offset), 16)
	default:
		return
	}
	if r.Err() != nil {
		return
	}
	out.ObserveString(heron.Subject{Endpoint: m.Src}, keyMaster, "yes")
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// kindRead is the kind of event of what changes nothing.
const kindRead = "ads.read"

// kindOf returns the kind of event of an access to a group of indices (ADS: index
// group and offset, symbol names and sum commands).
func kindOf(command, group int) string {
	switch {
	case command == cmdRead, group == 0xf006: // a handle is given back
		return kindRead
	case command == cmdWrite, group == 0xf081, group == 0xf082:
		return "ads.write"
	case group >= 0xf003 && group <= 0xf00f, group >= 0xf080 && group <= 0xf086:
		return kindRead
	}
	return "ads.read_write"
}

// response tells what an answer shows of the device.
func (d *dissector) response(h *header, r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	switch h.command {
	case cmdDeviceInfo:
		major, minor, build := r.U8(), r.U8(), r.U16LE()
		name := wire.UntilZero(r.Bytes(16))
		if r.Err() != nil || !wire.Printable(name) {
			return
		}
		out.Observe(about, keyDevice, name)
		out.Observe(about, keyVersion, d.text.Numbers('.', major, minor, build))
	case cmdReadState:
		if state := r.U16LE(); r.Err() == nil {
			out.ObserveString(about, keyState, stateName(state))
		}
	}
}

// States that are orders of their own.
const (
	stateRun  = 5
	stateStop = 6
)

// stateName returns the name of a state of ADS (Beckhoff: AdsState).
func stateName(state int) string {
	names := [...]string{
		"invalid", "idle", "reset", "init", "start", "run", "stop", "save_config", "load_config", "power_failure",
		"power_good", "error", "shutdown", "suspend", "resume", "config", "reconfig",
	}
	if state < len(names) {
		return names[state]
	}
	return "other"
}
