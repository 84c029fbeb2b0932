package exchange

import (
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// Heron's own answers go out beside facts, and come back when a table is taken
// in again. They are no second witness then: a guess would make itself sure.
// So each row that is written notes what of it is Heron's word, and what still
// reads the same is not taken. What somebody changed, or said of a device in
// Heron, is.

// wordsOf notes what of a row is Heron's word: name="…" type="plc" vendor="…".
// names are those that the row gives the device.
func wordsOf(d *heron.Device, names ...string) string {
	id := &d.Identity
	var words []string
	for _, name := range slices.Compact(names) {
		if name != "" && name != d.Name { // else a person gave it
			words = append(words, word(keyName, name))
		}
	}
	for _, c := range []struct {
		key   string
		claim *heron.Claim
	}{
		{keyType, &id.Type}, {keyVendor, id.Vendor}, {keyModel, id.Model}, {keyOS, id.OS}, {keyFirmware, id.Firmware},
	} {
		if c.claim != nil && c.claim.By == "" {
			words = append(words, word(c.key, c.claim.Value))
		}
	}
	return strings.Join(words, " ")
}

// word is one entry of the note. Quotes within the value are escaped, so that
// no value reads as two entries.
func word(key, value string) string {
	return strings.TrimPrefix(key, "import.") + "=" + strconv.Quote(value)
}

// repeats reports whether a fact only says again what the note says.
func (f fact) repeats(note string) bool {
	return strings.Contains(note, word(f.key, f.value))
}
