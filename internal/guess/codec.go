package guess

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"unicode/utf8"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/learn"
	"github.com/heron-iot/heron/internal/wire"
)

const magic = "heron-model/1\n"

// errModel is for bytes that are no model, or one for other evidence.
var errModel = errors.New("not a model that this program can use")

// Encode returns the model in the form that Decode reads, little-endian throughout:
// the magic line; the numbers that it reads; the types, and the words with their
// keys and parts, as texts with their length in 16 bits; what narrows each number;
// the prototypes of each type: radius, numbers, words; the weights of trust and the
// threshold as 64-bit floats; the trees of trust, and the forest.
func (m *Model) Encode() []byte {
	b := []byte(magic)
	b = binary.LittleEndian.AppendUint16(b, numbers)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(m.types)))
	for _, t := range m.types {
		b = appendText(b, t)
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(m.words.list)))
	for _, w := range m.words.list {
		b = append(appendText(appendText(b, w.key), w.value), w.part)
	}
	b = appendFloats(b, m.narrow[:])
	for _, list := range m.prototypes {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(list)))
		for i := range list {
			b = appendFloats(b, []float32{list[i].radius})
			b = appendFloats(b, list[i].numbers[:])
			for _, w := range list[i].words {
				b = binary.LittleEndian.AppendUint64(b, w)
			}
		}
	}
	for _, w := range append(m.trust.line.Weights[:trusts+1:trusts+1], m.threshold) {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(w))
	}
	return m.forest.Append(m.trust.trees.Append(b))
}

func appendText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(s))), s...)
}

func appendFloats(b []byte, list []float32) []byte {
	for _, v := range list {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// Decode reads a model. What it returns can be asked anything.
func Decode(b []byte) (*Model, error) {
	r := wire.NewReader(b)
	if string(r.Bytes(len(magic))) != magic || r.U16LE() != numbers {
		return nil, errModel
	}
	m := &Model{}
	for range r.U16LE() {
		m.types = append(m.types, readText(&r))
		if _, known := heron.TypeOf(m.types[len(m.types)-1]); !known {
			return nil, errModel
		}
	}
	var list []word
	for range r.U16LE() {
		w := word{key: readText(&r), value: readText(&r), part: uint8(r.U8())}
		if r.Err() != nil || !Reads(w.key) {
			return nil, errModel
		}
		list = append(list, w)
	}
	m.words = newVocabulary(list)
	for i := range m.narrow {
		m.narrow[i] = readFloat(&r)
	}
	for range m.types {
		m.prototypes = append(m.prototypes, m.readPrototypes(&r))
	}
	m.trust = &trust{line: &learn.Logistic{}}
	for range trusts + 1 {
		m.trust.line.Weights = append(m.trust.line.Weights, readFloat64(&r))
	}
	m.threshold = readFloat64(&r)
	var err error
	if m.trust.trees, err = learn.ReadForest(&r); err != nil {
		return nil, errModel
	}
	if m.forest, err = learn.ReadForest(&r); err != nil || r.Err() != nil || r.Len() > 0 || !m.isWhole() {
		return nil, errModel
	}
	return m, nil
}

// isWhole reports whether the parts of a model are of one size.
func (m *Model) isWhole() bool {
	return len(m.types) > 1 && len(m.words.of) == len(m.words.list) && len(m.words.list) <= maxWords &&
		m.trust.trees.Columns() == trusts && m.trust.trees.Classes() == 2 &&
		m.forest.Columns() == m.columns() && m.forest.Classes() == len(m.types) && m.threshold > 0 && m.threshold < 1
}

func (m *Model) readPrototypes(r *wire.Reader) []prototype {
	width := (len(m.words.list) + 63) / 64
	n := r.U16LE()
	if r.Len() < n*(4+4*numbers+8*width) {
		r.Fail(errModel)
		return nil
	}
	out := make([]prototype, n)
	for i := range out {
		p := &out[i]
		p.radius = max(0, readFloat(r))
		for c := range p.numbers {
			p.numbers[c] = readFloat(r)
		}
		p.words = make([]uint64, width)
		for w := range p.words {
			p.words[w] = r.U64LE()
			p.count += bits.OnesCount64(p.words[w])
		}
	}
	return out
}

func readText(r *wire.Reader) string {
	b := r.Bytes(r.U16LE())
	if !utf8.Valid(b) {
		r.Fail(errModel)
	}
	return string(b)
}

// readFloat reads a number, 0 for what is none.
func readFloat(r *wire.Reader) float32 {
	return float32(finite(float64(math.Float32frombits(uint32(r.U32LE())))))
}

func readFloat64(r *wire.Reader) float64 { return finite(math.Float64frombits(r.U64LE())) }

func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
