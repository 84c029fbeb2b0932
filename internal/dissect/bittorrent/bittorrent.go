// Package bittorrent reads BitTorrent: the handshake of peers, the distributed
// hash table, trackers and the search on the local network, and which programs
// take part. What they share is not told.
package bittorrent

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyClient = "bittorrent.client" // by its code: "Transmission 2940", "LT 0102"
	keyName   = "bittorrent.name"   // as it calls itself to its peers
)

// The handshake of peers (BEP 3): a length and a name, eight octets of options,
// the hash, the peer's identity.
const (
	magic         = "\x13BitTorrent protocol"
	handshakeSize = 68
	peerAt        = 48
	peerSize      = 20
	// maxObfuscation is how much of an encrypted handshake may come before one in
	// clear: two keys and their padding.
	maxObfuscation = 1400
)

// Messages that are not of peers over TCP.
const (
	search        = "BT-SEARCH * HTTP/1.1\r\n"         // BEP 14
	tracker       = "\x00\x00\x04\x17\x27\x10\x19\x80" // BEP 15
	trackerSize   = 16
	extended      = 20 // the message of BEP 10
	utpHeader     = 20 // BEP 29
	utpSyn        = 4
	maxNameLength = 64
)

// Places in heron.FlowScratch.Data.
const (
	atStage = 0 // two: what comes next of that side, the client's first
	atUTP   = 2 // the connection's number: 2
	atSeen  = 4 // datagrams of uTP
)

