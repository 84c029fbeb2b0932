package learn

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/heron-iot/heron/internal/wire"
)

// errForest is for bytes that are no forest.
var errForest = errors.New("not a forest")

// Append adds the forest to b, as ReadForest takes it: columns, classes, rounds,
// trees and nodes as 32-bit numbers, the base of each class, the root of each tree
// with its class in 16 bits, and the nodes, of 14 bytes each. All is little-endian.
func (f *Forest) Append(b []byte) []byte {
	for _, n := range []int{f.columns, f.classes, f.rounds, len(f.trees), len(f.nodes)} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	for _, v := range f.base {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	for _, t := range f.trees {
		b = binary.LittleEndian.AppendUint32(b, t.root)
		b = binary.LittleEndian.AppendUint16(b, t.class)
	}
	for _, n := range f.nodes {
		b = binary.LittleEndian.AppendUint32(b, n.next)
		b = binary.LittleEndian.AppendUint16(b, n.column)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(n.cut))
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(n.value))
	}
	return b
}

const (
	treeSize = 6
	nodeSize = 14
)

// ReadForest reads what Append wrote. A forest that it returns has no path
// without an end and asks for no column that is not there.
func ReadForest(r *wire.Reader) (*Forest, error) {
	f := &Forest{columns: r.U32LE(), classes: r.U32LE(), rounds: r.U32LE()}
	trees, nodes := r.U32LE(), r.U32LE()
	if r.Err() != nil || f.columns < 1 || f.columns > MaxColumns || f.classes < 1 || f.classes > MaxClasses ||
		r.Len() < 4*f.classes+treeSize*trees+nodeSize*nodes {
		return nil, errForest
	}
	for range f.classes {
		f.base = append(f.base, readFloat(r))
	}
	f.trees = make([]tree, trees)
	for i := range f.trees {
		t := tree{uint32(r.U32LE()), uint16(r.U16LE())}
		if int(t.root) >= nodes || int(t.class) >= f.classes {
			return nil, errForest
		}
		f.trees[i] = t
	}
	f.nodes = make([]node, nodes)
	for i := range f.nodes {
		n := node{next: uint32(r.U32LE()), column: uint16(r.U16LE()), cut: readFloat(r), value: readFloat(r)}
		// Branches are behind their node: so each path ends.
		if n.next != 0 && (int(n.next) <= i || int(n.next) >= nodes-1 || int(n.column) >= f.columns) {
			return nil, errForest
		}
		f.nodes[i] = n
	}
	if r.Err() != nil {
		return nil, errForest
	}
	f.order()
	return f, nil
}

// readFloat reads a number; one that is none, or endless, is 0 or the greatest.
func readFloat(r *wire.Reader) float32 { return number(math.Float32frombits(uint32(r.U32LE()))) }
