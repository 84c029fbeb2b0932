// Package cql reads the opening of connections to Cassandra: which driver a client
// has, and how a server logs it in. Queries and passwords are never told.
package cql

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyDriver  = "cql.driver"  // of a client: name and version
	keyOffers  = "cql.cql"     // of a server: a version of the language
	keyAuth    = "cql.auth"    // of a server: the class that logs clients in, or none
	keyVersion = "cql.version" // of the protocol that a server answers in
)

// Opcodes (§2.4).
const (
	opError     = 0x00
	opStartup   = 0x01
	opReady     = 0x02
	opAuth      = 0x03
	opOptions   = 0x05
	opSupported = 0x06
	opResponse  = 0x0f
	lastOpcode  = 0x10
)

const (
	maxSize      = 256 << 20 // of a frame, by the specification
	headerSize   = 9
	maxPairs     = 16
	maxMessages  = 8 // of a connection
	answerBit    = 0x80
	flagPacked   = 0x01
	badLogin     = 0x0100
	classOfPlain = "PasswordAuthenticator"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "cql",
		Over:    dissect.OverTCP,
		Ports:   []uint16{9042},
		Spec:    "Apache Cassandra, CQL Binary Protocol v3, v4 and v5",
		Starts:  []byte{3, 4, 5},
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, flags := r.U8(), r.U8()
	r.Skip(2)
	opcode, size := r.U8(), r.U32()
	n := len(b)
	if v := version &^ answerBit; n > 0 && (v < 3 || v > 5) || n > 1 && flags > 0x1f || n > 4 && opcode > lastOpcode || n >= headerSize && size > maxSize {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	return headerSize + size, nil
}

// probe takes the first message of a client: options are empty, and a start names
// the version of the language.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	r := wire.NewReader(b)
	r.Skip(2)
	stream := r.U16()
	opcode := r.U8()
	r.Skip(4)
	if !fromClient || err != nil || n != len(b) || stream > 1<<14 {
		return false
	}
	return opcode == opStartup && hasLanguage(r)
}

func hasLanguage(r wire.Reader) bool {
	pairs := r.U16()
	for range min(pairs, maxPairs) {
		if string(r.Bytes(r.U16())) == "CQL_VERSION" {
			return true
		}
		r.Skip(r.U16())
	}
	return false
}

type dissector struct {
	text []byte
}

// Places in heron.FlowScratch.Data.
const (
	atMessages = 0
	atPlain    = 1 // a password was asked for
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	version, flags := r.U8(), r.U8()
	r.Skip(2)
	opcode := r.U8()
	size := r.U32()
	if (version&answerBit == 0) != m.FromClient || r.Err() != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data := &m.Flow.Data
	opens := opcode == opStartup && hasLanguage(*r) || opcode == opOptions && size == 0
	if m.Flow.Protocol == 0 && (!m.FromClient || !opens) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data[atMessages]++
	v := heron.Verdict{Done: data[atMessages] >= maxMessages}
	if flags&flagPacked != 0 {
		return v, nil
	}
	switch {
	case m.FromClient && opcode == opStartup:
		d.startup(r, m, out)
	case m.FromClient && opcode == opResponse && data[atPlain] != 0:
		dissect.ClearLogin(out, "cql")
	case !m.FromClient:
		v.Done = d.answer(version&^answerBit, opcode, r, m, out) || v.Done
	}
	return v, nil
}

// startup tells a client's driver.
func (d *dissector) startup(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	var name, version []byte
	for range min(r.U16(), maxPairs) {
		key := r.Bytes(r.U16())
		value := r.Bytes(r.U16())
		switch string(key) {
		case "DRIVER_NAME":
			name = value
		case "DRIVER_VERSION":
			version = value
		}
	}
	if len(name) > 0 {
		d.text = append(append(append(d.text[:0], name...), ' '), version...)
		out.Observe(m.Sender(), keyDriver, d.text)
	}
}

// answer tells what a server says, and reports whether the login is over.
func (d *dissector) answer(version, opcode int, r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	about := m.Sender()
	d.text = append(d.text[:0], byte('0'+version))
	out.Observe(about, keyVersion, d.text)
	switch opcode {
	case opReady:
		out.ObserveString(about, keyAuth, "none")
		return true
	case opAuth:
		class := r.Bytes(r.U16())
		out.Observe(about, keyAuth, class)
		if n := len(class) - len(classOfPlain); n >= 0 && string(class[n:]) == classOfPlain {
			m.Flow.Data[atPlain] = 1
		}
	case opSupported:
		for range min(r.U16(), maxPairs) {
			key := r.Bytes(r.U16())
			for range min(r.U16(), maxPairs) {
				if value := r.Bytes(r.U16()); string(key) == "CQL_VERSION" {
					out.Observe(about, keyOffers, value)
				}
			}
		}
	case opError:
		if r.U32() == badLogin {
			dissect.LoginFailed(out, "cql", "")
			return true
		}
	}
	return opcode == lastOpcode
}
