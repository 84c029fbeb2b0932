package nftables

import (
	"encoding/binary"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Where addresses are in headers.
const (
	offsetEtherDst = 0
	offsetEtherSrc = 6
	offsetIPv4Src  = 12
	offsetIPv4Dst  = 16
	offsetIPv6Src  = 8
	offsetIPv6Dst  = 24
	offsetARPSrc   = 14
	offsetARPDst   = 24
)

// register is where rules load what they compare.
const register = 1

// rules are the rules of each chain of a table, in order: management passes,
// what is held is counted and dropped.
func (f family) rules() [][]expr.Any {
	var out [][]expr.Any
	allow := func(match []expr.Any, offset, size uint32, set string) {
		r := append(match, load(expr.PayloadBaseNetworkHeader, offset, size), lookup(set))
		out = append(out, append(r, &expr.Verdict{Kind: expr.VerdictAccept}))
	}
	drop := func(match []expr.Any, base expr.PayloadBase, offset, size uint32, set string) {
		r := append(match, load(base, offset, size), lookup(set))
		out = append(out, append(r,
			&expr.Objref{Type: unix.NFT_OBJECT_COUNTER, Name: counterName}, &expr.Verdict{Kind: expr.VerdictDrop}))
	}
	allow(f.ipv4(), offsetIPv4Src, 4, setManage4)
	allow(f.ipv4(), offsetIPv4Dst, 4, setManage4)
	allow(f.ipv6(), offsetIPv6Src, 16, setManage6)
	allow(f.ipv6(), offsetIPv6Dst, 16, setManage6)
	if f.family == nftables.TableFamilyBridge {
		// Management must find the device's address, and the device theirs.
		allow(etherType(unix.ETH_P_ARP), offsetARPSrc, 4, setManage4)
		allow(etherType(unix.ETH_P_ARP), offsetARPDst, 4, setManage4)
	}
	const link, network = expr.PayloadBaseLLHeader, expr.PayloadBaseNetworkHeader
	drop(f.ethernet(), link, offsetEtherSrc, 6, setMAC)
	if f.family == nftables.TableFamilyBridge {
		drop(f.ethernet(), link, offsetEtherDst, 6, setMAC)
	}
	drop(f.ipv4(), network, offsetIPv4Src, 4, setIPv4)
	drop(f.ipv4(), network, offsetIPv4Dst, 4, setIPv4)
	drop(f.ipv6(), network, offsetIPv6Src, 16, setIPv6)
	drop(f.ipv6(), network, offsetIPv6Dst, 16, setIPv6)
	return out
}

func load(base expr.PayloadBase, offset, size uint32) expr.Any {
	return &expr.Payload{DestRegister: register, Base: base, Offset: offset, Len: size}
}

func lookup(set string) expr.Any { return &expr.Lookup{SourceRegister: register, SetName: set} }

// ipv4 matches packets of that version.
func (f family) ipv4() []expr.Any {
	if f.family == nftables.TableFamilyBridge {
		return etherType(unix.ETH_P_IP)
	}
	return meta(expr.MetaKeyNFPROTO, []byte{unix.NFPROTO_IPV4})
}

// ipv6 matches packets of that version.
func (f family) ipv6() []expr.Any {
	if f.family == nftables.TableFamilyBridge {
		return etherType(unix.ETH_P_IPV6)
	}
	return meta(expr.MetaKeyNFPROTO, []byte{unix.NFPROTO_IPV6})
}

// ethernet matches packets that have an Ethernet header to look into; on a
// bridge all have.
func (f family) ethernet() []expr.Any {
	if f.family == nftables.TableFamilyBridge {
		return nil
	}
	return meta(expr.MetaKeyIIFTYPE, binary.NativeEndian.AppendUint16(nil, unix.ARPHRD_ETHER))
}

func etherType(t uint16) []expr.Any {
	return meta(expr.MetaKeyPROTOCOL, binary.BigEndian.AppendUint16(nil, t))
}

func meta(key expr.MetaKey, value []byte) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: key, Register: register},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: value},
	}
}
