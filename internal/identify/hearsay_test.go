package identify_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// TestIdentify_hearsay: what a computer asks for is what its people have; a thing that
// asks the same is the maker's.
func TestIdentify_hearsay(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	clouds := []heron.Observation{{Key: "contact.name", Value: "mqtt.us.petlibro.com"}}
	for _, host := range []heron.Observation{
		{Key: "dhcp.vendor_class", Value: "MSFT 5.0"},
		{Key: "mdns.service", Value: "_home-assistant._tcp"},
		{Key: "dhcp.hostname", Value: "homebridge"},
		{Key: "dhcp.hostname", Value: "Annas-iPhone"},
		{Key: "contact.name", Value: "connectivity-check.ubuntu.com"},
	} {
		got := id.Identify(append([]heron.Observation{host}, clouds...)).Identity
		if v := got.Vendor; v != nil && v.Value == "Petlibro" || got.Type.Value == "pet_feeder" {
			t.Errorf("%s: got %+v, %+v", host.Value, got.Vendor, got.Type)
		}
	}
	if got := id.Identify(clouds).Identity; got.Vendor == nil || got.Vendor.Value != "Petlibro" || got.Type.Value != "pet_feeder" {
		t.Errorf("alone: got %+v, %+v", got.Vendor, got.Type)
	}
}

// TestIdentify_hearsayOfAndroid: what asks for the clouds of several makers is a phone; a
// display that runs the same system has one of its own.
func TestIdentify_hearsayOfAndroid(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	vendor := func(clouds ...string) string {
		seen := []heron.Observation{{Key: "dhcp.vendor_class", Value: "android-dhcp-9"}}
		for _, c := range clouds {
			seen = append(seen, heron.Observation{Key: "contact.name", Value: c})
		}
		if v := id.Identify(seen).Identity.Vendor; v != nil {
			return v.Value
		}
		return ""
	}
	if got := vendor("mqtt.us.petlibro.com"); got != "Petlibro" {
		t.Errorf("with one cloud: got %q", got)
	}
	if got := vendor("mqtt.us.petlibro.com", "api.eu.arlo.com"); got != "" {
		t.Errorf("with two: got %q", got)
	}
	phone := []heron.Observation{
		{Key: "mac.oui", Value: "9a:3f:51:1a:2b:3c"},
		{Key: "dhcp.vendor_class", Value: "android-dhcp-14"},
		{Key: "contact.name", Value: "api.roku.com"},
	}
	if got := id.Identify(phone).Identity; got.Vendor != nil || got.Type.Value != "phone" {
		t.Errorf("with an address that it made up: got %+v, %+v", got.Vendor, got.Type)
	}
}

// TestIdentify_asks_for_many: who asks for the clouds of many makers is none of their things,
// but remains what it says itself.
func TestIdentify_asks_for_many(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	var asks []heron.Observation
	for _, name := range []string{"mqtt.rachio.com", "home.ecobee.com", "api.onepeloton.com", "ws.meethue.com"} {
		asks = append(asks, heron.Observation{Key: "contact.name", Value: name})
	}
	if got := id.Identify(asks[:1]).Identity; got.Vendor == nil || got.Vendor.Value != "Rachio" {
		t.Errorf("of one: got %+v", got.Vendor)
	}
	if got := id.Identify(asks).Identity; got.Vendor != nil || got.Model != nil || got.Type.Value != "unknown" {
		t.Errorf("of four: got %+v, %+v", got.Vendor, got.Type)
	}
	named := append(asks, heron.Observation{Key: "dhcp.hostname", Value: "ecobee-thermostat"})
	if got := id.Identify(named).Identity; got.Vendor == nil || got.Vendor.Value != "Ecobee" || got.Type.Value != "thermostat" {
		t.Errorf("named: got %+v, %+v", got.Vendor, got.Type)
	}
}

// TestIdentify_hearsayOfOthers: a speaker that asks for the cloud of a bulb is no bulb; a
// bulb that does is one.
func TestIdentify_hearsayOfOthers(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	kind := func(mac string, clouds ...string) string {
		m, err := heron.ParseMAC(mac)
		if err != nil {
			t.Fatal(err)
		}
		var obs []heron.Observation
		for _, c := range clouds {
			o := heron.Observation{Key: "contact.name", Value: c}
			o.MAC = m
			obs = append(obs, o)
		}
		return id.Identify(obs).Identity.Type.Value
	}
	if got := kind("44:07:0b:11:22:33", "clients4.google.com", "android.clients.google.com", "api.lifx.com"); got == "smart_bulb" {
		t.Errorf("of Google: got %s", got)
	}
	if got := kind("d0:73:d5:11:22:33", "api.lifx.com"); got != "smart_bulb" {
		t.Errorf("of LIFX: got %s", got)
	}
}

// TestIdentify_hearsayOfOneApp: a made-up address that asks for what an app asks for is somebody's
// phone; what only a thing asks for, or a thing's own address, is the thing.
func TestIdentify_hearsayOfOneApp(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		mac, name string
		want      bool
	}{
		{"da:0f:2f:78:63:cd", "security-app.eufylife.com", false},
		{"da:0f:2f:78:63:cd", "p2p-vir-6.eufylife.com", true},
		{"8c:85:80:78:63:cd", "security-app.eufylife.com", true},
	} {
		got := id.Identify(seen("mac.oui="+tt.mac, "contact.name="+tt.name)).Identity.Vendor
		if (got != nil) != tt.want {
			t.Errorf("%s %s: got %+v", tt.mac, tt.name, got)
		}
	}
}

// TestIdentify_hearsayOfPhones: a host that asks for what every Android asks for, and for the clouds
// of several makers, is none of their things.
func TestIdentify_hearsayOfPhones(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	asks := []string{"contact.name=mtalk.google.com", "contact.name=api.smartthings.com", "contact.name=app.irobotapi.com"}
	if got := id.Identify(seen(asks...)).Identity; got.Vendor != nil || got.Type.Value == "vacuum_robot" {
		t.Errorf("got %+v, %+v", got.Vendor, got.Type)
	}
	if got := id.Identify(seen(asks[0], asks[2])).Identity.Type.Value; got != "vacuum_robot" {
		t.Errorf("of one maker: got %s", got)
	}
}
