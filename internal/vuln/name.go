package vuln

import (
	"regexp"
	"strings"
)

// vendors names each maker once; the first of a line stands for the others.
const vendors = `
acme
advantech, b+b smartworx
asus, asustek
avtech
axis, axis communications
baxter, hillrom, welch allyn
bd, becton dickinson, becton dickinson and company, carefusion
brother, brother industries
buffalo
crestron
dahua, dahua technology, dahuasecurity, amcrest, lorex
dasan
delta, delta electronics, deltaww
dlink, d-link, d link, dlink systems
draytek
dropbear
edimax
ge, general electric, ge grid solutions, ge healthcare, gehealthcare
hikvision, hangzhou hikvision
honeywell, intermec, tridium
hp, hewlett packard, hp inc, hpe, hewlett packard enterprise
huawei
lexmark
lg, lg electronics
lighttpd
linear
mikrotik, routerboard
mitsubishi, mitsubishi electric
moxa
netgear
pax, pax technology
philips, signify, philips lighting, philips hue
phoenix contact
qnap, qnap systems
reolink
rockwell, rockwell automation, allen bradley
ruckus, ruckus wireless, commscope
schneider electric, schneider, apc, modicon, telemecanique
siemens
smiths medical, icu medical, hospira
synology
tenda, tendacn
tp-link, tplink, tp link
ubiquiti, ui, ubnt, ubiquiti networks
unitronics
wago, wago kontakttechnik
wanscam
yealink
zyxel
`

var vendorKeys = parseVendors(vendors)

func parseVendors(table string) map[string]string {
	keys := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		names := strings.Split(strings.TrimSpace(line), ", ")
		for _, n := range names {
			keys[plain(n)] = plain(names[0])
		}
	}
	return keys
}

var legalTail = regexp.MustCompile(`(?:inc|llc|ltd|limited|corp|corporation|gmbh|ag|ab|co|kg|sa|bv|systems)$`)

// vendorKey maps the names of one maker to one key.
func vendorKey(name string) string {
	k := plain(name)
	for range 3 {
		if v, ok := vendorKeys[k]; ok {
			return v
		}
		short := legalTail.ReplaceAllString(k, "")
		if short == k || short == "" {
			return k
		}
		k = short
	}
	return k
}

// plain keeps letters and digits, in lower case.
func plain(s string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(s) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	return b.String()
}

var wildPattern = regexp.MustCompile(`[A-Z0-9-]x|x[A-Z0-9-]`)

var wordPattern = regexp.MustCompile(`[a-z0-9]+`)

// modelMatcher tells whether a device's model is one that a statement names.
type modelMatcher struct {
	any     bool           // "*": every model of the vendor
	pattern *regexp.Regexp // over the plain form, where the name has wildcards
	words   []string       // else these words, together, somewhere in the name
	generic bool           // the name is a word of the language: needs the whole name
}

// generic are words that name no product on their own.
const generic = " camera router switch printer hub gateway nvr dvr sensor controller httpd sshd "

func newModelMatcher(name string) modelMatcher {
	if name == "*" {
		return modelMatcher{any: true}
	}
	lower := strings.ToLower(name)
	if star, wild := strings.CutSuffix(lower, "*"); wild || hasWildcard(name) {
		expr := "^" + wildcards(name, star)
		if !wild {
			expr += "$"
		}
		return modelMatcher{pattern: regexp.MustCompile(expr)}
	}
	return modelMatcher{words: wordPattern.FindAllString(lower, -1), generic: strings.Contains(generic, " "+lower+" ")}
}

// hasWildcard reports whether a lower-case x stands for a character: beside
// upper-case letters or digits, as in DS-2CD2xx2F-I.
func hasWildcard(name string) bool {
	return wildPattern.MatchString(name)
}

func wildcards(name, lower string) string {
	var b strings.Builder
	for i, c := range lower {
		switch {
		case name[i] == 'x':
			b.WriteString("[a-z0-9]")
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		}
	}
	return b.String()
}

// match reports whether model is meant.
func (m *modelMatcher) match(model string) bool {
	switch {
	case m.any:
		return true
	case model == "":
		return false
	case m.pattern != nil:
		return m.pattern.MatchString(plain(model))
	}
	words := wordPattern.FindAllString(strings.ToLower(model), -1)
	if m.generic {
		return len(words) == len(m.words) && contains(words, m.words)
	}
	return contains(words, m.words) || plain(model) == strings.Join(m.words, "")
}

// contains reports whether part stands in words as a run.
func contains(words, part []string) bool {
	for i := 0; i+len(part) <= len(words); i++ {
		same := len(part) > 0
		for j := range part {
			same = same && words[i+j] == part[j]
		}
		if same {
			return true
		}
	}
	return false
}
