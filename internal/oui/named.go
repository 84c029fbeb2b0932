package oui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxNameWords is how many words of a text are tried as one name.
	maxNameWords = 3
	// maxNamedText is how much of a text is looked at: who made a thing stands at
	// the beginning of what it says.
	maxNamedText = 2048
	// shortestName is the length from which on a name is told from other words by
	// itself, wherever it stands; shortestLead that of a name with which another
	// word may begin.
	shortestName = 4
	shortestLead = 4
)

// ordinary are names of vendors that stand in texts for other reasons: they are
// words of the language, or makers of the software that others' devices run.
var ordinary = wordSet(`
	apple block bond brother canary carrier clover delta denon extreme generic gira globe google
	homey hunter ibm intel june keystone linear meta microsoft mist oracle orbit plus positron sharp sky
	sonic square standard toast vmware weber wiz`)

// never are names that say something else even where a name would stand: days and
// months, products of others, who writes what runs on everybody's machines, and a
// brand on all that its owner makes.
var never = wordSet(`allen-bradley august bt fs ge google mercury meta microsoft net ni ring sense smarter sun valve vmware`)

// initials are short names that mean nothing else at the beginning of a text.
var initials = wordSet(`2n abb apc avm bft emc f5 h3c hp hpe htc ifm jrc jvc lda lg ncr nec oce oki phc qms qsc rle seh skf toa ttk weg wtw wti ysi zte`)

// beginnings are names with which words begin that have nothing to do with them.
var beginnings = wordSet(`nice poly sick`)

// kinds are the words that go on after a maker's name: what the thing is, and
// what a company calls itself.
var kinds = wordSet(`
	access accesspoint adapter adsl appliance bridge camera card controller converter copier corp corporation dect dslam dsl dvr
	electric electronics encoder ethernet firewall gateway gmbh hub inc industries intercom ip ipcam kvm laser lasershot limited ltd
	mfp modem monitor multifunction nas network networks nvr pbx pdu phone plc print printer projector
	remote router sbc scanner security series sip storage switch system systems technologies technology telephone
	terminal thermostat ups video voip vpn wireless wlan`)

// openers are the words after which a thing gives its name.
var openers = wordSet(`to by the from c copyright 220 at board hardware model manufacturer vendor device mfg mfr`)

// challenges are the words of a web server that asks who somebody is.
var challenges = wordSet(`basic digest realm`)

// Mention is where a text names a vendor.
type Mention struct {
	Vendor Vendor
	Rest   string // what stands behind the name
	// First is whether the text begins with the name, but for words that say
	// nothing of their own (`220 `, `Basic realm="`): it then is whose the thing
	// is, whoever made such things before.
	First bool
}

// Named returns the first vendor that a text, such as a banner, names in full words
// by its company name or brand.
//
// A name of four letters at least that means nothing else is enough wherever it
// stands. One that is shorter, or is a word of the language as well, or begins
// the names of other companies, counts only where a thing gives its name
// ("SHARP MX-M350N", "NEC Corporation", `realm="APC Management Card"`): spelt as
// a name, at the beginning of what is said, and before a model or a word for a
// kind of thing. A name may begin a word that goes on with a capital or a digit
// ("PolycomVVX"). Makers of modules are not looked for.
func Named(text string) (Mention, bool) {
	if len(text) > maxNamedText {
		text = text[:maxNamedText]
	}
	if m, named := wordsOf(organization(text)).vendor(); named {
		m.First = false // what a certificate says has no order
		return m, true
	}
	return wordsOf(text).vendor()
}

// organization returns what a distinguished name says of who made the thing, ""
// for other texts. What it says of the thing itself may be anybody's name. Parts
// are parted by commas, or by slashes as older tools write them.
func organization(text string) string {
	before, after, found := strings.Cut(text, "O=")
	before = strings.TrimRight(before, " ")
	parts := before == "" || strings.HasSuffix(before, ",") || strings.HasSuffix(before, "/")
	if !found || !parts {
		return ""
	}
	end := ","
	if strings.HasPrefix(text, "/") {
		end = "/"
	}
	for i := range len(after) {
		if after[i] == end[0] && (i == 0 || after[i-1] != '\\') {
			return after[:i]
		}
	}
	return after
}

// mention is a company that a text names.
type mention struct {
	company
	word int  // in which the name begins
	end  int  // of the word in which the name ends
	sure bool // that the name means nothing else
}

// vendor returns the vendor that a text names: at its beginning, by a name that
// means nothing else, or in some place where a thing gives its name.
func (l *line) vendor() (Mention, bool) {
	t := vendorTable()
	var found *mention
	for i := range l.words {
		m := l.mention(t, i)
		if m == nil {
			continue
		}
		if m.sure || i == 0 {
			found = m
			break
		}
		if found == nil {
			found = m
		}
	}
	if found == nil {
		return Mention{}, false
	}
	return Mention{found.Vendor, l.text[found.end:], l.begins(found.word) && isName(l.spelt(found.word, 1), found.Name)}, true
}

