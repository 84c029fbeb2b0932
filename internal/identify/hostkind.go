package identify

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/heron-iot/heron/internal/oui"
)

// hostKindWeight is what the word says that stands for a kind of thing behind a maker's
// name in a host name: "WyzePlug", "August-Doorbell". People name things after rooms;
// who has the maker's name there as well was named by the maker. It outweighs what
// the maker mostly makes, and what most of those are that ask for his cloud.
const hostKindWeight = 4.6

// kindsBehind are such words. What means two kinds of things (gateway, switch) is not
// among them.
var kindsBehind = map[string]string{
	"aircon": "air_conditioner", "airconditioner": "air_conditioner", "airfryer": "air_fryer", "airmonitor": "air_quality_monitor", "airpurifier": "air_purifier",
	"airquality": "air_quality_monitor", "airqualitymonitor": "air_quality_monitor", "alarm": "alarm_panel", "babycam": "baby_monitor",
	"babymonitor": "baby_monitor", "blender": "blender", "blind": "blinds_controller", "blinds": "blinds_controller", "bridge": "hub", "bulb": "smart_bulb", "cam": "camera",
	"camera": "camera", "catfeeder": "pet_feeder", "chime": "chime", "clock": "clock", "coffee": "coffee_machine", "coffeemachine": "coffee_machine",
	"coffeemaker": "coffee_machine", "cooktop": "hob", "curtain": "curtain_motor", "dehumidifier": "dehumidifier", "dimmer": "smart_switch",
	"dishwasher": "dishwasher", "doorbell": "doorbell_camera", "doorbellcam": "doorbell_camera", "doorbellcamera": "doorbell_camera", "doorlock": "smart_lock", "doorsensor": "contact_sensor", "dryer": "dryer",
	"evcharger": "ev_charger", "fan": "fan", "feeder": "pet_feeder", "fishtank": "fish_tank", "fountain": "pet_fountain", "frame": "photo_frame",
	"freezer": "freezer", "fridge": "refrigerator", "fryer": "air_fryer", "garage": "garage_door_opener", "garagedoor": "garage_door_opener", "grill": "grill",
	"heater": "heater", "heatpump": "heat_pump", "hub": "hub", "humidifier": "humidifier", "intercom": "intercom", "inverter": "solar_inverter",
	"irrigation": "sprinkler_controller", "kettle": "kettle", "lamp": "smart_bulb", "leaksensor": "leak_detector", "light": "smart_bulb",
	"lightbar": "smart_light_strip", "lightbulb": "smart_bulb", "lightstrip": "smart_light_strip", "litter": "litter_box", "litterbox": "litter_box",
	"lock": "smart_lock", "lockbridge": "lock_bridge", "lockgateway": "lock_bridge", "lockhub": "lock_bridge", "microwave": "microwave", "motionsensor": "motion_sensor", "mower": "lawn_mower", "nvr": "nvr", "outlet": "smart_plug", "oven": "oven",
	"petfeeder": "pet_feeder", "petfountain": "pet_fountain", "photoframe": "photo_frame", "pictureframe": "photo_frame", "plug": "smart_plug",
	"powerstrip": "power_strip", "pressurecooker": "pressure_cooker", "printer": "printer", "projector": "projector", "purifier": "air_purifier", "range": "oven",
	"refrigerator": "refrigerator", "relay": "smart_relay", "ricecooker": "rice_cooker", "robotvacuum": "vacuum_robot", "robovac": "vacuum_robot",
	"scale": "scale", "scales": "scale", "shade": "blinds_controller", "shades": "blinds_controller", "siren": "siren", "smartbulb": "smart_bulb",
	"smartdisplay": "smart_display", "smartlock": "smart_lock", "smartplug": "smart_plug", "smartscale": "scale", "smokealarm": "smoke_detector",
	"smokedetector": "smoke_detector", "smoker": "grill", "socket": "smart_plug", "soundbar": "soundbar", "speaker": "smart_speaker",
	"sprinkler": "sprinkler_controller", "streambox": "streaming_player", "streamingbox": "streaming_player", "streamingstick": "streaming_player",
	"subwoofer": "subwoofer", "surgeprotector": "power_strip", "thermometer": "thermometer", "thermostat": "thermostat", "toaster": "toaster",
	"toothbrush": "toothbrush", "treadmill": "exercise_machine", "tv": "tv", "tvspeaker": "soundbar", "vac": "vacuum_robot", "vacuum": "vacuum_robot",
	"videodoorbell": "doorbell_camera", "videointercom": "intercom", "wallbox": "ev_charger", "washer": "washing_machine", "washingmachine": "washing_machine",
	"waterfountain": "pet_fountain", "waterheater": "water_heater", "watersensor": "leak_detector", "weatherstation": "weather_station", "webcam": "webcam",
}

