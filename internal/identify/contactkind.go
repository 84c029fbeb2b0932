package identify

import (
	"strings"
	"unicode"
)

// contactKindWeight is what the word says that stands for a kind of thing in the name of a
// server in the domain of the device's maker: "camera-eu.example.com". Makers name servers after
// the things that ask them; hubs and programs that ask for others' things are not heard.
const contactKindWeight = 4

// serverWords are words for kinds of things that servers are called by for what else they do.
var serverWords = setOf([]string{
	"alarm", "blind", "bridge", "chime", "clock", "fan", "frame", "garage", "hub", "lamp", "light", "lock", "outlet", "range", "relay", "scale", "scales", "shade", "siren", "socket", "speaker", "tv",
})

// contactKind returns the kind of thing that the name of a server says before the domain that it
// is in, "" for none and for several.
func contactKind(name string) (kind string) {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	own := domainLabel(append([]string{""}, labels...))
	for _, label := range labels[:max(0, len(labels)-2)] {
		if label == own {
			break
		}
		for _, w := range strings.FieldsFunc(label, func(r rune) bool { return !unicode.IsLetter(r) }) {
			k := kindsBehind[w]
			switch {
			case k == "" || serverWords[w] || k == kind:
			case kind != "":
				return ""
			default:
				kind = k
			}
		}
	}
	return kind
}

// contactKinds adds votes for the kind of thing that servers of the device's maker are called
// after, where all that are agree on one.
func (r *room) contactKinds(maker string) {
	maker = fold(Vendor, maker)
	if hostMakers[maker] {
		return
	}
	var kind string
	var first *fact
	for i := range r.facts {
		f := &r.facts[i]
		if !isContact[f.key] || !r.speaksFor(f, maker) {
			continue
		}
		switch k := contactKind(f.lower); {
		case k == "" || k == kind:
		case kind != "":
			return
		default:
			kind, first = k, f
		}
	}
	if kind == "" {
		return
	}
	told := vote{Type, kind, fold(Type, kind), contactKindWeight, "", first}
	for i := range r.votes { // what mostly asks for such names is a guess beside it
		if v := &r.votes[i]; v.attribute == Type && ofContact(*v) && v.weight > 0 && v.weight < tellsType && speaksOther(v, &told) {
			v.weight *= echo
		}
	}
	r.votes = append(r.votes, told)
}

// speaksFor reports whether a fact speaks for a maker.
func (r *room) speaksFor(f *fact, maker string) bool {
	for i := range r.votes {
		if v := &r.votes[i]; v.attribute == Vendor && v.folded == maker && v.weight > 0 && v.fact.reading == f.reading {
			return true
		}
	}
	return false
}
