// Package atg reads the reports of Veeder-Root's tank gauges: which station and
// which software, and who changes what is set.
package atg

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyStation  = "atg.station"  // name of the filling station
	keyReport   = "atg.report"   // function that is served, "I20100"
	keySoftware = "atg.software" // version of its software
	keyMaster   = "atg.master"   // "yes": the sender asks and sets
)

// Parts of a message: SOH, a security code of six digits where one is set, and a
// function of six characters.
const (
	soh         = 0x01
	codeSize    = 6
	maxReport   = 4096
	systemLevel = "I90200"
)

// atBegun is the place in heron.FlowScratch.Data of whether a message was read: a
// flow that was another protocol's has none.
const atBegun = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "atg",
		Over:         dissect.OverTCP,
		Ports:        []uint16{10001},
		Spec:         "Veeder-Root 576013-635, TLS-300/TLS-350 Serial Interface Manual, §4 to §7",
		EveryMessage: true,
		Probe: func(b []byte, fromClient bool) bool {
			r := wire.NewReader(b)
			r.Skip(1)
			return fromClient && function(&r) != nil || !fromClient && isAnswer(b)
		},
		Starts:  []byte{soh},
		Dissect: read,
	}
}

// function reads a function: I or i asks, S or s sets, then five digits.
func function(r *wire.Reader) []byte {
	if !isFunction(r.Peek(codeSize)) {
		for _, c := range r.Bytes(codeSize) {
			if c < '0' || c > '9' {
				return nil
			}
		}
	}
	if code := r.Bytes(codeSize); isFunction(code) {
		return code
	}
	return nil
}

func isFunction(code []byte) bool {
	for i, c := range code {
		digit := c >= '0' && c <= '9' || i > 3 && c >= 'A' && c <= 'F'
		letter := c == 'I' || c == 'i' || c == 'S' || c == 's'
		if i == 0 && !letter || i > 0 && !digit {
			return false
		}
	}
	return len(code) == codeSize
}

// isAnswer reports whether b begins as an answer does: the function again, on a
// line of its own when it is a report to be read by people.
func isAnswer(b []byte) bool {
	r := wire.NewReader(b)
	r.Skip(1)
	if next := r.Peek(2); bytes.Equal(next, []byte("\r\n")) {
		r.Skip(2)
	}
	return isFunction(r.Bytes(codeSize))
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Peek(r.Len())
	if m.Flow.Data[atBegun] != 0 && !bytes.HasPrefix(b, []byte{soh}) { // more of a command, or of a report
		if next := bytes.IndexByte(b, soh); next >= 0 {
			return heron.Verdict{Consumed: next}, nil
		}
		return heron.Verdict{Consumed: len(b)}, nil
	}
	if r.U8() != soh {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if !m.FromClient {
		return answer(b, m, out)
	}
	code := function(r)
	if code == nil {
		if r.Err() != nil {
			return heron.Verdict{}, nil
		}
		return heron.Verdict{}, dissect.ErrNotMine
	}
	m.Flow.Data[atBegun] = 1
	out.ObserveString(m.Sender(), keyMaster, "yes")
	if code[0] == 'S' || code[0] == 's' {
		out.Event(heron.Event{Kind: "atg.write", Attrs: map[string]string{"function": string(code)}})
	}
	return heron.Verdict{Consumed: r.Offset()}, nil
}

// answer reads a report for people: the function, the time, the name of the
// station, and what was asked for. Where it ends is not told, so it is read when
// enough of it is there.
func answer(b []byte, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const head = 1 + 2 + codeSize
	if len(b) < head {
		return heron.Verdict{}, nil
	}
	if !isAnswer(b) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r := wire.NewReader(b)
	r.Skip(1)
	if next := r.Peek(2); !bytes.Equal(next, []byte("\r\n")) { // for computers
		m.Flow.Data[atBegun] = 1
		out.Observe(m.Sender(), keyReport, r.Bytes(codeSize))
		return heron.Verdict{Consumed: len(b)}, nil
	}
	r.Skip(2)
	code := bytes.TrimSpace(r.Line(32))
	r.Line(64) // the time
	station := firstText(&r)
	rest := r.Rest()
	if station == nil && len(b) < maxReport && !bytes.ContainsRune(b, 3) ||
		bytes.Equal(code, []byte(systemLevel)) && !bytes.Contains(rest, []byte("CREATED")) && len(b) < maxReport {
		return heron.Verdict{}, nil // more is coming
	}
	m.Flow.Data[atBegun] = 1
	out.Observe(m.Sender(), keyReport, code)
	out.Observe(m.Sender(), keyStation, station)
	if bytes.Equal(code, []byte(systemLevel)) {
		software(rest, m.Sender(), out)
	}
	return heron.Verdict{Consumed: len(b)}, nil
}

// firstText returns the first line with anything on it, of those that are whole.
func firstText(r *wire.Reader) []byte {
	for r.Len() > 0 {
		line := bytes.TrimSpace(r.Line(80))
		if r.Err() != nil {
			return nil
		}
		if len(line) > 0 {
			return line
		}
	}
	return nil
}

// software tells the version in the report of the system's revision level.
func software(report []byte, about heron.Subject, out dissect.Emitter) {
	for _, name := range [...]string{"VERSION ", "SOFTWARE# "} {
		if _, value, found := bytes.Cut(report, []byte(name)); found {
			value, _, _ = bytes.Cut(value, []byte("\r"))
			out.Observe(about, keySoftware, value)
		}
	}
}
