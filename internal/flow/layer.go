package flow

import "github.com/heron-iot/heron"

// layer is an encapsulation that a frame may come in.
type layer uint8

const (
	layerVLAN layer = iota
	layerKinds
)

var layerNames = [layerKinds]string{layerVLAN: "vlan"}

// inLayer counts the frame at hand for an encapsulation.
func (t *Table) inLayer(l layer, bytes int) {
	if t.frame.quoting {
		return
	}
	c := &t.layers[l]
	c.Packets++
	c.Bytes += uint64(bytes)
}

// Layers returns how many frames came in each encapsulation since the last
// call, and their bytes inside it.
func (t *Table) Layers() []heron.ProtocolCount {
	var out []heron.ProtocolCount
	for i := range t.layers {
		if c := t.layers[i]; c.Packets > 0 {
			c.Name = layerNames[i]
			out = append(out, c)
			t.layers[i] = heron.ProtocolCount{}
		}
	}
	return out
}
