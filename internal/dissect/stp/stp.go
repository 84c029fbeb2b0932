// Package stp reads the spanning tree protocols: which bridges there are, which
// one is the root, and when the tree changes.
package stp

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "stp.version" // stp, rstp, mstp, spt
	keyBridge  = "stp.bridge"  // priority and address: 32768/02:00:00:00:00:05
	keyRoot    = "stp.root"    // the root that it knows of, the same
	keyIsRoot  = "stp.is_root" // "yes"
	keyPort    = "stp.port"    // number of the port that it sends from
	keyRegion  = "stp.region"  // of MSTP: name and revision
	keyVLAN    = "stp.vlan"    // per-VLAN trees: the VLAN of the tree
)

// Types of BPDU (802.1Q-2018 §14.3).
const (
	typeConfig = 0x00
	typeRST    = 0x02
	typeChange = 0x80
)

// Flags of a BPDU (802.1Q-2018 §14.2.5).
const flagChange = 0x01

// headSize is the length of a configuration BPDU.
const headSize = 35

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "stp",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0},
		Spec:       "IEEE 802.1D-2004 §9; IEEE 802.1Q-2018 §14 (MSTP, SPT)",
		Dissect:    d.dissect,
	}
}

// snapPVST is the SNAP protocol of per-VLAN trees.
const snapPVST = 0x010b

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	perVLAN := false
	switch r.U24() {
	case 0x424203: // LLC of spanning tree
	case 0xaaaa03: // SNAP: per-VLAN spanning tree
		perVLAN = true
		if r.U24() != 0x00000c || r.U16() != snapPVST {
			return heron.Verdict{}, dissect.ErrNotMine
		}
	default:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	protocol, version, kind := r.U16(), r.U8(), r.U8()
	if r.Err() != nil || protocol != 0 || version > 4 || version == 1 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	switch {
	case kind == typeChange:
		out.Event(heron.Event{Kind: "stp.topology_change", Attrs: map[string]string{"notice": "yes"}})
		return heron.Verdict{}, nil
	case kind != typeConfig && kind != typeRST || r.Len() < headSize-4:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.ObserveString(about, keyVersion, versionName(version))
	d.bridges(r, version >= 3 && !perVLAN, about, out)
	if perVLAN {
		d.vlan(r, about, out)
	}
	return heron.Verdict{}, r.Err()
}

func versionName(version int) string {
	return [...]string{"stp", "", "rstp", "mstp", "spt"}[version]
}

// bridges reads what all configuration BPDUs have (802.1D-2004 §9.3.1): the root
// and the sender. A change of the tree is told when its root says so.
func (d *dissector) bridges(r *wire.Reader, multiple bool, about heron.Subject, out dissect.Emitter) {
	flags := r.U8()
	root := r.Bytes(8)
	cost := r.U32()
	bridge := r.Bytes(8)
	port := r.U16()
	r.Skip(8) // ages and times
	if multiple {
		if own := d.region(r, about, out); own != nil {
			bridge = own
		}
	}
	out.Observe(about, keyRoot, d.identifier(root))
	out.Observe(about, keyBridge, d.identifier(bridge))
	out.Observe(about, keyPort, d.text.Number(port&0xfff))
	if cost == 0 && string(root) == string(bridge) {
		out.ObserveString(about, keyIsRoot, "yes")
		if flags&flagChange != 0 {
			out.Event(heron.Event{Kind: "stp.topology_change", Attrs: map[string]string{"root": string(d.identifier(root))}})
		}
	}
}

// identifier writes a bridge identifier: priority with its system extension, and
// address.
func (d *dissector) identifier(b []byte) []byte {
	r := wire.NewReader(b)
	d.text = strconv.AppendInt(d.text[:0], int64(r.U16()), 10)
	d.text = append(d.text, '/')
	d.text = dissect.AppendMAC(d.text, r.Bytes(6))
	return d.text
}

// vlan reads what follows the BPDU of a per-VLAN tree: a type of 0, a length of 2
// and the VLAN.
func (d *dissector) vlan(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	if r.Len() >= 7 && r.Peek(1)[0] == 0 { // padding, or the version 1 length of RSTP
		r.Skip(1)
	}
	kind, size, vlan := r.U16(), r.U16(), r.U16()
	if r.Err() == nil && kind == 0 && size == 2 && vlan > 0 && vlan < 4095 {
		out.Observe(about, keyVLAN, d.text.Number(vlan))
	}
	r.Rest()
}

// region reads the name and revision of an MSTP region, and returns the sender's
// own identifier, in whose place the BPDU has the regional root's (802.1Q-2018
// §13.8, §14.4); nil when the BPDU is too short for it, and to be taken for RSTP's
// (§14.5).
func (d *dissector) region(r *wire.Reader, about heron.Subject, out dissect.Emitter) []byte {
	if r.Len() < 1+2+51+4+8 {
		return nil
	}
	r.Skip(1 + 2 + 1) // version 1 length, version 3 length, format selector
	name, revision := r.Bytes(32), r.U16()
	d.text = append(append(d.text[:0], wire.UntilZero(name)...), '/')
	d.text = strconv.AppendInt(d.text, int64(revision), 10)
	out.Observe(about, keyRegion, d.text)
	r.Skip(16 + 4) // digest, internal cost
	return r.Bytes(8)
}
