package identify_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

// acme is a pack of a user's own.
const acme = `
- {pack: acme-plant, version: "1.2", licence: CC0-1.0}
- id: acme.press
  match: [{key: http.title, prefix: "ACME press "}]
  yields: {vendor: [Acme, 5], type: [plc, 5]}
  examples: [{http.title: ACME press 12, want.type: plc}]
- {id: lockly.hub, disabled: true}
`

func over(text string) (*identify.Identifier, error) {
	return identify.Over(fstest.MapFS{"acme.yaml": {Data: []byte(text)}})
}

func TestOver(t *testing.T) {
	t.Parallel()
	below, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	id, err := over(acme)
	if err != nil {
		t.Fatal(err)
	}
	press := seen("http.title=ACME press 12")
	if a, b := below.Identify(press), id.Identify(press); a.Identity.Type.Value != heron.Unknown || b.Identity.Type.Value != "plc" {
		t.Errorf("a press is %v, and %v with its pack", a.Identity.Type, b.Identity.Type)
	}
	hub := seen("dhcp.hostname=PGH200")
	if a, b := below.Identify(hub), id.Identify(hub); a.Identity.Model == nil || b.Identity.Model != nil {
		t.Errorf("a hub is %v, and %v where its signature is off", a.Identity.Model, b.Identity.Model)
	}
	packs := id.Packs()
	want := identify.PackFile{File: "acme.yaml", Name: "acme-plant", Version: "1.2", Licence: "CC0-1.0", Signatures: 1, Disabled: 1}
	if len(packs) != 2 || packs[0].Name != "heron" || packs[1] != want {
		t.Errorf("packs: %+v", packs)
	}
	if again, err := over(acme); err != nil || again.Digest() != id.Digest() || id.Digest() == below.Digest() {
		t.Errorf("digests %s, %s, %s; %v", below.Digest(), id.Digest(), again.Digest(), err)
	}
	replaced, err := over(`
- id: lockly.hub
  match: [{key: dhcp.hostname, equals: PGH200}]
  yields: {type: [siren, 5]}
`)
	if err != nil {
		t.Fatal(err)
	}
	if x := replaced.Identify(hub); x.Identity.Type.Value != "siren" || x.Identity.Model != nil {
		t.Errorf("a signature in another's place says %+v", x.Identity)
	}
}

func TestOver_refuses_a_faulty_pack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"an example that does not come out": {
			"- {id: a.b, match: [{key: k.x, prefix: abc}], yields: {type: [plc, 3]}, examples: [{k.x: xyz}]}",
			`acme.yaml: line 1: a.b: example {k.x: "xyz"} is not matched`,
		},
		"a type that is none":          {"- {id: a.b, match: [{key: k.x, equals: abc}], yields: {type: [teapot, 3]}}", `acme.yaml: line 1: a.b: type "teapot"`},
		"no YAML":                      {"- {id: a.b", "acme.yaml: line 1"},
		"off, and never was":           {"- {id: a.b, disabled: true}", "acme.yaml: line 1: a.b: is disabled, but there is none"},
		"off, and more":                {"- {id: lockly.hub, disabled: true, yields: {type: [plc, 3]}}", "say its id and nothing else"},
		"a header that is not first":   {"- {id: lockly.hub, disabled: true}\n- {pack: late}", "must be the first item"},
		"a header without a name":      {"- {version: '1'}", "has no pack"},
		"a header that is a signature": {"- {pack: x, id: a.b}", "an item of its own"},
	} {
		if _, err := over(c.text); err == nil || !strings.Contains(err.Error(), c.want) || heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("%s: got %v, want one that says %q", name, err, c.want)
		}
	}
	if _, err := identify.Over(fstest.MapFS{}); heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("an empty folder: %v", err)
	}
}
