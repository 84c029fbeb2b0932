package quic_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/quic"
	"github.com/heron-iot/heron/internal/proto/quic"
	"github.com/heron-iot/heron/internal/proto/tls"
)

// The connection IDs of the tests.
const (
	first  = "\x83\x94\xc8\xf0\x3e\x51\x57\x08" // that the client makes up
	mine   = "\x0c\x0c"                         // the client's own
	theirs = "\x05\x05\x05\x05"                 // the server's
)

// hello is a ClientHello without its record, as CRYPTO frames carry it.
func hello() []byte {
	agent := "\x01\x01\x30\x71\x29\x0cChrome/115.0"
	return tls.AppendClientHello(nil, tls.Hello{
		Ciphers: []uint16{0x1301, 0x1302}, ServerName: "Hub.Example.com", ALPN: []string{"h3"},
		Extensions: []tls.Extension{
			tls.OfferVersions(tls.Version13), tls.Words(tls.ExtGroups, 29), {Type: 0x39, Body: []byte(agent)},
		},
	})[5:]
}

func answer() []byte { return tls.AppendServerHello(nil, tls.Version13, [32]byte{1}, 0x1301)[5:] }

func crypto(data []byte, from, to int) []byte { return quic.AppendCrypto(nil, from, data[from:to]) }

// initial seals frames, with the keys of a connection that began with an ID.
func initial(version int, id string, fromClient bool, number int, frames []byte) []byte {
	client, server, err := quic.InitialKeys(version, []byte(id))
	if err != nil {
		panic(err)
	}
	p := quic.Initial{Version: version, DCID: []byte(mine), SCID: []byte(theirs), Number: number, Frames: frames}
	if !fromClient {
		return server.AppendInitial(nil, p)
	}
	p.DCID, p.SCID = []byte(id), []byte(mine)
	p.Frames = append(p.Frames, make([]byte, max(0, 1160-len(frames)))...)
	return client.AppendInitial(nil, p)
}

// google is a part of a hello of Google's own, in the frame that its versions have.
func google(from, to int) []byte {
	h := quic.AppendHello(nil, quic.Hello{Name: []byte("Hub.Example.com"), Agent: []byte("Chrome/81.0 Linux")})
	b := crypto(h, from, min(to, len(h)))
	b[0] = 8
	return b
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 443, Steps: steps}
}

func suite() dissecttest.Suite {
	h, a := hello(), answer()
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	short := c(append([]byte{0x41}, make([]byte, 40)...))
	whole := func(version int) []dissecttest.Step {
		reply := initial(version, first, false, 0, crypto(a, 0, len(a)))
		reply = quic.AppendHandshake(reply, version, []byte(mine), []byte(theirs), make([]byte, 500))
		return []dissecttest.Step{c(initial(version, first, true, 0, crypto(h, 0, len(h)))), s(reply), short}
	}
	scattered := append(crypto(h, 90, len(h)), crypto(h, 0, 20)...)
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   320, // the keys of a connection, twice when there is a retry; the race detector adds some
		Conversations: []dissecttest.Conversation{
			talk("version_1", whole(quic.Version1)...),
			talk("version_2", whole(quic.Version2)...),
			talk("draft_29", whole(quic.Draft29)...),
			talk("hello_in_pieces", c(initial(quic.Version1, first, true, 0, scattered)),
				c(initial(quic.Version1, first, true, 1, append([]byte{1}, crypto(h, 20, 90)...))),
				s(initial(quic.Version1, first, false, 0, append([]byte("\x02\x01\x00\x00\x01"), crypto(a, 0, 30)...))),
				s(initial(quic.Version1, first, false, 1, crypto(a, 30, len(a))))),
			talk("retry", c(initial(quic.Version1, first, true, 0, crypto(h, 0, 50))),
				s(quic.AppendRetry(nil, quic.Version1, []byte(mine), []byte(theirs), []byte("token"))),
				c(initial(quic.Version1, theirs, true, 1, crypto(h, 0, len(h)))),
				s(initial(quic.Version1, theirs, false, 0, crypto(a, 0, len(a))))),
			talk("retry_of_a_whole_hello", c(initial(quic.Version1, first, true, 0, crypto(h, 0, len(h)))),
				s(quic.AppendRetry(nil, quic.Version1, []byte(mine), []byte(theirs), []byte("token"))),
				c(initial(quic.Version1, theirs, true, 1, crypto(h, 0, len(h)))),
				s(initial(quic.Version1, theirs, false, 0, crypto(a, 0, len(a))))),
			talk("google_with_tls", whole(quic.GoogleT51)...),
			talk("google", c(initial(quic.GoogleQ50, first, true, 0, google(0, 30))), c(initial(quic.GoogleQ50, first, true, 1, google(30, 60)))),
			talk("versions_of_a_server", s(quic.AppendNegotiation(nil, []byte(mine), []byte(theirs), quic.Version1, 0x1a2a3a4a))),
			talk("hello_was_missed", s(quic.AppendHandshake(nil, quic.Version1, []byte(mine), []byte(theirs), make([]byte, 900)))),
		},
	}
}

func TestQUIC(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
