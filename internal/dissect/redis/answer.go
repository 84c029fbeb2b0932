package redis

import (
	"bytes"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// answer reads one line of what a server says, and the string that it announces.
// Of arrays each element is an answer of its own.
func (d *dissector) answer(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	text, n, err := line.Next(b, maxLine)
	data := &m.Flow.Data
	if first := b[0]; !bytes.ContainsRune([]byte("+-:$*%~,#_>|=("), rune(first)) || m.Flow.Protocol == 0 && data[atAsked] == 0 && !unasked(b, m) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if err != nil {
		return heron.Verdict{Done: m.Flow.Protocol != 0}, notMine(m)
	}
	if n == 0 {
		return heron.Verdict{}, nil
	}
	switch b[0] {
	case '-':
		if m.Flow.Protocol == 0 && !probe(b, false) && !bytes.HasPrefix(b, []byte("-ERR ")) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		refused(text, m, out)
	case '+':
		if m.Flow.Protocol == 0 && !slices.Contains(ports, m.SrcPort) {
			return heron.Verdict{}, dissect.ErrNotMine // others say +OK as well
		}
		d.served(m, out)
	case '$', '=':
		return d.text(b, n, m, out)
	case '*', ':', '%', '~':
		if data[atAsked] == askedHello && !d.hello(b, m, out) {
			return heron.Verdict{}, nil
		}
		d.served(m, out)
	}
	return heron.Verdict{Consumed: n}, nil
}

// unasked reports whether an answer to what was not seen may be one: on the port,
// if what follows its first line is as that says.
func unasked(b []byte, m *heron.Message) bool {
	first := b[0]
	if first == '-' || first == '+' {
		return true
	}
	r := wire.NewReader(b)
	if text := r.Line(16); !slices.Contains(ports, m.SrcPort) || r.Err() == nil && !isCount(text[1:]) {
		return false
	}
	next := r.Peek(min(1, r.Len()))
	switch first {
	case '*', '%', '~':
		return len(next) == 0 || bytes.ContainsRune([]byte("+-:$*%~,#_"), rune(next[0]))
	case '$':
		whole := wire.NewReader(b)
		n, _ := number(&whole, '$')
		whole.Skip(n)
		end := whole.Peek(2)
		return whole.Err() != nil || whole.Len() < 2 || n == 0 || string(end) == "\r\n"
	}
	return first == ':'
}

// isCount reports whether b is a number as answers begin with.
func isCount(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("-"))
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

func notMine(m *heron.Message) error {
	if m.Flow.Protocol == 0 {
		return dissect.ErrNotMine
	}
	return nil
}

// served tells, once it was asked for something, that a server does so without a
// password.
func (d *dissector) served(m *heron.Message, out dissect.Emitter) {
	data := &m.Flow.Data
	if (data[atAsked] == askedOther || data[atAsked] == askedInfo) && data[atLogin] == 0 {
		out.ObserveString(m.Sender(), keyAuth, "none")
	}
	if data[atAsked] == askedLogin || data[atAsked] == askedHello {
		data[atLogin] = 1
	}
	data[atAsked] = 0
}

// refused reports a login that failed, and tells that a server wants one.
func refused(text []byte, m *heron.Message, out dissect.Emitter) {
	data := &m.Flow.Data
	word, _ := line.Word(text)
	switch {
	case bytes.Equal(word, []byte("-NOAUTH")):
		out.ObserveString(m.Sender(), keyAuth, "required")
	case bytes.Equal(word, []byte("-WRONGPASS")), data[atAsked] == askedLogin && line.Contains(text, "invalid"):
		out.ObserveString(m.Sender(), keyAuth, "required")
		dissect.LoginFailed(out, "redis", "")
	case bytes.HasPrefix(text, []byte("-DENIED Redis")):
		out.ObserveString(m.Sender(), keyAuth, "protected")
	}
	data[atAsked] = 0
}

// text passes over a string, which may not be there yet; the answer to INFO is
// waited for as far as it matters.
func (d *dissector) text(b []byte, n int, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	r := wire.NewReader(b)
	r.Skip(1)
	digits := r.Line(16)
	if bytes.HasPrefix(digits, []byte("-")) {
		return heron.Verdict{Consumed: n}, nil // none
	}
	size, ok := line.Number(digits, maxArg)
	if !ok {
		return heron.Verdict{Done: true}, notMine(m)
	}
	data := &m.Flow.Data
	if data[atAsked] == askedInfo {
		if r.Len() < min(size, maxInfo) {
			return heron.Verdict{}, nil
		}
		d.info(r.Bytes(min(size, r.Len())), m, out)
	}
	d.served(m, out)
	return heron.Verdict{Consumed: n + size + 2}, nil
}

// info tells the lines of INFO that say what a server is.
func (d *dissector) info(b []byte, m *heron.Message, out dissect.Emitter) {
	for r := wire.NewReader(b); r.Len() > 0; {
		name, value, found := bytes.Cut(r.Line(maxLine), []byte(":"))
		if r.Err() != nil {
			return
		}
		if key := infoKey(string(name)); found && key != "" {
			out.Observe(m.Sender(), key, value)
		}
	}
}

func infoKey(name string) string {
	switch name {
	case "redis_version", "valkey_version", "dragonfly_version":
		return keyVersion
	case "os":
		return keyOS
	case "redis_mode", "server_mode":
		return keyMode
	case "role":
		return keyRole
	case "server_name":
		return keyProgram
	}
	return ""
}

// hello tells the pairs in the answer to HELLO, strings of a name and a value, and
// reports whether they are all there.
func (d *dissector) hello(b []byte, m *heron.Message, out dissect.Emitter) bool {
	const maxPairs = 12
	r := wire.NewReader(b)
	count, _ := number(&r, b[0])
	if b[0] == '*' {
		count /= 2
	}
	whole := r
	for range 2 * min(count, maxPairs) {
		helloText(&whole)
	}
	if whole.Err() != nil && len(b) < maxInfo {
		return false
	}
	for range min(count, maxPairs) {
		name := helloText(&r)
		value := helloText(&r)
		switch string(name) {
		case "server":
			out.Observe(m.Sender(), keyProgram, value)
		case "version":
			out.Observe(m.Sender(), keyVersion, value)
		case "mode":
			out.Observe(m.Sender(), keyMode, value)
		case "role":
			out.Observe(m.Sender(), keyRole, value)
		}
	}
	return true
}

// helloText reads a string; of another value its line, and nothing else.
func helloText(r *wire.Reader) []byte {
	text := r.Line(maxLine)
	if len(text) > 1 && text[0] == '$' {
		return r.Line(maxLine)
	}
	return nil
}
