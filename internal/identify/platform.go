package identify

import (
	"slices"
	"strings"
)

// Some makers sell modules, a system and a cloud to others, whose names are on the box. What
// says the platform says nothing of whose the thing is where the thing says that itself.

// platformMakers are such makers, folded.
var platformMakers = setOf([]string{"amazon", "ami", "efi", "roku", "tuya"})

// namelessMaker is the one whose things have no names of his: what a host name begins with is
// the seller's, where the others' things are called after their owners.
const namelessMaker = "tuya"

// Weights of who is heard above a platform.
const (
	// brandWeight is what the word says that stands for a maker in the name of a thing
	// on a platform: such names are set by who sells it.
	brandWeight = 3.6
	// ownWeight is how sure a fact must be of the maker, registryWeight how sure the registry
	// of addresses must be: those of makers of modules it knows as such.
	ownWeight      = 2.6
	registryWeight = 4
)

// brands puts aside what says a platform's maker where the device itself names another.
func (r *room) brands() {
	if slices.ContainsFunc(r.votes, saysBrand) || slices.ContainsFunc(r.facts, namesBrand) || slices.ContainsFunc(r.votes, saysNameless) && r.nameBrands() {
		r.votes = slices.DeleteFunc(r.votes, saysPlatform)
		r.spare = slices.DeleteFunc(r.spare, saysPlatform)
	}
	if slices.ContainsFunc(r.votes, saysBoard) && r.agreed() {
		r.votes = slices.DeleteFunc(r.votes, saysBoard)
	}
	if slices.ContainsFunc(r.votes, r.saysSeller) {
		r.votes = slices.DeleteFunc(r.votes, saysCameraMaker)
		r.spare = slices.DeleteFunc(r.spare, saysCameraMaker)
	}
}

// boardMaker is the maker, folded, of boards that things are built of: what is called after the
// domain that it asks is such a thing.
const boardMaker = "raspberry pi"

func saysBoard(v vote) bool {
	return v.attribute == Vendor && v.folded == boardMaker && strings.HasPrefix(v.fact.key, "mac.")
}

// cameraMakers are makers, folded, of cameras that others sell by names of their own: those ask
// the sellers' clouds.
var cameraMakers = setOf([]string{"dahua", "hikvision"})

func saysCameraMaker(v vote) bool {
	return v.attribute == Vendor && cameraMakers[v.folded] && v.weight > 0
}

// saysSeller reports whether a vote is for the seller of such a camera, whose cloud it asks.
func (r *room) saysSeller(v vote) bool {
	if v.attribute != Vendor || !ofContact(v) || v.weight < tellsType || cameraMakers[v.folded] || cameraMakers[lineageOf(Vendor, v.folded)[0]] {
		return false
	}
	return slices.ContainsFunc(r.votes, func(o vote) bool {
		return o.attribute == Type && o.fact == v.fact && o.value == "camera" && o.weight >= 3
	})
}

// nameBrands adds votes for the makers whom the device's names name. It reports whether
// there are any.
func (r *room) nameBrands() bool {
	had := len(r.votes)
	for i := range r.facts {
		f := &r.facts[i]
		if folded := fold(Vendor, f.maker); folded != "" && !platformMakers[folded] {
			r.votes = append(r.votes, vote{Vendor, f.maker, folded, brandWeight, "", f})
		}
	}
	return len(r.votes) > had
}

func saysPlatform(v vote) bool {
	return v.attribute == Vendor && platformMakers[v.folded] && v.weight > 0
}

// ofPlatform reports whether a vote is for such a maker or for a brand of his.
func ofPlatform(v vote) bool {
	return platformMakers[v.folded] || platformMakers[lineageOf(Vendor, v.folded)[0]]
}

func saysNameless(v vote) bool { return saysPlatform(v) && v.folded == namelessMaker }

// saysBrand reports whether a vote is a device's own word of another maker.
func saysBrand(v vote) bool {
	if v.attribute != Vendor || v.weight < ownWeight || ofContact(v) || ofPlatform(v) {
		return false
	}
	return v.weight >= registryWeight || !strings.HasPrefix(v.fact.key, "mac.")
}

// namesBrand reports whether a fact is a host name that names another maker by the way.
func namesBrand(f fact) bool {
	return isHostname[f.key] && slices.ContainsFunc(f.spare, func(v vote) bool {
		return v.attribute == Vendor && v.weight >= ownWeight && !ofPlatform(v)
	})
}

// hostBrand returns the maker whose name a thing's host name begins with, and the kind of thing
// or "" that is said behind it: Atomi of "Atomi-CoffeeMaker" and of "AtomiCoffeeMaker_2", Merkury
// of "Merkury-CW017"; none where neither a kind nor a number of a product stands there.
func hostBrand(name string) (maker, kind string) {
	letters := brandWord(name)
	words := hostWords(letters)
	n := 0
	for i, w := range words {
		if w = strings.ToLower(w); nobodys[w] || kindsBehind[w] != "" {
			break
		}
		if i+1 < len(words) && i > 0 && kindsBehind[w+strings.ToLower(words[i+1])] != "" {
			break
		}
		n += len(w)
	}
	if n < minBrand {
		return "", ""
	}
	rest := name[n:]
	if kind = hostKind(rest); kind == "" && hostCode(rest) == "" {
		return "", ""
	}
	return display(name[:n]), kind
}
