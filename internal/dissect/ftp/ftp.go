// Package ftp reads the control connection of FTP: how a server greets, what
// system it says it is, and that somebody logs in, which happens in clear.
package ftp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyBanner    = "ftp.banner"
	keySystem    = "ftp.system"
	keyAnonymous = "ftp.anonymous"
)

// Limits on what is looked at.
const (
	maxLine     = 1024
	maxReply    = 4 << 10 // with all its lines
	maxMessages = 200     // of a connection, after which it has nothing new
)

// Places in heron.FlowScratch.Data.
const (
	atGreeted  = 0
	atUser     = 1 // who was named last: userNamed or userAnonymous
	atMessages = 2
)

const (
	userNamed     = 1
	userAnonymous = 2
)

const port = 21

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "ftp",
		Over:    dissect.OverTCP,
		Ports:   []uint16{port},
		Spec:    "RFC 959; RFC 4217 (TLS)",
		Probe:   probe,
		Starts:  []byte{'2'},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// probe takes greetings that name the protocol: others begin with 220 as well.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	return !fromClient && err == nil && n > 0 && n <= len(b) && bytes.HasPrefix(b, []byte("220")) && line.Contains(b[:n], "ftp")
}

// frame returns the length of a command or of a reply with all its lines (RFC 959
// §4.2): those between the first, "220-", and the last, "220 ", may be anything.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	first := r.Line(maxLine)
	switch {
	case r.Err() != nil && (len(b) >= maxLine || !line.IsText(b)):
		return 0, dissect.ErrNotMine
	case r.Err() != nil:
		return 0, nil
	case !line.IsText(first):
		return 0, dissect.ErrNotMine
	}
	code, separator, _ := line.Reply(first)
	if code == 0 || separator != '-' {
		return r.Offset(), nil
	}
	for r.Len() > 0 && r.Offset() < maxReply {
		next := r.Line(maxLine)
		if r.Err() != nil {
			break
		}
		if c, s, _ := line.Reply(next); c == code && s == ' ' {
			return r.Offset(), nil
		}
	}
	if len(b) >= maxReply {
		return 0, dissect.ErrNotMine
	}
	return 0, nil
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	var err error
	if m.FromClient {
		err = command(r, m, out)
	} else {
		err = d.reply(r, m, out)
	}
	if err != nil {
		return heron.Verdict{}, err
	}
	data := &m.Flow.Data
	data[atMessages]++
	return heron.Verdict{Done: data[atMessages] >= maxMessages}, nil
}

// command reads what a client wants. Only whether a name is everybody's is kept
// of it; a password is never looked at.
func command(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	verb, argument, _ := bytes.Cut(r.Line(maxLine), []byte(" "))
	if m.Flow.Protocol == 0 && !isVerb(verb) && !goesOn(verb, argument, m.DstPort) {
		return dissect.ErrNotMine
	}
	data := &m.Flow.Data
	switch {
	case line.Is(verb, "USER"):
		data[atUser] = userNamed
		name := bytes.TrimSpace(argument)
		if line.IsOneOf(name, "anonymous", "ftp") {
			data[atUser] = userAnonymous
		}
	case line.Is(verb, "PASS") && data[atUser] == userNamed:
		dissect.ClearLogin(out, "ftp")
	}
	return nil
}

// isVerb reports whether a client that nothing is known of may begin with it.
func isVerb(b []byte) bool {
	return line.IsOneOf(b, "USER", "AUTH", "FEAT", "SYST", "HELP", "QUIT", "NOOP", "OPTS")
}

// goesOn reports whether a command is one of a session whose beginning was not
// seen: on the port, with an argument where it has one.
func goesOn(verb, argument []byte, to uint16) bool {
	switch {
	case to != port:
	case line.IsOneOf(verb, "PASV", "EPSV", "PWD", "XPWD", "CDUP", "ABOR", "REIN", "CCC"):
		return len(argument) == 0
	case line.IsOneOf(verb, "PASS", "CWD", "PORT", "EPRT", "TYPE", "RETR", "STOR", "APPE", "STOU", "SIZE", "MDTM", "REST", "DELE", "RNFR", "RNTO", "RMD", "MKD", "PBSZ", "PROT", "SITE"):
		return len(argument) > 0
	default:
		return line.IsOneOf(verb, "LIST", "NLST", "MLSD", "MLST", "STAT")
	}
	return false
}

// isReply reports whether a code is one that a server gives in a session (§4.2.1,
// RFC 2228, RFC 2428), on the port.
func isReply(code int, from uint16) bool {
	switch code {
	case 110, 125, 150, 200, 202, 211, 212, 213, 214, replySystem, 221, 225, 226, 227, 229, replyLoggedIn, 232, 234, 235, 250, 257,
		331, 332, 334, 350, 425, 426, 450, 451, 452, 500, 501, 502, 503, 504, 522, replyNoLogin, 532, 534, 550, 551, 552, 553:
		return from == port
	}
	return false
}

// Replies (RFC 959 §4.2.1).
const (
	replySystem   = 215
	replyReady    = 220
	replyLoggedIn = 230
	replyNoLogin  = 530
)

func (d *dissector) reply(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	code, _, rest := line.Reply(r.Line(maxLine))
	data := &m.Flow.Data
	if m.Flow.Protocol == 0 && !isReply(code, m.SrcPort) && (code != replyReady && code != 120 && code != 421 || isMail(m.Payload)) {
		return dissect.ErrNotMine
	}
	about := m.Sender()
	switch code {
	case replyReady:
		if data[atGreeted] == 0 {
			data[atGreeted] = 1
			d.text = appendLines(append(d.text[:0], rest...), r)
			out.Observe(about, keyBanner, d.text)
		}
	case replySystem:
		out.Observe(about, keySystem, rest)
	case replyLoggedIn:
		if data[atUser] == userAnonymous {
			out.ObserveString(about, keyAnonymous, "yes")
		}
	case replyNoLogin:
		if data[atUser] != 0 {
			dissect.LoginFailed(out, "ftp", "530")
		}
	}
	return nil
}

// isMail reports whether a greeting is that of a mail server.
func isMail(b []byte) bool {
	return line.Contains(b, "smtp") || line.Contains(b, " mail") && !line.Contains(b, "ftp")
}

// appendLines appends the other lines of a reply, without codes.
func appendLines(dst []byte, r *wire.Reader) []byte {
	for r.Len() > 0 {
		next := r.Line(maxLine)
		if code, _, rest := line.Reply(next); code != 0 {
			next = rest
		}
		dst = append(append(dst, "\r\n"...), next...)
	}
	return dst
}
