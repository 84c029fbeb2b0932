// Package http2 reads HTTP/2 in clear: with prior knowledge, or after an upgrade
// from HTTP/1. What it tells has the keys of HTTP, since it is the same servers
// and clients that say it.
//
// Credentials are never told: a login in the clear is an event without them.
package http2

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
	"github.com/heron-iot/heron/internal/proto/http2"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keySettings     = "http2.settings" // "1:65536;4:6291456", in the order sent
	keyUserAgent    = "http.user_agent"
	keyURI          = "http.uri"
	keyServer       = "http.server"
	keyContentType  = "http.content_type"
	keyPoweredBy    = "http.powered_by"
	keyAuthenticate = "http.www_authenticate"
)

// Limits on a connection.
const (
	maxBlock    = 16 << 10 // a header block in several frames
	maxBlocks   = 32       // of each side, after which it says nothing new
	maxSettings = 16
	maxFrames   = 250 // of both sides: what goes on is a stream of data
)

// Places in heron.FlowScratch.Data. The first of a pair is the client's.
const (
	atBegun  = 0 // two: that side's connection preface was seen
	atBlocks = 2 // two: header blocks so far
	atLost   = 4 // two: the state of that side's compression is lost
	atFrames = 6 // of either side
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "http2",
		Over:    dissect.OverTCP,
		Ports:   []uint16{50051},
		Within:  []string{"http"}, // it is HTTP, whatever its framing
		Spec:    "RFC 9113; RFC 7541 (HPACK); RFC 7540 §3.2 (upgrade)",
		Probe:   probe,
		Starts:  []byte{'P', 0},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// probe accepts the preface of a client, or the SETTINGS frame of a server that
// has something to set.
func probe(b []byte, fromClient bool) bool {
	if fromClient {
		return bytes.HasPrefix(b, []byte(http2.Preface))
	}
	r := wire.NewReader(b)
	f, err := http2.ReadFrame(&r)
	return err == nil && f.Length > 0 && opens(&f)
}

// opens reports whether a frame is the SETTINGS with which a side begins.
func opens(f *http2.Frame) bool {
	if f.Type != http2.FrameSettings || f.Flags != 0 || f.Length > 6*maxSettings || !f.Whole() {
		return false
	}
	valid := true
	http2.Settings(f.Body, func(s http2.Setting) { valid = valid && s.Valid() && s.ID < 1<<8 })
	return valid
}

// frame returns the length of a frame, or of the client's preface.
func frame(b []byte) (int, error) {
	if wire.CanBegin(b, http2.Preface) {
		return len(http2.Preface), nil
	}
	r := wire.NewReader(b)
	f, err := http2.ReadFrame(&r)
	switch {
	case len(b) < http2.HeaderSize:
		return 0, nil
	case err != nil:
		return 0, dissect.ErrNotMine
	}
	return http2.HeaderSize + f.Length, nil
}

type dissector struct {
	connections dissect.Recent[connection]
	text        []byte
	programs    [2]program // that the block at hand names
	relayed     bool       // a proxy passed the block at hand on
}

// program is what a header block says of a program, told once it is known whose.
type program struct {
	key   string
	value []byte
}

// hold keeps what a field says of a program in a place of its own.
func (d *dissector) hold(place int, key string, value []byte) {
	d.programs[place].key = key
	d.programs[place].value = append(d.programs[place].value[:0], value...)
}

// release tells what was held, unless a proxy passed it on.
func (d *dissector) release(m *heron.Message, out dissect.Emitter) {
	for i := range d.programs {
		if p := &d.programs[i]; p.key != "" && !d.relayed {
			out.Observe(m.Sender(), p.key, p.value)
		}
		d.programs[i].key = ""
	}
	d.relayed = false
}

// connection is the state of both directions' compression.
type connection [2]struct {
	decoder http2.Decoder
	block   []byte // of the frames so far
	open    bool   // more of the block is to come
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data, side := &m.Flow.Data, dissect.Side(m)
	if data[atBegun+side] == 0 {
		return d.begin(r, side, m, out)
	}
	f, err := http2.ReadFrame(r)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	v := heron.Verdict{}
	switch f.Type {
	case http2.FrameSettings:
		if f.Flags&http2.FlagAck == 0 && data[atBlocks+side] == 0 {
			d.settings(f.Body, m, out)
		}
	case http2.FrameHeaders, http2.FramePushPromise, http2.FrameContinuation:
		if data[atLost+side] != 0 || m.Gap || !f.Whole() || !d.headers(&f, side, m, out) {
			data[atLost+side] = 1
		}
		v.Done = data[atBlocks] >= maxBlocks || data[atBlocks+1] >= maxBlocks
	}
	data[atFrames]++
	v.Done = v.Done || data[atLost] != 0 && data[atLost+1] != 0 || data[atFrames] >= maxFrames
	return v, nil
}

// begin reads what a side says first.
func (d *dissector) begin(r *wire.Reader, side int, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if m.FromClient {
		if string(r.Rest()) != http2.Preface {
			return heron.Verdict{}, dissect.ErrNotMine
		}
	} else {
		f, err := http2.ReadFrame(r)
		if err != nil || !opens(&f) || f.Length == 0 && data[atBegun] == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		d.settings(f.Body, m, out)
	}
	if data[atBegun] == 0 && data[atBegun+1] == 0 {
		c := d.connections.Put(dissect.EndsOf(m))
		for i := range c {
			c[i].decoder.Reset()
			c[i].open = false
		}
	}
	data[atBegun+side] = 1
	return heron.Verdict{}, nil
}

// settings tells the parameters that a side sets: which implementation it is.
func (d *dissector) settings(body []byte, m *heron.Message, out dissect.Emitter) {
	d.text = d.text[:0]
	n := 0
	http2.Settings(body, func(s http2.Setting) {
		if n++; n > maxSettings {
			return
		}
		if len(d.text) > 0 {
			d.text = append(d.text, ';')
		}
		d.text = strconv.AppendInt(d.text, int64(s.ID), 10)
		d.text = append(d.text, ':')
		d.text = strconv.AppendInt(d.text, int64(s.Value), 10)
	})
	out.Observe(m.Sender(), keySettings, d.text)
}

// headers adds a frame to the header block of its side, and decodes that when it
// is whole; false when the connection cannot be read on.
func (d *dissector) headers(f *http2.Frame, side int, m *heron.Message, out dissect.Emitter) bool {
	all := d.connections.Get(dissect.EndsOf(m))
	if all == nil {
		return false // others had to be remembered
	}
	c := &all[side]
	part, last, err := f.Block()
	if err != nil || c.open != (f.Type == http2.FrameContinuation) {
		return false
	}
	if !c.open {
		c.block = c.block[:0]
	}
	c.open = !last
	if len(c.block)+len(part) > maxBlock {
		return false
	}
	c.block = append(c.block, part...)
	if !last {
		return true
	}
	first := m.Flow.Data[atBlocks+side] == 0
	m.Flow.Data[atBlocks+side]++
	pushed := f.Type == http2.FramePushPromise
	err = c.decoder.Decode(c.block, func(name, value []byte) {
		if !pushed { // what a server pushes are the requests of nobody
			d.field(name, value, first, m, out)
		}
	})
	d.release(m, out)
	return err == nil
}

// field tells what a header field says of its sender.
func (d *dissector) field(name, value []byte, first bool, m *heron.Message, out dissect.Emitter) {
	d.relayed = d.relayed || http1.IsRelay(name)
	if m.FromClient {
		d.requestField(name, value, first, m, out)
		return
	}
	about := m.Sender()
	switch string(name) {
	case "server":
		d.hold(0, keyServer, value)
	case "x-powered-by":
		d.hold(1, keyPoweredBy, value)
	case "content-type":
		if first {
			out.Observe(about, keyContentType, value)
		}
	case "www-authenticate":
		d.text = http1.AppendChallenge(d.text[:0], value)
		out.Observe(about, keyAuthenticate, d.text)
	}
}

func (d *dissector) requestField(name, value []byte, first bool, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	switch string(name) {
	case "user-agent":
		d.hold(0, keyUserAgent, value)
	case ":authority":
		if host := http1.Host(value); !dissect.IsAddress(host) {
			d.text = dissect.AppendLower(d.text[:0], host)
			out.Observe(about, heron.KeyContact, d.text)
		}
	case ":path":
		if first {
			out.Observe(about, keyURI, http1.Path(value))
		}
	case "authorization":
		if scheme, _, ok := bytes.Cut(value, []byte(" ")); ok && http1.Is(scheme, "Basic") {
			dissect.ClearLogin(out, "basic")
		}
	}
}
