package app

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/proto/lldp"
	"github.com/heron-iot/heron/internal/proto/netflow"
	"github.com/heron-iot/heron/internal/proto/quic"
	"github.com/heron-iot/heron/internal/proto/tls"
)

// multicast is a multicast address and its MAC.
func multicast(a, b, c, d byte) station {
	return station{heron.MAC{1, 0, 0x5e, b & 0x7f, c, d}, netip.AddrFrom4([4]byte{a, b, c, d})}
}

// names are attacks on what is known of devices by what they say.
func names() []hostile {
	return []hostile{
		{name: "many devices of one UPnP UUID", frame: func(b []byte, i int) []byte {
			return advertise(b, station{nthMAC(i), nthIP(i)}, "uuid:2f402f80-da50-11e1-9b23-001788255acc", "upnp:rootdevice")
		}},
		{name: "one device of many UPnP UUIDs", frame: func(b []byte, i int) []byte {
			return advertise(b, attacker, fmt.Sprintf("uuid:2f402f80-da50-11e1-9b23-%012x", i), "upnp:rootdevice")
		}},
		{name: "one device of many UPnP services", frame: func(b []byte, i int) []byte {
			return advertise(b, attacker, "uuid:2f402f80-da50-11e1-9b23-001788255acc", fmt.Sprint("urn:schemas-upnp-org:service:S", i, ":1"))
		}},
		{name: "many LLDP neighbours", frame: func(b []byte, i int) []byte { return neighbour(b, nthMAC(i), fmt.Sprint("switch", i)) }},
		{name: "many LLDP neighbours behind one MAC", frame: func(b []byte, i int) []byte {
			return neighbour(b, attacker.e, fmt.Sprint("switch", i))
		}},
		{name: "many devices of one serial number", frame: func(b []byte, i int) []byte {
			return announce(b, station{nthMAC(i), nthIP(i)}, dns.TXT("Printer._ipp._tcp.local", 100, "serialNumber=X1234567", "UUID=2f402f80-da50-11e1-9b23-001788255acc"))
		}},
		{name: "NetFlow of random flows", frame: func(b []byte, i int) []byte { return export(b, attacker, i) }},
		{name: "NetFlow of many exporters", frame: func(b []byte, i int) []byte { return export(b, station{nthMAC(i), nthIP(i)}, i) }},
		{name: "NetFlow templates of many exporters", frame: func(b []byte, i int) []byte {
			return datagram(b, station{attacker.e, randomIP(i)}, victim, 5000, 2055, templates(i))
		}},
	}
}

// dnsNames are attacks by names of DNS.
func dnsNames() []hostile {
	return []hostile{
		{name: "one device asks for many names", frame: func(b []byte, i int) []byte {
			m := dns.Message{ID: i & 0xffff, Flags: dns.FlagRecursion, Questions: []dns.Ask{{Name: fmt.Sprintf("n%d.example.com", i), Type: dns.TypeA}}}
			return datagram(b, attacker, victim, 40000, 53, m.Append(nil))
		}},
		{name: "one address of many names", frame: func(b []byte, i int) []byte {
			return resolve(b, fmt.Sprintf("n%d.example.com", i), netip.AddrFrom4([4]byte{93, 184, 216, 34}))
		}},
		{name: "one name of many addresses", frame: func(b []byte, i int) []byte {
			return resolve(b, "www.example.com", randomIP(4*i), randomIP(4*i+1), randomIP(4*i+2), randomIP(4*i+3))
		}},
		{name: "many names of many local addresses", frame: func(b []byte, i int) []byte {
			return resolve(b, fmt.Sprintf("n%d.example.com", i), nthIP(i))
		}},
		{name: "one device of many mDNS names", frame: func(b []byte, i int) []byte {
			return announce(b, attacker, dns.A(fmt.Sprintf("host%d.local", i), 120, attacker.ip))
		}},
		{name: "many devices of one mDNS name", frame: func(b []byte, i int) []byte {
			return announce(b, station{nthMAC(i), nthIP(i)}, dns.A("printer.local", 120, nthIP(i)))
		}},
		{name: "one device tells of many others", frame: func(b []byte, i int) []byte {
			return announce(b, attacker, dns.A(fmt.Sprintf("host%d.local", i), 120, nthIP(i)))
		}},
		{name: "one device of many mDNS services", frame: func(b []byte, i int) []byte {
			name := fmt.Sprintf("x%d._s%d._tcp.local", i, i)
			return announce(b, attacker, dns.PTR(fmt.Sprintf("_s%d._tcp.local", i), 120, name), dns.SRV(name, 120, i%65536, "host.local"),
				dns.TXT(name, 120, fmt.Sprintf("k%d=v", i), fmt.Sprintf("model=m%d", i)))
		}},
		{name: "one mDNS packet of many records", frame: func(b []byte, i int) []byte {
			var rrs []dns.RR
			for k := range 40 {
				rrs = append(rrs, dns.TXT(fmt.Sprintf("x%d-%d._s._tcp.local", i, k), 120, "a=b"))
			}
			return announce(b, attacker, rrs...)
		}},
	}
}

