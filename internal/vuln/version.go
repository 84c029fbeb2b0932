package vuln

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// version is a firmware version taken apart. Vendors agree on nothing, so the
// rules are those that real version texts need; version_test.go shows each.
type version struct {
	family string  // leading letters: versions of different families do not compare
	parts  []token // numbers and words in turn
	build  string  // "build 160530": compared only when both sides name one
	model  string  // "(AAPJ.0)": the model's code …
	patch  int     // … and the patch number in it; -1 when there is none
}

// token is a number, or a word when word is not "".
type token struct {
	num  int
	word string
}

var (
	buildPattern = regexp.MustCompile(`[ _-]*build[ _-]*([0-9]+)`)
	modelPattern = regexp.MustCompile(`\(([a-z]+)\.([0-9]+)\)[a-z]?[0-9]*`)
	tokenPattern = regexp.MustCompile(`[0-9]+|[a-z]+`)
	// product is a name before the number, as "RouterOS 6.41" or "FW ver. 2".
	productPattern = regexp.MustCompile(`^(?:[a-z]+[. :]+)+`)
	shortPattern   = regexp.MustCompile(`^(?:v|fw|ver|version|rev|r)\.?([0-9])`)
)

// parseVersion takes a version text apart; ok is false when it holds no number.
func parseVersion(s string) (v version, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	v.patch = -1
	if m := buildPattern.FindStringSubmatch(s); m != nil {
		v.build = m[1]
		s = strings.Replace(s, m[0], "", 1)
	}
	if m := modelPattern.FindStringSubmatch(s); m != nil {
		v.model = m[1]
		v.patch, _ = strconv.Atoi(m[2])
		s = strings.Replace(s, m[0], "", 1)
	}
	s = productPattern.ReplaceAllString(s, "")
	s = shortPattern.ReplaceAllString(s, "$1")
	s = strings.ReplaceAll(s, " update ", "-") // Synology: "Update 3" is the patch "-3"
	for i, t := range tokenPattern.FindAllString(s, 32) {
		if n, err := strconv.Atoi(t); err == nil {
			v.parts = append(v.parts, token{num: n})
			ok = true
		} else if i == 0 {
			v.family = t
		} else {
			v.parts = append(v.parts, token{word: t})
		}
	}
	return v, ok
}

// compare orders two versions: -1, 0 or 1. ok is false when no order is known.
func compare(a, b version) (order int, ok bool) {
	if a.family != b.family {
		return 0, false
	}
	for i := range max(len(a.parts), len(b.parts)) {
		if c := compareAt(a.parts, b.parts, i); c != 0 {
			return c, true
		}
	}
	if a.patch >= 0 && b.patch >= 0 && a.model == b.model && a.patch != b.patch {
		return cmp.Compare(a.patch, b.patch), true
	}
	if a.build != "" && b.build != "" {
		return compareNumeric(a.build, b.build), true
	}
	return 0, true
}

func compareAt(a, b []token, i int) int {
	switch {
	case i >= len(a):
		return -beyond(b[i])
	case i >= len(b):
		return beyond(a[i])
	case a[i].word == "" && b[i].word == "":
		return cmp.Compare(a[i].num, b[i].num)
	case a[i].word != "" && b[i].word != "":
		if c := cmp.Compare(rank(a[i].word), rank(b[i].word)); c != 0 {
			return c
		}
		return strings.Compare(a[i].word, b[i].word)
	case a[i].word != "":
		return againstNumber(a[i].word)
	}
	return -againstNumber(b[i].word)
}

// beyond says how a version with one more token stands to one without it: a
// zero changes nothing, a pre-release comes before, all else after.
func beyond(t token) int {
	if t.word != "" {
		if rank(t.word) < 0 {
			return -1
		}
		return 1
	}
	return cmp.Compare(t.num, 0)
}

// againstNumber orders a word against a number in the same place: 1.0-rc1
// before 1.0.1, 1.0 hotfix after 1.0.0.
func againstNumber(word string) int {
	if rank(word) > 0 {
		return 1
	}
	return -1
}

// rank puts pre-releases before, and patches after, the version they belong to.
func rank(word string) int {
	switch word {
	case "alpha", "beta", "rc", "dev", "pre", "preview":
		return -1
	case "hotfix", "sp", "update", "patch", "u", "p":
		return 1
	}
	return 0
}

func compareNumeric(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}
