// Package mongo reads the opening of connections to MongoDB: what a client's
// driver, system and application are, and a server's version. Documents and
// passwords are never told.
package mongo

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyApplication = "mongo.application"
	keyDriver      = "mongo.driver" // name, and version
	keyDriverVer   = "mongo.driver_version"
	keyOS          = "mongo.os"
	keyPlatform    = "mongo.platform"
	keyVersion     = "mongo.version"      // of a server
	keyWire        = "mongo.wire_version" // the highest that a server has
	keySet         = "mongo.replica_set"
)

// Operations (MongoDB Wire Protocol).
const (
	opReply      = 1
	opQuery      = 2004
	opCompressed = 2012
	opMessage    = 2013
	headerSize   = 16
	maxSize      = 48 << 20
	maxMessages  = 12
	maxElements  = 64
	maxName      = 64
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "mongo",
		Over:    dissect.OverTCP,
		Ports:   []uint16{27017, 27018, 27019},
		Spec:    "MongoDB Wire Protocol; MongoDB Handshake; bsonspec.org 1.1",
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	size := r.U32LE()
	r.Skip(8)
	op := r.U32LE()
	if r.Err() != nil {
		return 0, nil
	}
	if size < headerSize+5 || size > maxSize || op != opReply && op != opQuery && op != opCompressed && op != opMessage {
		return 0, dissect.ErrNotMine
	}
	return size, nil
}

// probe takes a client's whole message with a document in it.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	if !fromClient || err != nil || n != len(b) {
		return false
	}
	r := wire.NewReader(b)
	doc, ok := document(&r)
	return ok && doc.Len() > 0
}

// document passes over what stands before the first document of a message, and
// returns what is in it.
func document(r *wire.Reader) (doc wire.Reader, ok bool) {
	r.Skip(8)
	r.Skip(4)
	switch op := r.U32LE(); op {
	case opQuery:
		r.Skip(4)
		r.Until(0, 128)
		r.Skip(8)
	case opMessage:
		if flags := r.U32LE(); flags&^0x10003 != 0 || r.U8() != 0 {
			return doc, false
		}
	case opReply:
		r.Skip(4 + 8 + 4 + 4)
	default:
		return doc, false
	}
	return embedded(r)
}

// embedded reads a document: its length, elements, a zero.
func embedded(r *wire.Reader) (doc wire.Reader, ok bool) {
	const least = 5
	size := r.U32LE()
	if r.Err() != nil || size < least || size > r.Len()+4 {
		return doc, false
	}
	doc = r.Sub(size - 4)
	return doc, r.Err() == nil
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	doc, ok := document(r)
	if m.Flow.Protocol == 0 && (!ok || !m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data[0]++
	if ok {
		d.elements(doc, inTop, m, out)
	}
	return heron.Verdict{Done: data[0] >= maxMessages}, nil
}

// Places in the description of a client, from its top.
const (
	inTop = iota
	inClient
	inApplication
	inDriver
	inOS
	inOther
)

// elements goes through a document, and tells the elements that describe a client
// or a server.
func (d *dissector) elements(r wire.Reader, place int, m *heron.Message, out dissect.Emitter) {
	const text, object, number32 = 2, 3, 0x10
	for range maxElements {
		kind := r.U8()
		name := r.Until(0, maxName)
		if r.Err() != nil || kind == 0 {
			return
		}
		switch kind {
		case text:
			d.word(&r, place, name, m, out)
		case object:
			inner, ok := embedded(&r)
			if next := under(place, name); ok && next != inOther && m.FromClient {
				d.elements(inner, next, m, out)
			}
		case number32:
			value := r.U32LE()
			if !m.FromClient && string(name) == "maxWireVersion" {
				out.Observe(m.Sender(), keyWire, d.text.Number(value))
			}
		default:
			if !pass(kind, &r) {
				return
			}
		}
	}
}

// word reads a text, and tells it.
func (d *dissector) word(r *wire.Reader, place int, name []byte, m *heron.Message, out dissect.Emitter) {
	value := r.Bytes(r.U32LE())
	if n := len(value); n > 0 {
		d.tell(place, name, value[:n-1], m, out)
	}
}

// pass passes over a value that is not read (bsonspec.org); false for a kind whose
// length is not known.
func pass(kind int, r *wire.Reader) bool {
	switch kind {
	case 0x01, 0x09, 0x11, 0x12:
		r.Skip(8)
	case 0x04:
		if _, ok := embedded(r); !ok {
			return false
		}
	case 0x05:
		r.Skip(r.U32LE() + 1)
	case 0x06, 0x0a, 0x7f, 0xff:
	case 0x07:
		r.Skip(12)
	case 0x08:
		r.Skip(1)
	case 0x13:
		r.Skip(16)
	default:
		return false
	}
	return true
}

// under is the place of an object within another.
func under(place int, name []byte) int {
	switch {
	case place == inTop && string(name) == "client":
		return inClient
	case place == inClient && string(name) == "application":
		return inApplication
	case place == inClient && string(name) == "driver":
		return inDriver
	case place == inClient && string(name) == "os":
		return inOS
	}
	return inOther
}

// tell tells a text by its place and name.
func (d *dissector) tell(place int, name, value []byte, m *heron.Message, out dissect.Emitter) {
	key := ""
	switch {
	case m.FromClient && place == inApplication && string(name) == "name":
		key = keyApplication
	case m.FromClient && place == inDriver && string(name) == "name":
		key = keyDriver
	case m.FromClient && place == inDriver && string(name) == "version":
		key = keyDriverVer
	case m.FromClient && place == inOS && (string(name) == "name" || string(name) == "version"):
		key = keyOS
	case m.FromClient && place == inClient && string(name) == "platform":
		key = keyPlatform
	case !m.FromClient && place == inTop && string(name) == "version":
		key = keyVersion
	case !m.FromClient && place == inTop && string(name) == "setName":
		key = keySet
	case !m.FromClient && place == inTop && string(name) == "errmsg" && string(value) == "Authentication failed.":
		dissect.LoginFailed(out, "mongo", "")
	}
	if key != "" {
		out.Observe(m.Sender(), key, value)
	}
}
