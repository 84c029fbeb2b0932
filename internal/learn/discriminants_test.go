package learn_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron/internal/learn"
	"github.com/heron-iot/heron/internal/wire"
)

// crowd are rows of groups that differ in one column by little and in another not
// at all, while all rows differ much in that other.
func crowd(seed uint64, groups, each int) []learn.Row {
	r := rand.New(rand.NewPCG(seed, 2))
	var rows []learn.Row
	for g := range groups {
		for range each {
			loud := r.NormFloat64() * 20
			rows = append(rows, learn.Row{
				Values: []float32{float32(float64(g) + 0.1*r.NormFloat64() + loud), float32(loud), float32(r.NormFloat64())},
				Class:  g, Weight: 1,
			})
		}
	}
	return rows
}

func findDiscriminants(t testing.TB, rows []learn.Row, groups int) *learn.Discriminants {
	t.Helper()
	space, err := learn.FindDiscriminants(rows, 3, groups, learn.DiscriminantOptions{Size: 2, Noise: 1e-4, Rounds: 20})
	if err != nil {
		t.Fatal(err)
	}
	return space
}

func distance(space *learn.Discriminants, a, b []float32) float64 {
	x, y := make([]float32, space.Size()), make([]float32, space.Size())
	space.Place(a, x)
	space.Place(b, y)
	sum := 0.0
	for k := range x {
		sum += float64((x[k] - y[k]) * (x[k] - y[k]))
	}
	return math.Sqrt(sum)
}

// TestDiscriminantsPartGroups: rows of one group lie together, though they differ far more
// than groups do in every column by itself.
func TestDiscriminantsPartGroups(t *testing.T) {
	t.Parallel()
	space := findDiscriminants(t, crowd(1, 5, 20), 5)
	fresh := crowd(2, 5, 20)
	for i, a := range fresh {
		for _, b := range fresh[:i] {
			d := distance(space, a.Values, b.Values)
			if same := a.Class == b.Class; same && d > 8 || !same && d < 4 {
				t.Fatalf("rows of groups %d and %d are %.1f apart", a.Class, b.Class, d)
			}
		}
	}
}

// TestLightRowsMoveNothing: what weighs next to nothing does not say what noise is.
func TestLightRowsMoveNothing(t *testing.T) {
	t.Parallel()
	rows := crowd(1, 5, 20)
	r := rand.New(rand.NewPCG(3, 3))
	for range 100 {
		rows = append(rows, learn.Row{Values: []float32{float32(r.NormFloat64() * 50), 0, 0}, Class: 5, Weight: 1e-9})
	}
	a, b := rows[0].Values, rows[20].Values
	plain, mixed := distance(findDiscriminants(t, rows[:100], 6), a, b), distance(findDiscriminants(t, rows, 6), a, b)
	if math.Abs(plain-mixed) > 0.01*plain {
		t.Errorf("groups are %.2f apart, and %.2f beside what has no weight", plain, mixed)
	}
}

func TestDiscriminantsComeBack(t *testing.T) {
	t.Parallel()
	space := findDiscriminants(t, crowd(1, 5, 20), 5)
	b := space.Append(nil)
	if !bytes.Equal(b, findDiscriminants(t, crowd(1, 5, 20), 5).Append(nil)) {
		t.Error("the same rows make another space")
	}
	r := wire.NewReader(b)
	back, err := learn.ReadDiscriminants(&r)
	if err != nil || r.Len() > 0 {
		t.Fatalf("%v, %d bytes left", err, r.Len())
	}
	if !bytes.Equal(back.Append(nil), b) {
		t.Error("what was read is written another way")
	}
	for n := range b {
		r := wire.NewReader(b[:n])
		if _, err := learn.ReadDiscriminants(&r); err == nil {
			t.Fatalf("%d bytes of %d are a space", n, len(b))
		}
	}
}

func TestNoDiscriminantsOfBadRows(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string][]learn.Row{
		"none":              nil,
		"short":             {{Values: []float32{1}, Weight: 1}},
		"of no such group":  {{Values: []float32{1, 2, 3}, Class: 7, Weight: 1}},
		"of no weight":      {{Values: []float32{1, 2, 3}}},
		"of negative group": {{Values: []float32{1, 2, 3}, Class: -1, Weight: 1}},
	} {
		if _, err := learn.FindDiscriminants(rows, 3, 2, learn.DiscriminantOptions{Size: 2, Noise: 1, Rounds: 1}); err == nil {
			t.Errorf("%s: there is a space", name)
		}
	}
}

// FuzzReadDiscriminants: whatever is read, places in it are told without harm.
func FuzzReadDiscriminants(f *testing.F) {
	f.Add(findDiscriminants(f, crowd(1, 5, 4), 5).Append(nil))
	f.Fuzz(func(_ *testing.T, b []byte) {
		r := wire.NewReader(b)
		if space, err := learn.ReadDiscriminants(&r); err == nil {
			space.Place(make([]float32, space.Columns()), make([]float32, space.Size()))
		}
	})
}
