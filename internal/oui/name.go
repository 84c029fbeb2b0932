package oui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// legalForms are the words at the end of a company's registered name that say
// how it is owned or where, and nothing of who it is. Folded.
var legalForms = wordSet(`
	ab ag aps as asa asia bhd bv china co company corp corporate corporation cv
	doo eg electronics-co europe gmbh gmbhco group holding holdings inc incorporated incorporation
	intl international japan k kft kg kk l limited llc llp lp ltd ltda mbh nv nl
	of oy oyj p plc private pte pty pvt s sa sarl sas sdn se sl sln slu spa sp spol sro
	srl srls systemes taiwan technologies technology the us usa ug uk u v z oo zoo`)

// Tidy returns a company's registered name as people would write it: without
// the legal form at its end, without stray punctuation, and in title case when
// it was all capitals. "MURATA MANUFACTURING CO., LTD." is "Murata Manufacturing".
func Tidy(name string) string {
	name = strings.Map(plainRune, name)
	if before, _, found := strings.Cut(name, "("); found && strings.TrimSpace(before) != "" {
		name = before
	}
	words := strings.Fields(strings.NewReplacer(",", " ", ";", " ").Replace(name))
	end := len(words)
	for end > 1 && legalForms[Fold(strings.ReplaceAll(words[end-1], ".", ""))] {
		end--
	}
	for i, w := range words[:end] {
		words[i] = strings.Trim(w, "\"'")
	}
	tidy := strings.TrimRight(strings.Join(words[:end], " "), " .,&-")
	if tidy == "" {
		return strings.TrimSpace(name)
	}
	return calm(tidy)
}

// plainRune makes full-width punctuation and odd spaces ordinary.
func plainRune(r rune) rune {
	switch {
	case r == '，' || r == '、':
		return ','
	case r == '（':
		return '('
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// calm puts words of a shouted name in title case; short words are taken for
// initials (IBM, LG, ABB) and kept.
func calm(s string) string {
	if s != strings.ToUpper(s) {
		return s
	}
	words := strings.Fields(s)
	for i, w := range words {
		if utf8.RuneCountInString(w) > 4 && !strings.ContainsAny(w, "0123456789") {
			first, size := utf8.DecodeRuneInString(w)
			words[i] = string(first) + strings.ToLower(w[size:])
		}
	}
	return strings.Join(words, " ")
}

// Fold returns the form in which names are compared: lower-case letters and
// digits, with one space for any run of anything else. "TP-LINK Co.,Ltd" is
// "tp link co ltd".
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}
