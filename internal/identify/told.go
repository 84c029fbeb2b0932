package identify

import (
	_ "embed"
	"slices"
	"strings"
)

// toldKeys has a line for each observation key that somebody tells; one that
// ends in a dot stands for every key that has one more part. A test writes it
// from docs/observation-keys.md.
//
//go:embed told.txt
var toldKeys string

// Told reports whether anything tells observations of a key. A signature that
// reads another never speaks.
func Told(key string) bool {
	for line := range strings.Lines(toldKeys) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasSuffix(line, ".") {
			if line == key {
				return true
			}
			continue
		}
		if part, ok := strings.CutPrefix(key, line); ok && part != "" && !strings.Contains(part, ".") {
			return true
		}
	}
	return false
}

// NearestTold is the key that somebody tells and that was meant by one that is
// misspelt, or "". Two slips are forgiven.
func NearestTold(key string) string {
	best, most := "", 3
	for line := range strings.Lines(toldKeys) {
		line = strings.TrimSuffix(line, "\n")
		if d := slips(key, line); d < most && !strings.HasSuffix(line, ".") {
			best, most = line, d
		}
	}
	return best
}

// slips counts the letters that must be put in, left out, changed or swapped
// with the next to make one word of the other (optimal string alignment).
func slips(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older := before
		before, row = row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := before[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, before[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// untold is what is wrong with a key that a condition reads, or "".
func untold(key string) string {
	if keySets[key] != nil || Told(key) {
		return ""
	}
	if near := NearestTold(key); near != "" {
		return "nobody tells the key " + key + ": " + near + "?"
	}
	return "nobody tells the key " + key + ": see docs/observation-keys.md"
}

// Kinds are the first parts of all keys that somebody tells: the kinds of
// evidence that there are.
func Kinds() map[string]bool {
	kinds := make(map[string]bool)
	for line := range strings.Lines(toldKeys) {
		kind, _, _ := strings.Cut(strings.TrimSpace(line), ".")
		kinds[kind] = true
	}
	return kinds
}

// keysOf are the keys that a signature reads, each once.
func keysOf(s *Signature) []string {
	var keys []string
	for _, c := range slices.Concat(s.Match, s.Unless) {
		keys = append(keys, c.Key...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
