package identify_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/identify"
)

// foreign are keys that no dissector tells, and `heron identify` gets from the
// collections of other tools.
var foreign = []string{"dns.query", "http.host", "http.server_os", "ils.model", "ldap.rootdse", "pop3.banner", "smb.native_lm", "upnp.server"}

// own are keys of facts that Identify makes.
var own = []string{identify.KeyMACAddress, identify.KeyMACVendor, identify.KeyMACOrganization, identify.KeyOUI, identify.KeyVendor}

// told returns the keys of docs/observation-keys.md as one expression. A part in
// angle brackets stands for the names that its row lists, for any when the row
// says that there are more.
func told(t *testing.T) *regexp.Regexp {
	t.Helper()
	b, err := os.ReadFile("../../docs/observation-keys.md")
	if err != nil {
		t.Fatal(err)
	}
	facts, _, _ := strings.Cut(string(b), "\n## Events\n")
	quoted := regexp.MustCompile("`([^`]+)`")
	var all []string
	for line := range strings.Lines(facts) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cell, rest, _ := strings.Cut(line, " | ")
		_, list, _ := strings.Cut(rest, " | ")
		anyName := `[a-z0-9_-]+`
		if strings.Contains(cell, "<field>") && !strings.Contains(list, "…") {
			var names []string
			for _, m := range quoted.FindAllStringSubmatch(list, -1) {
				names = append(names, regexp.QuoteMeta(m[1]))
			}
			anyName = "(?:" + strings.Join(names, "|") + ")"
		}
		for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
			key := regexp.MustCompile(`<[a-z]+>`).ReplaceAllLiteralString(regexp.QuoteMeta(m[1]), anyName)
			all = append(all, key)
		}
	}
	return regexp.MustCompile("^(?:" + strings.Join(all, "|") + ")$")
}

// A signature that reads a key that nobody tells is knowledge that never speaks.
func TestEveryKeyThatASignatureReadsIsTold(t *testing.T) {
	t.Parallel()
	p, err := identify.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	readers := make(map[string]string)
	for _, s := range p.Signatures() {
		for _, c := range slices.Concat(s.Match, s.Unless) {
			for _, key := range c.Key {
				for _, k := range identify.KeysOf(key) {
					readers[k] = s.ID
				}
			}
		}
	}
	known := told(t)
	for _, key := range slices.Sorted(maps.Keys(readers)) {
		if !known.MatchString(key) && !slices.Contains(foreign, key) && !slices.Contains(own, key) {
			t.Errorf("%s, which %s reads, is not in docs/observation-keys.md: nobody tells it", key, readers[key])
		}
	}
}
