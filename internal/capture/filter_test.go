package capture_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/testneeds"
)

// described is a frame in the words that filters use. The predicates below look
// at it, and never at the bytes.
type described struct {
	src, dst         heron.MAC
	vlan             uint16
	kind             string // arp, other, ip, ip6
	srcIP, dstIP     netip.Addr
	proto            string // tcp, udp, icmp, igmp
	srcPort, dstPort uint16
	laterFragment    bool
	bytes            []byte
}

func describe(r *rand.Rand) described {
	macs := []heron.MAC{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}, {1, 0, 0x5e, 0, 0, 0xfb}, frame.Broadcast()}
	v4 := []string{"10.0.0.1", "10.0.1.2", "192.168.7.9", "224.0.0.251"}
	v6 := []string{"fd00::1", "fd00:0:0:1::2", "ff02::fb"}
	ports := []uint16{22, 80, 443, 8080, 8443, 50000}
	d := described{src: macs[r.IntN(2)], dst: macs[r.IntN(4)], srcPort: ports[r.IntN(6)], dstPort: ports[r.IntN(6)]}
	if r.IntN(4) == 0 {
		d.vlan = []uint16{1, 7, 4094}[r.IntN(3)]
	}
	d.kind = []string{"arp", "other", "ip", "ip", "ip", "ip6", "ip6"}[r.IntN(7)]
	list := v4
	if d.kind == "ip6" {
		list = v6
	}
	d.srcIP, d.dstIP = netip.MustParseAddr(list[r.IntN(len(list))]), netip.MustParseAddr(list[r.IntN(len(list))])
	d.proto = []string{"tcp", "udp", "icmp", "igmp"}[r.IntN(4)]
	if d.proto == "igmp" && d.kind == "ip6" {
		d.proto = "tcp"
	}
	d.laterFragment = d.kind == "ip" && r.IntN(6) == 0
	d.build(r)
	return d
}

func (d *described) build(r *rand.Rand) {
	e := frame.Ethernet{Src: d.src, Dst: d.dst, VLAN: d.vlan}
	ip := frame.IP{Src: d.srcIP, Dst: d.dstIP}
	if d.laterFragment {
		ip.Offset = 8
	}
	if d.kind == "ip" && r.IntN(3) == 0 {
		ip.Options = make([]byte, 4*(1+r.IntN(10)))
	}
	payload := make([]byte, 64+r.IntN(400))
	switch {
	case d.kind == "arp":
		d.bytes = frame.AppendARP(nil, e, frame.ARP{
			Operation: frame.ARPRequest, SenderMAC: d.src, SenderIP: d.srcIP, TargetIP: d.dstIP,
		})
	case d.kind == "other":
		d.bytes = frame.AppendEthernet(nil, e, 0x88cc, payload)
	case d.proto == "tcp":
		d.bytes = frame.AppendTCP(nil, e, ip, frame.TCP{SrcPort: d.srcPort, DstPort: d.dstPort}, payload)
	case d.proto == "udp":
		d.bytes = frame.AppendUDP(nil, e, ip, frame.UDP{SrcPort: d.srcPort, DstPort: d.dstPort}, payload)
	case d.proto == "icmp":
		d.bytes = frame.AppendICMP(nil, e, ip, frame.ICMP{Type: 8}, payload)
	default:
		ip.Protocol = frame.ProtoIGMP
		d.bytes = frame.AppendEthernetIP(nil, e, ip, payload)
	}
}

func (d *described) isIP(kind string) bool { return d.kind == kind && d.vlan == 0 }

func (d *described) hasHost(s string) bool { return d.hasSrc(s) || d.hasDst(s) }

func (d *described) addressed() bool { return d.vlan == 0 && d.kind != "other" }

func (d *described) hasSrc(s string) bool {
	return d.addressed() && netip.MustParsePrefix(s).Contains(d.srcIP)
}

func (d *described) hasDst(s string) bool {
	return d.addressed() && netip.MustParsePrefix(s).Contains(d.dstIP)
}

func (d *described) is(proto string) bool {
	return d.proto == proto && (d.isIP("ip") || d.isIP("ip6"))
}

func (d *described) ported() bool {
	return (d.is("tcp") || d.is("udp")) && !d.laterFragment
}

func (d *described) port(p uint16) bool { return d.ported() && (d.srcPort == p || d.dstPort == p) }

