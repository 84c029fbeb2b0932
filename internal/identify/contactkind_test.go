package identify_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/identify"
)

// TestIdentify_a_kind_that_servers_are_called_after is heard above what the maker mostly makes,
// but where they are called after several.
func TestIdentify_a_kind_that_servers_are_called_after(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		seen []string
		want string
	}{
		{[]string{"contact.name=home.ecobee.com"}, "thermostat"},
		{[]string{"contact.name=home.ecobee.com", "contact.name=camera-us.ecobee.com"}, "camera"},
		{[]string{"contact.name=home.ecobee.com", "contact.name=camera-us.ecobee.com", "contact.name=doorbell.ecobee.com"}, "thermostat"},
		{[]string{"contact.name=home.ecobee.com", "contact.name=lock.ecobee.com"}, "thermostat"}, // which may be of anything
	} {
		if got := id.Identify(seen(tt.seen...)).Identity.Type.Value; got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.seen, got, tt.want)
		}
	}
}

// TestIdentify_owners_of_domains: a maker whom signatures know, who has all the names that a
// thing asks for, and no platform of others.
func TestIdentify_owners_of_domains(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		seen []string
		want string
	}{
		{[]string{"contact.name=dev.campark.com"}, "Campark"},
		{[]string{"contact.name=api.qwertzy.com", "contact.name=media.qwertzy.com"}, "Qwertzy"},
		{[]string{"contact.name=api.qwertzy.com", "contact.name=media.qwertzy.com", "contact.name=api.asdfgh.com"}, ""},
		{[]string{"contact.name=api.qwertzy.com"}, ""},
		{[]string{"contact.name=ota-eu.azureedge.net", "contact.name=data-eu.azureedge.net"}, ""},
		// Whom a signature knows by the domain is not called after it.
		{[]string{"contact.name=mqtt.aligenie.com", "contact.name=ota.aligenie.com"}, "Alibaba"},
		// A camera that asks its seller's cloud is the seller's.
		{[]string{"mac.oui=44:19:b6:01:02:03", "contact.name=dev.annke.com"}, "ANNKE"},
		{[]string{"mac.oui=44:19:b6:01:02:03", "contact.name=dev.hik-connect.com"}, "Hikvision"},
	} {
		got := ""
		if v := id.Identify(seen(tt.seen...)).Identity.Vendor; v != nil {
			got = v.Value
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.seen, got, tt.want)
		}
	}
}