// announce appends what a device announces in mDNS.
func announce(b []byte, from station, list ...dns.RR) []byte {
	m := dns.Message{Flags: dns.FlagResponse | dns.FlagAuthoritative, Answers: list}
	return datagram(b, from, multicast(224, 0, 0, 251), 5353, 5353, m.Append(nil))
}

// resolve appends the answer of a DNS server.
func resolve(b []byte, name string, ips ...netip.Addr) []byte {
	m := dns.Message{ID: 7, Flags: dns.FlagResponse | dns.FlagRecursion, Questions: []dns.Ask{{Name: name, Type: dns.TypeA}}}
	for _, ip := range ips {
		m.Answers = append(m.Answers, dns.A(name, 60, ip))
	}
	return datagram(b, victim, attacker, 53, 40000, m.Append(nil))
}

// advertise appends an announcement of UPnP.
func advertise(b []byte, from station, usn, service string) []byte {
	text := fmt.Sprintf("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=100\r\n"+
		"LOCATION: http://%s:80/d.xml\r\nNTS: ssdp:alive\r\nSERVER: Linux UPnP/1.0 x/1\r\nNT: %s\r\nUSN: %s::%s\r\n\r\n", from.ip, service, usn, service)
	return datagram(b, from, multicast(239, 255, 255, 250), 1900, 1900, []byte(text))
}

// neighbour appends an LLDP frame.
func neighbour(b []byte, mac heron.MAC, name string) []byte {
	body := lldp.Append(nil, lldp.TLV{Type: 1, Value: append([]byte{4}, mac[:]...)}, lldp.TLV{Type: 2, Value: []byte("\x05port1")},
		lldp.TLV{Type: 3, Value: []byte{0, 120}}, lldp.Text(5, name), lldp.Text(6, "a switch called "+name))
	return frame.AppendEthernet(b, frame.Ethernet{Src: mac, Dst: heron.MAC{1, 0x80, 0xc2, 0, 0, 0x0e}}, 0x88cc, body)
}

// export appends six flows that somebody tells of.
func export(b []byte, from station, i int) []byte {
	h := netflow.Header{Uptime: 1_000_000, Seconds: int(attackStart / heron.Second)}
	var list []netflow.Record
	for k := range 6 {
		list = append(list, netflow.Record{
			Src: nthIP(int(scatter(i*6+k) & 0xffffff)), Dst: randomIP(i*6 + k), SrcPort: 1024 + k, DstPort: 443, Protocol: 6, TCPFlags: 0x1b,
			Packets: 3, Bytes: 300, First: int64(attackStart / heron.Millisecond), Last: int64(attackStart / heron.Millisecond),
		})
	}
	return datagram(b, from, victim, 5000, 2055, netflow.Append(nil, h, list...))
}

// templates is a datagram of NetFlow 9 that is full of templates.
func templates(i int) []byte {
	be := binary.BigEndian
	b := be.AppendUint16(nil, netflow.Version9)
	b = be.AppendUint16(b, 40)
	b = append(b, make([]byte, 12)...)
	b = be.AppendUint32(b, uint32(i))
	set := []byte{}
	for k := range 40 {
		set = be.AppendUint16(set, uint16(256+k))
		set = be.AppendUint16(set, 6)
		for _, f := range []uint16{8, 12, 7, 11, 4, 2} {
			set = be.AppendUint16(be.AppendUint16(set, f), 4)
		}
	}
	b = be.AppendUint16(b, 0)
	return append(be.AppendUint16(b, uint16(len(set)+4)), set...)
}

