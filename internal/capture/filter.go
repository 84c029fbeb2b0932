package capture

import (
	"strings"

	"golang.org/x/net/bpf"

	"github.com/heron-iot/heron"
)

// CompileFilter compiles an expression of the pcap-filter language to a program
// for classic BPF, which accepts a frame by returning a number that is not 0.
// The link type must be LinkEthernet or one of raw IP. The language is that of
// tcpdump, of which these parts are known, with the meaning they have there:
//
//	host, net, port, portrange, proto with src, dst, ether, ip, ip6, arp, rarp, tcp, udp, sctp before them
//	ip, ip6, arp, rarp, tcp, udp, sctp, icmp, icmp6, igmp, vlan [ID], broadcast, multicast, greater N, less N
//	and, or (of equal precedence), not, parentheses; && || !; a bare address or port takes the words before the last one
//
// Names of hosts and ports, and arithmetic on bytes, are not known. An empty
// expression accepts every frame.
func CompileFilter(expr string, link heron.LinkType) ([]bpf.RawInstruction, error) {
	return compileFilter(expr, link, false)
}

// compileFilter compiles for a live interface when live is set: there the
// kernel takes the outer VLAN tag off a frame before the filter sees it, and
// tells it apart from the bytes.
func compileFilter(expr string, link heron.LinkType, live bool) ([]bpf.RawInstruction, error) {
	p, err := newFilterParser(expr, link)
	if err != nil {
		return nil, err
	}
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	if live && p.vlans > 0 {
		q, err := newFilterParser(expr, link)
		if err != nil {
			return nil, err
		}
		q.stripped = true
		stripped, err := q.parse()
		if err != nil {
			return nil, err
		}
		tagged := test(bpf.JumpNotEqual, 0, bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
		root = or(and(tagged, stripped), and(not(tagged), root))
	}
	return assemble(expr, root)
}

func filterError(expr, format string, args ...any) error {
	const enough = 200
	if len(expr) > enough {
		expr = strings.ToValidUTF8(expr[:enough], "") + " …"
	}
	e := heron.Errorf(heron.CodeInvalid, format, args...)
	e.Message = "filter \"" + expr + "\": " + e.Message
	return e
}
