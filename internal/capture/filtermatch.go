package capture

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/heron-iot/heron"
)

// Places in frames: of the EtherType, and of the network header behind it.
const (
	etherTypeAt = 12
	etherSize   = 14
)

func load(at, size int) bpf.Instruction { return bpf.LoadAbsolute{Off: uint32(at), Size: size} }

func mask(m uint32) bpf.Instruction { return bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: m} }

// net is where the network header starts.
func (p *filterParser) net() int {
	if p.raw {
		return 0
	}
	return etherSize + p.shift
}

func (p *filterParser) etherType(v uint32) *formula {
	return equal(v, load(etherTypeAt+p.shift, 2))
}

// family holds for frames of a network protocol.
func (p *filterParser) family(name string) *formula {
	version := map[string]uint32{"ip": 0x40, "ip6": 0x60}[name]
	if p.raw {
		if version == 0 {
			return constant(false)
		}
		return equal(version, load(0, 1), mask(0xf0))
	}
	return p.etherType(map[string]uint32{"ip": 0x0800, "ip6": 0x86dd, "arp": 0x0806, "rarp": 0x8035}[name])
}

// protocol holds for frames of a protocol that stands alone.
func (p *filterParser) protocol(name string) (*formula, error) {
	switch name {
	case "ip", "ip6", "arp", "rarp":
		return p.family(name), nil
	case "icmp", "igmp":
		return p.ipProto(protocolNumbers(name)), nil
	case "icmp6":
		return p.ip6Proto(protocolNumbers(name)), nil
	case "tcp", "udp", "sctp":
		n := protocolNumbers(name)
		return or(p.ipProto(n), p.ip6Proto(n)), nil
	}
	return nil, p.fail("\"%s\" needs src, dst, host, proto, broadcast or multicast behind it", name)
}

func protocolNumbers(name string) uint32 {
	return map[string]uint32{
		"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "ah": 51, "icmp6": 58, "ospf": 89,
		"pim": 103, "vrrp": 112, "sctp": 132,
	}[name]
}

func (p *filterParser) ipProto(n uint32) *formula {
	return and(p.family("ip"), equal(n, load(p.net()+9, 1)))
}

// ip6Proto looks at the next header, and behind a fragment header.
func (p *filterParser) ip6Proto(n uint32) *formula {
	const fragment = 44
	next := load(p.net()+6, 1)
	return and(p.family("ip6"), or(equal(n, next), and(equal(fragment, next), equal(n, load(p.net()+40, 1)))))
}

// valued reads the value behind qualifiers.
func (p *filterParser) valued(q qualifiers) (*formula, error) {
	value := p.peek()
	if value == "" || value == "(" || value == ")" {
		return nil, p.fail("want a value here")
	}
	var f *formula
	var err error
	switch q.kind {
	case "port", "portrange":
		f, err = p.ports(q, value)
	case "proto":
		f, err = p.proto(q, value)
	case "net":
		f, err = p.network(q, value)
	default:
		f, err = p.host(q, value)
	}
	if err == nil {
		p.at++
	}
	return f, err
}

// either applies a test of the source and one of the destination as the
// direction asks.
func (q qualifiers) either(src, dst *formula) *formula {
	switch q.dir {
	case "src":
		return src
	case "dst":
		return dst
	case "both":
		return and(src, dst)
	}
	return or(src, dst)
}

func (p *filterParser) host(q qualifiers, value string) (*formula, error) {
	if q.proto == "ether" {
		return p.mac(q, value)
	}
	a, err := netip.ParseAddr(value)
	if err != nil || a.Zone() != "" {
		return nil, p.fail("want an IP address: names of hosts are not looked up")
	}
	return p.prefix(q, netip.PrefixFrom(a, a.BitLen()))
}

