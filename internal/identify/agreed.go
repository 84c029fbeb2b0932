package identify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/heron-iot/heron/internal/oui"
)

// A maker whom nobody knows is told by two who agree: the name that a device has,
// and the domain of a cloud that it asks or a service that bears the maker's name.
// "tractive-base" that asks base.tractive.com is Tractive's, "iometer-1a2b" that
// offers _iometer._tcp is IOmeter's. One of them alone may be anything.

// agreedWeight is what it says that two agree.
const agreedWeight = 3

// minBrand is the shortest word that is taken for a maker's; a longer one that the
// other word begins with will do as well.
const (
	minBrand  = 4
	minBegins = 5
)

// apiLabel begins the names that programs ask for rather than people.
var apiLabel = regexp.MustCompile(`^(?:[a-z0-9]+-){0,3}(?:api|app|auth|base|bootstrap|cloud|config|connect|control|data|devices?|dev|discovery|fota|fw|firmware|gateway|gw|hub|iot|log|logs|media|mqtts?|ota|p2p|portal|prod|push|` +
	`register|relay|server|service|stats|status|sync|telemetry|time|update|updates|upgrade|ws|wss|xmpp)[0-9]{0,2}(?:-[a-z0-9]+){0,4}$`)

// nobodys are words at the beginning of names that are no maker's: kinds of things, rooms,
// what people call computers, programs that anybody runs, and
// the domain of examples (RFC 2606).
var nobodys = setOf([]string{
	"admin", "airplay", "alarm", "amlogic", "android", "archlinux", "audio", "automation", "backup", "basement", "bathroom", "bedroom", "blinds", "boiler", "bridge", "bulb",
	"camera", "ceiling", "cloud", "coffee", "connect", "control", "controller", "debian", "default", "desktop", "device", "docker", "domoticz", "door", "doorbell", "esphome", "espressif", "example",
	"fedora", "garage", "garden", "gateway", "grafana", "hall", "hassio", "heating", "home", "homeassistant", "homebridge", "homekit", "house", "http", "iobroker", "ipad", "iphone", "jenkins",
	"kitchen", "kodi", "kubernetes", "lamp", "laptop", "light", "linux", "living", "livingroom", "local", "localhost", "lwip", "macbook", "main", "matter", "media", "meter", "mobile", "mosquitto", "mqtt", "music",
	"network", "nextcloud", "node", "nodered", "office", "openhab", "openwrt", "outdoor", "pfsense", "phone", "pihole", "plex", "plug", "power", "print", "printer", "prod", "proxmox", "pump", "radio",
	"raspberry", "raspberrypi", "remote", "robot", "room", "router", "sensor", "server", "service", "sleep", "smart", "smarthome", "socket", "solar", "speaker", "station", "switch", "system", "tablet", "tasmota",
	"temperature", "test", "thermostat", "ubuntu", "unknown", "update", "user", "vacuum", "video", "water", "weather", "wifi", "windows", "wireless", "wlan", "work", "workstation", "zigbee",
})

// brandWord returns the word that a maker's name may be at the beginning of a name, as
// it is written there: the letters, of ASCII as in domains, before anything else.
func brandWord(name string) string {
	end := 0
	for end < len(name) && isLetter(name[end]|0x20) { // in lower case
		end++
	}
	w := name[:end]
	if len(w) < minBrand || len(w) > 24 || nobodys[strings.ToLower(w)] {
		return ""
	}
	return w
}

// serviceBrand returns the word that the name of a service begins with: iometer of
// "_iometer._tcp".
func serviceBrand(service string) string {
	label, _, _ := strings.Cut(strings.TrimPrefix(service, "_"), ".")
	return brandWord(label)
}

// cloudBrand returns what the domain is called of a name that begins with such a word,
// "" where others' things ask there too.
func cloudBrand(name string, begins *regexp.Regexp) string {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	if len(labels) < 3 || !begins.MatchString(labels[0]) {
		return ""
	}
	label := domainLabel(labels)
	if platforms[label] || begins.MatchString(label) || brandWord(plain(label)) != plain(label) {
		return ""
	}
	if v, known := oui.Canonical(label); known && (v.Module || everybodys[v.Name]) {
		return ""
	}
	return label
}

