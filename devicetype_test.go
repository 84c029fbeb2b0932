package heron

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var categories = []string{
	CategoryOT, CategoryBuilding, CategoryMedical, CategoryRetail, CategoryCamera, CategoryHome, CategoryMedia,
	CategoryOffice, CategoryNetwork, CategoryComputer, CategoryOther,
}

func TestDeviceTypes(t *testing.T) {
	types := DeviceTypes()
	if len(types) < 400 {
		t.Errorf("%d types", len(types))
	}
	oneOf := func(k DeviceType, what, value string, list ...string) {
		if !slices.Contains(list, value) {
			t.Errorf("%s: %s %q is none of %v", k.Name, what, value, list)
		}
	}
	titles := map[string]string{}
	for name, k := range types {
		oneOf(k, "category", k.Category, categories...)
		oneOf(k, "criticality", k.Criticality, "low", "medium", "high", "critical")
		oneOf(k, "fragility", k.Fragility, FragilityRobust, FragilityCareful, FragilityFragile)
		oneOf(k, "zone", k.Zone, "ot", "iot", "it", "guest", "medical", "pos", "dmz", types[Unknown].Zone)
		for _, b := range k.Behavior {
			oneOf(k, "behaviour", b, "local", "cloud", "open", "serves", "polls", "periodic", "streams", "bulk", BehaviorSleeps, "roams")
		}
		if k.Purdue < 0 || k.Purdue > 5 {
			t.Errorf("%s: Purdue level %v", name, k.Purdue)
		}
		if _, ok := types[k.Broader]; k.Broader != "" && !ok {
			t.Errorf("%s is a kind of %q, which is none", name, k.Broader)
		}
		if depth := depthOf(types, name); depth > 3 {
			t.Errorf("%s is a kind of a kind … %d times: at most 3", name, depth)
		}
		if name != strings.Trim(strings.ToLower(name), " _") || strings.ContainsAny(name, "-.\"") {
			t.Errorf("%q is no snake_case name", name)
		}
		if other := titles[k.Title]; other != "" {
			t.Errorf("%s and %s are both titled %q", name, other, k.Title)
		}
		titles[k.Title] = name
	}
}

// depthOf counts the types that a type is a kind of; a circle counts for ever.
func depthOf(types map[string]DeviceType, name string) int {
	depth := 0
	for name = types[name].Broader; name != "" && depth < 100; name = types[name].Broader {
		depth++
	}
	return depth
}

func TestParseTypesSaysWhatIsWrong(t *testing.T) {
	for table, want := range map[string]string{
		"[ot] colour=red":               "devicetypes.txt:1: colour: want",
		"[ot]\nplc purdue=high":         "devicetypes.txt:2:",
		"[ot]\nplc\n\n# again\nplc":     "devicetypes.txt:5: plc is there twice",
		"[ot]\nplc \"PLC\" speed=great": "devicetypes.txt:2: speed: want",
	} {
		if _, err := parseTypes(table); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", table, err, want)
		}
	}
}

// TestDeviceTypesPage holds docs/device-types.md to the table; GOLDEN=update writes it.
func TestDeviceTypesPage(t *testing.T) {
	const path = "docs/device-types.md"
	want := typesPage()
	if os.Getenv("GOLDEN") == "update" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is not what devicetypes.txt says (%v): GOLDEN=update go test -run DeviceTypesPage . writes it", path, err)
	}
}

func typesPage() string {
	var b strings.Builder
	types := DeviceTypes()
	fmt.Fprintf(&b, `# Device types

The %d types that Heron tells apart, written from `+"`devicetypes.txt`"+`, whose head says what the words mean. Whoever says the broader type says
nothing against the narrower one. Zone, criticality, Purdue level, fragility and behaviour are what is expected until somebody says otherwise.
`, len(types))
	for _, category := range categories {
		fmt.Fprintf(&b, "\n## %s\n\n| type | title | kind of | zone | criticality | Purdue | fragility | behaviour |\n|---|---|---|---|---|---|---|---|\n", category)
		for _, name := range slices.Sorted(maps.Keys(types)) {
			k := types[name]
			if k.Category != category {
				continue
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %v | %s | %s |\n",
				name, k.Title, k.Broader, k.Zone, k.Criticality, k.Purdue, k.Fragility, strings.Join(k.Behavior, ", "))
		}
	}
	return b.String()
}

func TestWhoIsFragile(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{Unknown: false, "plc": true, "infusion_pump": true, "printer": false} {
		d := Device{Identity: Identity{Type: Claim{Value: name}}}
		if d.IsFragile() != want {
			t.Errorf("%s is fragile: %v", name, !want)
		}
	}
}