func (p *filterParser) network(q qualifiers, value string) (*formula, error) {
	if dots := strings.Count(value, "."); dots < 3 && !strings.ContainsAny(value, ":/") {
		value += strings.Repeat(".0", 3-dots) + "/" + strconv.Itoa(8*(dots+1))
	} else if !strings.Contains(value, "/") {
		a, err := netip.ParseAddr(value)
		if err != nil {
			return nil, p.fail("want a network, as 10.0.0.0/8")
		}
		return p.prefix(q, netip.PrefixFrom(a, a.BitLen()))
	}
	n, err := netip.ParsePrefix(value)
	if err != nil || n != n.Masked() {
		return nil, p.fail("want a network whose host bits are 0, as 10.0.0.0/8")
	}
	return p.prefix(q, n)
}

// prefix tests addresses.
func (p *filterParser) prefix(q qualifiers, n netip.Prefix) (*formula, error) {
	at := func(off int) *formula { return matchPrefix(p.net()+off, n) }
	v4 := n.Addr().Is4()
	switch {
	case v4 && q.proto == "ip":
		return and(p.family("ip"), q.either(at(12), at(16))), nil
	case v4 && (q.proto == "arp" || q.proto == "rarp"):
		return and(p.family(q.proto), q.either(at(14), at(24))), nil
	case v4 && q.proto == "":
		return or(and(p.family("ip"), q.either(at(12), at(16))),
			and(or(p.family("arp"), p.family("rarp")), q.either(at(14), at(24)))), nil
	case !v4 && (q.proto == "ip6" || q.proto == ""):
		return and(p.family("ip6"), q.either(at(8), at(24))), nil
	}
	return nil, p.fail("an address of this family does not go with \"%s\"", q.proto)
}

func matchPrefix(at int, n netip.Prefix) *formula {
	f := constant(true)
	bits := n.Bits()
	for b := n.Addr().AsSlice(); len(b) > 0 && bits > 0; b, at, bits = b[4:], at+4, bits-32 {
		m := ^uint32(0) << max(32-bits, 0)
		word := equal(binary.BigEndian.Uint32(b)&m, load(at, 4))
		if m != ^uint32(0) {
			word.load = append(word.load, mask(m))
		}
		if f.op == opTrue {
			f = word
		} else {
			f = and(f, word)
		}
	}
	return f
}

func (p *filterParser) mac(q qualifiers, value string) (*formula, error) {
	m, err := heron.ParseMAC(value)
	if err != nil || p.raw {
		return nil, p.fail("want a MAC address, on a link that has them")
	}
	return q.either(matchMAC(6, m), matchMAC(0, m)), nil
}

func matchMAC(at int, m heron.MAC) *formula {
	return and(equal(uint32(binary.BigEndian.Uint16(m[4:])), load(at+4, 2)),
		equal(binary.BigEndian.Uint32(m[:]), load(at, 4)))
}

// ports tests TCP, UDP and SCTP ports of packets that are no later fragments.
func (p *filterParser) ports(q qualifiers, value string) (*formula, error) {
	low, high := value, value
	if a, b, ok := strings.Cut(value, "-"); ok && q.kind == "portrange" {
		low, high = a, b
	}
	from, err1 := strconv.ParseUint(low, 0, 16)
	to, err2 := strconv.ParseUint(high, 0, 16)
	if err1 != nil || err2 != nil {
		return nil, p.fail("want a port number from 0 to 65535, or a range as 8000-8080 behind portrange")
	}
	if from > to {
		from, to = to, from
	}
	var numbers []uint32
	switch q.proto {
	case "":
		numbers = []uint32{132, 6, 17}
	case "tcp", "udp", "sctp":
		numbers = []uint32{protocolNumbers(q.proto)}
	default:
		return nil, p.fail("\"%s\" has no ports", q.proto)
	}
	return p.portTests(q, numbers, uint32(from), uint32(to)), nil
}

