package flow

import (
	"math/bits"

	"github.com/heron-iot/heron"
)

// layer is an encapsulation that a frame may come in.
type layer uint8

const (
	layerNone layer = iota
	layerVLAN
	layerMPLS
	layerPPPoE
	layerPPPoED
	layerPPP
	layerHSR
	layerPBB
	layerVNTag
	layerCMD
	layerMACsec
	layerTRILL
	layerNSH
	layerAH
	layerERSPAN
	layerWPAN
	layerZigbee
	layer6LoWPAN
	// Those below have an outer flow that bears their name, and so are not
	// counted a second time.
	layerGRE
	layerIPIP
	layerEtherIP
	layerMPLSinIP
	layerVXLAN
	layerVXLANGPE
	layerGeneve
	layerGTP
	layerTeredo
	layerL2TP
	layerCAPWAP
	layerTZSP
	layerKinds
)

// layerNames are as Wireshark's display filters spell them.
var layerNames = [layerKinds]string{
	layerVLAN: "vlan", layerMPLS: "mpls", layerPPPoE: "pppoes", layerPPPoED: "pppoed", layerPPP: "ppp",
	layerHSR: "hsr", layerPBB: "ieee8021ah", layerVNTag: "vntag", layerCMD: "cmd", layerMACsec: "macsec",
	layerTRILL: "trill", layerNSH: "nsh", layerAH: "ah", layerERSPAN: "erspan",
	layerWPAN: "wpan", layerZigbee: "zbee_nwk", layer6LoWPAN: "6lowpan",
	layerGRE: "gre", layerIPIP: "ipip", layerEtherIP: "etherip", layerMPLSinIP: "mpls",
	layerVXLAN: "vxlan", layerVXLANGPE: "vxlan", layerGeneve: "geneve", layerGTP: "gtp", layerTeredo: "teredo",
	layerL2TP: "l2tp", layerCAPWAP: "capwap", layerTZSP: "tzsp",
}

// inLayer counts the frame at hand for an encapsulation, once.
func (t *Table) inLayer(l layer, bytes int) {
	f := &t.frame
	if f.quoting || f.counted>>l&1 != 0 {
		return
	}
	f.counted |= 1 << l
	t.layered |= 1 << l
	c := &t.layers[l]
	c.Packets++
	c.Bytes += uint64(bytes)
}

// AppendLayers appends how many frames came in each encapsulation since the last
// call, and their bytes inside it.
func (t *Table) AppendLayers(out []heron.ProtocolCount) []heron.ProtocolCount {
	for ; t.layered != 0; t.layered &= t.layered - 1 {
		i := bits.TrailingZeros32(t.layered)
		c := t.layers[i]
		c.Name = layerNames[i]
		out = append(out, c)
		t.layers[i] = heron.ProtocolCount{}
	}
	return out
}
