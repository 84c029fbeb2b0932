package capture

import (
	"errors"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
)

// OpenRings opens what c names with n rings that share its frames and its
// RingBytes: all frames between two hosts, in both directions, go to the same
// one. Where that cannot be (another kind of source, a kernel that refuses)
// there is one Source for all.
func OpenRings(c LiveConfig, n int) ([]Source, error) {
	if n > 1 {
		if rings, err := openFan(c, n); err == nil {
			return rings, nil
		}
	}
	one, err := OpenInput(c)
	if err != nil {
		return nil, err
	}
	return []Source{one}, nil
}

// openFan makes the rings deaf and opens their ears when all of them share.
func openFan(c LiveConfig, n int) ([]Source, error) {
	c.fill()
	c.RingBytes /= n
	var rings []Source
	var err error
	group := -1
	for range n {
		var l *live
		if l, err = openLive(c, deaf()); err != nil {
			break
		}
		rings = append(rings, l)
		if l.link != heron.LinkEthernet {
			err = heron.Errorf(heron.CodeUnsupported, "capture on %s: its frames cannot be shared", c.Interface)
			break
		}
		if group, err = l.share(group); err != nil {
			break
		}
	}
	for _, r := range rings {
		if err == nil {
			err = SetFilter(r, c.Filter)
		}
	}
	if err == nil {
		return rings, nil
	}
	for _, r := range rings {
		err = errors.Join(err, r.Close())
	}
	return nil, err
}

// deaf is a filter that nothing passes.
func deaf() []unix.SockFilter { return []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}} }

// share joins a fanout group, or founds one with a number that the kernel chooses
// when group is negative; it returns the number.
func (l *live) share(group int) (int, error) {
	kind := unix.PACKET_FANOUT_CBPF
	if group >= 0 {
		return group, unix.SetsockoptInt(l.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, group|kind<<16)
	}
	kind |= unix.PACKET_FANOUT_FLAG_UNIQUEID
	if err := unix.SetsockoptInt(l.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, kind<<16); err != nil {
		return 0, err
	}
	program, err := bpf.Assemble(shareProgram())
	if err != nil {
		return 0, err
	}
	code := make([]unix.SockFilter, 0, len(program))
	for _, i := range program {
		code = append(code, unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	err = unix.SetsockoptSockFprog(l.fd, unix.SOL_PACKET, unix.PACKET_FANOUT_DATA, &unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]})
	if err != nil {
		return 0, err
	}
	id, err := unix.GetsockoptInt(l.fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	return id & 0xffff, err
}

// Where the kernel's filters find the network and the link header, whichever way
// a frame goes.
const (
	networkHeader = uint32(1<<32 - 0x100000)
	linkHeader    = uint32(1<<32 - 0x200000)
)

// shareProgram returns a number that is the same for all frames between two
// hosts, in both directions: it goes by the IP addresses behind at most one VLAN
// tag beside the one that the kernel takes off, and for other frames by the MAC
// addresses.
func shareProgram() []bpf.Instruction {
	const pairing, base = 0, 1 // scratch: the addresses so far; what lies before the IP header
	word := func(off uint32) bpf.Instruction { return bpf.LoadIndirect{Off: networkHeader + off, Size: 4} }
	spread := []bpf.Instruction{ // neighbouring addresses go to all rings
		bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: 0x9e3779b1},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 16},
		bpf.RetA{},
	}
	// pair ends the program with the exclusive or of the words at these places.
	pair := func(offs ...uint32) []bpf.Instruction {
		code := []bpf.Instruction{bpf.StoreScratch{Src: bpf.RegX, N: base}, word(offs[0])}
		for _, off := range offs[1:] {
			code = append(code,
				bpf.StoreScratch{Src: bpf.RegA, N: pairing}, word(off),
				bpf.LoadScratch{Dst: bpf.RegX, N: pairing}, bpf.ALUOpX{Op: bpf.ALUOpXor},
				bpf.LoadScratch{Dst: bpf.RegX, N: base})
		}
		return append(code, spread...)
	}
	v4, v6 := pair(12, 16), pair(8, 12, 16, 20, 24, 28, 32, 36)
	code := []bpf.Instruction{
		bpf.LoadConstant{Dst: bpf.RegX},
		bpf.LoadExtension{Num: bpf.ExtProto},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.ETH_P_8021Q, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ETH_P_8021AD, SkipTrue: 2},
		bpf.LoadAbsolute{Off: networkHeader + 2, Size: 2},
		bpf.LoadConstant{Dst: bpf.RegX, Val: vlanTag},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ETH_P_IP, SkipTrue: uint8(len(v4))},
	}
	code = append(code, v4...)
	code = append(code, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ETH_P_IPV6, SkipTrue: uint8(len(v6))})
	code = append(code, v6...)
	code = append(code,
		bpf.LoadAbsolute{Off: linkHeader + 2, Size: 4}, bpf.TAX{}, bpf.LoadAbsolute{Off: linkHeader + 8, Size: 4},
		bpf.ALUOpX{Op: bpf.ALUOpXor})
	return append(code, spread...)
}
