package identify_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// with returns an identifier whose pack is the given text.
func with(t *testing.T, text string) *identify.Identifier {
	t.Helper()
	p, err := identify.Load(fstest.MapFS{"test.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.NewWith(p)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// seen makes observations of "key=value".
func seen(pairs ...string) []heron.Observation {
	var out []heron.Observation
	for _, p := range pairs {
		key, value, _ := strings.Cut(p, "=")
		out = append(out, heron.Observation{Key: key, Value: value, Source: "test"})
	}
	return out
}

const lamps = `
- id: lamp.banner
  match: [{key: http.title, word: lamp}]
  yields: {type: [smart_bulb, 4]}
  examples: [{http.title: a lamp}]
- id: lamp.name
  match: [{key: host.name, prefix: lamp-}]
  yields: {vendor: [Philips, 3], type: [smart_bulb, 3]}
  examples: [{host.name: lamp-1}]
- id: lamp.server
  match: [{key: http.server, prefix: lampd}]
  yields: {type: [smart_bulb, 4]}
  examples: [{http.server: lampd/1}]
- id: oven.banner
  match: [{key: ftp.banner, word: oven}]
  yields: {type: [oven, 4]}
  examples: [{ftp.banner: an oven}]
- id: profile.philips
  match: [{key: identity.vendor, equals: Philips}]
  yields: {type: [smart_bulb, 2]}
`

func TestIdentify_weighs_evidence(t *testing.T) {
	t.Parallel()
	id := with(t, lamps)
	typeOf := func(pairs ...string) heron.Claim { return id.Identify(seen(pairs...)).Identity.Type }

	nothing := typeOf()
	one := typeOf("http.title=my lamp")
	two := typeOf("http.title=my lamp", "host.name=lamp-1")
	echo := typeOf("http.title=my lamp", "http.server=lampd/2")
	if nothing.Value != heron.Unknown {
		t.Errorf("no evidence: got %+v", nothing)
	}
	if one.Value != "smart_bulb" || one.Confidence < 0.91 || one.Confidence > 0.95 {
		t.Errorf("one witness of weight 4: got %+v, want 0.93", one)
	}
	if two.Confidence <= echo.Confidence || echo.Confidence <= one.Confidence {
		t.Errorf("two protocols %v, one protocol twice %v, once %v: want them to fall", two, echo, one)
	}
	if got := typeOf("http.title=lamp", "ftp.banner=oven"); got.Value != heron.Unknown {
		t.Errorf("equal evidence for two types: got %+v, want unknown", got)
	}
	if got := typeOf("http.title=lamplight"); got.Value != heron.Unknown {
		t.Errorf("half a word: got %+v, want unknown", got)
	}
}

func TestIdentify_names_the_runner_up_and_reasons(t *testing.T) {
	t.Parallel()
	got := with(t, lamps).Identify(seen("http.title=lamp", "http.server=lampd/2", "ftp.banner=oven"))
	if got.Identity.Type.Value != "smart_bulb" || got.RunnerUp.Type == nil || got.RunnerUp.Type.Value != "oven" {
		t.Errorf("got type %+v, runner-up %+v; want smart_bulb before oven", got.Identity.Type, got.RunnerUp.Type)
	}
	if !slices.IsSortedFunc(got.Evidence, func(a, b heron.Evidence) int { return int(1000 * (b.Weight - a.Weight)) }) {
		t.Errorf("evidence is not heaviest first: %+v", got.Evidence)
	}
	first := got.Evidence[0]
	if first.Key != "ftp.banner" || first.Weight != 4 || first.Signature != "oven.banner" {
		t.Errorf("first reason: %+v", first)
	}
}

func TestIdentify_lets_the_vendor_speak_for_the_type(t *testing.T) {
	t.Parallel()
	id := with(t, lamps)
	philips := []heron.Observation{{
		Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: heron.MAC{0x00, 0x17, 0x88, 1, 2, 3}}},
		Key:     heron.KeyMAC, Value: "00:17:88:01:02:03",
	}}
	got := id.Identify(append(philips, seen("host.name=lamp-1")...))
	if got.Identity.Vendor == nil || got.Identity.Vendor.Value != "Philips" {
		t.Fatalf("vendor: got %+v", got.Identity.Vendor)
	}
	if !slices.ContainsFunc(got.Evidence, func(e heron.Evidence) bool { return e.Key == identify.KeyVendor }) {
		t.Errorf("no reason from the vendor in %+v", got.Evidence)
	}
}

func TestIdentify_takes_module_makers_for_weak_evidence(t *testing.T) {
	t.Parallel()
	id := with(t, lamps)
	if got := id.Identify(seen("mac.oui=5c:cf:7f")).Identity.Vendor; got != nil {
		t.Errorf("a radio module's address: got vendor %+v, want none", got)
	}
	if got := id.Identify(seen("mac.oui=00:11:22")).Identity.Vendor; got != nil {
		t.Errorf("an invented address: got vendor %+v, want none", got)
	}
	if got := id.Identify(seen("mac.oui=00:17:88")).Identity.Vendor; got == nil || got.Value != "Philips" {
		t.Errorf("a maker's address: got %+v, want Philips", got)
	}
}

const assortments = `
- id: names.philips
  match: [{key: ftp.banner, word: philipsbox}]
  yields: {vendor: [Philips, 6]}
- id: names.miele
  match: [{key: ftp.banner, word: mielebox}]
  yields: {vendor: [Miele, 6]}
- id: lamp.of-one-kind
  match: [{key: http.title, word: lampone}]
  yields: {vendor: [Philips, 5], type: [smart_bulb, 5]}
- id: profile.one-kind
  match: [{key: identity.vendor, equals: Philips}]
  yields: {type: [smart_bulb, 4]}
- id: several.oven
  match: [{key: http.title, word: ovenset}]
  yields: {vendor: [Miele, 5], type: [oven, 5]}
- id: several.kettle
  match: [{key: http.title, word: kettleset}]
  yields: {vendor: [Miele, 5], type: [kettle, 5]}
- id: several.lamp
  match:
    - {key: identity.vendor, equals: Miele}
    - {key: http.title, word: lampset}
  yields: {type: [smart_bulb, 5]}
- id: profile.several
  match: [{key: identity.vendor, equals: Miele}]
  yields: {type: [oven, 4]}
`

// TestIdentify_the_usual_kind: what a maker mostly makes says the less, the more else he makes.
func TestIdentify_the_usual_kind(t *testing.T) {
	t.Parallel()
	id := with(t, assortments)
	weight := func(signature, maker string) float64 {
		for _, e := range id.Identify(seen("ftp.banner=" + maker)).Evidence {
			if e.Signature == signature {
				return e.Weight
			}
		}
		t.Fatalf("no word of %s for %s", signature, maker)
		return 0
	}
	one, several := weight("profile.one-kind", "philipsbox"), weight("profile.several", "mielebox")
	if one < 3.5 || one > 4 {
		t.Errorf("of one kind: weight %v, want what is written but for the doubt about the maker", one)
	}
	// ln(4/2.3): one oven is known and three are presumed, beside two other things and 0.3 of one.
	if want := (4 + 2 + 0.5534) / 2 * one / 4; several < want-0.01 || several > want+0.01 {
		t.Errorf("of three kinds: weight %v, want %v", several, want)
	}
}

// pool is a mixture of facts, true and false, from which devices are made up.
var pool = []string{
	"mac.oui=00:17:88", "mac.oui=5c:cf:7f", "mac.oui=94:10:3e", "host.name=Philips-hue", "host.name=HS110(EU)",
	"dhcp.vendor_class=udhcp 1.19.4", "dhcp.vendor_class=MSFT 5.0", "dhcp.hostname=DESKTOP-4KJ2H1S",
	"mdns.service=_hue._tcp", "mdns.service=_hap._tcp", "mdns.txt.md=BSB002", "mdns.txt.ci=2",
	"ssdp.server=Linux/3.14.0 UPnP/1.0 IpBridge/1.9.0", "ssdp.nt=urn:Belkin:device:insight:1",
	"contact.name=bridge.meethue.com", "contact.name=devs.tplinkcloud.com", "contact.name=api.xbcs.net",
	"http.user_agent=Mozilla/5.0 (X11; Linux x86_64)", "http.server=lighttpd/1.4.34", "http.title=Network Camera",
	"service.open=tcp/80", "service.protocol=tcp/502/modbus", "snmp.sysdescr=Siemens, SIMATIC S7, CPU-1200",
	"upnp.manufacturer=Royal Philips Electronics", "upnp.model_name=Philips hue bridge 2015",
	"ssh.banner=SSH-2.0-ROSSSH", "banner=\x00\xff", "tls.ja4=t13d1516h2",
}

func TestIdentify_depends_on_nothing_but_the_set_of_facts(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var pairs []string
		for range 1 + r.IntN(10) {
			pairs = append(pairs, pool[r.IntN(len(pool))])
		}
		want := id.Identify(seen(pairs...))
		for name, other := range map[string][]string{
			"in another order":                   shuffled(r, pairs),
			"said twice":                         append(slices.Clone(pairs), pairs...),
			"with facts that no signature knows": append(slices.Clone(pairs), "x.unheard_of=1", "dns.rcode=NOERROR"),
		} {
			if diff := cmp.Diff(want, id.Identify(seen(other...))); diff != "" {
				t.Fatalf("%q %s:\n%s", pairs, name, diff)
			}
		}
		checkAnswer(t, want)
	}
}