// isKind reports whether what a text gives for a model ends with a word for a kind of thing, and
// has no number: Dishwasher of "Bosch-Dishwasher".
func isKind(model string) bool {
	if strings.ContainsAny(model, "0123456789") {
		return false
	}
	words := hostWords(model)
	return len(words) > 0 && kindsBehind[strings.ToLower(words[len(words)-1])] != ""
}

// belonging are words for things that belong to the kind that is named before them: a
// light's switch is no light.
var belonging = setOf([]string{"gateway", "remote", "sensor", "server", "switch"})

// maxKindWords is how many words behind the maker's name are looked at.
const maxKindWords = 4

// airConditioner is the short word for one where it stands alone, which is no end of an address.
var airConditioner = regexp.MustCompile(`(?i)^[-_ ](?:smart[-_ ]?)?ac(?:[-_ ]|$)`)

// hostKind returns the kind of thing that a host name says behind its maker's name, the
// last of its words that is one: a thermostat's hub is a hub.
func hostKind(rest string) (kind string) {
	if airConditioner.MatchString(rest) {
		return "air_conditioner"
	}
	before := ""
	for i, w := range hostWords(rest) {
		if i == maxKindWords {
			break
		}
		w = strings.ToLower(w)
		if k, known := kindsBehind[before+w]; known && before != "" {
			kind = k
		} else if k, known := kindsBehind[w]; known {
			kind = k
		} else if belonging[w] {
			kind = ""
		}
		before = w
	}
	return kind
}

// behind is what stands behind the maker in a host name, in the same word too.
func behind(name, maker, rest string) string {
	if n := len(maker); len(name) > n && strings.EqualFold(name[:n], maker) {
		return name[n:]
	}
	return rest
}

// hostWords are the words of a name, parted by whatever is no letter and by capitals:
// Smart and Plug of "SmartPlug-2".
func hostWords(name string) []string {
	var out []string
	for _, letters := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		start, last := 0, rune(0)
		for i, r := range letters {
			if unicode.IsUpper(r) && unicode.IsLower(last) {
				out = append(out, letters[start:i])
				start = i
			}
			last = r
		}
		out = append(out, letters[start:])
	}
	return out
}

// hostKinds adds votes for the kinds of things that host names say behind the name of the
// maker, now that he is known: where nobody heard him in the name yet.
func (r *room) hostKinds(maker string) {
	maker = oui.Fold(maker)
	for i := range r.facts {
		f := &r.facts[i]
		kind := ""
		switch {
		case !isHostname[f.key] || f.saysKind():
		case f.kind != "" && sameWord(oui.Fold(f.maker), maker):
			kind = f.kind
		default:
			if kind = hostKind(after(f.value, joined(maker))); kind == "" && f.brand != "" && (f.names(maker) || r.asksIn(f.brand, maker)) {
				kind = hostKind(f.value[len(f.brand):])
			}
		}
		if kind != "" {
			r.votes = append(r.votes, vote{Type, kind, fold(Type, kind), hostKindWeight, "", f})
		}
	}
}

