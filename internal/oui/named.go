package oui

import (
	"strings"
	"unicode"
)

// maxNameWords is how many words of a text are tried as one name.
const maxNameWords = 3

// shortName is the length up to which a name has to begin the text, spelt as the
// vendor spells it: "HP LaserJet", not "the hp".
const shortName = 3

// ordinary are names of vendors that stand in texts for other reasons: they are
// words of the language, or makers of the software that others' devices run.
var ordinary = wordSet(`
	apple block bond brother canary carrier clover delta denon extreme generic gira globe google
	homey hunter ibm intel june keystone linear meta microsoft mist oracle orbit plus positron sharp sky
	sonic square standard toast vmware weber wiz`)

// alsoWords are short names that are words as well, or that others use.
var alsoWords = wordSet("adt bd dnp duo elo eve fs s2 sky sun yi")

// software are those of them that are seldom named for the device.
var software = wordSet("apple google intel meta microsoft oracle vmware")

// Named returns the vendor that a text, such as a banner, names by its company
// name or brand, and what stands behind the name: the first that stands there in
// full words. Names of up to three letters are looked for at the beginning of the
// text alone, spelt as the vendor spells them; those that are ordinary words too,
// when a word with a number follows there: "Brother NC-170h". Makers of modules
// are not looked for.
func Named(text string) (v Vendor, rest string, named bool) {
	t := vendorTable()
	words := wordsOf(text)
	for i := range words {
		for n := min(maxNameWords, len(words)-i); n > 0; n-- {
			name := words[i].folded
			for _, w := range words[i+1 : i+n] {
				name += " " + w.folded
			}
			c, ok := t[name]
			if !ok || c.whole || c.Module {
				continue
			}
			whole := text[words[i].start:words[i+n-1].end]
			rest := text[words[i+n-1].end:]
			if c.standsFor(name, whole, rest, i == 0) {
				return c.Vendor, rest, true
			}
		}
	}
	return Vendor{}, "", false
}

// standsFor reports whether a name that stands in a text as it was spelt, with the
// rest behind it, means the company.
func (c *company) standsFor(name, spelt, rest string, first bool) bool {
	if len(name) > shortName && !ordinary[name] {
		return true
	}
	if !first || software[name] || spelt != c.Name && spelt != strings.ToUpper(c.Name) {
		return false
	}
	if !ordinary[name] && !alsoWords[name] {
		return rest == "" || strings.ContainsRune(" -/_,", rune(rest[0]))
	}
	next, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return strings.ContainsAny(next, "0123456789")
}

// word is a run of letters and digits in a text.
type word struct {
	folded     string
	start, end int
}

// wordsOf cuts a text as Fold does.
func wordsOf(text string) []word {
	var out []word
	start := -1
	end := func(at int) {
		if start >= 0 {
			out = append(out, word{strings.ToLower(text[start:at]), start, at})
			start = -1
		}
	}
	for at, r := range text {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end(at)
		case start < 0:
			start = at
		}
	}
	end(len(text))
	return out
}
