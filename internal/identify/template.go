package identify

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/heron-iot/heron/internal/oui"
	"github.com/heron-iot/heron/internal/registry"
)

// placeholder is ${name} or ${name:filter} in the value of a yield.
var placeholder = regexp.MustCompile(`\$\{([a-z_]+)(?::([a-z]+))?\}`)

// maxClaim bounds the length of a claim made from what a device said.
const maxClaim = 96

// version finds the first number that may be one of a version.
var version = regexp.MustCompile(`[0-9]+(?:[._-][0-9A-Za-z]+)*`)

// filters change what a capture says.
var filters = map[string]func(string) string{
	"upper":  strings.ToUpper,
	"spaces": func(s string) string { return strings.NewReplacer("_", " ", "+", " ").Replace(s) },
	"dots":   func(s string) string { return strings.NewReplacer("_", ".", "-", ".").Replace(s) },
	"vendor": vendorName,
	// The version in what is told of a firmware: "3.2.7" of "V3.2.7" and "FW: V.3.2.7".
	"version": version.FindString,
	// The number of a model that a text begins with and is all of it, but for a region or a version.
	"code": productCode,

	// Whose a number is, by the registry of that name; nothing when it is nobody's.
	"bacnet":     registry.BACnet.Name,
	"enterprise": registry.Enterprise.Name,
	"flag":       registry.FLAG.Name,
	"hart":       registry.HART.Name,
	"knx":        registry.KNX.Name,
	"odva":       registry.ODVA.Name,
	"profinet":   registry.PROFINET.Name,
}

// vendorName is the brand that a manufacturer's name stands for.
func vendorName(s string) string {
	if v, ok := oui.Canonical(s); ok {
		return v.Name
	}
	return oui.Tidy(s)
}

// expand fills the captures into a template. It returns "" when one of them is
// missing, a filter makes nothing of it, or nothing printable is left.
func expand(template string, values map[string]string) string {
	if !strings.Contains(template, "${") {
		return template
	}
	whole := true
	text := placeholder.ReplaceAllStringFunc(template, func(p string) string {
		m := placeholder.FindStringSubmatch(p)
		v, ok := values[m[1]]
		whole = whole && ok
		if filter := filters[m[2]]; filter != nil {
			v = filter(v)
			whole = whole && v != ""
		}
		return v
	})
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if !whole || utf8.RuneCountInString(text) > maxClaim {
		return ""
	}
	return text
}
