package app

import (
	"bytes"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/proto/http2"
	"github.com/heron-iot/heron/internal/proto/tls"
)

// stream sends pieces of one size after each other on one connection: the first
// packet asks for it, the second answers.
func stream(fromServer bool, port, size int, piece func(i int) []byte) func(b []byte, i int) []byte {
	from, to, src, dst := attacker, victim, 40000, port
	if fromServer {
		from, to, src, dst = to, from, dst, src
	}
	return func(b []byte, i int) []byte {
		switch i {
		case 0:
			return segment(b, attacker, victim, 40000, port, frame.TCP{Flags: frame.SYN, Seq: 1000}, nil)
		case 1:
			return segment(b, victim, attacker, port, 40000, frame.TCP{Flags: frame.SYN | frame.ACK, Seq: 1000, Ack: 1001}, nil)
		}
		return segment(b, from, to, src, dst, frame.TCP{Flags: frame.ACK, Seq: 1001 + uint32(i-2)*uint32(size), Ack: 1001}, piece(i-2))
	}
}

// endless sends a prefix and then one byte for ever, in pieces.
func endless(prefix string, fill byte, size int) func(i int) []byte {
	return func(i int) []byte {
		b := bytes.Repeat([]byte{fill}, size)
		if at := i * size; at < len(prefix) {
			copy(b, prefix[at:])
		}
		return b
	}
}

