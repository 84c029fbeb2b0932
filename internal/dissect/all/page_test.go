package all_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/all"
)

// The page of all protocols, and the marks between which its table stands.
const (
	protocolsPage = "../../../docs/protocols.md"
	tableBegins   = "<!-- The table is made from internal/dissect/all: GOLDEN=update rewrites it. -->\n"
	tableEnds     = "<!-- End of the table. -->\n"
)

// described is what is written by hand of a protocol: what it is called, and what
// is told.
type described struct{ title, told string }

// descriptions reads testdata/told.txt: a line a protocol, in the order of the list.
func descriptions(t *testing.T, list []dissect.Protocol) []described {
	t.Helper()
	b, err := os.ReadFile("testdata/told.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	out := make([]described, 0, len(list))
	for i, line := range lines {
		parts := strings.Split(line, " | ")
		if len(parts) != 3 {
			t.Fatalf("testdata/told.txt:%d: want a name, a title and what is told", i+1)
		}
		if i >= len(list) || parts[0] != list[i].Name {
			t.Fatalf("testdata/told.txt:%d: %s is out of its place, or not in the list", i+1, parts[0])
		}
		out = append(out, described{title: parts[1], told: parts[2]})
	}
	if len(out) < len(list) {
		t.Fatalf("testdata/told.txt: %s is missing", list[len(out)].Name)
	}
	return out
}

// ridesOn says what carries a protocol.
func ridesOn(p *dissect.Protocol) string {
	var on []string
	for _, o := range []struct {
		over dissect.Over
		name string
	}{
		{dissect.OverTCP, "TCP"},
		{dissect.OverUDP, "UDP"},
		{dissect.OverLink, "link"},
		{dissect.OverICMP, "ICMP"},
		{dissect.OverIP, "IP"},
		{dissect.OverWebSocket, "WebSocket"},
	} {
		if p.Over&o.over != 0 {
			on = append(on, o.name)
		}
	}
	text := strings.Join(on, ", ")
	if len(p.Within) > 0 {
		text += " (in `" + strings.Join(p.Within, "`, `") + "`)"
	}
	return text
}

// carried says what a protocol may have inside it.
func carried(p *dissect.Protocol) string {
	if len(p.Carries) == 0 {
		return ""
	}
	return "; what it carries: `" + strings.Join(p.Carries, "`, `") + "`"
}

// at says by which numbers a protocol is known there.
func at(p *dissect.Protocol) string {
	var numbers []string
	for _, port := range p.Ports {
		numbers = append(numbers, strconv.Itoa(int(port)))
	}
	for _, e := range p.EtherTypes {
		if e == 0 {
			numbers = append(numbers, "LLC")
			continue
		}
		numbers = append(numbers, fmt.Sprintf("0x%04x", e))
	}
	return strings.Join(numbers, ", ")
}

// anywhere says whether a protocol is found without its port: "–" where there are
// none.
func anywhere(p *dissect.Protocol) string {
	switch {
	case p.Over&(dissect.OverTCP|dissect.OverUDP|dissect.OverWebSocket) == 0:
		return "–"
	case p.Probe != nil:
		return "yes"
	}
	return "no"
}

func protocolsTable(t *testing.T) string {
	t.Helper()
	list := all.Protocols()
	words := descriptions(t, list)
	var b strings.Builder
	b.WriteString("| protocol | what it is | rides on | at | what is told | on any port | specification |\n|---|---|---|---|---|---|---|\n")
	for i := range list {
		p := &list[i]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n",
			p.Name, words[i].title, ridesOn(p), at(p), words[i].told+carried(p), anywhere(p), p.Spec)
	}
	return b.String()
}

func TestThePageHasEveryProtocol(t *testing.T) {
	t.Parallel()
	want := protocolsTable(t)
	b, err := os.ReadFile(protocolsPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := strings.Cut(string(b), tableBegins)
	got, tail, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("%s: the marks of the table are missing", protocolsPage)
	}
	if got == want {
		return
	}
	if os.Getenv("GOLDEN") != "update" {
		t.Fatalf("%s is not what the dissectors say: GOLDEN=update go test ./internal/dissect/all", protocolsPage)
	}
	page := head + tableBegins + want + tableEnds + tail
	if err := os.WriteFile(protocolsPage, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
}
