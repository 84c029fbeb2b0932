package heron

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// DeviceType is an entry of the list of kinds of device that Heron knows, with
// what is expected of such devices until somebody says otherwise.
type DeviceType struct {
	Name     string `json:"name"` // as in Identity.Type
	Title    string `json:"title"`
	Category string `json:"category"` // one of the Category constants
	// Broader is the type that this is a kind of, empty where it is none's.
	Broader     string  `json:"broader,omitempty"`
	Zone        string  `json:"zone,omitempty"` // the kind of zone it belongs to, as in Zone.Kind
	Criticality string  `json:"criticality" enum:"low,medium,high,critical"`
	Purdue      float64 `json:"purdue_level"` // 0 to 5 (ISA-95, IEC 62443)
	Fragility   string  `json:"fragility" enum:"robust,careful,fragile"`
	// Behavior lists what is normal for it: see devicetypes.txt.
	Behavior []string `json:"behavior,omitempty"`

	also []string // what people call it besides
}

// The categories of device type. A control device (CategoryOT) is never probed
// or changed but by the strictest rules.
const (
	CategoryOT       = "ot"
	CategoryBuilding = "building"
	CategoryMedical  = "medical"
	CategoryRetail   = "retail"
	CategoryCamera   = "camera"
	CategoryHome     = "home"
	CategoryMedia    = "media"
	CategoryOffice   = "office"
	CategoryNetwork  = "network"
	CategoryComputer = "computer"
	CategoryOther    = "other"
)

// How much a device can take.
const (
	FragilityRobust  = "robust"  // what a computer takes
	FragilityCareful = "careful" // few connections
	FragilityFragile = "fragile" // one full connection at a time, and reads alone
)

// Words of Behavior that say how long a device may be silent.
const (
	BehaviorSleeps = "sleeps" // lives on a battery and is away most of the time
	BehaviorRoams  = "roams"  // comes and goes with whom it belongs to
)

//go:embed devicetypes.txt
var typeTable string

var deviceTypes = sync.OnceValue(func() map[string]DeviceType {
	types, err := parseTypes(typeTable)
	if err != nil {
		panic(err) // a test reads the table: it is right in every build that passed
	}
	return types
})

// parseTypes reads the table of types; its head tells the format.
func parseTypes(table string) (map[string]DeviceType, error) {
	types := map[string]DeviceType{}
	var group DeviceType
	for n, line := range strings.Split(table, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		t, isGroup, err := parseType(line, group)
		switch {
		case err != nil:
			return nil, fmt.Errorf("devicetypes.txt:%d: %w", n+1, err)
		case isGroup:
			group = t
		case types[t.Name].Name != "":
			return nil, fmt.Errorf("devicetypes.txt:%d: %s is there twice", n+1, t.Name)
		default:
			types[t.Name] = t
		}
	}
	return types, nil
}

// parseType reads one line: the head of a group, or a type of that group.
func parseType(line string, group DeviceType) (t DeviceType, isGroup bool, err error) {
	name, rest, _ := strings.Cut(line, " ")
	if category, ok := strings.CutPrefix(name, "["); ok {
		t, isGroup = DeviceType{Category: strings.TrimSuffix(category, "]")}, true
	} else {
		t = group
		t.Name = name
		t.Title, rest, err = cutTitle(name, rest)
	}
	for _, f := range strings.Fields(rest) {
		key, value, _ := strings.Cut(f, "=")
		if err == nil {
			err = t.set(key, value)
		}
	}
	return t, isGroup, err
}

// cutTitle takes the quoted title off the front of rest, or makes one of the name.
func cutTitle(name, rest string) (title, left string, err error) {
	if quoted, err := strconv.QuotedPrefix(rest); err == nil {
		title, err = strconv.Unquote(quoted)
		return title, rest[len(quoted):], err
	}
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:], rest, nil
}

func (t *DeviceType) set(key, value string) (err error) {
	switch key {
	case "of":
		t.Broader = value
	case "zone":
		t.Zone = value
	case "criticality":
		t.Criticality = value
	case "purdue":
		t.Purdue, err = strconv.ParseFloat(value, 64)
	case "fragility":
		t.Fragility = value
	case "does":
		t.Behavior = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
	case "also":
		t.also = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
	default:
		err = fmt.Errorf("%s: want of, zone, criticality, purdue, fragility, does or also", key)
	}
	return err
}

// TypeOf returns the device type of that name and whether there is one.
func TypeOf(name string) (DeviceType, bool) {
	t, ok := deviceTypes()[name]
	return t, ok
}

// TypeTitle returns the words for a device type, or the name itself.
func TypeTitle(name string) string {
	if t, ok := deviceTypes()[name]; ok {
		return t.Title
	}
	return name
}

// DeviceTypes returns all device types by name.
func DeviceTypes() map[string]DeviceType { return maps.Clone(deviceTypes()) }

// IsFragile reports whether a device stands no more than one full connection at a
// time, and reads alone: a control device, or one of a type that is no stronger. What
// it is when nobody knows its type, ports and makers tell a scan.
func (d *Device) IsFragile() bool {
	name := d.Identity.Type.Value
	return name != Unknown && deviceTypes()[name].Fragility == FragilityFragile || d.IsControl()
}

// IsControl reports whether a device is, or may be, a control device: one that
// moves something in the world and must never be disturbed. The type says so,
// or a role that the inventory saw it in.
func (d *Device) IsControl() bool {
	if t, ok := deviceTypes()[d.Identity.Type.Value]; ok &&
		(t.Category == CategoryOT || t.Category == CategoryMedical || t.Category == CategoryBuilding) {
		return true
	}
	return slices.Contains(d.Roles, "ot")
}
