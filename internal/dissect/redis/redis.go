// Package redis reads Redis and its kin: which version a server is, whether it asks
// for a password, what a client calls itself, and commands that change a server.
// Keys, values and passwords are never told.
package redis

import (
	"bytes"
	"errors"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "redis.version"
	keyOS      = "redis.os"
	keyMode    = "redis.mode"     // standalone, cluster, sentinel
	keyAuth    = "redis.auth"     // of a server: required, or none when it serves without
	keyRole    = "redis.role"     // master or slave
	keyClient  = "redis.client"   // what a client calls itself
	keyLibrary = "redis.library"  // its library
	keyProgram = "redis.software" // of a server: redis, valkey, dragonfly …
)

// Limits on what is looked at.
const (
	maxLine     = 512
	maxArgs     = 1 << 20
	maxArg      = 512 << 20
	maxMessages = 40 // of a connection
	maxInfo     = 8 << 10
	maxWait     = 1 << 10 // what is longer is not waited for
)

// Places in heron.FlowScratch.Data.
const (
	atMessages = 0
	atAsked    = 1 // what the next answer is to
	atLogin    = 2
)

// What was asked.
const (
	askedOther = 1
	askedInfo  = 2
	askedHello = 3
	askedLogin = 4
)

// ports are those of servers, with TLS or without, and of their sentinels.
var ports = []uint16{6379, 6380, 26379}

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "redis",
		Over:    dissect.OverTCP,
		Ports:   ports,
		Spec:    "Redis serialization protocol specification (RESP 2 and 3)",
		Starts:  []byte("*-"),
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe takes a command: an array of strings whose first is a word; and refusals
// with which only such a server begins.
func probe(b []byte, fromClient bool) bool {
	if !fromClient {
		return bytes.HasPrefix(b, []byte("-NOAUTH ")) || bytes.HasPrefix(b, []byte("-DENIED Redis"))
	}
	r := wire.NewReader(b)
	count, ok := number(&r, '*')
	size, fits := number(&r, '$')
	verb := r.Bytes(size)
	return ok && fits && r.Err() == nil && count > 0 && count < maxArgs && size > 1 && size < 32 && isWord(verb)
}

func isWord(b []byte) bool {
	for _, c := range b {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return c == '.' || c == '_' || c == '-'
		}
	}
	return true
}

// number reads a mark, digits and a line end; false when they are none.
func number(r *wire.Reader, mark byte) (n int, ok bool) {
	if r.U8() != int(mark) {
		return 0, false
	}
	return line.Number(r.Line(16), maxArg)
}

type dissector struct{}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (v heron.Verdict, err error) {
	if m.FromClient {
		v, err = d.command(r, m, out)
	} else {
		v, err = d.answer(r, m, out)
	}
	data := &m.Flow.Data
	if err == nil && v.Consumed > 0 && data[atMessages] < maxMessages {
		data[atMessages]++
	}
	v.Done = v.Done || err == nil && data[atMessages] >= maxMessages
	return v, err
}

// command reads a command of a client. What it is about stands in its first few
// strings; the others are passed over.
func (d *dissector) command(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const kept = 4
	if first := r.Peek(1); first[0] != '*' {
		return d.inline(r, m, out)
	}
	count, err := header(r, m)
	if err != nil || count == 0 {
		return heron.Verdict{}, err
	}
	var args [kept][]byte
	for i := range count {
		size, ok := number(r, '$')
		if short(r, m) {
			return heron.Verdict{}, nil
		}
		if !ok {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if last := i == count-1; last && i > 0 && (i >= kept || size > maxWait) {
			d.tell(&args, m, out)
			return heron.Verdict{Consumed: r.Offset() + size + 2}, nil // it may not be there yet
		}
		value := r.Bytes(size)
		if r.Skip(2); short(r, m) {
			return heron.Verdict{}, nil
		}
		if r.Err() != nil {
			return heron.Verdict{Done: true}, nil // too long to wait for
		}
		if i < kept {
			args[i] = value
		}
	}
	d.tell(&args, m, out)
	return heron.Verdict{Consumed: r.Offset()}, nil
}

// header reads how many strings a command has; 0 when that is still to come.
func header(r *wire.Reader, m *heron.Message) (int, error) {
	head := *r
	count, ok := number(r, '*')
	switch {
	case ok && count > 0 && count <= maxArgs:
		return count, nil
	case impossible(head, m):
		return 0, errCount
	case short(r, m):
		return 0, nil
	}
	return 0, dissect.ErrNotMine
}

// errCount is for a command of fewer strings than one, or of more than there can be.
var errCount = errors.New("a command with an impossible count")

// impossible tells a command whose count cannot be from what is none: on the port,
// by its form. Servers were attacked so.
func impossible(r wire.Reader, m *heron.Message) bool {
	r.Skip(1)
	digits := r.Line(32)
	next := r.Peek(1)
	return slices.Contains(ports, m.DstPort) && isCount(digits) && len(next) == 1 && next[0] == '$'
}

// short reports whether more has to come.
func short(r *wire.Reader, m *heron.Message) bool {
	return r.Err() != nil && len(m.Payload) < dissect.StreamPrefix
}

// inline reads a command that a person typed.
func (d *dissector) inline(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	text, n, err := line.Next(r.Rest(), maxLine)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if n == 0 {
		return heron.Verdict{}, nil
	}
	var args [4][]byte
	rest := text
	for i := range args {
		args[i], rest = line.Word(rest)
	}
	if m.Flow.Protocol == 0 && !line.IsOneOf(args[0], "PING", "INFO", "AUTH", "HELLO", "CONFIG", "QUIT", "COMMAND", "SELECT", "KEYS", "DBSIZE") {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	d.tell(&args, m, out)
	return heron.Verdict{Consumed: n}, nil
}

// tell tells what a command shows of a client, and reports those that change a
// server or let somebody in.
func (d *dissector) tell(args *[4][]byte, m *heron.Message, out dissect.Emitter) {
	data := &m.Flow.Data
	verb := args[0]
	data[atAsked] = askedOther
	switch {
	case line.Is(verb, "AUTH"):
		data[atAsked] = askedLogin
		login(out)
	case line.Is(verb, "HELLO"):
		data[atAsked] = askedHello
		if line.Is(args[2], "AUTH") {
			login(out)
		}
	case line.Is(verb, "INFO"):
		data[atAsked] = askedInfo
	case line.Is(verb, "CLIENT") && line.Is(args[1], "SETNAME"):
		out.Observe(m.Sender(), keyClient, args[2])
	case line.Is(verb, "CLIENT") && line.Is(args[1], "SETINFO") && line.Is(args[2], "LIB-NAME"):
		out.Observe(m.Sender(), keyLibrary, args[3])
	case line.Is(verb, "CONFIG") && line.IsOneOf(args[1], "SET", "REWRITE"), line.Is(verb, "MODULE") && line.Is(args[1], "LOAD"):
		admin(string(bytes.ToLower(verb))+" "+string(bytes.ToLower(args[1])), out)
	case line.IsOneOf(verb, "SLAVEOF", "REPLICAOF", "FLUSHALL", "FLUSHDB", "SHUTDOWN", "DEBUG", "MIGRATE"):
		admin(string(bytes.ToLower(verb)), out)
	}
}

func login(out dissect.Emitter) {
	dissect.ClearLogin(out, "redis")
}

func admin(command string, out dissect.Emitter) {
	out.Event(heron.Event{Kind: "redis.admin", Attrs: map[string]string{"command": command}})
}
