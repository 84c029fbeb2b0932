// Package hsrp reads HSRP, by which Cisco's routers stand in for each other.
package hsrp

import (
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion  = "hsrp.version"
	keyGroup    = "hsrp.group"
	keyState    = "hsrp.state"    // active, standby …
	keyPriority = "hsrp.priority" // the greatest is active
	keyAddress  = "hsrp.address"  // of the virtual router
	keyAuth     = "hsrp.auth"     // default, text, md5; never the word itself
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "hsrp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{1985, 2029},
		Spec:    "RFC 2281 §5 (version 1); version 2 as its public descriptions have it",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// Operations (RFC 2281 §5.2).
const (
	opHello     = 0
	opResign    = 2
	opAdvertise = 3
)

// said is what a message of either version says.
type said struct {
	version, op, state, priority, group int
	address                             netip.Addr
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	s, auth, ok := first(*r)
	if !ok {
		s, auth, ok = second(*r)
	}
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyVersion, d.text.Number(s.version))
	if s.op == opAdvertise {
		return heron.Verdict{}, nil
	}
	out.Observe(about, keyGroup, d.text.Number(s.group))
	out.Observe(about, keyPriority, d.text.Number(s.priority))
	out.ObserveString(about, keyState, stateName(s.version, s.state))
	out.ObserveString(about, keyAuth, auth)
	if s.address.IsValid() && !s.address.IsUnspecified() {
		out.Observe(about, keyAddress, d.text.Address(s.address))
	}
	if s.op != opHello {
		kind := "hsrp.coup"
		if s.op == opResign {
			kind = "hsrp.resign"
		}
		out.Event(heron.Event{Kind: kind, Attrs: map[string]string{"group": strconv.Itoa(s.group)}})
	}
	return heron.Verdict{}, nil
}

// first reads version 1: twenty octets, of which eight are a word in clear.
func first(r wire.Reader) (s said, auth string, ok bool) {
	const size, reserved = 20, 0
	whole := r.Len()
	version, op, state := r.U8(), r.U8(), r.U8()
	if version != 0 || op > opAdvertise || whole < 8 {
		return s, "", false
	}
	if op == opAdvertise { // type, length, state and reserved octets, counts
		kind, length := state<<8|r.U8(), r.U16()
		return said{version: 1, op: op}, "", kind == 1 && length <= 14 && whole <= 64
	}
	hello, hold := r.U8(), r.U8()
	s = said{version: 1, op: op, state: state, priority: r.U8(), group: r.U8()}
	zero := r.U8()
	word := r.Bytes(8)
	s.address, ok = netip.AddrFromSlice(r.Bytes(4))
	if !ok || whole < size || zero != reserved || hello == 0 || hold < hello || stateName(1, state) == "" {
		return s, "", false
	}
	auth = "text"
	if string(word) == "cisco\x00\x00\x00" {
		auth = "default"
	}
	if r.Len() >= 2 && r.U8() == 4 {
		auth = "md5"
	}
	return s, auth, true
}

// second reads version 2: entries of type, length and value.
func second(r wire.Reader) (s said, auth string, ok bool) {
	const state, text, md5 = 1, 3, 4
	auth = "none"
	for r.Len() > 0 && r.Err() == nil {
		kind := r.U8()
		v := r.Sub(r.U8())
		switch {
		case kind == state && v.Len() == 40:
			s, ok = group(&v)
		case kind == text && v.Len() == 8:
			auth = "text"
			if string(v.Rest()) == "cisco\x00\x00\x00" {
				auth = "default"
			}
		case kind == md5:
			auth = "md5"
		}
		if !ok { // the state of the group comes first
			return s, "", false
		}
	}
	return s, auth, r.Err() == nil && ok
}

// group reads the group state of version 2.
func group(v *wire.Reader) (said, bool) {
	version, op, state, family := v.U8(), v.U8(), v.U8(), v.U8()
	s := said{version: version, op: op, state: state, group: v.U16()}
	v.Skip(6) // identifier
	s.priority = v.U32()
	v.Skip(8) // times
	size := 4
	if family == 6 {
		size = 16
	}
	s.address, _ = netip.AddrFromSlice(v.Bytes(size))
	return s, version == 2 && op <= opResign && (family == 4 || family == 6) && stateName(2, state) != ""
}

func stateName(version, state int) string {
	if version == 2 {
		if state > 6 {
			return ""
		}
		return [...]string{"disabled", "initial", "learn", "listen", "speak", "standby", "active"}[state]
	}
	switch state { // RFC 2281 §5.3
	case 0:
		return "initial"
	case 1:
		return "learn"
	case 2:
		return "listen"
	case 4:
		return "speak"
	case 8:
		return "standby"
	case 16:
		return "active"
	}
	return ""
}
