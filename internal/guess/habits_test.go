package guess

import (
	"testing"

	"github.com/heron-iot/heron/internal/learn"
)

// TestMisfit: what a product always says and never says counts against a device, and
// what comes and goes does not.
func TestMisfit(t *testing.T) {
	t.Parallel()
	const always, never, sometimes, words = 0, 64, 65, 66
	m := &Model{words: vocabulary{list: make([]word, words)}, prototypes: make([]prototype, 2)}
	sightOf := func(said ...int) *sight {
		s := &sight{values: make([]float32, numbers+words), said: newSet(words)}
		for _, w := range said {
			s.values[numbers+w] = 1
			s.said.add(w)
		}
		return s
	}
	var sights []*sight
	var rows []learn.Row
	for i := range 8 { // the other product says what this one never does
		one, two := []int{always}, []int{never}
		if i%2 == 0 {
			one, two = append(one, sometimes), append(two, sometimes)
		}
		sights, rows = append(sights, sightOf(one...), sightOf(two...)), append(rows, learn.Row{Class: 0, Weight: 1}, learn.Row{Class: 1, Weight: 1})
	}
	m.learnHabits(sights, rows)
	misfit := func(said ...int) float64 { return m.misfit(sightOf(said...).said, &m.habits[0]) }
	if a, b := misfit(always), misfit(always, sometimes); a != 0 || b != 0 {
		t.Errorf("captures of the product are %.1f and %.1f from its habits", a, b)
	}
	for name, d := range map[string]float64{"says what none does": misfit(always, never), "says nothing": misfit()} {
		if d < 2 || d > 4 { // one in seventeen
			t.Errorf("what %s is %.1f from the habits", name, d)
		}
	}
	if a, b := misfit(never), misfit(always, never)+misfit(); a != b {
		t.Errorf("two surprises count %.1f, alone %.1f", a, b)
	}
}

func TestSetsKeepToTheVocabulary(t *testing.T) {
	t.Parallel()
	s := set{1<<63 | 1, 1<<3 | 1<<2}
	if got := s.below(67); got[0] != 1<<63|1 || got[1] != 1<<2 {
		t.Errorf("below 67 are %x", got)
	}
	if got := (set{1 << 63}).below(64); got[0] != 1<<63 {
		t.Errorf("below 64 are %x", got)
	}
}
