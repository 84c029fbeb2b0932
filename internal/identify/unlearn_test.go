package identify_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func TestUnlearned_knows_nothing_of_the_maker(t *testing.T) {
	t.Parallel()
	plug := []heron.Observation{{Key: "dhcp.hostname", Value: "HS110(EU)"}, {Key: "contact.name", Value: "devs.tplinkcloud.com"}}
	hub := []heron.Observation{{Key: "dhcp.hostname", Value: "Philips-hue"}, {Key: "ssdp.header.hue-bridgeid", Value: "001788FFFE2476FF"}}
	for _, c := range []struct {
		makers    []string
		plug, hub bool // is known still
	}{
		{nil, true, true},
		{[]string{"TP-Link"}, false, true},
		{[]string{"TP-LINK TECHNOLOGIES CO.,LTD."}, false, true},
		{[]string{"Kasa", "Signify"}, false, false},
		{[]string{"Nobody in particular"}, true, true},
	} {
		id, err := identify.Unlearned(c.makers)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			obs  []heron.Observation
			want string
			know bool
		}{{plug, "smart_plug", c.plug}, {hub, "lighting_bridge", c.hub}} {
			if got := id.Identify(x.obs).Identity.Type.Value; (got != heron.Unknown) != x.know {
				t.Errorf("without %q: %s is a %q, want known %v", c.makers, x.obs[0].Value, got, x.know)
			}
		}
	}
}

func TestUnlearned_leaves_what_holds_for_all(t *testing.T) {
	t.Parallel()
	id, err := identify.Unlearned([]string{"Axis"})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	got := id.Identify([]heron.Observation{{Key: "upnp.manufacturer", Value: "Axis Communications AB"}, {Key: "ssdp.nt", Value: "urn:schemas-upnp-org:device:DigitalSecurityCamera:1"}})
	if got.Identity.Type.Value != "camera" || got.Identity.Vendor == nil || got.Identity.Vendor.Value != "Axis" {
		t.Errorf("a camera that says its maker by standard fields: %+v", got.Identity)
	}
	if id.Digest() == whole.Digest() {
		t.Error("the knowledge has the name of the whole")
	}
}