// filters are expressions with what they mean. An expression without a
// predicate is compared with tcpdump only.
func filters() map[string]func(d *described) bool {
	inner := func(d *described) *described { c := *d; c.vlan = 0; return &c }
	return map[string]func(d *described) bool{
		"":             func(*described) bool { return true },
		"arp":          func(d *described) bool { return d.isIP("arp") },
		"ip":           func(d *described) bool { return d.isIP("ip") },
		"ip6":          func(d *described) bool { return d.isIP("ip6") },
		"tcp":          func(d *described) bool { return d.is("tcp") },
		"udp":          func(d *described) bool { return d.is("udp") },
		"icmp":         func(d *described) bool { return d.isIP("ip") && d.proto == "icmp" },
		"icmp6":        func(d *described) bool { return d.isIP("ip6") && d.proto == "icmp" },
		"igmp":         func(d *described) bool { return d.isIP("ip") && d.proto == "igmp" },
		"not tcp":      func(d *described) bool { return !d.is("tcp") },
		"! (arp||udp)": func(d *described) bool { return !d.isIP("arp") && !d.is("udp") },
		"port 80":      func(d *described) bool { return d.port(80) },
		"tcp port 80":  func(d *described) bool { return d.is("tcp") && d.port(80) },
		"src port 22":  func(d *described) bool { return d.ported() && d.srcPort == 22 },
		"udp dst port 443": func(d *described) bool {
			return d.is("udp") && d.ported() && d.dstPort == 443
		},
		"src and dst port 80": func(d *described) bool { return d.ported() && d.srcPort == 80 && d.dstPort == 80 },
		"port 80 or 443":      func(d *described) bool { return d.port(80) || d.port(443) },
		"portrange 8000-9000": func(d *described) bool { return d.port(8080) || d.port(8443) },
		"tcp dst portrange 1-100": func(d *described) bool {
			return d.is("tcp") && d.ported() && d.dstPort <= 100
		},
		"10.0.0.1":      func(d *described) bool { return d.hasHost("10.0.0.1/32") },
		"host 10.0.0.1": func(d *described) bool { return d.hasHost("10.0.0.1/32") },
		"src host 10.0.0.1 or 10.0.1.2": func(d *described) bool {
			return d.hasSrc("10.0.0.1/32") || d.hasSrc("10.0.1.2/32")
		},
		"ip host 10.0.0.1":   func(d *described) bool { return d.isIP("ip") && d.hasHost("10.0.0.1/32") },
		"arp host 10.0.0.1":  func(d *described) bool { return d.isIP("arp") && d.hasHost("10.0.0.1/32") },
		"dst fd00::1":        func(d *described) bool { return d.hasDst("fd00::1/128") },
		"net 10.0.0.0/8":     func(d *described) bool { return d.hasHost("10.0.0.0/8") },
		"net 10.0":           func(d *described) bool { return d.hasHost("10.0.0.0/16") },
		"src net 10.0.1":     func(d *described) bool { return d.hasSrc("10.0.1.0/24") },
		"dst net fd00::/60":  func(d *described) bool { return d.hasDst("fd00::/60") },
		"net 0.0.0.0/0":      nil,
		"ether proto 0x88cc": func(d *described) bool { return d.kind == "other" && d.vlan == 0 },
		"ip proto 6":         func(d *described) bool { return d.isIP("ip") && d.proto == "tcp" },
		"ip6 proto 17":       func(d *described) bool { return d.isIP("ip6") && d.proto == "udp" },
		"proto 17":           func(d *described) bool { return d.is("udp") },
		"ether host 02:00:00:00:00:01": func(d *described) bool {
			return d.src[5] == 1 && d.src[0] == 2 || d.dst == heron.MAC{2, 0, 0, 0, 0, 1}
		},
		"ether src 02:00:00:00:00:02": func(d *described) bool { return d.src == heron.MAC{2, 0, 0, 0, 0, 2} },
		"broadcast":                   func(d *described) bool { return d.dst == frame.Broadcast() },
		"ether multicast":             func(d *described) bool { return d.dst.IsMulticast() },
		"ip multicast":                func(d *described) bool { return d.isIP("ip") && d.dstIP.IsMulticast() },
		"ip6 multicast":               func(d *described) bool { return d.isIP("ip6") && d.dstIP.IsMulticast() },
		"greater 200":                 func(d *described) bool { return len(d.bytes) >= 200 },
		"less 200":                    func(d *described) bool { return len(d.bytes) <= 200 },
		"vlan":                        func(d *described) bool { return d.vlan != 0 },
		"vlan 7":                      func(d *described) bool { return d.vlan == 7 },
		"vlan and tcp port 80": func(d *described) bool {
			return d.vlan != 0 && inner(d).is("tcp") && inner(d).port(80)
		},
		"vlan 7 and host 10.0.0.1": func(d *described) bool { return d.vlan == 7 && inner(d).hasHost("10.0.0.1/32") },
		"arp or udp port 80 and not host 10.0.1.2": func(d *described) bool {
			return (d.isIP("arp") || d.is("udp") && d.port(80)) && !d.hasHost("10.0.1.2/32")
		},
		"src net 10.0.0.0/8 and not tcp": func(d *described) bool { return d.hasSrc("10.0.0.0/8") && !d.is("tcp") },
		"tcp or (udp and not port 443)": func(d *described) bool {
			return d.is("tcp") || d.is("udp") && !d.port(443)
		},
		"port 22 or port 150 or arp":    func(d *described) bool { return d.port(22) || d.isIP("arp") },
		"src or dst host 10.0.0.1":      func(d *described) bool { return d.hasHost("10.0.0.1/32") },
		`ip proto \tcp and dst port 22`: nil,
		"sctp":                          func(*described) bool { return false },
	}
}