// begins reports whether nothing but words that say nothing stand before word i.
func (l *line) begins(i int) bool {
	for j := range i {
		if w := l.name(j, 1); !openers[w] && !challenges[w] {
			return false
		}
	}
	return true
}

// mention returns the company that word i, or some words from it on, are the name of.
func (l *line) mention(t map[string]company, i int) *mention {
	for n := min(maxNameWords, len(l.words)-i); n > 0; n-- {
		name := l.name(i, n)
		c, ok := t[name]
		if !ok || c.Module {
			continue
		}
		if sure := !c.delicate(name); sure || l.names(i, n, name, c) {
			return &mention{c, i, l.words[i+n-1].end, sure}
		}
	}
	lead := l.lead(i)
	if c, ok := t[lead]; ok && !c.Module && !c.delicate(lead) && !beginnings[lead] {
		return &mention{c, i, l.words[i].end, true}
	}
	return nil
}

// delicate reports whether a name is told from other words only by where it stands.
func (c *company) delicate(name string) bool {
	return len(name) < shortestName || c.whole || ordinary[name]
}

// line is a text and its words, as Fold has them.
type line struct {
	text, folded string
	words        []word
}

// word is where a word is: in the folded text, and in the text itself.
type word struct{ from, to, at, end int }

// wordsOf finds the words of a text.
func wordsOf(text string) *line {
	l := &line{text: text, words: make([]word, 0, 16)}
	var b strings.Builder
	b.Grow(len(text))
	inside := false
	for at, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			inside = false
			continue
		}
		if !inside {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			l.words = append(l.words, word{from: b.Len(), at: at})
			inside = true
		}
		b.WriteRune(unicode.ToLower(r))
		w := &l.words[len(l.words)-1]
		w.to, w.end = b.Len(), at+utf8.RuneLen(r)
	}
	l.folded = b.String()
	return l
}

// name returns n words from number i on, folded.
func (l *line) name(i, n int) string { return l.folded[l.words[i].from:l.words[i+n-1].to] }

// spelt returns them as they stand in the text.
func (l *line) spelt(i, n int) string { return l.text[l.words[i].at:l.words[i+n-1].end] }

// names reports whether the n words from number i on, which may be words of the
// language as well, stand where a thing gives its name.
func (l *line) names(i, n int, name string, c company) bool {
	if never[strings.ReplaceAll(name, " ", "-")] || !isName(l.spelt(i, n), c.Name) {
		return false
	}
	return i == 0 && initials[name] || l.opens(i) && l.goesOn(i+n)
}

// isName reports whether a word is spelt as a name is: like it, or in capitals.
func isName(spelt, name string) bool {
	return strings.HasPrefix(name, spelt) || spelt == strings.ToUpper(spelt)
}

// opens reports whether something new begins with word i.
func (l *line) opens(i int) bool {
	if i == 0 || openers[l.name(i-1, 1)] {
		return true
	}
	between := l.text[l.words[i-1].end:l.words[i].at]
	return strings.ContainsAny(between, "=\"'(:;|,\n") && !strings.HasSuffix(between, "-")
}

// goesOn reports whether what begins with word i may follow a maker's name: a
// kind of thing, a model, or nothing.
func (l *line) goesOn(i int) bool {
	if i == len(l.words) {
		return true
	}
	between := l.text[l.words[i-1].end:l.words[i].at]
	if strings.ContainsAny(between, "\"'|\n") {
		return true
	}
	if strings.ContainsAny(between, ",;=(") {
		return kinds[l.name(i, 1)]
	}
	if kinds[l.name(i, 1)] || i+1 < len(l.words) && kinds[l.name(i+1, 1)] {
		return true
	}
	if strings.Contains(between, "/") {
		return false
	}
	return l.isModel(i) || l.words[i].to == l.words[i].from+1 && i+1 < len(l.words) && l.isModel(i+1)
}

// isModel reports whether word i and what hangs on it is a number of a model:
// digits, and letters or more than a version has.
func (l *line) isModel(i int) bool {
	token := l.text[l.words[i].at:]
	if end := strings.IndexAny(token, " /,;"); end > 0 {
		token = token[:end]
	}
	digits := strings.IndexFunc(token, unicode.IsDigit) >= 0
	letters := strings.IndexFunc(token, unicode.IsUpper) >= 0
	return digits && (letters || len(l.name(i, 1)) > 2 && !strings.Contains(token, "."))
}

// lead returns the beginning of word i that may be a name by itself, folded: what
// is before a capital or a digit inside it.
func (l *line) lead(i int) string {
	w := l.words[i]
	spelt := l.text[w.at:w.end]
	if !unicode.IsUpper(rune(spelt[0])) || len(spelt) != w.to-w.from {
		return ""
	}
	for n := shortestLead; n < len(spelt); n++ {
		upper := spelt[n] >= 'A' && spelt[n] <= 'Z' || spelt[n] >= '0' && spelt[n] <= '9'
		if lower := spelt[n-1] >= 'a' && spelt[n-1] <= 'z'; upper && lower {
			return l.folded[w.from : w.from+n]
		}
	}
	return ""
}
