// Package tns reads the opening of connections to Oracle databases: what a client's
// machine and program are called, and a server's version where it says it. Users
// are never told.
package tns

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyProgram = "tns.program" // of a client
	keyService = "tns.service" // of a client: the database it wants
	keyVersion = "tns.version" // of a server, a number: 186647296 is 11.2.0.3.0
)

// Kinds of packet.
const (
	connect    = 1
	accept     = 2
	refuse     = 4
	redirect   = 5
	last       = 14
	headerSize = 8
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "tns",
		Over:    dissect.OverTCP,
		Ports:   []uint16{1521, 1526},
		Spec:    "Oracle Database Net Services Reference (connect descriptors); the header as in public analyses of Oracle Net",
		Starts:  []byte{0, 1},
		Probe:   probe,
		Frame:   frame,
		Dissect: read,
	}
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	size, sum := r.U16(), r.U16()
	kind := r.U8()
	r.Skip(1)
	sum2 := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if size < headerSize || sum != 0 || sum2 != 0 || kind < connect || kind > last {
		return 0, dissect.ErrNotMine
	}
	return size, nil
}

// probe takes a request to connect with what it wants to connect to.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	r := wire.NewReader(b)
	r.Skip(4)
	return fromClient && err == nil && n == len(b) && n > headerSize && r.U8() == connect && bytes.Contains(b, []byte("(CONNECT_DATA="))
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	r.Skip(4)
	kind := r.U8()
	b := r.Rest()
	switch {
	case m.FromClient && kind == connect:
		host := heron.Subject{Endpoint: m.Src}
		if _, client, found := bytes.Cut(b, []byte("(CID=")); found {
			out.Observe(host, keyProgram, value(client, "(PROGRAM="))
			out.Observe(host, heron.KeyHostname, value(client, "(HOST="))
		}
		out.Observe(host, keyService, value(b, "(SERVICE_NAME="))
		out.Observe(host, keyService, value(b, "(SID="))
	case m.Flow.Protocol == 0:
		return heron.Verdict{}, dissect.ErrNotMine
	case !m.FromClient && kind == refuse:
		out.Observe(m.Sender(), keyVersion, value(b, "(VSNNUM="))
		return heron.Verdict{Done: true}, nil
	case !m.FromClient && (kind == accept || kind == redirect):
		return heron.Verdict{Done: true}, nil
	}
	return heron.Verdict{}, nil
}

// value returns what stands between a name and the next bracket.
func value(b []byte, name string) []byte {
	_, rest, found := bytes.Cut(b, []byte(name))
	end := bytes.IndexByte(rest, ')')
	if !found || end < 0 {
		return nil
	}
	return rest[:end]
}