func shuffled(r *rand.Rand, s []string) []string {
	s = slices.Clone(s)
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
	return s
}

// checkAnswer tests what holds of every answer.
func checkAnswer(t *testing.T, got heron.Identification) {
	t.Helper()
	i := got.Identity
	if _, ok := heron.TypeOf(i.Type.Value); !ok {
		t.Fatalf("type %q is none of heron's", i.Type.Value)
	}
	for what, c := range map[string]*heron.Claim{
		"vendor": i.Vendor, "model": i.Model, "os": i.OS, "firmware": i.Firmware,
	} {
		if c != nil && (c.Value == "" || c.Confidence < 0.5 || c.Confidence >= 1) {
			t.Fatalf("%s: %+v", what, *c)
		}
	}
	if r := got.RunnerUp.Type; r != nil && r.Confidence > max(i.Type.Confidence, 0.5) {
		t.Fatalf("the runner-up %+v is surer than the winner %+v", *r, i.Type)
	}
}

func FuzzIdentify(f *testing.F) {
	id, err := identify.New()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("http.server", "Linux UPnP/1.0 Sonos/29.3-87071 (ZPS1)", "host.name", "SonosZP")
	f.Add("snmp.sysdescr", "KYOCERA ECOSYS M2040dn", "mdns.txt.ty", "HP \xff LaserJet")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		obs := []heron.Observation{{Key: k1, Value: v1}, {Key: k2, Value: v2}}
		got := id.Identify(obs)
		checkAnswer(t, got)
		slices.Reverse(obs)
		if diff := cmp.Diff(got, id.Identify(obs)); diff != "" {
			t.Errorf("the other way round:\n%s", diff)
		}
		id.Explain(obs)
		without := slices.DeleteFunc(slices.Clone(obs), func(o heron.Observation) bool { return !id.Reads(o.Key, o.Value) })
		if diff := cmp.Diff(got, id.Identify(without)); diff != "" {
			t.Errorf("without what it does not read:\n%s", diff)
		}
	})
}

func BenchmarkIdentify(b *testing.B) {
	id, err := identify.New()
	if err != nil {
		b.Fatal(err)
	}
	obs := seen(pool...)
	b.ReportAllocs()
	for b.Loop() {
		id.Identify(obs)
	}
}

// BenchmarkReads asks of one value that signatures know and one that none does.
func BenchmarkReads(b *testing.B) {
	id, err := identify.New()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		id.Reads("http.server", "lighttpd/1.4.35")
		id.Reads("modbus.unit", "1")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := identify.New(); err != nil {
			b.Fatal(err)
		}
	}
}
