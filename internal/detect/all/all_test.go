package all_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron/internal/detect"
	"github.com/heron-iot/heron/internal/detect/all"
)

// page is the reference that is made from the detectors' own words.
const page = "../../../docs/detectors.md"

// TestDetectorsPage keeps docs/detectors.md in step with the code. Run it with
// GOLDEN=update to write the page anew.
func TestDetectorsPage(t *testing.T) {
	t.Parallel()
	want := render(all.Detectors())
	if os.Getenv("GOLDEN") == "update" {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/detectors.md is not what the detectors say; run: GOLDEN=update go test ./internal/detect/all\n%s", diff)
	}
}

// render writes the page.
func render(list []detect.Detector) string {
	var b strings.Builder
	b.WriteString("# Detectors\n\nMade from the `Doc` of each detector by the test of `internal/detect/all`; do not edit by hand.\n" +
		"How to add one: [adding-a-detector.md](adding-a-detector.md).\n")
	slices.SortFunc(list, func(a, b detect.Detector) int { return cmp.Compare(a.ID, b.ID) })
	b.WriteString("\n| id | title | severity | ATT&CK |\n|---|---|---|---|\n")
	for _, d := range list {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", d.ID, strings.ReplaceAll(d.ID, ".", ""), d.Title, d.Severity, strings.Join(d.Attack, ", "))
	}
	for _, d := range list {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", d.ID, strings.TrimSpace(d.Doc))
		if len(d.Events) > 0 {
			fmt.Fprintf(&b, "\nEvents: `%s`.\n", strings.Join(d.Events, "`, `"))
		}
	}
	b.WriteString(bounds)
	return b.String()
}

// bounds ends the page.
const bounds = `
## What a flood of alerts changes

Ten thousand troubles are followed at once, and as many incidents: beyond that the one that was heard of
longest ago makes room. Its alert stays open for a person to close. Of the alerts of one incident 256 are listed, and of 1,024
it is known that they are open. Where more than a thousand troubles of one detector are open and little is sent, they
are cleared later: who fills a table must not make the time that goes by cost more than the traffic.
`

func TestDetectorIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, d := range all.Detectors() {
		if seen[d.ID] || strings.Count(d.ID, ".") != 1 {
			t.Errorf("%q: an id is family.kind, and there is one of each", d.ID)
		}
		seen[d.ID] = true
	}
}