// beginnings are streams that begin as a protocol does and never come to an end.
func beginnings() []hostile {
	var list []hostile
	for _, p := range []struct {
		port         int
		name, prefix string
		fill         byte
		server       bool
	}{
		{80, "HTTP request line", "GET /", 'a', false},
		{80, "HTTP headers", "GET / HTTP/1.1\r\nHost: a\r\nX: ", 'a', false},
		{80, "HTTP header names", "GET / HTTP/1.1\r\n" + strings.Repeat("a:b\r\n", 4000), 'a', false},
		{80, "HTTP answer", "HTTP/1.1 200 OK\r\nServer: a\r\nX: ", 'a', true},
		{80, "HTTP page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat("<title><meta a='b' ", 4000), '<', true},
		{80, "HTTP chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\na\r\n", 4000), '0', true},
		{80, "JSON", "POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n" + strings.Repeat("{\"a\":[", 4000), '[', false},
		{554, "RTSP", "RTSP/1.0 200 OK\r\nServer: ", 'a', true},
		{5060, "SIP", "REGISTER sip:a SIP/2.0\r\nUser-Agent: ", 'a', false},
		{21, "FTP lines", "220-a\r\n" + strings.Repeat("220-b\r\n", 4000), 'a', true},
		{25, "SMTP lines", "220-a\r\n" + strings.Repeat("250-b\r\n", 4000), 'a', true},
		{22, "SSH banner", "SSH-2.0-", 'a', true},
		{23, "telnet options", strings.Repeat("\xff\xfd\x18", 6000), 0xff, true},
		{443, "TLS record", "\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03", 0, false},
		{443, "TLS certificates", "\x16\x03\x03\x40\x00\x0b\x00\x3f\xfc\x00\x3f\xf9" + strings.Repeat("\x00\x00\x01\x00", 4000), 0, true},
		{389, "LDAP", "\x30\x84\x00\x00\x3f\x00\x02\x01\x01\x60", 0x30, false},
		{1883, "MQTT", "\x10\xff\x7f\x00\x04MQTT\x04\x02\x00\x3c", 'a', false},
		{5222, "XMPP", "<?xml version='1.0'?><stream:stream to='", 'a', false},
		{6379, "redis", "*1000000\r\n" + strings.Repeat("$1\r\na\r\n", 4000), '$', false},
		{139, "SMB", "\x00\x00\x3f\x00\xfeSMB", 0, false},
		{3306, "MySQL", "\x00\x3f\x00\x00\x0a8.0", 'a', true},
		{4840, "OPC UA", "MSGC\x00\x3f\x00\x00", 0, false},
		{80, "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("\x00\x00\x00\x04\x00\x00\x00\x00\x00", 2000), 0, false},
	} {
		list = append(list, hostile{name: "never ending " + p.name, frame: stream(p.server, p.port, 1, endless(p.prefix, p.fill, 1)), n: 200})
	}
	return list
}

// streams are attacks by the order of TCP segments and IP fragments.
func streams() []hostile {
	at := func(seq uint32, payload string) func(b []byte) []byte {
		return func(b []byte) []byte {
			return segment(b, attacker, victim, 40000, 80, frame.TCP{Flags: frame.ACK, Seq: seq, Ack: 1001}, []byte(payload))
		}
	}
	return []hostile{
		{name: "tiny segments behind a gap", n: 1000, frame: func(b []byte, i int) []byte {
			if i < 2 {
				return stream(false, 80, 1, nil)(b, i)
			}
			return at(2000+2*uint32(i), "x")(b)
		}},
		{name: "tiny segments behind a gap, backwards", frame: func(b []byte, i int) []byte {
			if i < 2 {
				return stream(false, 80, 1, nil)(b, i)
			}
			return at(2_000_000_000-2*uint32(i), "x")(b)
		}},
		{name: "tiny segments of many streams behind gaps", frame: func(b []byte, i int) []byte {
			port, k := i%500, i/500
			if k == 0 {
				return syn(b, attacker, victim, 1024+port, 80)
			}
			return segment(b, attacker, victim, 1024+port, 80, frame.TCP{Flags: frame.ACK, Seq: 2000 + 2*uint32(k), Ack: 1001}, []byte("x"))
		}},
		{name: "overlapping segments behind a gap", frame: func(b []byte, i int) []byte {
			if i < 2 {
				return stream(false, 80, 1, nil)(b, i)
			}
			return at(2000+uint32(scatter(i)%30000), strings.Repeat("x", 100))(b)
		}},
		{name: "one segment for ever", frame: func(b []byte, _ int) []byte { return at(1001, "GET / HTTP/1.1\r\n")(b) }},
		{name: "huge gaps", frame: func(b []byte, i int) []byte { return at(1001+uint32(i)*100_000_000, "GET / HTTP/1.1\r\n")(b) }},
		{name: "a connection begun for ever", frame: func(b []byte, i int) []byte {
			return segment(b, attacker, victim, 40000, 80, frame.TCP{Flags: frame.SYN, Seq: uint32(i) * 1000}, nil)
		}},
		{name: "a connection begun and ended for ever", frame: func(b []byte, i int) []byte {
			flags := [...]uint8{frame.SYN, frame.SYN | frame.ACK, frame.FIN | frame.ACK, frame.RST}
			k := i % 4
			if k == 1 {
				return segment(b, victim, attacker, 80, 40000, frame.TCP{Flags: flags[k], Seq: uint32(i) * 1000}, nil)
			}
			return segment(b, attacker, victim, 40000, 80, frame.TCP{Flags: flags[k], Seq: uint32(i) * 1000}, nil)
		}},
		{name: "fragments of many datagrams", frame: func(b []byte, i int) []byte { return fragment(b, uint32(i), 0, 8) }},
		{name: "fragments of one datagram", frame: func(b []byte, i int) []byte { return fragment(b, uint32(i/8000), i%8000*8+8, 8) }},
		{name: "fragments backwards", frame: func(b []byte, i int) []byte { return fragment(b, uint32(i/64), 65000-i%64*1000, 8) }},
		{name: "fragments that overlap", frame: func(b []byte, i int) []byte {
			return fragment(b, uint32(i/100), int(scatter(i)%1000)*8, 1400)
		}},
		{name: "tunnels in tunnels", frame: func(b []byte, i int) []byte {
			inner := datagram(nil, attacker, victim, i%65536, 5000, []byte("x"))
			for k := range 12 {
				inner = datagram(nil, station{attacker.e, nthIP(1)}, station{victim.e, nthIP(k)}, 4789, 4789, frame.AppendVXLAN(nil, uint32(i+k), inner))
			}
			return append(b, inner...)
		}},
		{name: "tunnels of many networks", frame: func(b []byte, i int) []byte {
			inner := datagram(nil, station{nthMAC(i % 100), nthIP(i % 100)}, victim, 5000, 5000, []byte("x"))
			return datagram(b, attacker, victim, 4789, 4789, frame.AppendVXLAN(nil, uint32(i), inner))
		}},
		{name: "labels on labels", frame: func(b []byte, i int) []byte {
			inner := frame.AppendIP(nil, frame.IP{Src: attacker.ip, Dst: nthIP(i), Protocol: 17}, make([]byte, 20))
			return frame.AppendEthernet(b, frame.Ethernet{Src: attacker.e, Dst: victim.e}, frame.TypeMPLS, frame.AppendMPLS(nil, inner, make([]uint32, 300)...))
		}},
	}
}

// fragment appends one of a datagram.
func fragment(b []byte, id uint32, offset, size int) []byte {
	ip := frame.IP{Src: attacker.ip, Dst: victim.ip, Protocol: frame.ProtoUDP, ID: id, Offset: offset &^ 7, More: true}
	return frame.AppendEthernetIP(b, frame.Ethernet{Src: attacker.e, Dst: victim.e}, ip, make([]byte, size))
}

// records are attacks by many small messages on one connection.
func records() []hostile {
	fill := func(unit []byte) []byte { return bytes.Repeat(unit, 1400/len(unit)+1)[:1400/len(unit)*len(unit)] }
	many := func(name string, server bool, port int, unit []byte) hostile {
		piece := fill(unit)
		return hostile{name: "many small " + name, frame: stream(server, port, len(piece), func(int) []byte { return piece })}
	}
	request := []byte{0, 7, 0, 0, 0, 6, 1, 3, 0, 1, 0, 2}
	return []hostile{
		many("HTTP/2 frames", false, 80, http2.AppendFrame(nil, 6, 0, 0, nil)),
		many("HTTP/2 headers", false, 80, http2.AppendFrame(nil, 1, 4, 1, http2.AppendField(nil, "a", "b"))),
		many("TLS records", false, 443, tls.AppendRecord(nil, 22, 0x303, []byte{1})),
		many("TLS alerts", true, 443, tls.AppendRecord(nil, 21, 0x303, []byte{1, 0})),
		many("Modbus requests", false, 502, request),
		many("Modbus answers", true, 502, request),
		many("MQTT pings", false, 1883, []byte{0xc0, 0}),
		many("MQTT messages", false, 1883, []byte("\x30\x05\x00\x01ax!")),
		many("S7 requests", false, 102, []byte("\x03\x00\x00\x1f\x02\xf0\x80\x32\x01\x00\x00\x00\x01\x00\x0e\x00\x00\x04\x01\x12\x0a\x10\x02\x00\x01\x00\x01\x84\x00\x00\x00")),
		many("IEC 104 frames", false, 2404, []byte{0x68, 4, 0x43, 0, 0, 0}),
		many("redis commands", false, 6379, []byte("*1\r\n$4\r\nPING\r\n")),
		many("HTTP requests", false, 80, []byte("GET / HTTP/1.1\r\n\r\n")),
		many("SMTP commands", false, 25, []byte("NOOP\r\n")),
		many("line ends", false, 21, []byte("\r\n")),
		many("DNS over TCP", false, 53, []byte("\x00\x0c\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")),
		many("ENIP requests", false, 44818, append([]byte{0x63, 0, 0, 0}, make([]byte, 20)...)),
		many("LDAP requests", false, 389, []byte{0x30, 5, 2, 1, 1, 0x42, 0}),
		many("telnet options", true, 23, []byte{0xff, 0xfd, 0x18}),
		many("chunks", true, 80, []byte("1\r\na\r\n")),
		{name: "CoAP requests without answers", frame: func(b []byte, i int) []byte {
			return datagram(b, attacker, victim, 40000, 5683, []byte{0x44, 1, byte(i >> 8), byte(i), byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i), 0xb1, 'a'})
		}},
		{name: "DNS questions without answers", frame: func(b []byte, i int) []byte {
			return datagram(b, attacker, victim, 40000, 53, []byte{byte(i >> 8), byte(i), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1})
		}},
	}
}

