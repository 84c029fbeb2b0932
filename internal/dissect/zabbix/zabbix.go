// Package zabbix reads the monitoring of hosts by Zabbix: what an agent or a proxy
// calls itself, versions, and what a host answers about its system. Values of
// other items are never told.
package zabbix

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyHost    = "zabbix.host"    // what an agent or a proxy calls itself
	keyVersion = "zabbix.version" // of the sender
	keyRequest = "zabbix.request" // what a client is there for
	keySystem  = "zabbix.system"  // of an agent: its answer about its system
)

// Flags (Zabbix documentation, Header).
const (
	flagZabbix     = 1
	flagCompressed = 2
	flagLarge      = 4
	headerSize     = 13
	largeSize      = 21
	maxBody        = 1 << 30
	maxMessages    = 64 // of a connection
	magic          = "ZBXD"
)

// What an agent was asked for, in heron.FlowScratch.Data before the count of messages.
const (
	askedOther = 1 + iota
	askedVersion
	askedHost
	askedSystem
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "zabbix",
		Over:    dissect.OverTCP,
		Ports:   []uint16{10050, 10051},
		Spec:    "Zabbix documentation: Header, Agent protocol, Sender protocol",
		Starts:  []byte("Z"),
		Probe:   func(b []byte, _ bool) bool { n, err := frame(b); return err == nil && n > 0 },
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a message with its header, or of the line with which
// an old server asks an agent.
func frame(b []byte) (int, error) {
	if !wire.CanBegin(b, magic) {
		text, n, err := line.Next(b, 512)
		if err != nil || n > 0 && !isItem(text) {
			return 0, dissect.ErrNotMine
		}
		return n, nil
	}
	r := wire.NewReader(b)
	r.Skip(len(magic))
	flags := r.U8()
	size, reserved := r.U32LE(), r.U32LE()
	head := headerSize
	if flags&flagLarge != 0 {
		size |= reserved << 32
		reserved = 0
		r.Skip(largeSize - headerSize)
		head = largeSize
	}
	if r.Err() != nil {
		return 0, nil
	}
	if flags&flagZabbix == 0 || flags&^7 != 0 || size > maxBody || size < 0 || flags&flagCompressed == 0 && reserved != 0 {
		return 0, dissect.ErrNotMine
	}
	return head + size, nil
}

// isItem reports whether a line names an item: words with dots, and arguments in
// brackets.
func isItem(b []byte) bool {
	name, _, _ := bytes.Cut(b, []byte("["))
	for _, c := range name {
		if c != '.' && c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return bytes.Contains(name, []byte("."))
}

type dissector struct{}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if head := r.Peek(len(magic)); string(head) != magic {
		if !m.FromClient || m.DstPort != 10050 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		data[0] = item(r.Line(512))
		return heron.Verdict{}, nil
	}
	data[1]++
	r.Skip(len(magic))
	flags := r.U8()
	r.Skip(headerSize - len(magic) - 1)
	if flags&flagLarge != 0 {
		r.Skip(largeSize - headerSize)
	}
	body := r.Rest()
	switch {
	case flags&flagCompressed != 0:
	case len(body) > 0 && body[0] == '{':
		client(body, m, out)
	case m.FromClient:
		data[0] = item(bytes.TrimSpace(body))
	default:
		answer(body, data[0], m, out)
	}
	return heron.Verdict{Done: data[1] >= maxMessages}, nil
}

// item says what an agent is asked for.
func item(name []byte) byte {
	switch string(name) {
	case "agent.version":
		return askedVersion
	case "agent.hostname", "system.hostname":
		return askedHost
	case "system.uname", "system.sw.os":
		return askedSystem
	}
	return askedOther
}

// answer tells what an agent says of itself.
func answer(value []byte, asked byte, m *heron.Message, out dissect.Emitter) {
	switch asked {
	case askedVersion:
		out.Observe(m.Sender(), keyVersion, value)
	case askedHost:
		out.Observe(m.Sender(), keyHost, value)
		out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, value)
	case askedSystem:
		out.Observe(m.Sender(), keySystem, value)
	}
}

// client tells what an agent or a proxy says of itself to a server. Data that it
// sends for others names them in a list, which is not read.
func client(body []byte, m *heron.Message, out dissect.Emitter) {
	head, _, _ := bytes.Cut(body, []byte("["))
	request := jsonscan.Find(head, "request")
	if len(request) == 0 {
		return
	}
	about := m.Sender()
	out.Observe(about, keyRequest, request)
	out.Observe(about, keyVersion, jsonscan.Find(head, "version"))
	switch string(request) {
	case "active checks", "active check heartbeat", "agent data", "proxy data", "proxy config", "proxy heartbeat", "history data":
		if m.FromClient {
			out.Observe(about, keyHost, jsonscan.Find(head, "host"))
		}
	}
}