// conversations are attacks by what is said on connections that last one packet.
func conversations() []hostile {
	return []hostile{
		{name: "one device of many user agents", frame: once(80, func(i int) []byte {
			return []byte(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h%d.example\r\nUser-Agent: agent/%d\r\nX-%d: y\r\n\r\n", i, i, i, i))
		})},
		{name: "one device of many server names in TLS", frame: once(443, func(i int) []byte {
			h := tls.Hello{Ciphers: []uint16{0x1301, uint16(i), uint16(i >> 8)}, ServerName: fmt.Sprintf("n%d.example.com", i), ALPN: []string{"h2"}}
			return tls.AppendRecord(nil, 22, 0x301, tls.AppendClientHello(nil, h))
		})},
		{name: "one server of many banners", frame: replies(22, func(i int) []byte { return []byte(fmt.Sprintf("SSH-2.0-OpenSSH_%d\r\n", i)) })},
		{name: "one server of many HTTP servers", frame: replies(80, func(i int) []byte {
			return []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nServer: s/%d\r\nContent-Type: text/html\r\n\r\n<title>t%d</title>", i, i))
		})},
		{name: "many failed logins", frame: once(21, func(i int) []byte { return []byte(fmt.Sprintf("USER u%d\r\nPASS p\r\n", i)) })},
		{name: "random bytes to all ports", frame: func(b []byte, i int) []byte {
			return segment(b, attacker, victim, 40000, i%65536, frame.TCP{Flags: frame.ACK, Seq: uint32(i)}, noise(i, 600))
		}},
		{name: "random datagrams to all ports", frame: func(b []byte, i int) []byte {
			return datagram(b, attacker, victim, 40000, i%65536, noise(i, 600))
		}},
		{name: "syslog of many hosts", frame: func(b []byte, i int) []byte {
			return datagram(b, attacker, victim, 514, 514, []byte(fmt.Sprintf("<34>1 2023-10-11T22:14:15.003Z host%d app%d - - - failed %d", i, i, i)))
		}},
		{name: "QUIC connections that only begin", frame: func(b []byte, i int) []byte {
			id := binary.BigEndian.AppendUint64(nil, scatter(i))
			client, _, err := quic.InitialKeys(quic.Version1, id)
			if err != nil {
				panic(err) // the version is known
			}
			frames := append(quic.AppendCrypto(nil, 500*(i%3), []byte("\x01\x00\x10\x00\x03\x03")), make([]byte, 1100)...)
			return datagram(b, attacker, victim, 1024+i%60000, 443, client.AppendInitial(nil, quic.Initial{Version: quic.Version1, DCID: id, Frames: frames}))
		}},
		{name: "fields nested in fields", frame: func(b []byte, _ int) []byte {
			return datagram(b, attacker, victim, 161, 161, []byte(strings.Repeat("\x30\x80", 600)))
		}},
	}
}

// noise is bytes that look like chance.
func noise(i, n int) []byte {
	var b []byte
	for k := 0; len(b) < n; k++ {
		b = binary.BigEndian.AppendUint64(b, scatter(i*1000+k))
	}
	return b
}

// once sends a payload on a connection of its own.
func once(port int, payload func(i int) []byte) func(b []byte, i int) []byte {
	return func(b []byte, i int) []byte {
		if i%2 == 0 {
			return syn(b, attacker, victim, 1024+i/2%60000, port)
		}
		return segment(b, attacker, victim, 1024+i/2%60000, port, frame.TCP{Flags: frame.ACK | frame.PSH, Seq: 1001}, payload(i))
	}
}

// replies sends a payload from the server on a connection of its own.
func replies(port int, payload func(i int) []byte) func(b []byte, i int) []byte {
	return func(b []byte, i int) []byte {
		if i%2 == 0 {
			return segment(b, victim, attacker, port, 1024+i/2%60000, frame.TCP{Flags: frame.SYN | frame.ACK, Seq: 1000}, nil)
		}
		return segment(b, victim, attacker, port, 1024+i/2%60000, frame.TCP{Flags: frame.ACK | frame.PSH, Seq: 1001}, payload(i))
	}
}
