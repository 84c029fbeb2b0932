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

// told returns the keys of docs/observation-keys.md, and those above, as lines. A
// part in angle brackets stands for the names that its row lists; when the row
// says that there are more it stands for any, which a dot at the end says.
func told(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/observation-keys.md")
	if err != nil {
		t.Fatal(err)
	}
	facts, _, _ := strings.Cut(string(b), "\n## Events\n")
	quoted := regexp.MustCompile("`([^`]+)`")
	all := slices.Concat(foreign, own)
	for line := range strings.Lines(facts) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cell, rest, _ := strings.Cut(line, " | ")
		_, list, _ := strings.Cut(rest, " | ")
		for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
			family, part, several := strings.Cut(m[1], "<")
			switch {
			case !several:
				all = append(all, m[1])
			case part == "field>" && !strings.Contains(list, "…"):
				for _, name := range quoted.FindAllStringSubmatch(list, -1) {
					all = append(all, family+name[1])
				}
			default:
				all = append(all, family)
			}
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "\n") + "\n"
}

func TestToldKeysAreThoseOfThePage(t *testing.T) {
	t.Parallel()
	want := told(t)
	if os.Getenv("GOLDEN") == "update" {
		if err := os.WriteFile("told.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("told.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("told.txt is not what docs/observation-keys.md says: GOLDEN=update go test -run ToldKeys ./internal/identify")
	}
}

func TestNearestTold(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"http.titel": "http.title", "htp.server": "http.server", "ssh.baner": "ssh.banner", "dhcp.hostname": "dhcp.hostname", "acme.colour": "",
	} {
		if got := identify.NearestTold(key); got != want {
			t.Errorf("nearest to %s is %q, want %q", key, got, want)
		}
	}
	for key, want := range map[string]bool{
		"http.title": true, "mdns.txt.anything": true, "mdns.txt.": false, "mdns.txt.a.b": false, "http.titel": false, "mac.oui": true,
	} {
		if identify.Told(key) != want {
			t.Errorf("%s is told: %v, want %v", key, !want, want)
		}
	}
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
	for _, key := range slices.Sorted(maps.Keys(readers)) {
		if !identify.Told(key) {
			t.Errorf("%s, which %s reads, is not in docs/observation-keys.md: nobody tells it", key, readers[key])
		}
	}
}
