package all_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

// page is docs/observation-keys.md: its keys, with what stands for any last part
// as an expression.
func page(t *testing.T) *regexp.Regexp {
	t.Helper()
	b, err := os.ReadFile("../../../docs/observation-keys.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(string(b), -1) {
		for _, m := range regexp.MustCompile("`([a-z0-9_.<>-]+)`").FindAllStringSubmatch(row[1], -1) {
			key := regexp.QuoteMeta(m[1])
			all = append(all, regexp.MustCompile(`<[a-z]+>`).ReplaceAllString(key, `[a-z0-9_-]+`))
		}
	}
	return regexp.MustCompile("^(" + strings.Join(all, "|") + ")$")
}

// entry is one row of the page: in which section it stands, and what it is about.
type entry struct {
	section string // a family of keys, as dhcp; else the section's title
	keys    []string
}

// first returns the part of a key before its first dot.
func first(key string) string {
	part, _, _ := strings.Cut(key, ".")
	return part
}

func entries(t *testing.T) []entry {
	t.Helper()
	b, err := os.ReadFile("../../../docs/observation-keys.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	section := ""
	for line := range strings.Lines(string(b)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSpace(title)
			if parts := strings.Split(title, "`"); len(parts) == 3 {
				section = parts[1]
			}
		}
		cell, _, _ := strings.Cut(line, " | ")
		e := entry{section: section}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
			e.keys = append(e.keys, m[1])
		}
		if strings.HasPrefix(line, "| `") {
			out = append(out, e)
		}
	}
	return out
}

func TestThePageIsInOrder(t *testing.T) {
	t.Parallel()
	const events, agreed = "Events", "Agreed on by all stages"
	seen := make(map[string]bool)
	var before entry
	for _, e := range entries(t) {
		kind := e.section == events
		for _, key := range e.keys {
			if at := strconv.FormatBool(kind) + key; seen[at] {
				t.Errorf("%s is there twice", key)
			} else {
				seen[at] = true
			}
			if !kind && e.section != agreed && first(key) != e.section {
				t.Errorf("%s is in the section of %s", key, e.section)
			}
		}
		switch {
		case e.section == agreed:
			continue
		case kind && before.section == events && first(e.keys[0]) < first(before.keys[0]):
			t.Errorf("the events of %s are behind those of %s", first(e.keys[0]), first(before.keys[0]))
		case !kind && len(before.keys) > 0 && e.section < before.section:
			t.Errorf("the section of %s is behind that of %s", e.section, before.section)
		case !kind && e.section == before.section && e.keys[0] <= before.keys[0]:
			t.Errorf("%s is behind %s", e.keys[0], before.keys[0])
		}
		before = e
	}
}

func TestEveryKeyAndEventIsOnThePage(t *testing.T) {
	t.Parallel()
	known := page(t)
	files, err := filepath.Glob("../*/testdata/*.golden")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	line := regexp.MustCompile(`(?m)^(?:event (\S+)|.*?  (\S+) = )`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range line.FindAllStringSubmatch(string(b), -1) {
			if name := m[1] + m[2]; !known.MatchString(name) {
				t.Errorf("%s: %s is not in docs/observation-keys.md", f, name)
			}
		}
	}
}

func TestTheKeysOfTheRootPackageAreOnThePage(t *testing.T) {
	t.Parallel()
	known := page(t)
	for _, key := range []string{
		heron.KeyFrame, heron.KeyMAC, heron.KeyARP, heron.KeyDHCPAddress, heron.KeyService, heron.KeyServiceProtocol,
		heron.KeyClientProtocol, heron.KeyClientPort, heron.KeyBanner, heron.KeyHostname, heron.KeyContact,
	} {
		if !known.MatchString(key) {
			t.Errorf("%s is not in docs/observation-keys.md", key)
		}
	}
}
