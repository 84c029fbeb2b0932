package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// maxLine bounds a line that a client may send.
const maxLine = 1024

// takeLine takes one line from the start of a stream; used is 0 when it is not
// whole yet. A line beyond maxLine counts as ended.
func takeLine(in []byte) (line string, used int) {
	i := bytes.IndexByte(in, '\n')
	if i < 0 {
		if len(in) <= maxLine {
			return "", 0
		}
		i = len(in) - 1
	}
	return strings.TrimRight(string(in[:i+1]), "\r\n"), i + 1
}

// sayFirst is a greeting that may hold what Host.fill knows.
func sayFirst(text string) func(h *Host) []byte {
	return func(h *Host) []byte { return []byte(h.fill(text)) }
}

// telnetService asks for a name and a password (RFC 854), and refuses all but
// the one pair given; an empty user refuses everyone.
func telnetService(banner, user, password string) Service {
	const iac, do, will, echo, suppress, linemode = 255, 253, 251, 1, 3, 34
	negotiate := string([]byte{iac, do, linemode, iac, will, echo, iac, will, suppress})
	return Service{
		Protocol: "telnet", Transport: heron.TCP, Port: 23,
		Greeting: sayFirst(negotiate + "\r\n" + banner),
		Answer: func(_ *Host, q Query) Reply {
			line, used := takeLine(q.Bytes)
			if used == 0 {
				return Reply{}
			}
			r := Reply{Used: used}
			switch q.Session.Step {
			case 0:
				q.Session.User = stripTelnet(line)
				r.Bytes = []byte(line + "\r\nPassword: ")
				q.Session.Step = 1
			case 1:
				ok := user != "" && q.Session.User == user && stripTelnet(line) == password
				r.Bytes, q.Session.Step = []byte("\r\nLogin incorrect\r\n"+lastLine(banner)), 0
				if ok {
					r.Bytes, q.Session.Step = []byte("\r\n\r\nBusyBox v1.16.1 built-in shell (ash)\r\n# "), 2
				}
			default:
				r.Bytes = shell(line)
				r.Close = line == "exit"
			}
			return r
		},
	}
}

// stripTelnet removes option negotiation (RFC 854) from a line.
func stripTelnet(line string) string {
	r := wire.NewReader([]byte(line))
	var out []byte
	for r.Len() > 0 {
		c := r.U8()
		if c == 255 {
			r.Skip(min(2, r.Len()))
			continue
		}
		out = append(out, byte(c))
	}
	return string(out)
}

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }

// shell is the little that infected devices are asked.
func shell(line string) []byte {
	_, applet, found := strings.Cut(line, "/bin/busybox ")
	if found {
		return []byte(line + "\r\n" + applet + ": applet not found\r\n# ")
	}
	return []byte(line + "\r\n# ")
}

// ftpService greets (RFC 959) and lets nobody in.
func ftpService(banner string) Service {
	return Service{
		Protocol: "ftp", Transport: heron.TCP, Port: 21,
		Greeting: sayFirst("220 " + banner + "\r\n"),
		Answer: func(_ *Host, q Query) Reply {
			line, used := takeLine(q.Bytes)
			if used == 0 {
				return Reply{}
			}
			verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
			switch verb {
			case "USER":
				return Reply{Used: used, Bytes: []byte("331 Password required\r\n")}
			case "QUIT":
				return Reply{Used: used, Bytes: []byte("221 Goodbye\r\n"), Close: true}
			}
			return Reply{Used: used, Bytes: []byte("530 Login incorrect\r\n")}
		},
	}
}

// rtspService is the control of a stream (RFC 2326): everyone may ask for the
// options, nobody may describe without a password.
func rtspService(server, realm string) Service {
	return Service{
		Protocol: "rtsp", Transport: heron.TCP, Port: 554,
		Answer: func(h *Host, q Query) Reply {
			end := bytes.Index(q.Bytes, []byte("\r\n\r\n"))
			if end < 0 {
				return Reply{Used: overlong(q.Bytes)}
			}
			head := q.Bytes[:end+4]
			method, _, _ := strings.Cut(string(head[:min(len(head), 32)]), " ")
			status, more := "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE\r\n"
			if method != "OPTIONS" {
				status = "401 Unauthorized"
				more = fmt.Sprintf("WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\"\r\n", h.fill(realm), h.Serial)
			}
			return Reply{Used: len(head), Bytes: fmt.Appendf(nil, "RTSP/1.0 %s\r\nCSeq: %s\r\nServer: %s\r\n%s\r\n",
				status, header(head, "CSeq"), h.fill(server), more)}
		},
	}
}

// overlong throws away what can never become a request.
func overlong(in []byte) int {
	if len(in) > maxHead {
		return len(in)
	}
	return 0
}

// watchCamera is a recorder that asks a camera for its stream.
func watchCamera(agent string, models ...string) func(*actor) {
	return func(a *actor) {
		for _, model := range models {
			to := a.some(model)
			if to == nil {
				continue
			}
			url := fmt.Sprintf("rtsp://%s:554/Streaming/Channels/101", to.IP)
			ask := func(method string, n int) []byte {
				return fmt.Appendf(nil, "%s %s RTSP/1.0\r\nCSeq: %d\r\nUser-Agent: %s\r\n\r\n", method, url, n, agent)
			}
			a.ask(to, 554, ask("OPTIONS", 1), ask("DESCRIBE", 2))
		}
	}
}

