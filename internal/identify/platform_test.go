package identify_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func TestHostBrand_stands_before_a_kind_or_a_number(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"Atomi-CoffeeMaker":  {"Atomi", "coffee_machine"},
		"AtomiCoffeeMaker_2": {"Atomi", "coffee_machine"},
		"HeimVision-Lamp":    {"HeimVision", "smart_bulb"},
		"GosundSmartPlug":    {"Gosund", "smart_plug"},
		"merkury-CW017":      {"Merkury", ""},
		"LightStrip-1A2B":    {},
		"SmartLife-Bulb":     {}, // what the platform's app is called
		"Kitchen-Plug":       {},
		"Anna":               {},
		"ESP_1A2B3C":         {},
		"wlan0":              {},
		"":                   {},
		"\xff\xfe-plug":      {},
	} {
		if maker, kind := identify.HostBrand(name); maker != want[0] || kind != want[1] {
			t.Errorf("%q: got %q, %q, want %q", name, maker, kind, want)
		}
	}
}

// TestIdentify_a_brand_on_a_platform: whose name is on the box is heard above whose module
// and cloud are in it.
func TestIdentify_a_brand_on_a_platform(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	tuya := []heron.Observation{{Key: "mac.oui", Value: "10:5a:17:1a:2b:3c"}, {Key: "contact.name", Value: "a1.tuyaeu.com"}, {Key: "contact.name", Value: "m1.tuyaeu.com"}}
	echo := []heron.Observation{{Key: "contact.name", Value: "avs-alexa-16-eu.amazon.com"}, {Key: "contact.name", Value: "api.amazonalexa.com"}}
	roku := []heron.Observation{{Key: "ssdp.server", Value: "Roku/9.4.0 UPnP/1.0 Roku/9.4.0"}, {Key: "contact.name", Value: "scribe.logs.roku.com"}}
	for _, c := range []struct {
		on   []heron.Observation
		said heron.Observation
		want string
	}{
		{tuya, heron.Observation{Key: "dhcp.hostname", Value: "Atomi-CoffeeMaker"}, "Atomi"},
		{tuya, heron.Observation{Key: "upnp.manufacturer", Value: "Nedis"}, "Nedis"},
		{tuya, heron.Observation{Key: "dhcp.hostname", Value: "SmartLife-Bulb"}, "Tuya"},
		{tuya, heron.Observation{Key: "dhcp.hostname", Value: "ESP_1A2B3C"}, "Tuya"},
		{tuya, heron.Observation{Key: "dhcp.hostname", Value: "Lefant-M210"}, "Lefant"},
		{roku, heron.Observation{Key: "upnp.manufacturer", Value: "Hisense"}, "Hisense"},
		{echo, heron.Observation{Key: "mac.oui", Value: "c8:db:26:1a:2b:3c"}, "Logitech"},
		{echo, heron.Observation{Key: "dhcp.hostname", Value: "Annas-Fire-TV"}, "Amazon"},
		{echo, heron.Observation{Key: "dhcp.hostname", Value: "Kindle-Paperwhite"}, "Amazon"},
		{echo, heron.Observation{Key: "dhcp.hostname", Value: "Polk-Command-Bar"}, "Polk"},
		{nil, heron.Observation{Key: "dhcp.hostname", Value: "Tibber-Pulse"}, "Tibber"},
		{roku, heron.Observation{Key: "upnp.manufacturer", Value: "Roku"}, "Roku"},
	} {
		if got := id.Identify(append([]heron.Observation{c.said}, c.on...)).Identity.Vendor; got == nil || got.Value != c.want {
			t.Errorf("%s: got %+v, want %s", c.said.Value, got, c.want)
		}
	}
}

// TestIdentify_a_maker_before_more: a maker whom only signatures know is heard at the beginning
// of a host name, but for words that people call things by.
func TestIdentify_a_maker_before_more(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Proscenic-M8": "Proscenic", "Proscenic": "", "Tibberish-Pulse": "", "Robin-PC": "", "titus-laptop": "", "toast-2": ""} {
		got := ""
		if v := id.Identify([]heron.Observation{{Key: "dhcp.hostname", Value: name}}).Identity.Vendor; v != nil {
			got = v.Value
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestIdentify_brandsOfOneOwner: what talks by its owner's cloud to another of his brands is
// none of that brand's things.
func TestIdentify_brandsOfOneOwner(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		mac          string
		seen         []string
		vendor, kind string
	}{
		{"f0:81:73:11:22:33", []string{"contact.name=avs-alexa-4-na.amazon.com", "contact.name=device-metrics-us.amazon.com", "contact.name=fw.ring.com"}, "Amazon", "smart_speaker"},
		{"f0:81:73:11:22:33", []string{"contact.name=fw.ring.com", "contact.name=es.ring.com"}, "Ring", ""},
		{"8c:79:f5:11:22:33", []string{"contact.name=api.samsungcloudsolution.com", "contact.name=osb-apps.samsungqbe.com", "contact.name=api.smartthings.com"}, "Samsung", "tv"},
		{"24:fd:5b:11:22:33", []string{"contact.name=api.smartthings.com", "contact.name=fw-update2.smartthings.com"}, "SmartThings", "hub"},
		{"f4:f5:d8:11:22:33", []string{"mdns.service=_googlecast._tcp", "mdns.txt.md=Google Home Mini", "contact.name=nexus.nest.com"}, "Google", "smart_speaker"},
		{"00:04:20:11:22:33", []string{"contact.name=svcs.myharmony.com", "contact.name=content.dhg.myharmony.com"}, "Logitech", "hub"},
	} {
		mac, err := heron.ParseMAC(tt.mac)
		if err != nil {
			t.Fatal(err)
		}
		obs := seen(tt.seen...)
		for i := range obs {
			obs[i].MAC = mac
		}
		got := id.Identify(obs).Identity
		if got.Vendor == nil || got.Vendor.Value != tt.vendor || tt.kind != "" && got.Type.Value != tt.kind {
			t.Errorf("%q: got %+v, %+v", tt.seen, got.Vendor, got.Type)
		}
	}
}
