// Package memcache reads memcached, in text and in binary: that it is there, which
// version it is, and commands that change it as a whole. Keys and values are
// never told.
package memcache

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const keyVersion = "memcache.version"

const (
	port        = 11211
	maxLine     = 2 << 10
	maxMessages = 60
	requestMark = 0x80
	answerMark  = 0x81
	headerSize  = 24
	opFlush     = 0x08
	opVersion   = 0x0b
	opLast      = 0x24
	udpHeader   = 8
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "memcache",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{port},
		Spec:    "memcached protocol.txt; memcached binary protocol",
		Starts:  []byte{requestMark, 'V'},
		Probe:   probe,
		Dissect: read,
	}
}

// probe takes whole requests in binary, and the answer to version.
func probe(b []byte, fromClient bool) bool {
	if fromClient {
		r := wire.NewReader(b)
		h, ok := readHeader(&r)
		return ok && h.mark == requestMark && headerSize+h.body == len(b)
	}
	text, n, err := line.Next(b, maxLine)
	return err == nil && n == len(b) && bytes.HasPrefix(text, []byte("VERSION ")) && len(text) > 10 && text[8] >= '0' && text[8] <= '9'
}

// header is that of a message in binary.
type header struct {
	mark, operation, key, extras, status, body int
}

// readHeader reads one whose numbers agree.
func readHeader(r *wire.Reader) (h header, ok bool) {
	h = header{mark: r.U8(), operation: r.U8(), key: r.U16(), extras: r.U8()}
	kind := r.U8()
	h.status, h.body = r.U16(), r.U32()
	r.Skip(4 + 8)
	ok = r.Err() == nil && (h.mark == requestMark || h.mark == answerMark) && h.operation <= opLast && kind == 0 &&
		h.key <= 250 && h.extras <= 24 && h.key+h.extras <= h.body && h.body <= 1<<21
	return h, ok
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (v heron.Verdict, err error) {
	if m.Transport == heron.UDP {
		r.Skip(6) // number, place, count
		if r.U16() != 0 || r.Err() != nil || r.Len() == 0 {
			return v, dissect.ErrNotMine
		}
	}
	if mark := r.Peek(1); mark[0] == requestMark || mark[0] == answerMark {
		v, err = binary(r, m, out)
	} else {
		v, err = text(r, m, out)
	}
	data := &m.Flow.Data
	if err == nil && v.Consumed > 0 {
		data[0]++
		v.Done = data[0] >= maxMessages
	}
	return v, err
}

// binary reads the header of a message, and passes over what it carries.
func binary(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	start := r.Offset()
	h, ok := readHeader(r)
	if r.Err() != nil && m.Transport == heron.TCP {
		return heron.Verdict{}, nil
	}
	if !ok || (h.mark == requestMark) != m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch {
	case h.mark == requestMark && (h.operation == opFlush || h.operation == 0x18):
		out.Event(heron.Event{Kind: "memcache.flush"})
	case h.mark == answerMark && h.operation == opVersion && h.status == 0:
		if r.Len() < h.body && m.Transport == heron.TCP {
			return heron.Verdict{}, nil
		}
		out.Observe(m.Sender(), keyVersion, r.Bytes(h.body))
	}
	return heron.Verdict{Consumed: start + headerSize + h.body}, nil
}

// text reads a line of a command or an answer, and passes over the value that it
// announces.
func text(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b, n, err := line.Next(r.Rest(), maxLine)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if n == 0 {
		return heron.Verdict{}, nil
	}
	verb, rest := line.Word(b)
	if m.FromClient {
		if !isCommand(string(verb)) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		switch string(verb) {
		case "set", "add", "replace", "append", "prepend", "cas":
			n += size(rest, 3)
		case "flush_all":
			out.Event(heron.Event{Kind: "memcache.flush"})
		}
		return heron.Verdict{Consumed: n}, nil
	}
	switch {
	case m.Flow.Protocol == 0 && !isAnswer(string(verb)):
		return heron.Verdict{}, dissect.ErrNotMine
	case string(verb) == "VERSION":
		out.Observe(m.Sender(), keyVersion, rest)
	case string(verb) == "STAT" && bytes.HasPrefix(rest, []byte("version ")):
		_, version := line.Word(rest)
		out.Observe(m.Sender(), keyVersion, version)
	case string(verb) == "VALUE":
		n += size(rest, 2)
	}
	return heron.Verdict{Consumed: n}, nil
}

func isCommand(verb string) bool {
	switch verb {
	case "get", "gets", "gat", "gats", "set", "add", "replace", "append", "prepend", "cas", "delete", "incr", "decr", "touch",
		"stats", "version", "flush_all", "verbosity", "quit", "slabs", "lru", "mg", "ms", "md", "ma", "mn", "me":
		return true
	}
	return false
}

func isAnswer(verb string) bool {
	switch verb {
	case "VERSION", "STAT", "VALUE", "END", "STORED", "NOT_STORED", "EXISTS", "NOT_FOUND", "DELETED", "TOUCHED", "ERROR", "CLIENT_ERROR", "SERVER_ERROR":
		return true
	}
	return false
}

// size returns how long the value is that follows a line, with its end. Words are
// passed over: key and flags in an answer, and in a command the time to keep it.
func size(rest []byte, skip int) int {
	for range skip {
		_, rest = line.Word(rest)
	}
	digits, _ := line.Word(rest)
	n, ok := line.Number(digits, 1<<24)
	if !ok {
		return 0
	}
	return n + 2
}
