package capture

import (
	"strings"

	"github.com/heron-iot/heron"
)

// Limits that keep hostile expressions from using up stack or time.
const (
	maxFilterText  = 8 << 10
	maxFilterDepth = 64
)

// filterParser reads an expression and builds its formula on the way.
type filterParser struct {
	expr  string
	words []string
	at    int
	depth int
	raw   bool // frames start with the IP header
	// shift is how far VLAN tags move the network header, for what follows.
	shift    int
	vlans    int
	stripped bool // the first tag is not in the frame
	last     qualifiers
}

// qualifiers are the words before an address or a number.
type qualifiers struct {
	proto string // ether, ip, ip6, arp, rarp, tcp, udp, sctp or none
	dir   string // src, dst, "src and dst" or none, which is either
	kind  string // host, net, port, portrange, proto
}

func newFilterParser(expr string, link heron.LinkType) (*filterParser, error) {
	p := &filterParser{expr: expr}
	switch link {
	case heron.LinkEthernet:
	case heron.LinkRaw, heron.LinkIPv4, heron.LinkIPv6:
		p.raw = true
	default:
		return nil, filterError(expr, "filters are for Ethernet and raw IP, not for link type %d", link)
	}
	if len(expr) > maxFilterText {
		return nil, filterError(expr, "it is longer than %d bytes", maxFilterText)
	}
	p.words = splitFilter(expr)
	return p, nil
}

// splitFilter cuts an expression into words and operators.
func splitFilter(expr string) []string {
	for _, op := range []string{"(", ")", "&&", "||", "!"} {
		expr = strings.ReplaceAll(expr, op, " "+op+" ")
	}
	return strings.Fields(expr)
}

func (p *filterParser) peek() string {
	if p.at < len(p.words) {
		return p.words[p.at]
	}
	return ""
}

func (p *filterParser) accept(words ...string) bool {
	for _, w := range words {
		if p.peek() == w {
			p.at++
			return true
		}
	}
	return false
}

func (p *filterParser) fail(format string, args ...any) error {
	where := "at the end"
	if w := p.peek(); w != "" {
		where = "at \"" + w + "\""
	}
	return filterError(p.expr, "%s: "+format, append([]any{where}, args...)...)
}

func (p *filterParser) parse() (*formula, error) {
	if len(p.words) == 0 {
		return constant(true), nil
	}
	f, err := p.expression()
	if err == nil && p.at < len(p.words) {
		err = p.fail("want \"and\" or \"or\" before it")
	}
	return f, err
}

// expression is terms joined by "and" and "or", which bind alike, from the left.
func (p *filterParser) expression() (*formula, error) {
	f, err := p.term()
	for err == nil {
		join := and
		switch {
		case p.accept("and", "&&"):
		case p.accept("or", "||"):
			join = or
		default:
			return f, nil
		}
		var g *formula
		if g, err = p.term(); err == nil {
			f = join(f, g)
		}
	}
	return nil, err
}

func (p *filterParser) term() (*formula, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, p.fail("nested more than %d deep", maxFilterDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("not", "!"):
		f, err := p.term()
		if err != nil {
			return nil, err
		}
		return not(f), nil
	case p.accept("("):
		f, err := p.expression()
		if err == nil && !p.accept(")") {
			err = p.fail("want \")\"")
		}
		return f, err
	}
	return p.primitive()
}

// primitive is one test: qualifiers and a value, or a word that stands alone.
func (p *filterParser) primitive() (*formula, error) {
	switch {
	case p.accept("vlan"):
		return p.vlan()
	case p.accept("greater"):
		return p.length(true)
	case p.accept("less"):
		return p.length(false)
	case p.accept("broadcast"):
		return p.group("ether", true)
	case p.accept("multicast"):
		return p.group("ether", false)
	}
	q, found := p.qualifiers()
	if !found {
		if p.last.kind == "" && p.last.proto == "" && p.last.dir == "" {
			q = qualifiers{kind: "host"}
		} else {
			q = p.last
		}
		return p.valued(q)
	}
	p.last = q
	switch next := p.peek(); {
	case q.kind != "" || q.dir != "":
		return p.valued(q)
	case p.accept("broadcast"):
		return p.group(q.proto, true)
	case p.accept("multicast"):
		return p.group(q.proto, false)
	case next == "" || next == ")" || next == "and" || next == "or" || next == "&&" || next == "||":
		return p.protocol(q.proto)
	}
	return p.valued(q)
}

// qualifiers reads protocol, direction and kind, in this order, each optional.
func (p *filterParser) qualifiers() (q qualifiers, found bool) {
	start := p.at
	switch w := p.peek(); w {
	case "ether", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp":
		q.proto = w
		p.at++
	}
	switch {
	case p.accept("src"):
		q.dir = p.bothWays("src", "dst")
	case p.accept("dst"):
		q.dir = p.bothWays("dst", "src")
	}
	switch w := p.peek(); w {
	case "host", "net", "port", "portrange", "proto":
		q.kind = w
		p.at++
	}
	return q, p.at > start
}

// bothWays reads what may follow "src" or "dst": "or dst", "and dst".
func (p *filterParser) bothWays(one, other string) string {
	if p.at+1 < len(p.words) && p.words[p.at+1] == other {
		switch p.peek() {
		case "or":
			p.at += 2
			return ""
		case "and":
			p.at += 2
			return "both"
		}
	}
	return one
}
