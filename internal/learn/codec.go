package learn

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/heron-iot/heron/internal/wire"
)

// errForest is for bytes that are no forest.
var errForest = errors.New("not a forest")

// How a node is written: 16 bits for the column, or answer; the upper half of its
// value as a 32-bit float; and of a question the cut, as 32 bits.
const (
	answer    = 0xffff
	answerLen = 4
	deepest   = 16 // questions from a root to an answer that are read
)

// Append adds the forest to b, as ReadForest takes it: columns, classes and rounds as
// 32-bit numbers; of each class the base and, as a 32-bit number, how many trees it
// has; and the nodes of each tree, a question before what follows where the value is
// at most the cut, and that before what follows where it is more. All is little-endian.
func (f *Forest) Append(b []byte) []byte {
	for _, n := range []int{f.columns, f.classes, f.rounds} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	for c, v := range f.base {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		b = binary.LittleEndian.AppendUint32(b, f.first[c+1]-f.first[c])
	}
	for _, t := range f.trees {
		b = f.appendNode(b, t.root)
	}
	return b
}

func (f *Forest) appendNode(b []byte, at uint32) []byte {
	n := &f.nodes[at]
	column := uint16(answer)
	if n.next != 0 {
		column = n.column
	}
	b = binary.LittleEndian.AppendUint16(b, column)
	b = binary.LittleEndian.AppendUint16(b, uint16(math.Float32bits(n.value)>>16))
	if n.next == 0 {
		return b
	}
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(n.cut))
	return f.appendNode(f.appendNode(b, n.next), n.next+1)
}

// coarse is a value as it is written.
func coarse(v float32) float32 { return math.Float32frombits(math.Float32bits(v) &^ 0xffff) }

// ReadForest reads what Append wrote. A forest that it returns has no path
// without an end and asks for no column that is not there.
func ReadForest(r *wire.Reader) (*Forest, error) {
	f := &Forest{columns: r.U32LE(), classes: r.U32LE(), rounds: r.U32LE()}
	if r.Err() != nil || f.columns < 1 || f.columns > MaxColumns || f.classes < 1 || f.classes > MaxClasses {
		return nil, errForest
	}
	trees, sum := make([]int, f.classes), 0
	for c := range trees {
		f.base = append(f.base, readFloat(r))
		trees[c] = r.U32LE()
		sum += trees[c]
	}
	if r.Err() != nil || r.Len() < answerLen*sum {
		return nil, errForest
	}
	f.trees = make([]tree, 0, sum)
	for c, n := range trees {
		for range n {
			f.trees = append(f.trees, tree{uint32(len(f.nodes)), uint16(c)})
			f.nodes = append(f.nodes, node{})
			f.readNode(r, len(f.nodes)-1, deepest)
		}
	}
	if r.Err() != nil {
		return nil, errForest
	}
	f.order()
	return f, nil
}

// readNode reads a node to its place, and those that follow behind all others.
func (f *Forest) readNode(r *wire.Reader, at, depth int) {
	column, value := r.U16LE(), number(math.Float32frombits(uint32(r.U16LE())<<16))
	f.nodes[at].value = value
	if column == answer || r.Err() != nil {
		return
	}
	if column >= f.columns || depth == 0 {
		r.Fail(errForest)
		return
	}
	next := len(f.nodes)
	f.nodes[at] = node{next: uint32(next), column: uint16(column), cut: readFloat(r), value: value}
	f.nodes = append(f.nodes, node{}, node{})
	f.readNode(r, next, depth-1)
	f.readNode(r, next+1, depth-1)
}

// readFloat reads a number; one that is none, or endless, is 0 or the greatest.
func readFloat(r *wire.Reader) float32 { return number(math.Float32frombits(uint32(r.U32LE()))) }
