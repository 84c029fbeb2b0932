// Package guess says what kind of device it probably is where no signature
// knows: from how its network stack behaves, which protocols and ports it uses,
// how its hellos look, and how much it sends to how many, when and in packets of
// which size. It reads no names, so that it does with traffic of which everything
// is encrypted.
//
// What it knows was learned from labelled captures (docs/model-card.md) and is in
// model.bin. It is made to be silent: a device that is unlike those learned from
// gets no answer. The same observations and profile always give the same one.
package guess

import (
	"cmp"
	_ "embed" // for the model
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Source is the source of the evidence that a model gives.
const Source = "model"

// Subject is a device to be guessed at.
type Subject struct {
	Observations []heron.Observation
	Profile      *heron.Baseline // nil for none
	// Control tells that the device was seen in the role of a control device.
	Control bool
}

//go:embed model.bin
var embedded []byte

// Embedded returns the model that is part of the program.
func Embedded() (*Model, error) { return Decode(embedded) }

// Load returns the model of a file, or the one that is part of the program where
// that is "".
func Load(file string) (*Model, error) {
	if file == "" {
		return Embedded()
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, heron.Errorf(heron.CodeNotFound, "model %s: there is no such file", file)
	}
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m, err := Decode(b)
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "model %s: %v", file, err)
	}
	return m, nil
}

// prior is what identification weighs evidence against: docs/identification.md.
const prior = -2

// How a guess is explained.
const (
	reasons     = 3
	longestWord = 64 // bytes of a value that are shown
)

// Evidence returns what speaks for the type that the device most likely is of:
// weights in log-odds, that together and alone make the confidence which the
// model has. It returns none when that is less than the model asks for, and of
// devices of which it cannot know: control devices, which signatures tell by what
// they speak and which differ in little else, and those that said nothing yet.
func (m *Model) Evidence(q *Subject) []heron.Evidence {
	if q.Control || isMute(q.Profile) {
		return nil
	}
	s, _ := m.sights.Get().(*sight)
	if s == nil {
		s = m.newSight()
	}
	defer m.sights.Put(s)
	m.see(s, q.Observations, q.Profile)
	if s.known == 0 {
		return nil
	}
	best, confidence := m.judge(s)
	if confidence < m.threshold {
		return nil
	}
	confidence = min(confidence, surest)
	return m.explain(s, best, math.Log(confidence/(1-confidence))-prior)
}

// settling are the protocols by which a host gets its address and joins groups.
var settling = []string{"dhcp", "dhcpv6", "icmpv6", "igmp"}

// isMute reports whether a device did no more yet than settle in a network, as any does
// with the same program for it: it tells which that is, and not what the device is for.
func isMute(b *heron.Baseline) bool {
	return b != nil && !slices.ContainsFunc(b.Peers, func(p heron.Peer) bool { return !slices.Contains(settling, p.Protocol) })
}

// surest bounds confidence: what was learned from few devices is never sure.
const surest = 0.95

// fits reports whether a device that was not seen in the role of a control device
// may be of a type.
func fits(name string) bool {
	t, ok := heron.TypeOf(name)
	if !ok || name == heron.Unknown {
		return false
	}
	switch t.Category {
	case heron.CategoryOT, heron.CategoryBuilding, heron.CategoryMedical:
		return false
	}
	return true
}

// explain shares a weight out among the things that moved the model most.
func (m *Model) explain(s *sight, class int, weight float64) []heron.Evidence {
	m.forest.Explain(s.values, class, s.shares)
	top := s.reasons[:0]
	for c, share := range s.shares {
		// A word that is not there is no reason that anybody would understand.
		if share > 0 && (c < numbers || s.values[c] > 0) {
			top = append(top, reason{c, share})
		}
	}
	s.reasons = top
	slices.SortFunc(top, func(a, b reason) int { return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.column, b.column)) })
	top = m.distinct(top)
	sum := 0.0
	for _, r := range top {
		sum += r.share
	}
	out := make([]heron.Evidence, 0, reasons)
	for _, r := range top {
		out = append(out, heron.Evidence{
			Key: m.key(r.column), Value: m.value(r.column, s.values[r.column]), Source: Source, Supports: "type", Claim: m.types[class], Weight: weight * r.share / sum,
		})
	}
	if len(out) == 0 {
		return []heron.Evidence{{Key: "profile.likeness", Value: "all of it", Source: Source, Supports: "type", Claim: m.types[class], Weight: weight}}
	}
	return out
}

// reason is a column, and how much it moved the score.
type reason struct {
	column int
	share  float64
}

// distinct keeps the first few reasons with keys of their own.
func (m *Model) distinct(list []reason) []reason {
	out := list[:0]
	for _, r := range list {
		key := m.key(r.column)
		if !slices.ContainsFunc(out, func(o reason) bool { return m.key(o.column) == key }) {
			out = append(out, r)
		}
		if len(out) == reasons {
			break
		}
	}
	return out
}

// key is what a column is called.
func (m *Model) key(column int) string {
	if column < numbers {
		return numberName(column)
	}
	return m.words.list[column-numbers].key
}

// value is that of a column in words.
func (m *Model) value(column int, v float32) string {
	if column < numbers {
		return showNumber(column, v)
	}
	return m.words.list[column-numbers].shown()
}

// short cuts a value to what is shown of it.
func short(s string) string { return strings.ToValidUTF8(s[:min(len(s), longestWord)], "") }