func TestCompileFilterMeansWhatItSays(t *testing.T) {
	t.Parallel()
	frames := manyFrames(4000)
	for expr, holds := range filters() {
		if holds == nil {
			continue
		}
		vm := newVM(t, compile(t, expr))
		matched := 0
		for i := range frames {
			d := &frames[i]
			got := accepts(t, vm, d.bytes)
			if want := holds(d); got != want {
				t.Errorf("filter %q on %+v: %v, want %v", expr, d, got, want)
				break
			}
			if got {
				matched++
			}
		}
		if matched == 0 && expr != "sctp" {
			t.Errorf("filter %q matched none of %d frames: it was not tested", expr, len(frames))
		}
	}
}

func TestCompileFilterAgreesWithTcpdump(t *testing.T) {
	t.Parallel()
	testneeds.Program(t, "tcpdump", "tcpdump")
	frames := manyFrames(1500)
	for expr := range filters() {
		if expr == "10.0.0.1" {
			continue // tcpdump wants "host" before it
		}
		ours, theirs := newVM(t, compile(t, expr)), newVM(t, tcpdumpProgram(t, expr))
		for i := range frames {
			got, want := accepts(t, ours, frames[i].bytes), accepts(t, theirs, frames[i].bytes)
			if got != want {
				t.Errorf("filter %q on %+v: %v, tcpdump says %v", expr, &frames[i], got, want)
				break
			}
		}
	}
}

func TestCompileFilterJumpsFar(t *testing.T) {
	t.Parallel()
	parts := make([]string, 0, 300)
	for i := range 150 {
		parts = append(parts, fmt.Sprintf("host 172.16.%d.1", i))
	}
	vm := newVM(t, compile(t, strings.Join(parts, " or ")))
	for _, tt := range []struct {
		ip   string
		want bool
	}{{"172.16.0.1", true}, {"172.16.149.1", true}, {"172.16.150.1", false}} {
		b := frame.AppendUDP(nil, frame.Ethernet{}, frame.IP{
			Src: netip.MustParseAddr("10.0.0.1"), Dst: netip.MustParseAddr(tt.ip),
		}, frame.UDP{}, nil)
		if got := accepts(t, vm, b); got != tt.want {
			t.Errorf("%s in a filter of 150 hosts: %v, want %v", tt.ip, got, tt.want)
		}
	}
	parts = append(parts, parts...)
	if _, err := capture.CompileFilter(strings.Join(parts, " or "), heron.LinkEthernet); err == nil {
		t.Error("a program longer than the kernel takes was compiled")
	}
}

