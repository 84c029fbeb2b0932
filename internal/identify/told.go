package identify

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
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
		if d := heron.Slips(key, line); d < most && !strings.HasSuffix(line, ".") {
			best, most = line, d
		}
	}
	return best
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
