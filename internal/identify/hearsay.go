package identify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Where people's own programs run, or a hub's that drive everybody's things, where names are
// looked up for others, or the clouds of many makers are asked for, the names that are asked
// for say whose things people have, and nothing of the host itself: a notebook that talks to a
// camera's cloud is no camera.

// peoples are the systems of such hosts.
var peoples = setOf([]string{"ChromeOS", "Home Assistant", "iOS", "iPadOS", linuxDesktop, "macOS", "openHAB", "Windows"})

// peoplesWeight is how sure a vote for such a system must be.
const peoplesWeight = 3.5

// linuxDesktop is such a system that is known by the names that its own programs ask for.
const linuxDesktop = "Linux desktop"

// resolver is the kind of host that asks for whatever others want to know.
const resolver = "dns_server"

// Of how many makers' clouds a host asks that is none of their things: with a system that
// phones have, and with any.
const (
	severalMakers = 2
	manyMakers    = 4
)

// hearsay takes what names that were asked for say of the vendor, the type and the model
// out of the contest, where the host's system is one on which they say nothing of it. What
// is left are the makers whose services a system itself asks for, and kinds of computers.
func (r *room) hearsay() {
	r.deaf = r.isPeoples() || r.isPhone() || r.asksFor(manyMakers)
	if r.deaf {
		r.votes = slices.DeleteFunc(r.votes, isHearsay)
		r.spare = slices.DeleteFunc(r.spare, isHearsay)
	}
}

// isPeoples reports whether the host is a computer or a program that drives or asks for
// everybody's things.
func (r *room) isPeoples() bool { return r.runs(isPeoples) || r.resolves() || r.drives() }

// isPhone reports whether the host is likely somebody's phone.
func (r *room) isPhone() bool {
	return r.hides() && (r.runs(isAndroid) || r.saysLittle()) ||
		(r.runs(isAndroid) || r.asksAsAndroid()) && r.asksFor(severalMakers)
}

func isPeoples(system string) bool { return peoples[system] }

// isAndroid: a system of phones that things have as well, of televisions and displays.
func isAndroid(system string) bool { return strings.HasPrefix(system, "Android") }

// asksAsAndroid reports whether the host asks for what every Android asks for.
func (r *room) asksAsAndroid() bool {
	return slices.ContainsFunc(r.votes, func(v vote) bool { return v.attribute == OS && isAndroid(v.value) && ofContact(v) })
}

// hides reports whether the host has made-up addresses alone: phones make up one for each
// network, things that run the same system keep their own.
func (r *room) hides() bool {
	return len(r.macs) > 0 && !slices.ContainsFunc(r.macs, func(m heron.MAC) bool { return !m.IsLocal() })
}

// appLabel begins the names that apps on people's phones ask for, and things seldom.
var appLabel = regexp.MustCompile(`^(?:(?:[a-z]+-)?apps?|auth|oauth|login|accounts?|home|my|rest|user|web|www)(?:[-_][a-z0-9-]+)?[0-9]{0,2}\.`)

// saysLittle reports whether all that the host says, but for its addresses, is one name that an app
// asks for as well.
func (r *room) saysLittle() bool {
	names := 0
	for i := range r.facts {
		switch f := &r.facts[i]; {
		case strings.HasPrefix(f.key, "mac."):
		case f.group == contactGroup && appLabel.MatchString(f.lower):
			names++
		default:
			return false
		}
	}
	return names == 1
}

// runs reports whether the host itself says that its system is such a one.
func (r *room) runs(is func(system string) bool) bool {
	return slices.ContainsFunc(r.votes, func(v vote) bool {
		return v.attribute == OS && v.weight >= peoplesWeight && is(v.value) && (v.value == linuxDesktop || !ofContact(v))
	})
}

// resolves reports whether the host says that it looks up names for others.
func (r *room) resolves() bool {
	return slices.ContainsFunc(r.votes, func(v vote) bool {
		return v.attribute == Type && v.weight >= peoplesWeight && v.value == resolver && !ofContact(v)
	})
}

// drivers are programs, folded, that anybody runs to drive the things of many makers.
var drivers = setOf([]string{"domoticz", "fhem", "homeassistant", "homebridge", "iobroker", "nodered", "openhab", "scrypted"})

// drives reports whether the host itself says that it is such a program.
func (r *room) drives() bool {
	return slices.ContainsFunc(r.votes, func(v vote) bool {
		return v.attribute == Model && drivers[v.folded] && v.weight >= peoplesWeight && !ofContact(v)
	})
}

// asksFor reports whether the host asks for the clouds of so many makers, manyMakers at most,
// or more: a thing has one.
func (r *room) asksFor(makers int) bool {
	var seen [manyMakers]string
	n := 0
	for i := range r.votes {
		v := &r.votes[i]
		if v.attribute != Vendor || !isHearsay(*v) {
			continue
		}
		if slices.ContainsFunc(seen[:n], func(other string) bool { return v.folded == other || akin(Vendor, v.folded, other) }) {
			continue
		}
		seen[n] = v.folded
		if n++; n == makers {
			return true
		}
	}
	return false
}

// hostMakers are makers, folded, on whose speakers, televisions, players and phones people's
// own programs run.
var hostMakers = setOf([]string{"amazon", "apple", "google", "microsoft", "nvidia", "samsung", "sony"})

// others takes what names say of the type and the model out of the contest that are of
// another maker than the device's, where that is one of those: a speaker that asks for the
// cloud of a bulb drives one.
func (r *room) others(maker string) {
	maker = fold(Vendor, maker)
	if !hostMakers[maker] {
		return
	}
	isOthers := func(v vote) bool {
		return (v.attribute == Type || v.attribute == Model) && v.weight > 0 && ofContact(v) && r.namesAnother(v.fact, maker)
	}
	r.spare = slices.DeleteFunc(r.spare, isOthers)
	r.votes = slices.DeleteFunc(r.votes, isOthers) // those for vendors, which are looked at meanwhile, stay
}

// namesAnother reports whether a fact speaks for another maker, and not for this one.
func (r *room) namesAnother(f *fact, maker string) bool {
	another := false
	for i := range r.votes {
		if v := &r.votes[i]; v.fact == f && v.attribute == Vendor && v.weight > 0 {
			if v.folded == maker || akin(Vendor, v.folded, maker) {
				return false
			}
			another = true
		}
	}
	return another
}

func ofContact(v vote) bool { return v.fact != nil && v.fact.group == contactGroup }

// isHearsay reports whether a vote is one that such hosts do not cast for themselves.
func isHearsay(v vote) bool {
	if !ofContact(v) || v.weight < 0 {
		return false
	}
	switch v.attribute {
	case Vendor:
		return !everybodys[v.value]
	case Type:
		return !computers[v.value]
	case Model:
		return true
	default:
		return false
	}
}

// computers are the kinds of hosts that such systems run on.
var computers = setOf([]string{"chromebook", "desktop", "laptop", "phone", "server", "single_board_computer", "tablet", "virtual_machine", "wearable", "workstation"})