func TestCompileFilterOnRawIP(t *testing.T) {
	t.Parallel()
	program, err := capture.CompileFilter("udp port 53", heron.LinkRaw)
	if err != nil {
		t.Fatal(err)
	}
	vm := newVM(t, program)
	for _, ip := range []frame.IP{
		{Src: netip.MustParseAddr("10.0.0.1"), Dst: netip.MustParseAddr("10.0.0.2"), Protocol: frame.ProtoUDP},
		{Src: netip.MustParseAddr("fd00::1"), Dst: netip.MustParseAddr("fd00::2"), Protocol: frame.ProtoUDP},
	} {
		for port, want := range map[uint16]bool{53: true, 54: false} {
			b := frame.AppendIP(nil, ip, frame.AppendUDPDatagram(nil, ip, frame.UDP{SrcPort: 999, DstPort: port}, nil))
			if got := accepts(t, vm, b); got != want {
				t.Errorf("port %d of %v: %v, want %v", port, ip.Src, got, want)
			}
		}
	}
}

func TestCompileFilterSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct{ expr, want string }{
		{"host", "at the end: want a value"},
		{"host example.com", "at \"example.com\": want an IP address"},
		{"port http", "at \"http\": want a port number"},
		{"port 70000", "port number"},
		{"tcp and", "at the end"},
		{"tcp udp", "at \"udp\""},
		{"(tcp", "want \")\""},
		{"net 10.1.2.3/8", "host bits"},
		{"icmp port 1", "has no ports"},
		{"vlan 5000", "VLAN"},
		{"ether", "needs"},
		{"ip host fd00::1", "family"},
		{strings.Repeat("(", 1000) + "tcp", "nested"},
		{strings.Repeat("tcp or ", 2000) + "tcp", "longer"},
	}
	for _, tt := range tests {
		_, err := capture.CompileFilter(tt.expr, heron.LinkEthernet)
		if err == nil || !strings.Contains(err.Error(), tt.want) || heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("filter %.40q: error %v, want one with %q", tt.expr, err, tt.want)
		}
	}
}

// FuzzCompileFilter checks that whatever compiles is a program that the kernel
// would load, and that gives the same verdict again.
func FuzzCompileFilter(f *testing.F) {
	for expr := range filters() {
		f.Add(expr, uint64(1))
	}
	f.Fuzz(func(t *testing.T, expr string, seed uint64) {
		program, err := capture.CompileFilter(expr, heron.LinkEthernet)
		if err != nil {
			if heron.ErrorCode(err) != heron.CodeInvalid {
				t.Fatalf("filter %q: %v is not for a user", expr, err)
			}
			return
		}
		if len(program) > 4096 {
			t.Fatalf("filter %q: %d instructions", expr, len(program))
		}
		vm := newVM(t, program)
		r := rand.New(rand.NewPCG(seed, 0))
		d := describe(r)
		if first := accepts(t, vm, d.bytes); first != accepts(t, vm, d.bytes) {
			t.Fatal("two verdicts on one frame")
		}
		accepts(t, vm, d.bytes[:r.IntN(len(d.bytes))])
	})
}

func manyFrames(n int) []described {
	r := rand.New(rand.NewPCG(1, 2))
	frames := make([]described, 0, n)
	for range n {
		frames = append(frames, describe(r))
	}
	return frames
}

func compile(t *testing.T, expr string) []bpf.RawInstruction {
	t.Helper()
	program, err := capture.CompileFilter(expr, heron.LinkEthernet)
	if err != nil {
		t.Fatalf("filter %q: %v", expr, err)
	}
	return program
}

func tcpdumpProgram(t *testing.T, expr string) []bpf.RawInstruction {
	t.Helper()
	out, err := exec.Command("tcpdump", "-ddd", "-y", "EN10MB", expr).Output()
	if err != nil {
		t.Fatalf("tcpdump -ddd %q: %v", expr, err)
	}
	var program []bpf.RawInstruction
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if i == 0 {
			continue // the number of instructions
		}
		var in bpf.RawInstruction
		if _, err := fmt.Sscan(line, &in.Op, &in.Jt, &in.Jf, &in.K); err != nil {
			t.Fatalf("tcpdump -ddd %q: line %q: %v", expr, line, err)
		}
		program = append(program, in)
	}
	return program
}

func newVM(t *testing.T, program []bpf.RawInstruction) *bpf.VM {
	t.Helper()
	ins, ok := bpf.Disassemble(program)
	if !ok {
		t.Fatal("program with an unknown instruction")
	}
	vm, err := bpf.NewVM(ins)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

func accepts(t *testing.T, vm *bpf.VM, b []byte) bool {
	t.Helper()
	n, err := vm.Run(b)
	if err != nil {
		t.Fatal(err)
	}
	return n != 0
}
