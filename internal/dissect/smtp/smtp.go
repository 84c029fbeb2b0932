// Package smtp reads the opening of mail submissions: how a server greets and
// what it can do, what a client calls itself and which program wrote the mail,
// and logins. Addresses, subjects and bodies are never told.
package smtp

import (
	"bytes"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyBanner     = "smtp.banner"
	keyCapability = "smtp.capability" // an extension that the server offers
	keyHello      = "smtp.helo"       // what a client calls itself
	keyMailer     = "smtp.mailer"     // X-Mailer or User-Agent of the first mail
)

// Limits on what is looked at.
const (
	maxLine   = 2 << 10
	maxHeader = 100 // lines
	maxLines  = 200 // of a connection
)

// Places in heron.FlowScratch.Data.
const (
	atGreeted = 0
	atHello   = 1 // EHLO was said, its answer is awaited
	atLogin   = 2
	atTLS     = 3
	atData    = 4 // DATA was said
	atHeader  = 5 // lines of the header
	atLines   = 6
)

// Stages of what is asked for.
const (
	asked = 1
	given = 2
)

// ports are those of relays and of submission.
var ports = []uint16{25, 587, 2525}

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "smtp",
		Over:    dissect.OverTCP,
		Ports:   ports,
		Spec:    "RFC 5321; RFC 3207 (STARTTLS); RFC 4954 (AUTH)",
		Starts:  []byte("2EHLehl"),
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe takes a greeting that names the protocol, and a client's first command.
func probe(b []byte, fromClient bool) bool {
	text, n, err := line.Next(b, maxLine)
	if err != nil || n == 0 {
		return false
	}
	if fromClient {
		return isHello(text)
	}
	code, _, rest := line.Reply(text)
	return code == ready && line.Contains(rest, "smtp") && !line.Contains(rest, "ftp ")
}

func isHello(text []byte) bool {
	verb, rest := line.Word(text)
	return line.IsOneOf(verb, "EHLO", "HELO", "LHLO") && len(rest) > 0
}

// Codes of replies (RFC 5321 §4.2.3, RFC 4954 §4).
const (
	ready     = 220
	loggedIn  = 235
	done      = 250
	startMail = 354
	shutting  = 421
	noLogin   = 535
	refused   = 554
)

type dissector struct{}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if data[atTLS] == given {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	b := r.Rest()
	text, n, err := line.Next(b, maxLine)
	if err != nil {
		if data[atHeader] > 0 {
			return heron.Verdict{Done: true}, nil
		}
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if n == 0 {
		return heron.Verdict{}, nil
	}
	var end bool
	if m.FromClient {
		end, err = d.client(text, m, out)
	} else {
		err = d.server(text, m, out)
	}
	if err != nil {
		return heron.Verdict{}, err
	}
	if data[atLines]++; data[atLines] >= maxLines {
		end = true
	}
	return heron.Verdict{Consumed: n, Done: end}, nil
}

// client reads a command, or a line of the header of a mail.
func (d *dissector) client(text []byte, m *heron.Message, out dissect.Emitter) (end bool, err error) {
	data := &m.Flow.Data
	if data[atData] == given {
		return header(text, m, out), nil
	}
	verb, rest := line.Word(text)
	switch {
	case isHello(text):
		data[atHello] = asked
		d.hello(rest, m, out)
	case m.Flow.Protocol == 0 && !goesOn(verb, rest, m.DstPort):
		return false, dissect.ErrNotMine
	case line.Is(verb, "STARTTLS"):
		data[atTLS] = asked
	case line.Is(verb, "AUTH"):
		data[atLogin] = asked
		if mechanism, _ := line.Word(rest); line.IsOneOf(mechanism, "PLAIN", "LOGIN") {
			dissect.ClearLogin(out, "smtp")
		}
	case line.Is(verb, "DATA"):
		data[atData] = asked
	case line.Is(verb, "BDAT"):
		return true, nil // what follows is a mail in pieces (RFC 3030)
	}
	return false, nil
}

// goesOn reports whether a command that no client begins with is one of a session
// whose beginning was not seen: on the port, and with all that belongs to it.
func goesOn(verb, rest []byte, port uint16) bool {
	switch {
	case !slices.Contains(ports, port):
	case line.Is(verb, "MAIL"):
		return line.HasPrefix(rest, "FROM:")
	case line.Is(verb, "RCPT"):
		return line.HasPrefix(rest, "TO:")
	case line.IsOneOf(verb, "AUTH", "BDAT"):
		return len(rest) > 0
	default:
		return len(rest) == 0 && line.IsOneOf(verb, "DATA", "QUIT", "RSET", "NOOP", "STARTTLS")
	}
	return false
}

// isReply reports whether a code is one that a server gives in a session (RFC 5321
// §4.2.3), on the port.
func isReply(code int, port uint16) bool {
	switch code {
	case 221, loggedIn, done, 251, 252, 334, startMail, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 530, noLogin, 550, 551, 552, 553, 555:
		return slices.Contains(ports, port)
	}
	return false
}

// hello tells what a client calls itself: a name, or an address in brackets.
func (d *dissector) hello(name []byte, m *heron.Message, out dissect.Emitter) {
	name, _ = line.Word(bytes.TrimSpace(name))
	out.Observe(m.Sender(), keyHello, name)
}

// header reads one line of the header of the first mail, and reports its end. A
// mail that others have received before was written by none of them.
func header(text []byte, m *heron.Message, out dissect.Emitter) bool {
	data := &m.Flow.Data
	if data[atHeader]++; len(text) == 0 || data[atHeader] >= maxHeader {
		return true
	}
	name, value, found := bytes.Cut(text, []byte(":"))
	if found && line.Is(name, "Received") {
		return true
	}
	if found && line.IsOneOf(name, "X-Mailer", "User-Agent") {
		out.Observe(m.Sender(), keyMailer, bytes.TrimSpace(value))
	}
	return false
}

// server reads one line of a reply.
func (d *dissector) server(text []byte, m *heron.Message, out dissect.Emitter) error {
	code, separator, rest := line.Reply(text)
	data := &m.Flow.Data
	if m.Flow.Protocol == 0 && !isReply(code, m.SrcPort) && (code != ready && code != shutting && code != refused || !isMail(rest, m.SrcPort)) {
		return dissect.ErrNotMine
	}
	switch {
	case code == ready && data[atTLS] == asked:
		data[atTLS] = given
	case code == ready && data[atGreeted] == 0:
		data[atGreeted] = 1
		out.Observe(m.Sender(), keyBanner, rest)
	case code == done && data[atHello] != 0:
		if data[atHello] == given { // the first line is a greeting
			out.Observe(m.Sender(), keyCapability, bytes.TrimSpace(rest))
		}
		data[atHello] = given
		if separator == ' ' {
			data[atHello] = 0
		}
	case code == noLogin && data[atLogin] == asked:
		dissect.LoginFailed(out, "smtp", "535")
		data[atLogin] = 0
	case code == loggedIn:
		data[atLogin] = 0
	case code == startMail && data[atData] == asked:
		data[atData] = given
	}
	return nil
}

// isMail reports whether a greeting on the port of mail is not another's: FTP has
// the same codes.
func isMail(rest []byte, port uint16) bool {
	return (port == 25 || port == 587 || line.Contains(rest, "smtp")) && !line.Contains(rest, "ftp")
}
