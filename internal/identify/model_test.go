package identify_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
)

const models = `
- id: acme.press
  match: [{key: snmp.sysdescr, prefix: "PRESS 9000 "}]
  yields: {vendor: [Acme, 5], model: [PX-9000, 5], type: [plc, 5]}
  examples: [{snmp.sysdescr: PRESS 9000 x}]
- id: any.model
  match: [{key: upnp.model_name, regexp: '^(?P<model>PX-[0-9]{4})$'}]
  yields: {model: ["${model}", 5]}
  examples: [{upnp.model_name: PX-1234}]
- id: acme.sold
  match: [{key: snmp.sysdescr, word: Rolling Mill}]
  yields: {vendor: [Acme, 4.6], model: [Rolling Mill, 6]}
  examples: [{snmp.sysdescr: Rolling Mill 3}]
- id: nortel.mill
  match: [{key: snmp.sysdescr, word: Nortel}]
  yields: {vendor: [Nortel, 2.6]}
  examples: [{snmp.sysdescr: Nortel}]
- id: lamp.banner
  match: [{key: http.title, word: lamp}]
  yields: {type: [smart_bulb, 3.5]}
  examples: [{http.title: a lamp}]
- id: lamp.name
  match: [{key: host.name, prefix: lamp-}]
  yields: {type: [smart_bulb, 5]}
  examples: [{host.name: lamp-1}]
- id: server.any
  match: [{key: ["http.server", "ssdp.server"], word: lampd}]
  yields: {type: [smart_bulb, 3]}
  examples: [{http.server: lampd/1}]
`

// who shows vendor, model and type.
func who(x heron.Identification) string {
	show := func(c *heron.Claim) string {
		if c == nil {
			return "–"
		}
		return c.Value
	}
	return fmt.Sprint(show(x.Identity.Vendor), " ", show(x.Identity.Model), " ", x.Identity.Type.Value)
}

func TestIdentify_model_implies_vendor_and_type(t *testing.T) {
	t.Parallel()
	id := with(t, models)
	for name, c := range map[string]struct {
		obs  []heron.Observation
		said []heron.Correction
		want string
	}{
		"by another signature than the one that knows":          {seen("upnp.model_name=PX-9000"), nil, "Acme PX-9000 plc"},
		"nothing, where none knows":                             {seen("upnp.model_name=PX-9001"), nil, "– PX-9001 unknown"},
		"a weaker type that contradicts it is outweighed":       {seen("upnp.model_name=PX-9000", "http.title=a lamp"), nil, "Acme PX-9000 plc"},
		"a person's type stays, and the model goes":             {seen("snmp.sysdescr=PRESS 9000 b"), says("lock type camera"), "Acme – camera"},
		"a person's model stays, and the type goes":             {seen("snmp.sysdescr=PRESS 9000 b", "host.name=lamp-1", "http.title=lamp"), says("confirm model PX-9000"), "Acme PX-9000 unknown"},
		"of two that contradict the less sure goes":             {seen("snmp.sysdescr=PRESS 9000 b", "host.name=lamp-1", "http.title=lamp", "ssdp.server=lampd/3"), nil, "Acme – smart_bulb"},
		"a product of a maker who was sold is whose it says":    {seen("snmp.sysdescr=Nortel Rolling Mill 3"), nil, "Nortel Rolling Mill unknown"},
		"and of who bought it where it says nobody's name":      {seen("snmp.sysdescr=Rolling Mill 3"), nil, "Acme Rolling Mill unknown"},
		"a name that begins a text and no signature knows goes": {seen("snmp.sysdescr=Avaya Rolling Mill 3"), nil, "– Rolling Mill unknown"},
	} {
		if got := who(id.Correct(c.obs, c.said)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

const brands = `
- id: trade.vega
  match: [{key: snmp.sysdescr, word: Vega}]
  yields: {vendor: [VegaStream, 2.6]}
  examples: [{snmp.sysdescr: Vega 50}]
- id: vega.model
  match: [{key: snmp.sysdescr, word: Vega}]
  yields: {model: [Vega, 4]}
  examples: [{snmp.sysdescr: Vega 50}]
`

func TestIdentify_a_brand_is_its_owners_who_says_so(t *testing.T) {
	t.Parallel()
	id := with(t, brands)
	for text, want := range map[string]string{
		"Vega 50":                    "VegaStream Vega unknown",
		"Sangoma Vega 50":            "Sangoma Vega unknown",
		"Sangoma VegaStream Vega 50": "VegaStream Vega unknown",
		"Vega 50 by Sangoma":         "VegaStream Vega unknown",
	} {
		if got := who(id.Identify(seen("snmp.sysdescr=" + text))); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestIdentify_one_text_is_one_witness(t *testing.T) {
	t.Parallel()
	id := with(t, models)
	sure := func(pairs ...string) float64 { return id.Identify(seen(pairs...)).Identity.Type.Confidence }
	once := sure("http.server=lampd/3.2")
	if got := sure("http.server=lampd/3.2", "ssdp.server=LAMPD/3.2"); got != once {
		t.Errorf("a web server that tells its name by UPnP as well: %v, want %v as before", got, once)
	}
	if got := sure("http.server=lampd/3.2", "ssdp.server=lampd/4"); got <= once {
		t.Errorf("two servers: %v, want more than %v", got, once)
	}
}

// Confidence grows with the evidence, and the answer leaves less to the runner-up.
func TestIdentify_is_calibrated_monotonously(t *testing.T) {
	t.Parallel()
	last := 0.0
	for w := 2.1; w <= 8; w += 0.1 {
		id := with(t, fmt.Sprintf(`
- {id: a.a, match: [{key: http.title, equals: lamp}], yields: {type: [smart_bulb, %.1f]}}
- {id: a.b, match: [{key: ftp.banner, equals: oven}], yields: {type: [oven, 1.5]}}
`, w))
		alone := id.Identify(seen("http.title=lamp")).Identity.Type
		x := id.Identify(seen("http.title=lamp", "ftp.banner=oven"))
		if alone.Confidence < last || alone.Confidence > 0.995 {
			t.Errorf("weight %.1f: %v after %v", w, alone, last)
		}
		last = alone.Confidence
		if r := x.RunnerUp.Type; r != nil && r.Confidence+x.Identity.Type.Confidence > 1 {
			t.Errorf("weight %.1f: %v and %v are more than all", w, x.Identity.Type, *r)
		}
	}
}
