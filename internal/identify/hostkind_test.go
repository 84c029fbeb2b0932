package identify_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func TestHostKind_is_the_last_word_for_one(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{
		"Plug":               "smart_plug",
		"-Doorbell":          "doorbell_camera",
		"_Smart_Plug-2":      "smart_plug",
		"SmartPlugMini":      "smart_plug",
		"-Thermostat-Hub":    "hub",
		"-Light-Strip-1A2B":  "smart_light_strip",
		"LightStrip":         "smart_light_strip",
		"-Air-Fryer":         "air_fryer",
		"-AIRPURIFIER":       "air_purifier",
		"":                   "",
		"-":                  "",
		"-switch":            "", // a light's, or a network's
		"-Bridge":            "hub",
		"Light":              "smart_bulb",
		"-Light-Switch":      "",
		"-Thermostat-Sensor": "",
		"-Door-Sensor":       "contact_sensor",
		"-plugin-server":     "",
		"-a-b-c-d-plug":      "", // too far behind
		"-\xff\xfe":          "",
		"-kitchen":           "",
		"-camille":           "",
		"-AC":                "air_conditioner",
		"_Smart_AC2":         "",
		"-ACB4":              "", // an address
	} {
		if got := identify.HostKind(rest); got != want {
			t.Errorf("%q: got %q, want %q", rest, got, want)
		}
	}
}

// TestIdentify_a_kind_behind_a_maker outweighs what the maker mostly makes.
func TestIdentify_a_kind_behind_a_maker(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"WyzePlug": "smart_plug", "Wyze-Scale": "scale", "Eufy_Smart-Scale": "scale", "Sonos-2": "smart_speaker",
		"august-doorbell-cam": "doorbell_camera", "August-1a2b3c": "smart_lock",
		// What the name before the word is told as without it, is no word of its kind.
		"SimpliSafe-Camera": "camera", "SimpliSafe": "alarm_panel", "ecobee-camera": "camera", "ecobee-1a2b": "thermostat", "Fronius-Plug": "smart_plug",
		// Makers of short names, and of names that are spelt in several ways.
		"TCL-Camera": "camera", "TCL-AC": "air_conditioner", "KEF-Plug": "smart_plug", "De'Longhi-Fridge": "refrigerator", "Rain-Bird-Plug": "smart_plug", "TCLX-Camera": "camera",
	} {
		got := id.Identify([]heron.Observation{{Key: "dhcp.hostname", Value: name}}).Identity.Type
		if got.Value != want {
			t.Errorf("%s: got %+v, want %s", name, got, want)
		}
	}
}

// TestIdentify_a_kind_behind_a_maker_is_heard_above_his_cloud: what asks for a maker's cloud
// is mostly what he mostly makes, and what names itself otherwise is something else.
func TestIdentify_a_kind_behind_a_maker_is_heard_above_his_cloud(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Hisense-Soundbar-AX5125": "soundbar", "Hisense-TV": "tv", "kitchen": "tv"} {
		got := id.Identify([]heron.Observation{
			{Key: "mac.oui", Value: "cc:12:28:1a:2b:3c"},
			{Key: "dhcp.hostname", Value: name},
			{Key: "contact.name", Value: "api.hismarttv.com"},
		}).Identity.Type
		if got.Value != want {
			t.Errorf("%s: got %+v, want %s", name, got, want)
		}
	}
}

// TestIdentify_what_a_thing_tells_itself is heard above what mostly asks for such names and has
// such ports open.
func TestIdentify_what_a_thing_tells_itself(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	guesses := []heron.Observation{
		{Key: "mac.oui", Value: "ec:71:db:01:02:03"},
		{Key: "contact.name", Value: "p2p.reolink.com"},
		{Key: "service.open", Value: "tcp/9000"},
		{Key: "service.open", Value: "tcp/554"},
	}
	for name, want := range map[string]string{"RLN8-410": "nvr", "": "camera"} {
		got := id.Identify(append([]heron.Observation{{Key: "dhcp.hostname", Value: name}}, guesses...)).Identity.Type
		if got.Value != want {
			t.Errorf("%q: got %+v, want %s", name, got, want)
		}
	}
}

// TestIdentify_a_kind_behind_a_brand: the word for a kind may stand behind a brand that a signature
// knows as the maker's, by the name or by the domain that is called after it.
func TestIdentify_a_kind_behind_a_brand(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Nexia-Bridge": "hub", "kitchen-bridge": "thermostat"} {
		if got := id.Identify(seen("dhcp.hostname="+name, "contact.name=bridge.mynexia.com")).Identity.Type.Value; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
