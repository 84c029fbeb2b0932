package exchange

import (
	"encoding/csv"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Keys of what people wrote down of a device, elsewhere.
const (
	keyName     = "import.name"
	keyVendor   = "import.vendor"
	keyModel    = "import.model"
	keyType     = "import.type"     // a device type of Heron's
	keyCategory = "import.category" // in their own words, where it is none
	keyOS       = "import.os"
	keyFirmware = "import.firmware"
	keySerial   = "import.serial_number"
	keyLocation = "import.location"
	keyOwner    = "import.owner"
)

// columnWords is the column in which a table of Heron's notes its own words.
const columnWords = "heron says"

// columns are the heads by which a spreadsheet's columns are known, in lower
// case and without anything but letters.
var columns = map[string][]string{
	"mac":       {"mac", "macs", "macaddress", "macaddresses", "hardwareaddress", "physicaladdress", "hwaddr", "ethernet"},
	"ip":        {"ip", "ips", "ipaddress", "ipaddresses", "address", "ipv", "primaryip"},
	keyName:     {"name", "hostname", "devicename", "asset", "assetname", "tag"},
	keyVendor:   {"vendor", "manufacturer", "make", "maker", "brand"},
	keyModel:    {"model", "product", "modelname", "devicetype", "productname"},
	keyType:     {"type", "category", "role", "kind", "class"},
	keyOS:       {"os", "operatingsystem", "platform"},
	keyFirmware: {"firmware", "firmwareversion", "version", "swversion", "softwareversion"},
	keySerial:   {"serial", "serialnumber", "sn"},
	keyLocation: {"location", "site", "room", "building", "rack"},
	columnWords: {"heronsays"},
	keyOwner:    {"owner", "department", "contact", "responsible"},
}

// readCSV reads a table whose first row names its columns, in whatever order,
// with commas, semicolons or tabs between.
func readCSV(in *input) error {
	start, _ := in.Peek(4 << 10)
	rows := csv.NewReader(in)
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	rows.Comma = separator(string(start))
	head, err := rows.Read()
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "the head of the table cannot be read: %v", err)
	}
	key := make([]string, len(head))
	for i, name := range head {
		key[i] = columnOf(name)
	}
	if !slices.Contains(key, "mac") && !slices.Contains(key, "ip") {
		return heron.Errorf(heron.CodeInvalid, "the table needs a column mac or ip in its first row; it has %.200q", strings.Join(head, ", "))
	}
	return in.rows(rows, func(line int, row []string) {
		var r record
		for i, cell := range row[:min(len(row), len(key))] {
			if cell = unguard(strings.TrimSpace(cell)); cell == "" {
				continue
			}
			if why := r.cell(key[i], cell); why != "" {
				in.skip(line, "%.60q is no %s", cell, why)
				return
			}
		}
		in.take(line, r)
	})
}

// cell takes one cell, and says what it should have been when it is not.
func (r *record) cell(key, cell string) (want string) {
	var ok bool
	switch key {
	case "":
	case "mac":
		// The first of several: further interfaces are rows of their own.
		if r.mac, ok = parseMAC(firstOf(cell)); !ok {
			return "MAC address"
		}
	case "ip":
		if r.ip, ok = parseIP(firstOf(cell)); !ok {
			return "IP address"
		}
	case keyType:
		r.kind(cell)
	case columnWords:
		r.words = cell
	default:
		r.tell(key, cell)
	}
	return ""
}

// firstOf is the first of several addresses in a cell.
func firstOf(cell string) string {
	for word := range strings.FieldsFuncSeq(cell, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
		return word
	}
	return ""
}

// kind adds what somebody calls the kind of device: a device type, where it is
// the name or the title of one, else in their own words.
func (r *record) kind(s string) {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == '-' || r == '_' })
	name := strings.Join(words, "_")
	if _, ok := heron.TypeOf(name); !ok {
		name = typeTitled(s)
	}
	switch name {
	case heron.Unknown:
	case "":
		r.tell(keyCategory, s)
	default:
		r.tell(keyType, name)
	}
}

// typeTitled is the device type of that title, or "".
func typeTitled(title string) string {
	for name, t := range heron.DeviceTypes() {
		if strings.EqualFold(t.Title, strings.TrimSpace(title)) {
			return name
		}
	}
	return ""
}

func columnOf(head string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(head))
	for key, names := range columns {
		if slices.Contains(names, plain) {
			return key
		}
	}
	return ""
}

// separator is whatever the first line has most of.
func separator(start string) rune {
	line, _, _ := strings.Cut(start, "\n")
	best := ','
	for _, r := range ";\t" {
		if strings.Count(line, string(r)) > strings.Count(line, string(best)) {
			best = r
		}
	}
	return best
}
