package all_test

import (
	"os"
	"path/filepath"
	"regexp"
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