// sipService answers OPTIONS and takes every registration (RFC 3261).
func sipService(server string) Service {
	return Service{
		Protocol: "sip", Transport: heron.UDP, Port: 5060,
		Answer: func(h *Host, q Query) Reply {
			if !bytes.Contains(q.Bytes, []byte(" SIP/2.0\r\n")) {
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Bytes: fmt.Appendf(nil,
				"SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=%s\r\nCall-ID: %s\r\nCSeq: %s\r\nServer: %s\r\nAllow: INVITE, ACK, OPTIONS, CANCEL, BYE\r\nContent-Length: 0\r\n\r\n",
				header(q.Bytes, "Via"), header(q.Bytes, "From"), header(q.Bytes, "To"), h.short(),
				header(q.Bytes, "Call-ID"), header(q.Bytes, "CSeq"), h.fill(server))}
		},
	}
}

// sipRegister is a telephone that says where it is.
func sipRegister(agent string) func(*actor) {
	return func(a *actor) {
		to := a.site.role(a.host, rolePBX)
		if to == nil {
			return
		}
		h, n := a.host, 100+a.host.Index
		a.say(datagram{
			from: h, src: addrPort(h, 5060), to: addrPort(to, 5060),
			payload: fmt.Appendf(nil, "REGISTER sip:%s:5060 SIP/2.0\r\nVia: SIP/2.0/UDP %s:5060;branch=z9hG4bK%d\r\nFrom: \"%d\" <sip:%d@%s:5060>;tag=%s\r\nTo: \"%d\" <sip:%d@%s:5060>\r\nCall-ID: 0_%s@%s\r\nCSeq: 1 REGISTER\r\nContact: <sip:%d@%s:5060>\r\nMax-Forwards: 70\r\nUser-Agent: %s\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n",
				to.IP, h.IP, a.rng.Uint32(), n, n, to.IP, h.short(), n, n, to.IP, h.Serial, h.IP, n, h.IP, h.fill(agent)),
		})
	}
}

// rawPrintService takes what it is sent, and answers PJL INFO ID.
func rawPrintService(id string) Service {
	return Service{
		Protocol: "pjl", Transport: heron.TCP, Port: 9100,
		Answer: func(h *Host, q Query) Reply {
			line, used := takeLine(q.Bytes)
			if used == 0 {
				return Reply{}
			}
			r := Reply{Used: used}
			if strings.HasSuffix(line, "@PJL INFO ID") {
				r.Bytes = []byte("@PJL INFO ID\r\n\"" + h.fill(id) + "\"\r\n\f")
			}
			return r
		},
	}
}

// sshService greets as the server of that version does and offers its
// algorithms (RFC 4253 §7.1); nobody gets further.
func sshService(version string) Service {
	return Service{
		Protocol: "ssh", Transport: heron.TCP, Port: 22,
		Greeting: sayFirst("SSH-2.0-" + version + "\r\n"),
		Answer: func(h *Host, q Query) Reply {
			if q.Session.Step == 0 {
				_, used := takeLine(q.Bytes)
				if used > 0 {
					q.Session.Step = 1
					return Reply{Used: used, Bytes: sshKexInit(h)}
				}
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Close: len(q.Bytes) > 0}
		},
	}
}

// sshKexInit offers the algorithms (RFC 4253 §7.1).
func sshKexInit(h *Host) []byte {
	b := append([]byte{20}, h.Serial+"heron"...)[:17]
	for len(b) < 17 {
		b = append(b, 0)
	}
	for _, list := range []string{
		"curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group14-sha256", "ssh-rsa,ecdsa-sha2-nistp256",
		"aes128-ctr,aes256-ctr", "aes128-ctr,aes256-ctr", "hmac-sha2-256,hmac-sha1", "hmac-sha2-256,hmac-sha1",
		"none", "none", "", "",
	} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(list))), list...)
	}
	b = append(b, 0, 0, 0, 0, 0)
	padding := 8 - (len(b)+5)%8 + 8
	out := binary.BigEndian.AppendUint32(nil, uint32(1+len(b)+padding))
	out = append(append(out, byte(padding)), b...)
	return append(out, make([]byte, padding)...)
}

// ntpService tells the time (RFC 5905 §7.3).
func ntpService() Service {
	return Service{
		Protocol: "ntp", Transport: heron.UDP, Port: 123,
		Answer: func(_ *Host, q Query) Reply {
			if len(q.Bytes) < 48 {
				return Reply{}
			}
			return Reply{Used: len(q.Bytes), Bytes: ntpAnswer(q.Bytes)}
		},
	}
}

// ntpAnswer is a server's reply to a request: stratum 3, and the client's
// transmit time given back as the origin.
func ntpAnswer(request []byte) []byte {
	r := wire.NewReader(request)
	r.Skip(40)
	origin := r.Bytes(8)
	b := []byte{0x24, 3, 6, 0xec, 0, 0, 4, 0, 0, 0, 8, 0, 192, 0, 2, 1}
	b = append(b, origin...)
	b = append(b, origin...)
	b = append(b, origin...)
	return append(b, origin...)
}

// ntpSince1900 is the difference of the two epochs in seconds.
const ntpSince1900 = 2208988800

// askTime asks an outside server for the time.
func askTime(server string) func(*actor) {
	return func(a *actor) {
		ip := a.resolve(server)
		b := append([]byte{0x23, 0, 6, 0xec}, make([]byte, 36)...)
		b = binary.BigEndian.AppendUint32(b, uint32(int64(a.now/heron.Second)+ntpSince1900))
		b = binary.BigEndian.AppendUint32(b, a.rng.Uint32())
		a.say(datagram{
			from: a.host, src: addrPort(a.host, 123), to: netipPort(ip, 123),
			payload: b, reply: ntpAnswer(b),
		})
	}
}

// login tries a name and a password at a telnet.
func login(user, password string, commands ...string) [][]byte {
	out := [][]byte{[]byte(user + "\r\n"), []byte(password + "\r\n")}
	for _, c := range commands {
		out = append(out, []byte(c+"\r\n"))
	}
	return out
}
