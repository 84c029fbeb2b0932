package identify

import (
	"strings"
	"unicode"
)

// hostKindWeight is what the word says that stands for a kind of thing behind a maker's
// name in a host name: "WyzePlug", "August-Doorbell". People name things after rooms;
// who has the maker's name there as well was named by the maker. It outweighs what
// the maker mostly makes.
const hostKindWeight = 3.6

// kindsBehind are such words. What means two kinds of things (bridge, gateway, switch) is not
// among them.
var kindsBehind = map[string]string{
	"airconditioner": "air_conditioner", "airfryer": "air_fryer", "airpurifier": "air_purifier", "alarm": "alarm_panel", "babycam": "baby_monitor",
	"babymonitor": "baby_monitor", "blender": "blender", "blinds": "blinds_controller", "bulb": "smart_bulb", "cam": "camera", "camera": "camera",
	"chime": "chime", "coffee": "coffee_machine", "coffeemachine": "coffee_machine", "coffeemaker": "coffee_machine", "cooktop": "hob", "curtain": "curtain_motor",
	"dehumidifier": "dehumidifier", "dimmer": "smart_switch", "dishwasher": "dishwasher", "doorbell": "doorbell_camera", "doorlock": "smart_lock",
	"dryer": "dryer", "fan": "fan", "feeder": "pet_feeder", "freezer": "freezer", "fridge": "refrigerator", "heater": "heater", "hub": "hub",
	"humidifier": "humidifier", "irrigation": "sprinkler_controller", "kettle": "kettle", "lamp": "smart_bulb", "lightbulb": "smart_bulb", "lightstrip": "smart_light_strip",
	"lock": "smart_lock", "microwave": "microwave", "mower": "lawn_mower", "nvr": "nvr", "outlet": "smart_plug", "oven": "oven", "plug": "smart_plug",
	"powerstrip": "power_strip", "printer": "printer", "projector": "projector", "purifier": "air_purifier", "refrigerator": "refrigerator",
	"relay": "smart_relay", "scale": "scale", "siren": "siren", "smartplug": "smart_plug", "socket": "smart_plug", "soundbar": "soundbar", "speaker": "smart_speaker",
	"sprinkler": "sprinkler_controller", "thermostat": "thermostat", "treadmill": "exercise_machine", "tv": "tv", "vacuum": "vacuum_robot", "wallbox": "ev_charger",
	"washer": "washing_machine", "washingmachine": "washing_machine", "waterheater": "water_heater", "webcam": "webcam",
}

// maxKindWords is how many words behind the maker's name are looked at.
const maxKindWords = 4

// hostKind returns the kind of thing that a host name says behind its maker's name, the
// last of its words that is one: a thermostat's hub is a hub.
func hostKind(rest string) (kind string) {
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
