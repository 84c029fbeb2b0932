package identify

import (
	"regexp"
	"strings"

	"github.com/heron-iot/heron/internal/oui"
)

// A text that begins with its maker may go on to say whose part is inside or whose thing it
// is made for: "Lenovo DE4000H powered by NetApp SANtricity", "Nortel Switch Module for IBM
// BladeCenter". What stands behind such a word is another thing, and says nothing of this one.

// asides are the words behind which another maker's thing stands.
var asides = regexp.MustCompile(`(?i)[ ,;(-]+(?:(?:powered|made|built|manufactured|oem|based|attached|connected|compatible)[ -](?:by|from|on|to|with)|running|runs|for|by|with|inside|on)[ :]+(?:an? |the )?`)

// ownWords returns a text up to what it says of another maker's thing: all of it where it
// does not begin with a maker, or names no other behind such a word.
func ownWords(text string) string {
	for _, at := range asides.FindAllStringIndex(text, -1) {
		maker, other := beginsWith(text[:at[0]]), beginsWith(text[at[1]:])
		if maker != "" && other != "" && maker != other && !akin(Vendor, maker, other) {
			return text[:at[0]]
		}
	}
	return text
}

// beginsWith returns the maker whose name a text begins with, folded, "" for none: a short
// name also where nothing behind it tells that it is one (HP, IBM), if it is spelt as one.
func beginsWith(text string) string {
	if m, named := oui.Named(text); named && m.First {
		return fold(Vendor, m.Vendor.Name)
	}
	word, _, _ := strings.Cut(text, " ")
	if v, known := oui.Canonical(word); known && word == strings.ToUpper(word) {
		return fold(Vendor, v.Name)
	}
	return ""
}