// Stages of a side.
const (
	stageHandshake = iota
	stageExtended  // it may say more of itself
	stageDone
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "bittorrent",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{6881, 6771},
		Spec:    "BEP 3 (peers); BEP 5 (DHT); BEP 10 (extensions); BEP 14 (local search); BEP 15 (trackers); BEP 20; BEP 29 (uTP)",
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe accepts a handshake, of which the start may be hidden, and datagrams.
func probe(b []byte, fromClient bool) bool {
	return bytes.HasPrefix(b, []byte(magic)) || isTable(b) || isTracker(b, fromClient) || bytes.HasPrefix(b, []byte(search)) ||
		len(b) > handshakeSize && hidden(b) > 0 || utp(b) >= 0
}

// hidden returns where in a stream that begins with an encrypted handshake one in
// clear follows; -1 when it does not.
func hidden(b []byte) int {
	return bytes.Index(b[:min(len(b), maxObfuscation)], []byte(magic))
}

// isTable reports whether a datagram is one of the distributed hash table (BEP 5).
func isTable(b []byte) bool {
	if !bytes.HasPrefix(b, []byte("d")) || !bytes.HasSuffix(b, []byte("e")) {
		return false
	}
	query, answer := bytes.Contains(b, []byte("1:y1:q")), bytes.Contains(b, []byte("1:y1:r"))
	return (query || answer) && bytes.Contains(b, []byte("2:id20:")) ||
		bytes.Contains(b, []byte("1:y1:e")) && bytes.Contains(b, []byte("1:eli"))
}

// isTracker reports whether a datagram asks a tracker to connect (BEP 15).
func isTracker(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	r.Skip(len(tracker))
	return fromClient && len(b) == trackerSize && bytes.HasPrefix(b, []byte(tracker)) && r.U32() == 0
}

// utp returns the number of a uTP connection; -1 when it cannot be one.
func utp(b []byte) int {
	r := wire.NewReader(b)
	first, extension, id := r.U8(), r.U8(), r.U16()
	r.Skip(utpHeader - 4)
	if r.Err() != nil || first&0xf != 1 || first>>4 > utpSyn || extension > 2 {
		return -1
	}
	for extension != 0 {
		next := r.U8()
		r.Skip(r.U8())
		if r.Err() != nil || next > 2 {
			return -1
		}
		extension = next
	}
	if kind := first >> 4; kind != 0 && kind != utpSyn && r.Len() > 0 {
		return -1 // only data have data
	}
	return id
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(_ *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.TCP {
		return d.stream(m, out)
	}
	b := m.Payload
	switch {
	case isTable(b):
		d.table(b, m, out)
		return heron.Verdict{Done: !m.FromClient}, nil // both have said which program they are
	case isTracker(b, m.FromClient), bytes.HasPrefix(b, []byte(search)):
		return heron.Verdict{Done: true}, nil
	}
	return micro(m)
}

// stream reads the handshake of a side, and what it says of itself after that.
func (d *dissector) stream(m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data, side := &m.Flow.Data, dissect.Side(m)
	stage, b := &data[atStage+side], m.Payload
	v := heron.Verdict{Consumed: len(b)}
	switch *stage {
	case stageHandshake:
		at := hidden(b)
		known := data[atStage+1-side] != stageHandshake
		switch {
		case at < 0 && string(b) == magic[:min(len(b), len(magic))]:
			return heron.Verdict{}, nil
		case at < 0 && !known:
			return heron.Verdict{}, dissect.ErrNotMine
		case at < 0:
			if len(b) < maxObfuscation {
				return heron.Verdict{}, nil
			}
			*stage = stageDone
		case len(b) < at+handshakeSize:
			return heron.Verdict{}, nil
		default:
			r := wire.NewReader(b)
			r.Skip(at + peerAt)
			d.peer(r.Bytes(peerSize), m, out)
			*stage, v.Consumed = stageExtended, at+handshakeSize
		}
	case stageExtended:
		if length := d.extension(b, m, out); length > len(b) && len(b) < dissect.StreamPrefix {
			return heron.Verdict{}, nil
		}
		*stage = stageDone
	}
	v.Done = data[atStage] == stageDone && data[atStage+1] == stageDone
	return v, nil
}

// peer tells which program a peer is: its identity begins with a code between
// hyphens (BEP 20).
func (d *dissector) peer(id []byte, m *heron.Message, out dissect.Emitter) {
	r := wire.NewReader(id)
	if r.U8() != '-' {
		return
	}
	code, version := r.Bytes(2), r.Bytes(4)
	if r.U8() != '-' || !wire.Printable(code) || !wire.Printable(version) {
		return
	}
	d.text = append(append(appendName(d.text[:0], code), ' '), version...)
	out.Observe(heron.Subject{Endpoint: m.Src}, keyClient, d.text)
}

// appendName adds the program with that code, or the code.
func appendName(b, code []byte) []byte {
	for _, c := range [...]struct{ code, name string }{
		{"AZ", "Vuze"},
		{"BC", "BitComet"},
		{"BT", "BitTorrent"},
		{"DE", "Deluge"},
		{"KT", "KTorrent"},
		{"LT", "libtorrent"},
		{"TR", "Transmission"},
		{"UM", "uTorrent for Mac"},
		{"UT", "uTorrent"},
		{"WW", "WebTorrent"},
		{"lt", "rTorrent"},
		{"qB", "qBittorrent"},
	} {
		if string(code) == c.code {
			return append(b, c.name...)
		}
	}
	return append(b, code...)
}

// extension tells what a peer calls itself in the extended handshake (BEP 10). It
// returns the message's length.
func (d *dissector) extension(b []byte, m *heron.Message, out dissect.Emitter) int {
	r := wire.NewReader(b)
	length := 4 + r.U32()
	if kind, id := r.U8(), r.U8(); r.Err() != nil || kind != extended || id != 0 || length > dissect.StreamPrefix {
		if len(b) < 6 {
			return 6
		}
		return 0
	}
	if length > len(b) && len(b) < dissect.StreamPrefix {
		return length
	}
	_, rest, ok := bytes.Cut(b[:min(length, len(b))], []byte("1:v"))
	if !ok {
		return length
	}
	r = wire.NewReader(rest)
	n := 0
	for digit := r.U8(); digit >= '0' && digit <= '9' && n <= maxNameLength; digit = r.U8() {
		n = 10*n + digit - '0'
	}
	if n <= maxNameLength {
		out.Observe(heron.Subject{Endpoint: m.Src}, keyName, r.Bytes(n))
	}
	return length
}

// table tells which program takes part in the distributed hash table: two letters
// and two octets of version.
func (d *dissector) table(b []byte, m *heron.Message, out dissect.Emitter) {
	_, rest, ok := bytes.Cut(b, []byte("1:v4:"))
	r := wire.NewReader(rest)
	code, version := r.Bytes(2), r.Bytes(2)
	if !ok || r.Err() != nil || !wire.Printable(code) {
		return
	}
	d.text = append(append(d.text[:0], code...), ' ')
	d.text = hex.AppendEncode(d.text, version)
	out.Observe(heron.Subject{Endpoint: m.Src}, keyClient, d.text)
}

// micro counts datagrams of one uTP connection, in both directions (BEP 29): the
// number of the side that was called is one more than the caller's.
func micro(m *heron.Message) (heron.Verdict, error) {
	const enough = 3
	id := utp(m.Payload)
	if id < 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data := &m.Flow.Data
	if first := wire.NewReader(m.Payload); data[atSeen] == 0 {
		if first.U8()>>4 != utpSyn || len(m.Payload) > utpHeader+16 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		binary.BigEndian.PutUint16(data[atUTP:], uint16(id))
	}
	if step := (id - int(binary.BigEndian.Uint16(data[atUTP:]))) & 0xffff; step > 1 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if sequence := byte(m.Sequence<<1) | 1; data[atSeen+1+dissect.Side(m)] != sequence { // it may be shown twice
		data[atSeen+1+dissect.Side(m)] = sequence
		data[atSeen]++
	}
	return heron.Verdict{Done: data[atSeen] >= enough, Undecided: data[atSeen] < enough}, nil
}
