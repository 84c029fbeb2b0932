package guess

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"unicode/utf8"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/learn"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	magicName = "heron-model/"
	magic     = magicName + "4\n"
)

// errVersion is for a model that another program learned.
var errVersion = errors.New("was learned by another version of heron: learn it again (heron train)")

// errModel is for bytes that are no model, or one for other evidence.
var errModel = errors.New("is no model, or a damaged one")

// Encode returns the model in the form that Decode reads, little-endian throughout:
// the magic line; the numbers that it reads; the types, and the words with their
// keys and parts, as texts with their length in 16 bits; what narrows each number;
// the discriminants; the prototypes: type, 1 in a byte for one that is lone, place in 16-bit numbers, and where it is not
// lone a bit for each word that a capture says, and one for each of these that all do; what is surprising in each word; the
// weights of trust and the threshold as 64-bit floats; and the forest.
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
	b = m.space.Append(b)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(m.prototypes)))
	for i := range m.prototypes {
		p := &m.prototypes[i]
		lone := byte(0)
		if p.lone {
			lone = 1
		}
		b = append(binary.LittleEndian.AppendUint16(b, p.class), lone)
		for _, v := range p.place[:m.space.Size()] {
			b = binary.LittleEndian.AppendUint16(b, uint16(int16(v*placeScale)))
		}
		if !p.lone { // nobody asks
			b = m.habits[i].append(b, len(m.words.list))
		}
	}
	b = appendFloats(appendFloats(b, m.surprises.said), m.surprises.missed)
	for _, w := range append(m.trust.line.Weights[:trusts+1:trusts+1], m.trust.reach, m.threshold) {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(w))
	}
	return m.forest.Append(b)
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

// appendSet adds the bits of a set of words, eight a byte.
func appendSet(b []byte, s set, words int) []byte {
	for w := 0; w < words; w += 8 {
		b = append(b, byte(s[w/64]>>(w%64)))
	}
	return b
}

// append adds a bit for each word that is ever said, and for each of these one that
// tells whether it always is.
func (h *habit) append(b []byte, words int) []byte {
	always, n := newSet(words), 0
	for w := range h.ever.all {
		if h.always.has(w) {
			always.add(n)
		}
		n++
	}
	return appendSet(appendSet(b, h.ever, words), always, n)
}

func readHabit(r *wire.Reader, words int) habit {
	h := habit{readSet(r, words), newSet(words)}
	n := 0
	for range h.ever.all {
		n++
	}
	always := readSet(r, n)
	n = 0
	for w := range h.ever.all {
		if always.has(n) {
			h.always.add(w)
		}
		n++
	}
	return h
}

// Decode reads a model. What it returns can be asked anything.
func Decode(b []byte) (*Model, error) {
	r := wire.NewReader(b)
	if string(r.Bytes(len(magic))) != magic || r.U16LE() != numbers {
		if bytes.HasPrefix(b, []byte(magicName)) {
			return nil, errVersion
		}
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
	var err error
	if m.space, err = learn.ReadDiscriminants(&r); err != nil || m.space.Size() > maxAxes {
		return nil, errModel
	}
	m.readPrototypes(&r)
	m.surprises = surprises{readWeights(&r, len(list)), readWeights(&r, len(list))}
	m.trust = &trust{line: &learn.Logistic{}}
	for range trusts + 1 {
		m.trust.line.Weights = append(m.trust.line.Weights, readFloat64(&r))
	}
	m.trust.reach, m.threshold = readFloat64(&r), readFloat64(&r)
	if m.forest, err = learn.ReadForest(&r); err != nil || r.Err() != nil || r.Len() > 0 || !m.isWhole() {
		return nil, errModel
	}
	return m, nil
}

// isWhole reports whether the parts of a model are of one size.
func (m *Model) isWhole() bool {
	return len(m.types) > 1 && len(m.words.of) == len(m.words.list) && len(m.words.list) <= maxWords &&
		m.space.Columns() == m.columns() && m.forest.Columns() == m.columns() && m.forest.Classes() == len(m.types) && m.threshold > 0 && m.threshold < 1
}

// readPrototypes reads the prototypes, and the habits of their products.
func (m *Model) readPrototypes(r *wire.Reader) {
	axes, words, n := m.space.Size(), len(m.words.list), r.U16LE()
	if r.Len() < n*(3+2*axes) {
		r.Fail(errModel)
		return
	}
	m.prototypes, m.habits = make([]prototype, n), make([]habit, n)
	for i := range m.prototypes {
		p := &m.prototypes[i]
		p.class = uint16(r.U16LE())
		lone := r.U8()
		p.lone = lone == 1
		for k := range axes {
			p.place[k] = float32(int16(r.U16LE())) / placeScale
		}
		m.habits[i] = habit{newSet(words), newSet(words)}
		if !p.lone {
			m.habits[i] = readHabit(r, words)
		}
		if int(p.class) >= len(m.types) || lone > 1 {
			r.Fail(errModel)
			return
		}
	}
}

func readSet(r *wire.Reader, words int) set {
	s := newSet(words)
	for w := 0; w < words; w += 8 {
		s[w/64] |= uint64(r.U8()) << (w % 64)
	}
	return s.below(words)
}

// readWeights reads numbers of which none is below 0.
func readWeights(r *wire.Reader, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = max(0, readFloat(r))
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
