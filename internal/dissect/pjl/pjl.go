// Package pjl reads the printer job language that printers take on their raw port:
// what a printer answers when it is asked who it is, and commands that reach its
// settings and files. What is printed is never told.
package pjl

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyID     = "pjl.id"     // answer to INFO ID: maker and model
	keyStatus = "pjl.status" // code of its state
	keySerial = "pjl.serial"
)

// Places in heron.FlowScratch.Data.
const (
	atInfo  = 0 // what the next lines of the printer are about
	atLines = 1
)

const (
	infoID     = 1
	infoStatus = 2
	maxLine    = 1 << 10
	maxLines   = 100
	escape     = "\x1b%-12345X"
	prefix     = "@PJL"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "pjl",
		Over:    dissect.OverTCP,
		Ports:   []uint16{9100},
		Spec:    "HP Printer Job Language Technical Reference Manual",
		Starts:  []byte("\x1b@"),
		Probe:   probe,
		Dissect: read,
	}
}

func probe(b []byte, fromClient bool) bool {
	rest := b
	if fromClient {
		rest = bytes.TrimPrefix(b, []byte(escape))
	}
	return bytes.HasPrefix(rest, []byte(prefix)) && len(rest) > len(prefix) && (rest[len(prefix)] == ' ' || rest[len(prefix)] == '\r' || rest[len(prefix)] == '\n')
}

// could reports whether b, as far as it goes, may begin as probe wants it.
func could(b []byte, fromClient bool) bool {
	return wire.CanBegin(b, prefix) || fromClient && wire.CanBegin(b, escape+prefix)
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	data := &m.Flow.Data
	if m.Flow.Protocol == 0 && !could(b, m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if len(b) < len(escape)+len(prefix) && could(b, m.FromClient) && bytes.IndexByte(b, '\n') < 0 {
		return heron.Verdict{}, nil
	}
	n := bytes.IndexByte(b[:min(len(b), maxLine)], '\n') + 1
	if n == 0 && len(b) < maxLine {
		return heron.Verdict{}, nil
	}
	if m.Flow.Protocol == 0 && !probe(b, m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if n == 0 {
		return heron.Verdict{Done: true}, nil
	}
	text := bytes.Trim(b[:n], "\r\n\f ")
	if data[atLines]++; data[atLines] >= maxLines {
		return heron.Verdict{Done: true}, nil
	}
	if m.FromClient {
		return heron.Verdict{Consumed: n, Done: command(text, out)}, nil
	}
	answer(text, m, out)
	return heron.Verdict{Consumed: n}, nil
}

// command reports one that reaches the settings or the files of a printer, and
// whether a job begins, after which there is nothing to read.
func command(text []byte, out dissect.Emitter) bool {
	text = bytes.TrimPrefix(text, []byte(escape))
	word, rest := line.Word(text)
	if string(word) != prefix {
		return len(text) > 0 && !bytes.HasPrefix(text, []byte("\x1b"))
	}
	verb, _ := line.Word(bytes.TrimSpace(rest))
	if line.IsOneOf(verb, "FSUPLOAD", "FSDOWNLOAD", "FSDELETE", "FSAPPEND", "FSMKDIR", "FSDIRLIST", "FSQUERY", "FSINIT", "DEFAULT", "INITIALIZE", "DMCMD", "DMINFO", "RDYMSG", "OPMSG") {
		out.Event(heron.Event{Kind: "pjl.admin", Attrs: map[string]string{"command": string(bytes.ToLower(verb))}})
	}
	return line.Is(verb, "ENTER")
}

// answer tells what a printer says of itself: the lines after @PJL INFO.
func answer(text []byte, m *heron.Message, out dissect.Emitter) {
	data := &m.Flow.Data
	switch {
	case bytes.HasPrefix(text, []byte(prefix)):
		data[atInfo] = 0
		if line.Contains(text, "INFO ID") {
			data[atInfo] = infoID
		} else if line.Contains(text, "STATUS") {
			data[atInfo] = infoStatus
		}
	case data[atInfo] == infoID && len(text) > 0:
		data[atInfo] = 0
		out.Observe(m.Sender(), keyID, bytes.Trim(text, `"`))
	case data[atInfo] == infoStatus && line.HasPrefix(text, "CODE="):
		out.Observe(m.Sender(), keyStatus, text[len("CODE="):])
	case line.HasPrefix(text, "SERIALNUMBER="):
		out.Observe(m.Sender(), keySerial, bytes.Trim(text[len("SERIALNUMBER="):], `"`))
	}
}
