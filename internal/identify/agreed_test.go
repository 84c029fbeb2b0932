package identify_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// TestIdentify_two_agree_on_a_maker: a stranger's name counts where the device's own
// name and its cloud, or its own service, have it in common.
func TestIdentify_two_agree_on_a_maker(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for want, obs := range map[string][][2]string{
		"Vorpalix":  {{"dhcp.hostname", "vorpalix-base"}, {"contact.name", "base.vorpalix.com"}},
		"VorpalIX":  {{"mdns.host", "VorpalIX_1a2b"}, {"contact.name", "eu-api.getvorpalix.com"}, {"contact.name", "device.vorpalix-cloud.com"}},
		"Zorbulate": {{"mdns.host", "zorbulate-1a2b"}, {"mdns.service", "_zorbulate._tcp"}},
		// A board of which somebody makes things says nothing against him.
		"Zorbulate ": {{"mac.oui", "b8:27:eb:01:02:03"}, {"dhcp.hostname", "zorbulate"}, {"contact.name", "hub.zorbulate.co.uk"}},
		// One alone may be anything; words that anybody uses, and what people read, are nobody's.
		"-1": {{"dhcp.hostname", "vorpalix-base"}},
		"-2": {{"contact.name", "base.vorpalix.com"}},
		"-3": {{"dhcp.hostname", "ubuntu-nas"}, {"contact.name", "api.ubuntu.com"}},
		"-4": {{"dhcp.hostname", "vorpalix"}, {"contact.name", "www.vorpalix.com"}},
		"-5": {{"dhcp.hostname", "vorpalix"}, {"contact.name", "api.vorpine.com"}},
		"-6": {{"mdns.host", "printer-2"}, {"mdns.service", "_printer._tcp"}},
		"-8": {{"mdns.host", "\u00e9vorpalix-base"}, {"contact.name", "base.\u00e9vorpalix.com"}}, // a domain has no such letters
		"-7": {{"dhcp.hostname", "amazonaws-x"}, {"contact.name", "iot.us.amazonaws.com"}},
	} {
		var in []heron.Observation
		for _, o := range obs {
			in = append(in, heron.Observation{Key: o[0], Value: o[1]})
		}
		got := ""
		if v := id.Identify(in).Identity.Vendor; v != nil {
			got = v.Value
		}
		if want[0] == '-' {
			want = ""
		}
		if got != strings.TrimSpace(want) {
			t.Errorf("%v: got %q, want %q", obs, got, want)
		}
	}
}

func TestOwner_without_affixes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"p2p.govicture.com":  "Victure",
		"dev.ezvizlife.com":  "EZVIZ",
		"api.myfitbit.com":   "Fitbit",
		"api.homedepot.com":  "",
		"api.smarthings.com": "",
	} {
		if v, _ := identify.Owner(name); v.Name != want {
			t.Errorf("%q: got %q, want %q", name, v.Name, want)
		}
	}
}
