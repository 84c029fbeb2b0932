package oui

import "strings"

// maxNameWords is how many words of a text are tried as one name.
const maxNameWords = 3

// ordinary are names of vendors that stand in texts for other reasons: they are
// words of the language, or makers of the software that others' devices run.
var ordinary = wordSet(`
	apple block bond brother canary carrier clover delta denon extreme generic gira globe google
	homey hunter ibm intel june keystone linear meta microsoft mist oracle orbit positron sharp sky
	sonic square standard toast vmware weber wiz`)

// Named returns the vendor that a text, such as a banner, names by its company
// name or brand: the first that stands there in full words. Names shorter than
// four letters and those that are ordinary words are not looked for, nor makers
// of modules.
func Named(text string) (Vendor, bool) {
	t := vendorTable()
	words := strings.Fields(Fold(text))
	for i := range words {
		for n := min(maxNameWords, len(words)-i); n > 0; n-- {
			name := strings.Join(words[i:i+n], " ")
			if c, ok := t[name]; ok && len(name) > 3 && !c.whole && !c.Module && !ordinary[name] {
				return c.Vendor, true
			}
		}
	}
	return Vendor{}, false
}