func (p *filterParser) portTests(q qualifiers, numbers []uint32, from, to uint32) *formula {
	within := func(load ...bpf.Instruction) *formula {
		if from == to {
			return equal(from, load...)
		}
		return and(test(bpf.JumpGreaterOrEqual, from, load...), test(bpf.JumpLessOrEqual, to, load...))
	}
	oneOf := func(at int) *formula {
		list := make([]*formula, 0, len(numbers))
		for _, n := range numbers {
			list = append(list, equal(n, load(at, 1)))
		}
		return or(list...)
	}
	header := bpf.LoadMemShift{Off: uint32(p.net())}
	port4 := func(off int) *formula {
		return within(header, bpf.LoadIndirect{Off: uint32(p.net() + off), Size: 2})
	}
	port6 := func(off int) *formula { return within(load(p.net()+40+off, 2)) }
	first := test(bpf.JumpBitsNotSet, 0x1fff, load(p.net()+6, 2))
	return or(
		and(p.family("ip6"), oneOf(p.net()+6), q.either(port6(0), port6(2))),
		and(p.family("ip"), oneOf(p.net()+9), first, q.either(port4(0), port4(2))),
	)
}

func (p *filterParser) proto(q qualifiers, value string) (*formula, error) {
	name := strings.TrimPrefix(value, "\\")
	if q.proto == "ether" {
		switch name {
		case "ip", "ip6", "arp", "rarp":
			return p.family(name), nil
		}
		n, err := strconv.ParseUint(name, 0, 16)
		if err != nil || n < 0x600 || p.raw {
			return nil, p.fail("want an EtherType, as 0x88cc, on a link that has them")
		}
		return p.etherType(uint32(n)), nil
	}
	number := protocolNumbers(name)
	if number == 0 {
		n, err := strconv.ParseUint(name, 0, 8)
		if err != nil {
			return nil, p.fail("want a protocol number from 0 to 255, or tcp, udp, icmp, icmp6, igmp, gre, esp, ah, ospf, pim, vrrp or sctp")
		}
		number = uint32(n)
	}
	switch q.proto {
	case "ip":
		return p.ipProto(number), nil
	case "ip6":
		return p.ip6Proto(number), nil
	case "":
		return or(p.ipProto(number), p.ip6Proto(number)), nil
	}
	return nil, p.fail("want ether, ip or ip6 before \"proto\"")
}

// vlan holds for tagged frames, and moves what follows behind the tag.
func (p *filterParser) vlan() (*formula, error) {
	if p.raw {
		return nil, p.fail("raw IP has no VLAN tags")
	}
	id, hasID := uint64(0), false
	if w := p.peek(); w != "" && w[0] >= '0' && w[0] <= '9' {
		var err error
		if id, err = strconv.ParseUint(w, 0, 12); err != nil {
			return nil, p.fail("want a VLAN from 0 to 4095")
		}
		hasID = true
		p.at++
	}
	p.vlans++
	if p.stripped && p.vlans == 1 { // that the tag is there was asked before
		if !hasID {
			return constant(true), nil
		}
		return equal(uint32(id), bpf.LoadExtension{Num: bpf.ExtVLANTag}, mask(0xfff)), nil
	}
	f := or(p.etherType(0x8100), p.etherType(0x88a8), p.etherType(0x9100))
	if hasID {
		f = and(f, equal(uint32(id), load(etherSize+p.shift, 2), mask(0xfff)))
	}
	p.shift += 4
	return f, nil
}

func (p *filterParser) length(atLeast bool) (*formula, error) {
	n, err := strconv.ParseUint(p.peek(), 0, 32)
	if err != nil {
		return nil, p.fail("want a length in bytes")
	}
	p.at++
	cond := bpf.JumpLessOrEqual
	if atLeast {
		cond = bpf.JumpGreaterOrEqual
	}
	return test(cond, uint32(n), bpf.LoadExtension{Num: bpf.ExtLen}), nil
}

// group holds for frames to all or to a group.
func (p *filterParser) group(proto string, all bool) (*formula, error) {
	switch {
	case proto == "ether" && all && !p.raw:
		return matchMAC(0, heron.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), nil
	case proto == "ether" && !all && !p.raw:
		return test(bpf.JumpBitsSet, 1, load(0, 1)), nil
	case proto == "ip" && !all:
		return and(p.family("ip"), test(bpf.JumpGreaterOrEqual, 224, load(p.net()+16, 1))), nil
	case proto == "ip6" && !all:
		return and(p.family("ip6"), equal(0xff, load(p.net()+24, 1))), nil
	}
	return nil, p.fail("want broadcast behind ether, or multicast behind ether, ip or ip6")
}