// names reports whether a signature knows a maker by the word that a name begins with: Trane by
// Nexia.
func (r *reading) names(maker string) bool {
	return slices.ContainsFunc(r.votes, func(v vote) bool {
		return v.attribute == Vendor && v.weight >= sayerWeight && v.folded == maker
	})
}

// asksIn reports whether the device asks in a domain of a maker's that is called after a brand.
func (r *room) asksIn(brand, maker string) bool {
	for i := range r.facts {
		f := &r.facts[i]
		if labels := strings.Split(f.lower, "."); isContact[f.key] && len(labels) > 1 && strings.EqualFold(ownerWord(domainLabel(labels)), brand) && r.speaksFor(f, maker) {
			return true
		}
	}
	return false
}

// saysKind reports whether a reading says by itself what kind stands behind a maker.
func (r *reading) saysKind() bool {
	return slices.ContainsFunc(r.votes, func(v vote) bool { return v.attribute == Type && v.signature == "" })
}

// after returns what stands in a name behind a maker's, spelt with whatever is no letter between
// or without: "-AC" of "De'Longhi-AC" behind "delonghi"; "" where the name begins otherwise
// or its first word goes on.
func after(name, maker string) string {
	for at, r := range name {
		switch {
		case maker == "" && unicode.IsLetter(r):
			return ""
		case maker == "":
			return name[at:]
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
		case strings.HasPrefix(maker, string(unicode.ToLower(r))):
			maker = maker[len(string(unicode.ToLower(r))):]
		default:
			return ""
		}
	}
	return ""
}

// whisper makes what a maker's cloud, his addresses and his name alone say of the type an echo
// where a host name says another kind behind the name: it is what he mostly makes. That
// something is a hub is said of too much.
func (g *program) whisper(r *room) {
	i := slices.IndexFunc(r.votes, func(v vote) bool { return v.ofHostKind() && v.value != "hub" })
	if i < 0 {
		return
	}
	kind := r.votes[i].folded
	for i := range r.votes {
		v := &r.votes[i]
		if v.attribute == Type && v.weight > 0 && v.folded != kind && !akin(Type, v.folded, kind) && g.ofMaker(v) {
			v.weight *= echo
		}
	}
}

// ofMaker reports whether a vote on the type is for what things of a maker are, whatever a host
// name says behind his.
func (g *program) ofMaker(v *vote) bool {
	switch {
	case v.fact == nil || v.fact.key == KeyVendor:
		return false
	case isHostname[v.fact.key]:
		return v.weight < hostKindWeight || g.saysAtOnce(v)
	}
	return v.weight < hostKindWeight && (ofContact(*v) || strings.HasPrefix(v.fact.key, "mac."))
}

// saysAtOnce reports whether the signature of a vote speaks of the words before that for a kind,
// too: with what parts them from it or without.
func (g *program) saysAtOnce(v *vote) bool {
	before := beforeKind(v.fact.value)
	if before == "" || v.signature == "" {
		return false
	}
	return g.saidOf(v, before) || g.saidOf(v, strings.TrimRight(before, "-_. "))
}

// saidOf reports whether a host name is a case of the first condition of a vote's signature, too.
func (g *program) saidOf(v *vote, name string) bool {
	r := g.read(v.fact.key, name)
	return r != nil && slices.ContainsFunc(r.hits, func(h hit) bool {
		rule := g.ruleOf(h.condition)
		return h.condition == rule.match && g.id(rule) == v.signature
	})
}

// beforeKind is what stands in a host name before the first word for a kind.
func beforeKind(name string) string {
	at := 0
	for _, w := range hostWords(name) {
		at += strings.Index(name[at:], w)
		if kindsBehind[strings.ToLower(w)] != "" {
			return name[:at]
		}
		at += len(w)
	}
	return ""
}

// ofHostKind reports whether a vote is for a kind that a host name says behind its maker's.
func (v *vote) ofHostKind() bool {
	return v.attribute == Type && v.signature == "" && v.weight == hostKindWeight && v.fact != nil && isHostname[v.fact.key]
}