// ownerWord is what is left of a domain's label without words that many have: dreo of "dreocloud".
func ownerWord(label string) string {
	whole := withoutAffixes(label)
	return whole[min(1, len(whole)-1)]
}

// plain is a domain's label without its dashes.
func plain(label string) string { return strings.ReplaceAll(label, "-", "") }

// domainLabel is the part of a domain's name that its owner chose, with parts that say
// nothing of whose it is cut off: "petlibro" of mqtt.us.petlibro.com, "creality" of
// mqtt.crealitycloud.com.
func domainLabel(labels []string) string {
	n := len(labels)
	label := labels[n-2]
	if n > 2 && len(label) <= 3 && len(labels[n-1]) == 2 { // co.uk
		label = labels[n-3]
	}
	return label
}

// affixes stand before or behind a maker's name in a domain.
var (
	prefixes = []string{"my", "get", "go", "try", "use", "smart"}
	suffixes = []string{"cloud", "iot", "smart", "smarthome", "systems", "home", "life", "live", "app", "connect", "link", "device", "devices", "api", "cam", "online", "security", "tech"}
)

// withoutAffixes returns what is left of a domain's label without words that many have,
// and the label itself first.
func withoutAffixes(label string) []string {
	out := []string{label}
	for _, s := range suffixes {
		if w, cut := strings.CutSuffix(label, s); cut && len(strings.TrimRight(w, "-")) >= minBrand {
			out = append(out, strings.TrimRight(w, "-"))
		}
	}
	for _, s := range prefixes {
		if w, cut := strings.CutPrefix(label, s); cut && len(strings.TrimLeft(w, "-")) >= minBrand {
			out = append(out, strings.TrimLeft(w, "-"))
		}
	}
	return out
}

// agreed adds a vote for each maker on whom the device's name and another fact agree. It reports
// whether there are any.
func (r *room) agreed() (found bool) {
	for i := range r.facts {
		name := &r.facts[i]
		if name.brand == "" || !isHostname[name.key] {
			continue
		}
		for j := range r.facts {
			if other := &r.facts[j]; other.brand != "" && !isHostname[other.key] && (sameWord(name.brand, other.brand) || strings.EqualFold(name.brand, ownerWord(other.brand))) {
				maker := display(name.brand)
				r.votes = slices.DeleteFunc(r.votes, func(v vote) bool {
					return isGuessedOwner(v) && (sameWord(v.folded, maker) || v.fact.brand == other.brand)
				})
				r.votes = append(r.votes, vote{Vendor, maker, fold(Vendor, maker), agreedWeight, "", name})
				found = true
				break
			}
		}
	}
	return found
}

// isGuessedOwner reports whether a vote is for whom a domain is called after.
func isGuessedOwner(v vote) bool {
	return v.attribute == Vendor && v.signature == "" && ofContact(v)
}

// loyal adds a vote for the owner of the one domain of unknown make that the device asks for several
// names in: things ask their maker.
func (r *room) loyal() {
	var of *fact
	several := false
	for i := range r.facts {
		f := &r.facts[i]
		switch {
		case f.brand == "" || !isContact[f.key]:
		case of == nil:
			of = f
		case !strings.EqualFold(f.brand, of.brand):
			return
		case f.lower != of.lower:
			several = true
		}
	}
	if several && !slices.ContainsFunc(r.votes, isGuessedOwner) {
		maker := display(ownerWord(strings.ToLower(of.brand)))
		r.votes = append(r.votes, vote{Vendor, maker, fold(Vendor, maker), strangerWeight, "", of})
	}
}

// sameWord reports whether two words name the same maker.
func sameWord(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return a == b || len(a) >= minBegins && strings.HasPrefix(b, a) || len(b) >= minBegins && strings.HasPrefix(a, b)
}

// display writes a maker's name with a capital where it has none.
func display(word string) string {
	if strings.ToLower(word) != word {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