// clocks are attacks on timers.
func clocks() []hostile {
	talk := func(b []byte, i int) []byte {
		return datagram(b, station{nthMAC(i % 100), nthIP(i % 100)}, victim, 5000, 6000, []byte("x"))
	}
	full := func(b []byte, i int) []byte { // fills what sweeps go through
		if i < 600 {
			return claim(b, station{nthMAC(i), nthIP(i)}, 0)
		}
		return talk(b, i)
	}
	const year = 365 * heron.Day
	return []hostile{
		{name: "time back and forth", frame: talk, at: func(i int) heron.Time { return heron.Time(i%2) * heron.Hour }},
		{name: "time back and forth by years", frame: talk, at: func(i int) heron.Time { return heron.Time(i%2) * 20 * year }},
		{name: "time by chance", frame: talk, at: func(i int) heron.Time { return heron.Time(scatter(i) % uint64(20*year)) }},
		{name: "a packet a minute", frame: talk, at: func(i int) heron.Time { return heron.Time(i) * heron.Minute }},
		{name: "a packet an hour", frame: talk, at: func(i int) heron.Time { return heron.Time(i) * heron.Hour }},
		{name: "a packet a day", frame: talk, at: func(i int) heron.Time { return heron.Time(i) * heron.Day }},
		{name: "a packet a minute, much known", frame: full, at: func(i int) heron.Time { return heron.Time(i) * heron.Minute }},
		{name: "no time", frame: talk, at: func(int) heron.Time { return -attackStart }},
		{name: "the beginning of time", frame: talk, at: func(i int) heron.Time { return -attackStart + heron.Time(i) }},
		{name: "the end of time", frame: talk, at: func(i int) heron.Time { return heron.Time(1<<63-1) - attackStart - heron.Time(100_000-i) }},
		{name: "leaps to the end of time", frame: talk, at: func(i int) heron.Time {
			return -attackStart + heron.Time(1<<63-1) - heron.Time(1<<62)>>(i%40)
		}},
	}
}
