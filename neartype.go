package heron

import (
	"cmp"
	"slices"
	"strings"
)

// maxNear is how many device types are offered in the place of one that there is not.
const maxNear = 3

// NearTypes returns the device types that somebody may have meant by a word that is none of
// them, the likeliest first: what people also call them, words of their names, and misspellings.
func NearTypes(word string) []string {
	word = strings.Join(strings.FieldsFunc(strings.ToLower(word), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), "_")
	if word == "" || len(word) > maxCorrected {
		return nil
	}
	far := map[string]int{}
	var out []string
	for name, t := range deviceTypes() {
		if d, near := t.farFrom(word); near && name != Unknown {
			out, far[name] = append(out, name), d
		}
	}
	slices.SortFunc(out, func(x, y string) int {
		return cmp.Or(far[x]-far[y], len(x)-len(y), strings.Compare(x, y))
	})
	return out[:min(len(out), maxNear)]
}

// farFrom is how far a type is from a word that may mean it.
func (t *DeviceType) farFrom(word string) (far int, near bool) {
	title := strings.ReplaceAll(strings.ToLower(t.Title), " ", "_")
	switch {
	case slices.Contains(t.also, word) || title == word:
		return 0, true
	case slices.Contains(strings.Split(t.Name, "_"), word):
		return 1, true
	case len(word) > 3 && strings.HasPrefix(t.Name, word):
		return 2, true
	}
	slips := Slips(word, t.Name)
	return 2 + slips, slips <= min(2, len(word)/4)
}

// Slips is how many letters must be put in, taken out, changed or swapped with the next to
// make one word of another (optimal string alignment).
func Slips(a, b string) int {
	older, before, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		older, before, row = before, row, older
		row[0] = i + 1
		for j := range len(b) {
			change := before[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, before[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// NoType is what is said of a word that is no device type.
func NoType(word string) error {
	meant := ""
	if near := NearTypes(word); len(near) > 0 {
		meant = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return Errorf(CodeInvalid, "type %q is not one of heron's device types%s", word, meant)
}
